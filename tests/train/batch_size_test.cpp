#include "tenon/train/batch_size.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tenon/tensor/create.hpp"

namespace batch_size_test {

using tn::train::batch_size;

struct Sample {
  tn::Tensor<float> x;
  int label;
};

TEST(BatchSize, IsTheFirstExtentOfTheFirstTensor) {
  const auto x = tn::zeros<float>({5, 2});
  EXPECT_EQ(batch_size(x), 5);
  EXPECT_EQ(batch_size(std::tuple(x, tn::zeros<tn::index_t>({7}))), 5);
  EXPECT_EQ(batch_size(std::pair(std::tuple(x), 1)), 5);
  EXPECT_EQ(batch_size(Sample{x, 3}), 5);
}

TEST(BatchSize, OfOtherThings) {
  EXPECT_EQ(batch_size(std::vector<int>(4)), 4);
  EXPECT_EQ(batch_size(tn::scalar(1.0f)), 1);
  EXPECT_EQ(batch_size(17), 1);
}

}  // namespace batch_size_test
