#include "tenon/data/prefetcher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

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

/// 0, 1, … below `count` by number; small ones take longer, so that workers overtake one another.
auto by_number(tn::index_t count) {
  return [count](tn::index_t k) -> std::optional<tn::index_t> {
    std::this_thread::sleep_for(std::chrono::microseconds(k % 3 == 0 ? 300 : 0));
    return k < count ? std::optional(k) : std::nullopt;
  };
}

TEST(Prefetcher, WorkersKeepTheOrder) {
  for (const std::size_t workers : {1u, 2u, 7u})
    for (const std::size_t capacity : {1u, 3u, 100u}) {
      Prefetcher<tn::index_t> numbers(by_number(50), capacity, workers);
      for (tn::index_t i = 0; i < 50; ++i) ASSERT_EQ(numbers.next(), i);
      EXPECT_EQ(numbers.next(), std::nullopt);
      EXPECT_EQ(numbers.next(), std::nullopt);
    }
}

TEST(Prefetcher, WorkersWorkAtTheSameTime) {
  std::atomic<int> inside = 0;
  const auto meet = [&](tn::index_t) -> std::optional<int> {
    ++inside;
    while (inside < 2) std::this_thread::yield();  // ends only if another worker comes
    return 1;
  };
  Prefetcher<int> numbers(meet, 2, 2);
  EXPECT_EQ(numbers.next(), 1);
}

TEST(Prefetcher, AnExceptionOfAWorkerComesInItsPlace) {
  const auto produce = [](tn::index_t k) -> std::optional<tn::index_t> {
    if (k < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (k >= 3) throw std::runtime_error(std::to_string(k));
    return k;
  };
  Prefetcher<tn::index_t> numbers(produce, 8, 4);
  for (tn::index_t i = 0; i < 3; ++i) ASSERT_EQ(numbers.next(), i);
  try {
    numbers.next();
    ADD_FAILURE();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(numbers.next(), std::nullopt);
}

TEST(Prefetcher, LeavesNothingWhenStoppedEarly) {
  const auto alive = std::make_shared<int>();
  for (int round = 0; round < 20; ++round) {
    Prefetcher<std::shared_ptr<int>> items([alive](tn::index_t) { return std::optional(alive); }, 6, 3);
    if (round % 2 == 0) items.next();
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Prefetcher, AnExceptionThatNobodyWaitsForIsDropped) {
  Prefetcher<int> numbers([]() -> std::optional<int> { throw std::runtime_error("broken"); }, 1);
}

}  // namespace prefetcher_test
