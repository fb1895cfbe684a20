#include "tenon/models/word_vectors/glove/pair_runs.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pair_runs_test {

using tn::index_t;
using tn::models::glove::MergedRuns;
using tn::models::glove::PairCount;
using tn::models::glove::PairRuns;

/// Runs of every first, second, third … number, in memory or in files.
TEST(PairRuns, MergeByKeyAndAddUp) {
  constexpr std::uint64_t last = 30000;
  for (const std::size_t most_bytes : {std::size_t{0}, std::size_t{1} << 24}) {
    PairRuns one(most_bytes), other(most_bytes);
    std::vector<std::uint64_t> want(last, 0);
    for (std::uint64_t step = 1; step <= 7; ++step) {
      PairRuns& runs = step % 2 == 0 ? one : other;
      for (std::uint64_t key = 0; key < last; key += step) {
        runs.append({key, step});
        want[key] += step;
      }
      runs.end_run();
      runs.end_run();  // a run without pairs
    }
    std::vector<PairRuns::Reader> readers;
    one.add_readers(readers);
    other.add_readers(readers);
    EXPECT_EQ(readers.size(), 14u);

    MergedRuns merged(std::move(readers));
    EXPECT_EQ(merged.size(), 77786);  // 30000, 15000, 10000, 7500, 6000, 5000 and 4286 of them
    EXPECT_EQ(merged.taken(), 0);
    for (std::uint64_t key = 0; key < last; ++key) {
      ASSERT_FALSE(merged.at_end());
      const PairCount pair = merged.next();
      ASSERT_EQ(pair.key, key);
      ASSERT_EQ(pair.count, want[key]);
    }
    EXPECT_TRUE(merged.at_end());
    EXPECT_EQ(merged.taken(), merged.size());
  }
}

TEST(PairRuns, NoneAreMergedToNothing) {
  EXPECT_TRUE(MergedRuns({}).at_end());
  std::vector<PairRuns::Reader> readers;
  PairRuns(0).add_readers(readers);
  EXPECT_TRUE(readers.empty());
}

}  // namespace pair_runs_test
