#include "tenon/core/thread_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tenon/core/parallel.hpp"

namespace thread_pool_test {

using tn::index_t;
using Clock = std::chrono::steady_clock;

/// f as the body of a loop.
template <class F>
tn::detail::PartBody body_of(const F& f) {
  return {&f, [](const void* g, index_t part, index_t begin, index_t end) {
            (*static_cast<const F*>(g))(part, begin, end);
          }};
}

/// Waits until a condition holds, or half a minute, so that a failure is one and not a hang.
template <class F>
bool wait_until(const F& holds) {
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  while (!holds() && Clock::now() < deadline) std::this_thread::yield();
  return holds();
}

TEST(ThreadPool, PartsRunOnceEachOnSeveralThreads) {
  std::vector<int> times(64);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto part = [&](index_t p, index_t begin, index_t end) {
    EXPECT_EQ(begin, 3 * p);
    EXPECT_EQ(end, p == 63 ? 190 : 3 * p + 3);
    EXPECT_TRUE(tn::detail::in_parallel);
    ++times[static_cast<std::size_t>(p)];
    EXPECT_TRUE(wait_until([&] {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      return threads.size() == 2;
    }));
  };
  EXPECT_TRUE(tn::detail::thread_pool.run(190, 3, body_of(part), 2));
  EXPECT_EQ(times, std::vector<int>(64, 1));
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 1);
  EXPECT_FALSE(tn::detail::in_parallel);
}

TEST(ThreadPool, PartsOfAThreadThatIsBusyAreTakenByAnother) {
  std::atomic<int> done = 0;
  const auto part = [&](index_t p, index_t, index_t) {
    EXPECT_TRUE(p != 4 || wait_until([&] { return done == 7; }));
    ++done;
  };
  EXPECT_TRUE(tn::detail::thread_pool.run(8, 1, body_of(part), 2));
  EXPECT_EQ(done, 8);
}

TEST(ThreadPool, ALoopBesideAnotherIsSerial) {
  const auto outer = [&](index_t p, index_t, index_t) {
    if (p > 0) return;
    bool taken = true;
    std::thread([&] {
      taken = tn::detail::thread_pool.run(2, 1, body_of([](index_t, index_t, index_t) {}), 2);
      tn::set_num_threads(4);
      const std::thread::id self = std::this_thread::get_id();
      tn::parallel_for(8, 1, [&](index_t, index_t) { EXPECT_EQ(std::this_thread::get_id(), self); });
    }).join();
    EXPECT_FALSE(taken);
  };
  EXPECT_TRUE(tn::detail::thread_pool.run(2, 1, body_of(outer), 2));
}

TEST(ThreadPool, ManyLoopsOfManyThreads) {
  std::vector<std::thread> callers;
  std::atomic<index_t> sum = 0;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      tn::set_num_threads(3);
      for (int loop = 0; loop < 500; ++loop)
        tn::parallel_for(100, 7, [&](index_t begin, index_t end) { sum += end - begin; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 500 * 100);
}

TEST(ThreadPool, AnErrorLeavesThePoolUsable) {
  const auto fails = [](index_t p, index_t, index_t) {
    if (p % 2) throw std::runtime_error("odd");
  };
  for (int i = 0; i < 20; ++i)
    EXPECT_THROW(tn::detail::thread_pool.run(10, 1, body_of(fails), 3), std::runtime_error);
  EXPECT_TRUE(tn::detail::thread_pool.run(2, 1, body_of([](index_t, index_t, index_t) {}), 2));
}

TEST(DefaultThreads, AreTheEnvironmentsOrTheProcessors) {
  const auto with = [](const char* value) {
    setenv("TENON_NUM_THREADS", value, 1);
    return tn::detail::default_threads();
  };
  EXPECT_EQ(with("3"), 3);
  EXPECT_EQ(with("100000"), 1024);
  EXPECT_GE(with("none"), 1);
  unsetenv("TENON_NUM_THREADS");
}

}  // namespace thread_pool_test
