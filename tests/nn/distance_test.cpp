#include "tenon/nn/distance.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace distance_layer_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;

TEST(DistanceLayers, KeepTheirOptions) {
  const auto a = from<double>({{3, 4}, {0, 2}}), b = from<double>({{4, 3}, {0, -1}});
  expect_vector(nn::CosineSimilarity{}(a, b), {0.96, -1});
  expect_vector(nn::CosineSimilarity{.axis = 0}(a, b), {1, 10 / std::sqrt(200.0)});
  expect_vector(nn::CosineSimilarity{.eps = 10}(a, b), {0.24, -0.02});
  expect_vector(nn::PairwiseDistance{.eps = 0}(a, b), {std::sqrt(2.0), 3});
  expect_values(nn::PairwiseDistance{.p = 1, .eps = 0.5, .keepdim = true}(a, b), {2, 1}, {2, 4});
}

TEST(DistanceLayers, NameTheShapes) {
  expect_error<tn::ShapeError>(
      [] { nn::PairwiseDistance{}(tn::zeros<float>({2, 3}), tn::zeros<float>({2, 4})); },
      "[pairwise_distance] shapes do not broadcast: (2, 3) and (2, 4)");
}

}  // namespace distance_layer_test
