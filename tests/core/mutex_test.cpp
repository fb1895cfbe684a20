#include "tenon/core/mutex.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>
#include <vector>

namespace mutex_test {

TEST(Mutex, LetsOneThreadInAtATime) {
  tn::Mutex mutex;
  int inside = 0, crowded = 0, total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const tn::Lock lock(mutex);
        crowded += inside++ != 0;
        ++total;
        std::this_thread::yield();  // without a lock, to the others
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(crowded, 0);
  EXPECT_EQ(total, 8000);
}

TEST(Mutex, IsConstantInitialisedAndNeverDestroyed) {
  static constinit tn::Mutex mutex;
  static_assert(std::is_trivially_destructible_v<tn::Mutex>);
  {
    const tn::Lock lock(mutex);
  }
  const tn::Lock again(mutex);  // the first one let go of it
}

}  // namespace mutex_test
