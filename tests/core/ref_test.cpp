#include "tenon/core/ref.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ref_test {

struct Counted : tn::RefCounted {
  static inline std::atomic<int> alive = 0;
  Counted() { ++alive; }
  ~Counted() { --alive; }
  static void dispose(Counted* object) { delete object; }
};
using Handle = tn::Ref<Counted>;

TEST(Ref, TheLastHandleEndsTheObject) {
  {
    Handle a(new Counted);
    EXPECT_TRUE(a->unique());
    Handle b = a, c;
    EXPECT_FALSE(a->unique());
    c = std::move(b);
    EXPECT_FALSE(b);
    EXPECT_EQ(c.get(), a.get());
    a = Handle();
    EXPECT_EQ(Counted::alive, 1);
    const Handle& itself = c;
    c = itself;
    EXPECT_EQ(Counted::alive, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Ref, AssignmentReleasesWhatWasHeld) {
  Handle a(new Counted), b(new Counted);
  EXPECT_EQ(Counted::alive, 2);
  a = b;
  EXPECT_EQ(Counted::alive, 1);
  a = {};
  b = {};
  EXPECT_EQ(Counted::alive, 0);
}

TEST(RefThreads, HandlesMayBeCopiedByManyThreads) {
  {
    const Handle shared(new Counted);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 20000; ++i) Handle copy = shared;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(shared->unique());
  }
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace ref_test
