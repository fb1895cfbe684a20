#include "tenon/backend/memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace tenon::testing {
namespace memory_test {

namespace memory = backend::memory;

#define SKIP_WITHOUT_CACHE() \
  if (!memory::detail::caching) GTEST_SKIP() << "under AddressSanitizer nothing is cached"

TEST(Memory, BlocksAreAlignedAndDistinct) {
  std::vector<std::pair<void*, std::size_t>> blocks;
  for (std::size_t bytes :
       {0ul, 1ul, 63ul, 64ul, 65ul, 4096ul, 65536ul, 65537ul, 1ul << 20, (2ul << 20) + 1, 5ul << 20}) {
    void* block = memory::allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % memory::alignment, 0u) << bytes;
    std::memset(block, static_cast<int>(blocks.size()), bytes);
    blocks.emplace_back(block, bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* bytes = static_cast<unsigned char*>(blocks[i].first);
    for (std::size_t at = 0; at < blocks[i].second; ++at) ASSERT_EQ(bytes[at], i);
    memory::deallocate(blocks[i].first, blocks[i].second);
  }
}

TEST(Memory, SizeClassesHoldTheirRequestsWithAnEighthToSpare) {
  using namespace memory::detail;
  for (std::size_t bytes = 1; bytes < (1ul << 50); bytes += 1 + bytes / 97) {
    const std::size_t size = class_size(class_of(bytes));
    ASSERT_GE(size, bytes);
    ASSERT_LE(size, bytes < 512 ? bytes + 63 : bytes + bytes / 8);
    ASSERT_EQ(class_of(size), class_of(bytes));
    ASSERT_EQ(size % 64, 0u);
  }
}

TEST(Memory, StatisticsReturnToWhereTheyWere) {
  const auto before = memory::statistics();
  {
    backend::Buffer<float> small(10), large(1 << 20);
    const auto during = memory::statistics();
    EXPECT_EQ(during.allocations, before.allocations + 2);
    EXPECT_EQ(during.in_use, before.in_use + 64 + (4 << 20));
    EXPECT_GE(during.peak, during.in_use);
  }
  const auto after = memory::statistics();
  EXPECT_EQ(after.allocations, before.allocations);
  EXPECT_EQ(after.in_use, before.in_use);
}

TEST(Memory, WhatWasGivenBackIsHandedOutAgain) {
  SKIP_WITHOUT_CACHE();
  for (std::size_t bytes : {100ul, 60000ul, 3ul << 20}) {
    void* first = memory::allocate(bytes);
    memory::deallocate(first, bytes);
    const auto before = memory::statistics();
    void* second = memory::allocate(bytes - bytes / 100);
    EXPECT_EQ(first, second) << bytes;
    EXPECT_EQ(memory::statistics().system_calls, before.system_calls);
    memory::deallocate(second, bytes - bytes / 100);
  }
}

TEST(Memory, TheCacheCanBeEmptied) {
  SKIP_WITHOUT_CACHE();
  memory::release_cached();
  const auto of_other_threads = memory::statistics().cached;
  {
    backend::Buffer<float> small(10), large(1 << 20);
  }
  EXPECT_GT(memory::statistics().cached, of_other_threads);
  memory::release_cached();
  EXPECT_EQ(memory::statistics().cached, of_other_threads);
}

TEST(Memory, ManySizesInTurnDoNotPileUp) {
  memory::release_cached();
  for (std::size_t megabytes = 1; megabytes < 64; ++megabytes) {
    memory::deallocate(memory::allocate(megabytes << 20), megabytes << 20);
    const auto now = memory::statistics();
    EXPECT_LE(now.in_use + now.cached, 2 * now.peak);
  }
  memory::release_cached();
}

TEST(Memory, BlocksMayBeFreedOnAnotherThread) {
  const auto before = memory::statistics();
  constexpr int count = 10000;  // more than a thread's list may hold
  for (std::size_t bytes : {40ul, 5000ul, 100000ul}) {
    std::vector<void*> blocks(bytes > 65536 ? 100 : count);
    for (void*& block : blocks) block = memory::allocate(bytes);
    std::thread other([&] {
      for (void* block : blocks) memory::deallocate(block, bytes);
    });
    other.join();
  }
  const auto after = memory::statistics();
  EXPECT_EQ(after.allocations, before.allocations);
  EXPECT_EQ(after.in_use, before.in_use);
}

TEST(Memory, WhatAThreadLeavesBehindServesOthers) {
  SKIP_WITHOUT_CACHE();
  memory::release_cached();
  void* block = nullptr;
  std::thread([&] {
    block = memory::allocate(700);
    memory::deallocate(block, 700);
  }).join();
  void* again = memory::allocate(700);
  EXPECT_EQ(block, again);
  memory::deallocate(again, 700);
}

TEST(Memory, ManyThreadsAtOnce) {
  const auto before = memory::statistics();
  std::vector<std::thread> threads;
  for (unsigned id = 0; id < 4; ++id) {
    threads.emplace_back([id] {
      std::vector<std::pair<unsigned char*, std::size_t>> held;
      unsigned state = id * 7919 + 1;
      for (int i = 0; i < 20000; ++i) {
        state = state * 1664525u + 1013904223u;
        if (held.size() < 50 || state >> 31) {
          const std::size_t bytes = 1 + (state >> 8) % (state % 13 == 0 ? 200000u : 2000u);
          held.emplace_back(static_cast<unsigned char*>(memory::allocate(bytes)), bytes);
          held.back().first[0] = held.back().first[bytes - 1] = static_cast<unsigned char>(id);
        } else {
          auto& [block, bytes] = held[(state >> 8) % held.size()];
          ASSERT_EQ(block[0], id);
          ASSERT_EQ(block[bytes - 1], id);
          memory::deallocate(block, bytes);
          held[(state >> 8) % held.size()] = held.back();
          held.pop_back();
        }
      }
      for (auto& [block, bytes] : held) memory::deallocate(block, bytes);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory::statistics().allocations, before.allocations);
  EXPECT_EQ(memory::statistics().in_use, before.in_use);
}

struct FreesLate {
  void* block = memory::allocate(300);
  ~FreesLate() { memory::deallocate(block, 300); }
};
FreesLate freed_after_main;  // and after the thread's own lists were handed over

TEST(Memory, ImpossibleRequestsSaySo) {
  try {
    memory::allocate(std::size_t{1} << 60);
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(), "[memory] a block of 1152921504606846976 bytes is too large");
  }
  if (memory::detail::caching) {
    EXPECT_THROW(memory::allocate(std::size_t{1} << 52), ValueError);
  }
}

}  // namespace memory_test
}  // namespace tenon::testing
