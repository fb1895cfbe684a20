#include "tenon/core/atomic.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace atomic_test {

using tn::MemoryOrder;

TEST(Atomic, LosesNoAddition) {
  tn::Atomic<long> count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50000; ++i) {
        count.fetch_add(3, MemoryOrder::relaxed);
        count.fetch_sub(1, MemoryOrder::acq_rel);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count.load(MemoryOrder::acquire), 400000);
}

TEST(Atomic, ReturnsTheValueBefore) {
  tn::Atomic<int> value = 5;
  EXPECT_EQ(value.fetch_add(2, MemoryOrder::relaxed), 5);
  EXPECT_EQ(value.fetch_sub(4, MemoryOrder::relaxed), 7);
  EXPECT_EQ(value.load(MemoryOrder::relaxed), 3);
  EXPECT_EQ(value.exchange(8, MemoryOrder::acquire), 3);
  EXPECT_FALSE(value.compare_exchange(7, 1, MemoryOrder::acq_rel));
  EXPECT_EQ(value.load(MemoryOrder::relaxed), 8);
  EXPECT_TRUE(value.compare_exchange(8, 1, MemoryOrder::acq_rel));
  EXPECT_EQ(value.load(MemoryOrder::relaxed), 1);
}

TEST(Atomic, PublishesWhatWasWrittenBefore) {
  static constinit tn::Atomic<const int*> published = nullptr;
  int number = 0;
  std::thread writer([&] {
    number = 42;
    published.store(&number, MemoryOrder::release);
  });
  const int* seen = nullptr;
  while (!seen) {
    seen = published.load(MemoryOrder::acquire);
    std::this_thread::yield();
  }
  EXPECT_EQ(*seen, 42);
  writer.join();
}

}  // namespace atomic_test
