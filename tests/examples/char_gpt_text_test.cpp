#include "../../examples/char_gpt/text.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tenon/ops/reduce/reduce.hpp"

namespace char_gpt_text_test {

using tn::index_t;

// A text in which each character is its own place.
const char_gpt::Ids places = tn::arange<index_t>(5000);

TEST(SpreadWindows, AreRunsOfTheTextWithWhatFollows) {
  const auto [x, y] = char_gpt::spread_windows(places, 12, 64, 1, 0);
  ASSERT_EQ(x.shape(), tn::Shape({12, 64}));
  ASSERT_EQ(y.shape(), tn::Shape({12, 64}));
  for (index_t n = 0; n < 12; ++n)
    for (index_t t = 0; t < 64; ++t) {
      EXPECT_EQ(x.at({n, t}), x.at({n, 0}) + t);
      EXPECT_EQ(y.at({n, t}), x.at({n, t}) + 1);
    }
}

TEST(SpreadWindows, FollowFromSeedAndStep) {
  const auto starts = [](std::uint64_t seed, index_t step) {
    return std::get<0>(char_gpt::spread_windows(places, 12, 64, seed, step)).to_vector();
  };
  EXPECT_EQ(starts(1, 7), starts(1, 7));
  EXPECT_NE(starts(1, 7), starts(2, 7));
  EXPECT_NE(starts(1, 7), starts(1, 8));
}

// 1,200 windows that begin by chance would put 120 in each tenth, give or take 10. Of a golden section's
// steps no tenth has more than a few too many (the discrepancy of Kronecker's sequence grows with the
// logarithm).
TEST(SpreadWindows, DrawEvenlyFromAllOfTheText) {
  std::vector<int> tenths(10);
  for (index_t step = 0; step < 100; ++step) {
    const auto windows = char_gpt::spread_windows(places, 12, 64, 3, step);
    for (index_t n = 0; n < 12; ++n)
      ++tenths[static_cast<std::size_t>(std::get<0>(windows).at({n, 0}) * 10 / (5000 - 64))];
  }
  for (int count : tenths) EXPECT_NEAR(count, 120, 4);
}

// The shortest text that has a window.
TEST(SpreadWindows, ReachNoFurtherThanTheText) {
  const auto [x, y] = char_gpt::spread_windows(tn::arange<index_t>(9), 50, 8, 1, 0);
  EXPECT_EQ(tn::amax(x).item(), 7);
  EXPECT_EQ(tn::amax(y).item(), 8);
}

}  // namespace char_gpt_text_test
