#include "tenon/core/parallel.hpp"

#include <gtest/gtest.h>
#include <unistd.h>  // alarm

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace parallel_test {

using tn::index_t;

struct Threads {
  explicit Threads(int count) : before(tn::num_threads()) { tn::set_num_threads(count); }
  ~Threads() { tn::set_num_threads(before); }
  int before;
};

/// The parts that a loop is cut into, by number.
std::vector<std::pair<index_t, index_t>> parts(index_t n, index_t grain) {
  std::vector<std::pair<index_t, index_t>> list(static_cast<std::size_t>(n > 0 ? (n + grain - 1) / grain : 0),
                                                {-1, -1});
  tn::parallel_parts(n, grain, [&](index_t part, index_t begin, index_t end) {
    list.at(static_cast<std::size_t>(part)) = {begin, end};
  });
  return list;
}

TEST(ParallelThreads, PartsCoverTheRangeAndDoNotDependOnThreads) {
  for (const index_t n : {0, 1, 9, 10, 11, 100, 1001})
    for (const index_t grain : {1, 10, 1000}) {
      const Threads one(1);
      const auto want = parts(n, grain);
      index_t at = 0;
      for (const auto& [begin, end] : want) {
        EXPECT_EQ(begin, at);
        EXPECT_LE(end - begin, grain);
        at = end;
      }
      EXPECT_EQ(at, n);
      for (int threads : {2, 3, 7}) {
        const Threads many(threads);
        EXPECT_EQ(parts(n, grain), want);
      }
    }
}

TEST(ParallelThreads, EveryIndexOnce) {
  const Threads many(4);
  std::vector<int> seen(10007);
  tn::parallel_for(10007, 16, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  EXPECT_EQ(seen, std::vector<int>(10007, 1));
  tn::parallel_for(-3, 16, [](index_t, index_t) { FAIL(); });
}

TEST(ParallelThreads, AnExceptionReachesTheCaller) {
  for (int threads : {1, 3}) {
    const Threads some(threads);
    EXPECT_THROW(tn::parallel_for(100, 1,
                                  [](index_t begin, index_t) {
                                    if (begin == 57) throw std::out_of_range("57");
                                  }),
                 std::out_of_range);
  }
}

TEST(ParallelThreads, LoopsWithinLoopsAreSerial) {
  const Threads many(3);
  std::atomic<int> total = 0;
  tn::parallel_for(6, 1, [&](index_t, index_t) {
    tn::parallel_for(100, 10, [&](index_t begin, index_t end) { total += static_cast<int>(end - begin); });
  });
  EXPECT_EQ(total, 600);
}

TEST(ParallelThreads, AtLeastOneThread) {
  const Threads none(0);
  EXPECT_EQ(tn::num_threads(), 1);
}

/// The threads of the parent do not come along.
TEST(ParallelThreads, AChildOfForkComputes) {
  const Threads many(4);
  const auto total = [] {
    std::atomic<int> sum = 0;
    tn::parallel_for(1000, 10, [&](index_t begin, index_t end) { sum += static_cast<int>(end - begin); });
    return sum.load();
  };
  for (int child = 0; child < 2; ++child) {
    EXPECT_EQ(total(), 1000);
    EXPECT_EXIT(
        {
          alarm(60);  // ends a child that hangs
          std::_Exit(total() == 1000 ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
  EXPECT_EQ(total(), 1000);
  EXPECT_EQ(tn::num_threads(), 4);
}

}  // namespace parallel_test
