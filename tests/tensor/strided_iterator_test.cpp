#include "tenon/tensor/strided_iterator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace strided_iterator_test {

using tn::StridedIterator;

std::vector<int> walk(const int* data, const tn::Shape& shape, const tn::Strides& strides) {
  return {StridedIterator<int>(data, shape, strides, 0),
          StridedIterator<int>(data, shape, strides, tn::element_count(shape))};
}

TEST(StridedIterator, WalksInRowMajorOrderOfTheView) {
  std::vector<int> numbers(24);
  std::iota(numbers.begin(), numbers.end(), 0);
  const int* data = numbers.data();
  EXPECT_EQ(walk(data, {2, 3}, {3, 1}), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(walk(data, {3, 2}, {1, 3}), (std::vector<int>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(walk(data, {2, 3}, {0, 2}), (std::vector<int>{0, 2, 4, 0, 2, 4}));
  EXPECT_EQ(walk(data + 5, {2, 3}, {-3, -1}), (std::vector<int>{5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(walk(data, {2, 1, 2}, {12, 99, 4}), (std::vector<int>{0, 4, 12, 16}));
  EXPECT_EQ(walk(data + 7, {}, {}), (std::vector<int>{7}));
  EXPECT_EQ(walk(data, {2, 0}, {1, 1}), (std::vector<int>{}));
}

TEST(StridedIterator, IsAForwardIterator) {
  const int numbers[] = {3, 1, 2};
  const StridedIterator<int> begin(numbers, {3}, {1}, 0), end(numbers, {3}, {1}, 3);
  EXPECT_EQ(*std::max_element(begin, end), 3);
  EXPECT_EQ(std::distance(begin, end), 3);
  auto at = begin;
  EXPECT_EQ(*at++, 3);
  EXPECT_EQ(*at, 1);
  EXPECT_NE(at, begin);
}

}  // namespace strided_iterator_test
