#include "tenon/models/word_vectors/word2vec/alias_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/temporary_folder.hpp"

namespace alias_table_test {

using support::message_of;
using tn::models::word2vec::AliasStream;
using tn::models::word2vec::AliasTable;
using tn::models::word_vectors::FastRandom;

/// Pearson's statistic of `draws` from weights.
double chi_square(const std::vector<double>& weights, int draws, AliasStream stream) {
  double sum = 0, statistic = 0;
  for (const double w : weights) sum += w;
  std::vector<double> seen(weights.size());
  for (int i = 0; i < draws; ++i) ++seen[stream()];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double expected = weights[i] / sum * draws;
    statistic += (seen[i] - expected) * (seen[i] - expected) / expected;
  }
  return statistic;
}

/// A chi-square variable of k degrees exceeds this once in about a million times (Wilson and Hilferty 1931).
double chi_square_bound(std::size_t k) {
  const double v = 2.0 / (9.0 * static_cast<double>(k)), z = 4.75;
  return static_cast<double>(k) * std::pow(1 - v + z * std::sqrt(v), 3);
}

TEST(AliasTable, DrawsInProportionToPowersOfCounts) {
  std::vector<double>
      weights;  // counts that fall as Zipf's law has them, to the power of word2vec's negatives
  for (int rank = 1; rank <= 2000; ++rank) weights.push_back(std::pow(1e6 / rank, 0.75));
  const AliasTable table(weights);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_LT(chi_square(weights, 4000000, AliasStream(table, FastRandom(seed, 0))),
              chi_square_bound(weights.size() - 1));
  }
}

TEST(AliasTable, ChiSquareNoticesOnePercent) {
  std::vector<double> weights(100, 1.0), tilted = weights;
  for (std::size_t i = 0; i < 50; ++i) tilted[i] = 1.01;
  const AliasTable table(tilted);
  EXPECT_GT(chi_square(weights, 20000000, AliasStream(table, FastRandom(1, 0))), chi_square_bound(99));
}

TEST(AliasTable, NeverDrawsWhatHasNoWeight) {
  const AliasTable table(std::vector<double>{0, 3, 0, 1, 0});
  AliasStream stream(table, FastRandom(7, 0));
  for (int i = 0; i < 100000; ++i) {
    const auto drawn = stream();
    ASSERT_TRUE(drawn == 1 || drawn == 3);
  }
}

TEST(AliasTable, OneOutcomeIsCertain) {
  const AliasTable table(std::vector<double>{0.1});
  EXPECT_EQ(table(0), 0u);
  EXPECT_EQ(table(~std::uint64_t{0}), 0u);
}

TEST(AliasTable, RefusesWeightsWithoutMeaning) {
  EXPECT_EQ(message_of<tn::ValueError>([] { AliasTable(std::vector<double>{1, -2}); }),
            "[alias table] a weight must not be negative, it is -2");
  EXPECT_EQ(message_of<tn::ValueError>([] { AliasTable(std::vector<double>{0, 0}); }),
            "[alias table] the weights must have a finite positive sum, not 0");
  EXPECT_THROW(AliasTable(std::vector<double>{}), tn::ValueError);
  EXPECT_THROW(AliasTable(std::vector<double>{1, std::nan("")}), tn::ValueError);
}

TEST(FastRandom, StreamsDifferBySeedAndPart) {
  EXPECT_EQ(FastRandom(1, 2)(), FastRandom(1, 2)());
  EXPECT_NE(FastRandom(1, 2)(), FastRandom(1, 3)());
  EXPECT_NE(FastRandom(1, 2)(), FastRandom(2, 2)());
  FastRandom random(1, 2);
  FastRandom other = random.split();
  EXPECT_NE(random(), other());
}

}  // namespace alias_table_test
