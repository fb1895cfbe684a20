#include "tenon/data/token_windows.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/tensor/create.hpp"

namespace token_windows_test {

using tn::index_t;
using tn::data::token_windows;

TEST(TokenWindows, StreamsAreReadSideBySide) {
  const auto windows = token_windows(tn::arange<index_t>(15), 2, 4);  // 0 … 6 and 7 … 13; 14 is left out
  ASSERT_EQ(windows.size(), 2u);
  support::expect_values(windows[0].inputs, {4, 2}, {0, 7, 1, 8, 2, 9, 3, 10});
  support::expect_values(windows[0].targets, {4, 2}, {1, 8, 2, 9, 3, 10, 4, 11});
  support::expect_values(windows[1].inputs, {2, 2}, {4, 11, 5, 12});
  support::expect_values(windows[1].targets, {2, 2}, {5, 12, 6, 13});
  EXPECT_TRUE(windows[0].first);
  EXPECT_FALSE(windows[1].first);
  EXPECT_EQ(windows[0].size(), 8);
}

TEST(TokenWindows, OneStreamPredictsEveryWordButTheFirst) {
  index_t words = 0;
  for (const auto& window : token_windows(tn::arange<index_t>(100), 1, 7)) words += window.size();
  EXPECT_EQ(words, 99);
}

TEST(TokenWindows, RefusesWhatHasNoStep) {
  support::expect_error<tn::ShapeError>([] { token_windows(tn::zeros<index_t>({2, 3}), 1, 1); },
                                        "[token_windows] expected a text of shape (L), got (2, 3)");
  support::expect_error<tn::ValueError>(
      [] { token_windows(tn::zeros<index_t>({7}), 0, 1); },
      "[token_windows] expected positive numbers, got 0 streams and 1 steps");
  support::expect_error<tn::ValueError>(
      [] { token_windows(tn::zeros<index_t>({7}), 4, 1); },
      "[token_windows] a text of 7 words is too short for 4 streams of two words");
}

}  // namespace token_windows_test
