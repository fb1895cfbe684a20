#include "tenon/tensor/overlap.hpp"

#include <gtest/gtest.h>

#include "tenon/tensor/create.hpp"

namespace overlap_test {

using tn::may_overlap;
using tn::same_elements;

TEST(Overlap, AddressesDecide) {
  const auto x = tn::zeros<float>({4, 4}), other = tn::zeros<float>({4, 4});
  const auto top = x.view(0, {2, 4}, {4, 1}), bottom = x.view(8, {2, 4}, {4, 1}),
             middle = x.view(4, {2, 4}, {4, 1});
  EXPECT_TRUE(may_overlap(x, x));
  EXPECT_FALSE(may_overlap(x, other));
  EXPECT_FALSE(may_overlap(top, bottom));
  EXPECT_FALSE(may_overlap(bottom, top));
  EXPECT_TRUE(may_overlap(top, middle));
  EXPECT_TRUE(may_overlap(middle, bottom));
  EXPECT_TRUE(may_overlap(x, x.view(15, {}, {})));
  EXPECT_FALSE(may_overlap(x.view(0, {15}, {1}), x.view(15, {}, {})));
}

TEST(Overlap, AnyStrides) {
  const auto x = tn::zeros<float>({4, 4});
  const auto backwards = x.view(11, {4}, {-1});  // elements 8 to 11
  EXPECT_TRUE(may_overlap(backwards, x.view(8, {1}, {1})));
  EXPECT_FALSE(may_overlap(backwards, x.view(12, {4}, {1})));
  EXPECT_FALSE(may_overlap(backwards, x.view(0, {8}, {1})));
  EXPECT_TRUE(may_overlap(x.view(0, {4}, {4}), x.view(1, {4}, {4})));  // columns alternate
  EXPECT_TRUE(may_overlap(x.view(5, {3}, {0}), x.view(5, {1}, {1})));
  EXPECT_FALSE(may_overlap(x.view(5, {3}, {0}), x.view(6, {1}, {1})));
}

TEST(Overlap, NothingOverlapsNothing) {
  const auto x = tn::zeros<float>({4});
  EXPECT_FALSE(may_overlap(x, x.view(0, {0}, {1})));
  EXPECT_FALSE(may_overlap(x.view(0, {0, 3}, {3, 1}), x));
}

TEST(Overlap, BorrowedMemoryOfTwoTypes) {
  double memory[4] = {};
  const auto x = tn::borrow(memory, {4}), y = tn::borrow(memory + 3, {1}), z = tn::borrow(memory, {3});
  EXPECT_TRUE(may_overlap(x, y));
  EXPECT_FALSE(may_overlap(z, y));
  EXPECT_FALSE(may_overlap(x, tn::zeros<float>({4})));
}

TEST(Overlap, TheSameElementsInTheSameOrder) {
  const auto x = tn::zeros<float>({4, 4});
  EXPECT_TRUE(same_elements(x, x));
  EXPECT_TRUE(same_elements(x, x.view(0, {4, 4}, {4, 1})));
  EXPECT_FALSE(same_elements(x, x.view(0, {4, 4}, {1, 4})));
  EXPECT_FALSE(same_elements(x, x.view(0, {2, 4}, {4, 1})));
  EXPECT_FALSE(same_elements(x.view(0, {3}, {1}), x.view(1, {3}, {1})));
}

}  // namespace overlap_test
