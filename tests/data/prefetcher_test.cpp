#include "tenon/data/prefetcher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace prefetcher_test {

using tn::data::Prefetcher;

/// 0, 1, … below `count`.
auto counter(int count) {
  return [count, next = 0]() mutable { return next < count ? std::optional(next++) : std::nullopt; };
}

TEST(Prefetcher, HandsOutEverythingInOrder) {
  for (const std::size_t capacity : {1u, 3u, 100u}) {
    Prefetcher<int> numbers(counter(50), capacity);
    for (int i = 0; i < 50; ++i) ASSERT_EQ(numbers.next(), i);
    EXPECT_EQ(numbers.next(), std::nullopt);
    EXPECT_EQ(numbers.next(), std::nullopt);
  }
}

TEST(Prefetcher, MovesWhatCannotBeCopied) {
  Prefetcher<std::unique_ptr<int>> numbers([] { return std::optional(std::make_unique<int>(4)); }, 1);
  EXPECT_EQ(**numbers.next(), 4);
}

TEST(Prefetcher, StopsAheadOfItsConsumer) {
  std::atomic<int> made = 0;
  {
    Prefetcher<int> numbers([&]() -> std::optional<int> { return ++made; }, 2);
    EXPECT_EQ(numbers.next(), 1);
  }
  EXPECT_LE(made, 4);  // one taken, two waiting, one under way
}

TEST(Prefetcher, ThrowsInTheConsumerAfterWhatWasGood) {
  const auto produce = [next = 0]() mutable -> std::optional<int> {
    if (next == 2) throw std::runtime_error("broken");
    return next++;
  };
  Prefetcher<int> numbers(produce, 5);
  EXPECT_EQ(numbers.next(), 0);
  EXPECT_EQ(numbers.next(), 1);
  EXPECT_THROW(numbers.next(), std::runtime_error);
  EXPECT_EQ(numbers.next(), std::nullopt);
}

TEST(Prefetcher, AnExceptionThatNobodyWaitsForIsDropped) {
  Prefetcher<int> numbers([]() -> std::optional<int> { throw std::runtime_error("broken"); }, 1);
}

}  // namespace prefetcher_test
