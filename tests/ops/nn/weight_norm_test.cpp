#include "tenon/ops/nn/weight_norm.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace weight_norm_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Tensor;
using tn::zeros;

const OpCases cases{
    {"normalize", {positive({3, 4})}, [](const auto& x) { return tn::normalize(x[0]); }, {.fixed = true}},
    {"normalize_1",
     {positive({3, 4})},
     [](const auto& x) { return tn::normalize(x[0], 1, 0); },
     {.fixed = true}},
    {"local_response_norm",
     {real({2, 5, 3})},
     [](const auto& x) { return tn::local_response_norm(x[0], 3, 0.5, 0.75, 2); },
     {.fixed = true}},
    {"weight_norm",
     {real({3, 2, 2}), real({3, 1, 1})},
     [](const auto& x) { return tn::weight_norm(x[0], x[1]); },
     {.fixed = true}},
    {"spectral_norm",
     {real({3, 4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::spectral_norm(x[0], from<T>({T(0.6), 0, T(0.8)}), from<T>({0.5, 0.5, 0.5, 0.5}),
                                {.iterations = 0});
     },
     {.fixed = true}},
};

TEST(Normalize, ByHand) {
  expect_values(tn::normalize(from<float>({{3, 4}, {0, 0}})), {2, 2}, {0.6f, 0.8f, 0, 0});
  expect_values(tn::normalize(from<float>({{3, 4}, {0, 0}}), 1), {2, 2}, {3.f / 7, 4.f / 7, 0, 0});
}

TEST(LocalResponseNorm, SumsNeighbouringChannels) {
  const auto x = tn::reshape(from<double>({1, 2, 3, 4}), {1, 4, 1});
  expect_values(tn::local_response_norm(x, 3, 3, 1, 1), {1, 4, 1}, {1. / 6, 2. / 15, 3. / 30, 4. / 26});
  expect_values(tn::local_response_norm(x, 2, 2, 1, 1), {1, 4, 1}, {1. / 2, 2. / 6, 3. / 14, 4. / 26});
}

TEST(WeightNorm, LengthsAreG) {
  const auto v = from<double>({{3, 4}, {0, 2}});
  expect_values(tn::weight_norm(v, from<double>({{10}, {7}})), {2, 2}, {6, 8, 0, 7});
  expect_values(tn::weight_norm(v, from<double>({{5, 6}}), 1), {2, 2},
                {5, 24 / std::sqrt(20), 0, 12 / std::sqrt(20)});
  expect_values(tn::weight_norm(v, tn::scalar(1.), {}), {2, 2},
                {3 / std::sqrt(29), 4 / std::sqrt(29), 0, 2 / std::sqrt(29)});
}

TEST(SpectralNorm, PowerIterationsFindTheLargestSingularValue) {
  const auto w = from<double>({{3, 0, 0}, {0, 2, 0}});
  auto u = from<double>({0.6, 0.8}), v = zeros<double>({3});
  expect_values(tn::spectral_norm(w, u, v, {.iterations = 60}), {2, 3}, {1, 0, 0, 0, 2. / 3, 0}, 1e-9);
  expect_vector(u, {1, 0}, 1e-9);
  expect_vector(v, {1, 0, 0}, 1e-9);
  auto other = from<double>({0.6, 0.48, 0.64}), rest = zeros<double>({2});
  expect_values(tn::spectral_norm(w, other, rest, {.iterations = 60, .axis = 1}), {2, 3},
                {1, 0, 0, 0, 2. / 3, 0}, 1e-9);
}

TEST(WeightNormErrors, NameShapes) {
  const auto w = zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { tn::local_response_norm(zeros<float>({3}), 2); },
                               "[local_response_norm] expected shape (N, C, ...), got (3,)");
  expect_error<tn::ValueError>([&] { tn::local_response_norm(w, 0); },
                               "[local_response_norm] expected a positive size, got 0");
  expect_error<tn::ShapeError>([&] { tn::weight_norm(w, zeros<float>({2, 3})); },
                               "[weight_norm] g of shape (2, 3) does not fit the norms' shape (2, 1)");
  expect_error<tn::ShapeError>([&] { tn::spectral_norm(zeros<float>({2}), w, w); },
                               "[spectral_norm] expected a weight of at least two axes, got shape (2,)");
  expect_error<tn::ShapeError>(
      [&] { tn::spectral_norm(w, zeros<float>({3}), zeros<float>({2})); },
      "[spectral_norm] u of shape (3,) and v of shape (2,) do not fit the matrix's shape "
      "(2, 3)");
  expect_error<tn::ValueError>(
      [&] { tn::spectral_norm(w, zeros<float>({2}), zeros<float>({3}), {.iterations = -1}); },
      "[spectral_norm] negative number of iterations -1");
}

}  // namespace weight_norm_test
