#include "tenon/models/word_vectors/team.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace team_test {

using tn::index_t;
using tn::models::word_vectors::Team;
using tn::models::word_vectors::work_through;

TEST(Team, DoesEveryPartOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> done(1000);
    Team team(threads, 10, 1000,
              [&] { return [&](index_t part) { ++done[static_cast<std::size_t>(part)]; }; });
    while (!team.wait(1)) {
    }
    EXPECT_EQ(team.stop(), 1000);
    for (index_t i = 0; i < 1000; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i < 10 ? 0 : 1);
  }
}

TEST(Team, StopsBetweenParts) {
  std::atomic<index_t> count = 0;
  Team team(3, 0, index_t{1} << 60, [&] { return [&](index_t) { ++count; }; });
  EXPECT_FALSE(team.wait(0.01));
  const index_t next = team.stop();
  EXPECT_EQ(next, count.load());
}

TEST(Team, ExceptionsReachTheCaller) {
  const auto fail_at_7 = [] {
    return [](index_t part) {
      if (part == 7) throw std::runtime_error("seven");
    };
  };
  Team team(2, 0, 1000000000, fail_at_7);
  EXPECT_TRUE(team.wait(60));
  EXPECT_THROW(team.stop(), std::runtime_error);
  Team abandoned(2, 0, 1000, fail_at_7);  // never asked: its threads are joined all the same
}

TEST(Team, WorksThroughUntilTheCallerHasEnough) {
  std::atomic<index_t> count = 0;
  const auto counting = [&] { return [&](index_t) { ++count; }; };
  EXPECT_EQ(work_through(2, 5, 105, counting, [] { return true; }), 105);
  EXPECT_EQ(count, 100);
  const index_t next = work_through(2, 0, index_t{1} << 60, counting, [] { return false; });
  EXPECT_EQ(count, 100 + next);
  EXPECT_EQ(tn::models::word_vectors::team_size(7), 7);
  EXPECT_GE(tn::models::word_vectors::team_size(0), 1);
}

}  // namespace team_test
