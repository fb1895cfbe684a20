#include "tenon/core/generator.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace generator_test {

using tn::Generator;
using tn::Philox;

/// The known answers of Random123's kat_vectors, philox4x32 with 10 rounds.
TEST(Philox, KnownAnswers) {
  const auto expect_block = [](const Philox::Block& block, std::vector<std::uint32_t> words) {
    EXPECT_EQ((std::vector<std::uint32_t>(block.word, block.word + 4)), words);
  };
  expect_block(Philox::block(0, 0, 0), {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  expect_block(Philox::block(ones, ones, ones), {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expect_block(Philox::block(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),
               {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST(Generator, HandsOutTheWordsOfItsBlocks) {
  Generator g(5);
  for (std::uint64_t block = 0; block < 3; ++block)
    for (std::uint32_t word : Philox::block(5, block).word) EXPECT_EQ(g.next_u32(), word);
}

TEST(Generator, ItsStateCanBeSavedAnywhere) {
  Generator g(9);
  for (int skipped = 0; skipped < 9; ++skipped) {
    const Generator::State state = g.state();
    std::vector<std::uint32_t> want, got;
    for (int i = 0; i < 11; ++i) want.push_back(g.next_u32());
    Generator h(1234);
    h.set_state(state);
    for (int i = 0; i < 11; ++i) got.push_back(h.next_u32());
    EXPECT_EQ(got, want);
    EXPECT_EQ(h.seed(), 9u);
    g.set_state(state);
    g.next_u32();
  }
}

TEST(Generator, TakenBlocksAreNotHandedOutAgain) {
  Generator g(2);
  g.next_u32();
  EXPECT_EQ(g.take_blocks(10), 1u);
  EXPECT_EQ(g.next_u32(), Philox::block(2, 11).word[0]);
}

TEST(Generator, UniformNumbersAreInTheUnitInterval) {
  EXPECT_EQ(tn::unit_interval<float>(0xffffffffu), 1 - 0x1p-24f);
  EXPECT_EQ(tn::unit_interval<double>(~std::uint64_t{0}), 1 - 0x1p-53);
  EXPECT_EQ(tn::unit_interval<float>(0), 0);
  Generator g(3);
  double sum = 0, squares = 0;
  constexpr int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double u = g.uniform<double>();
    ASSERT_TRUE(u >= 0 && u < 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 0.5, 4 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 4 * 0.2981 / std::sqrt(n));
}

TEST(Generator, NormalNumbersHaveTheirMoments) {
  Generator g(4);
  double moments[4] = {};
  constexpr int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double z = g.normal();
    double power = 1;
    for (double& m : moments) m += power *= z;
  }
  const double root = std::sqrt(double{n});
  EXPECT_NEAR(moments[0] / n, 0, 4 / root);
  EXPECT_NEAR(moments[1] / n, 1, 4 * std::sqrt(2.0) / root);
  EXPECT_NEAR(moments[2] / n, 0, 4 * std::sqrt(15.0) / root);
  EXPECT_NEAR(moments[3] / n, 3, 4 * std::sqrt(96.0) / root);
}

TEST(Generator, IntegersBelowABound) {
  Generator g(6);
  std::vector<int> count(7);
  for (int i = 0; i < 70000; ++i) ++count[g.below(7)];
  for (int c : count) EXPECT_NEAR(c, 10000, 4 * std::sqrt(10000 * 6.0 / 7));
  EXPECT_EQ(g.below(1), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_LT(g.below(~std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(Generator, TheDefaultOneStartsAgainFromASeed) {
  tn::manual_seed(77);
  const std::uint64_t first = tn::default_generator().next_u64();
  tn::manual_seed(77);
  EXPECT_EQ(tn::default_generator().next_u64(), first);
  tn::manual_seed(78);
  EXPECT_NE(tn::default_generator().next_u64(), first);
}

/// The first numbers of `threads` threads that start one after the other.
std::vector<std::uint64_t> drawn_by_threads(int threads) {
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < threads; ++i)
    std::thread([&] { numbers.push_back(tn::default_generator().next_u64()); }).join();
  return numbers;
}

TEST(GeneratorThreads, EachThreadDrawsNumbersOfItsOwn) {
  tn::manual_seed(3);
  const std::vector<std::uint64_t> drawn = drawn_by_threads(4);
  std::set<std::uint64_t> numbers(drawn.begin(), drawn.end());
  numbers.insert(tn::default_generator().next_u64());
  EXPECT_EQ(numbers.size(), 5u);
}

TEST(GeneratorThreads, TheSeedReachesThreadsThatStartLater) {
  tn::manual_seed(3);
  const auto first = drawn_by_threads(3);
  tn::manual_seed(4);
  const auto other = drawn_by_threads(3);
  tn::manual_seed(3);
  EXPECT_EQ(drawn_by_threads(3), first);
  for (int i = 0; i < 3; ++i)
    EXPECT_NE(first[static_cast<std::size_t>(i)], other[static_cast<std::size_t>(i)]);
}

TEST(GeneratorThreads, SeedingOneThreadLeavesTheOthersWhereTheyAre) {
  tn::manual_seed(5);
  tn::default_generator().next_u64();
  Generator expected(5);
  expected.next_u64();
  std::thread([] {
    tn::manual_seed(6);
    EXPECT_EQ(tn::default_generator().next_u64(), Generator(6).next_u64());
  }).join();
  EXPECT_EQ(tn::default_generator().next_u64(), expected.next_u64());
}

}  // namespace generator_test
