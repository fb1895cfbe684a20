#include "tenon/models/word_vectors/block_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace block_order_test {

using tn::index_t;
using tn::models::word_vectors::BlockOrder;

TEST(BlockOrder, EveryEpochVisitsEachBlockOnce) {
  for (const index_t blocks : {1, 2, 3, 4, 5, 6, 8, 30, 97, 1000, 1125}) {
    const BlockOrder order(blocks, 7);
    for (index_t epoch = 0; epoch < 3; ++epoch) {
      std::vector<bool> seen(static_cast<std::size_t>(blocks));
      for (index_t i = 0; i < blocks; ++i) seen[static_cast<std::size_t>(order(epoch * blocks + i))] = true;
      EXPECT_EQ(std::count(seen.begin(), seen.end(), true), blocks);
    }
  }
}

TEST(BlockOrder, AnyStretchDrawsFromTheWholeText) {
  const index_t blocks = 1000;
  const BlockOrder order(blocks, 1);
  for (index_t begin = 0; begin + 100 <= blocks; begin += 50) {
    int tenth[10] = {};
    for (index_t i = 0; i < 100; ++i) ++tenth[order(begin + i) / 100];
    for (const int count : tenth) EXPECT_NEAR(count, 10, 5);
  }
}

TEST(BlockOrder, DependsOnSeedAndEpoch) {
  EXPECT_NE(BlockOrder(1000, 1)(0), BlockOrder(1000, 2)(0));
  EXPECT_NE(BlockOrder(1000, 1)(0), BlockOrder(1000, 1)(1000));
  EXPECT_EQ(BlockOrder(1000, 1)(5), BlockOrder(1000, 1)(5));
}

}  // namespace block_order_test
