#include "tenon/models/word_vectors/glove/pair_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tenon/core/generator.hpp"

namespace pair_table_test {

using tn::Generator;
using tn::models::glove::PairCount;
using tn::models::glove::PairOrder;
using tn::models::glove::PairTable;
using Counts = std::map<std::uint64_t, std::uint64_t>;

TEST(PairOrder, KeysGiveTheirPairsBack) {
  constexpr std::uint32_t last = 0xffffffffu;
  for (const std::uint64_t mask : {std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}}) {
    const PairOrder order(mask);
    for (const std::uint32_t i : {0u, 1u, 77777u, last}) {
      for (const std::uint32_t j : {0u, 2u, 1u << 31, last}) {
        const auto pair = order.pair(order.key(i, j));
        EXPECT_EQ(pair.i, i);
        EXPECT_EQ(pair.j, j);
      }
    }
  }
  EXPECT_NE(PairOrder(1).key(3, 4), PairOrder(2).key(3, 4));
}

/// Keys of neighbouring pairs are spread over all numbers: of 1024 keys, each sixteenth gets about 64, and
/// its standard deviation is 8.
TEST(PairOrder, MixesNeighbours) {
  int in[16] = {};
  const PairOrder order(7);
  for (std::uint32_t i = 0; i < 32; ++i)
    for (std::uint32_t j = 0; j < 32; ++j) ++in[order.key(i, j) >> 60];
  for (const int count : in) EXPECT_NEAR(count, 64, 5 * 8);
}

/// What comes out is what a map says, in the same order; the table is empty afterwards.
void expect_drains(PairTable& table, const Counts& want) {
  EXPECT_EQ(table.size(), want.size());
  auto next = want.begin();
  table.drain([&](const PairCount& pair) {
    ASSERT_NE(next, want.end());
    EXPECT_EQ(pair.key, next->first);
    EXPECT_EQ(pair.count, next->second);
    ++next;
  });
  EXPECT_EQ(next, want.end());
  EXPECT_EQ(table.size(), 0u);
  table.drain([](const PairCount&) { ADD_FAILURE(); });
}

TEST(PairTable, CountsAndGrows) {
  PairTable table(std::size_t{1} << 26);
  Generator random{3};
  for (int round = 0; round < 2; ++round) {
    Counts want;
    for (std::uint64_t k = 0; k < 400000;
         ++k) {  // about 180,000 different ones: several times its first size
      const std::uint64_t key = PairOrder(5).key(static_cast<std::uint32_t>(random.below(200000)), 1);
      ASSERT_FALSE(table.full());
      table.add(key, k % 7 + 1);
      want[key] += k % 7 + 1;
    }
    expect_drains(table, want);
  }
}

TEST(PairTable, IsFullAtItsLimitAndServesAgain) {
  PairTable table(24 * 8192);  // 8192 slots while it cannot grow
  for (int round = 0; round < 3; ++round) {
    Counts want;
    for (std::uint32_t i = 0; !table.full(); ++i) {
      const std::uint64_t key = PairOrder(9).key(i, static_cast<std::uint32_t>(round));
      table.prefetch(key);
      table.add(key, i + 1);
      want[key] = i + 1;
    }
    EXPECT_EQ(table.size(), (8192u - 1024u) / 4 * 3);
    expect_drains(table, want);
  }
}

/// Keys that someone chose: all begin at the end of the table, or at its beginning.
TEST(PairTable, SurvivesKeysOfOnePlace) {
  for (const std::uint64_t base : {std::uint64_t{0}, ~std::uint64_t{0} - 5000}) {
    PairTable table(std::size_t{1} << 22);
    Counts want;
    for (std::uint64_t k = 0; k < 5000 && !table.full(); ++k) {
      const std::uint64_t key = base + k * 7919 % 5000;
      table.add(key, 1);
      ++want[key];
    }
    EXPECT_GT(want.size(), 900u);
    expect_drains(table, want);
  }
}

}  // namespace pair_table_test
