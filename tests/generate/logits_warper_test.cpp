#include "tenon/generate/logits_warper.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace logits_warper_test {

using namespace tn::models;
using support::expect_error;
using tn::Generator;
using tn::index_t;

Logits logs(const std::vector<double>& chances) {
  Logits logits;
  for (const double chance : chances) logits.push_back(std::log(chance));
  return logits;
}
/// The tokens that may still be drawn.
template <class Warp>
Tokens left(const std::vector<double>& chances, const Warp& warp) {
  Logits logits = logs(chances);
  warp(logits);
  Tokens tokens;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (logits[i] > never) tokens.push_back(static_cast<index_t>(i));
  return tokens;
}
const std::vector<double> chances{0.1, 0.4, 0.05, 0.3, 0.15};

TEST(LogitsWarper, TopK) {
  EXPECT_EQ(left(chances, [](Logits& x) { warp_top_k(x, 2); }), (Tokens{1, 3}));
  EXPECT_EQ(left(chances, [](Logits& x) { warp_top_k(x, 1, 3); }), (Tokens{1, 3, 4}));
  EXPECT_EQ(left(chances, [](Logits& x) { warp_top_k(x, 9); }).size(), 5u);
  EXPECT_EQ(left({0.25, 0.5, 0.25}, [](Logits& x) { warp_top_k(x, 2); }), (Tokens{0, 1, 2}));  // a tie
}

TEST(LogitsWarper, TopP) {
  const auto top_p = [](double p, index_t keep = 1) {
    return left(chances, [=](Logits& x) { warp_top_p(x, p, keep); });
  };
  EXPECT_EQ(top_p(0.39), (Tokens{1}));
  EXPECT_EQ(top_p(0.41), (Tokens{1, 3}));
  EXPECT_EQ(top_p(0.75), (Tokens{1, 3, 4}));
  EXPECT_EQ(top_p(1e-9, 2), (Tokens{1, 3}));
}

// Binary fractions, so that the sums are exact: where half of the chances is asked for, the first is enough.
TEST(LogitsWarper, TopPStopsWhereTheChancesAddUpExactly) {
  const auto top_p = [](double p) {
    Logits logits{std::log(2.0), 0, 0};
    warp_top_p(logits, p);
    return logits[2] > never ? 3 : logits[1] > never ? 2 : 1;
  };
  EXPECT_EQ(top_p(0.5), 1);
  EXPECT_EQ(top_p(0.75), 2);
  EXPECT_EQ(top_p(0.76), 3);
}

TEST(LogitsWarper, MinP) {
  EXPECT_EQ(left(chances, [](Logits& x) { warp_min_p(x, 0.3); }), (Tokens{1, 3, 4}));  // 0.12 or more
  EXPECT_EQ(left(chances, [](Logits& x) { warp_min_p(x, 1, 2); }), (Tokens{1, 3}));
}

TEST(LogitsWarper, Typical) {
  // The entropy is 0.9; surprises are 0.36, 1.61, 2.30: the second token is nearest with 0.71, then the first
  // with 0.54 … in order of distance: 0.54 (first), 0.71 (second), 1.40 (third).
  EXPECT_EQ(left({0.7, 0.2, 0.1}, [](Logits& x) { warp_typical(x, 0.6); }), (Tokens{0}));
  EXPECT_EQ(left({0.7, 0.2, 0.1}, [](Logits& x) { warp_typical(x, 0.8); }), (Tokens{0, 1}));
  // The entropy is 1.22 of surprises 0.51 (0.6), 2.30 (0.1): 0.71 and 1.08.
  EXPECT_EQ(left({0.6, 0.1, 0.1, 0.1, 0.1}, [](Logits& x) { warp_typical(x, 0.5); }), (Tokens{0}));
  // Four of 0.2 and 20 of 0.01: the likely ones have a surprise of 1.61, the entropy is 2.21, the rare ones 4.61.
  std::vector<double> flat(24, 0.01);
  std::fill(flat.begin(), flat.begin() + 4, 0.2);
  EXPECT_EQ(left(flat, [](Logits& x) { warp_typical(x, 0.5); }), (Tokens{0, 1, 2}));
}

TEST(LogitsWarper, EpsilonAndEta) {
  EXPECT_EQ(left(chances, [](Logits& x) { warp_epsilon(x, 0.12); }), (Tokens{1, 3, 4}));
  EXPECT_EQ(left(chances, [](Logits& x) { warp_epsilon(x, 0.9); }), (Tokens{1}));
  // The entropy of four equal tokens is log 4, so that the bound is min(0.3, sqrt(0.3) / 4) = 0.137.
  EXPECT_EQ(left({0.25, 0.25, 0.25, 0.25}, [](Logits& x) { warp_eta(x, 0.3); }).size(), 4u);
  EXPECT_EQ(left({0.97, 0.01, 0.01, 0.01}, [](Logits& x) { warp_eta(x, 0.3); }), (Tokens{0}));
}

/// How often each token is drawn, in parts of 1.
void expect_frequencies(const std::vector<double>& of, const GenerationConfig& config,
                        const std::vector<double>& expected) {
  constexpr int draws = 20000;
  GenerationConfig drawing = config;
  drawing.do_sample = true;
  Generator generator{1};
  std::vector<double> counts(of.size());
  for (int i = 0; i < draws; ++i)
    counts[static_cast<std::size_t>(choose_token(logs(of), {0}, 1, drawing, generator))] += 1.0 / draws;
  for (std::size_t i = 0; i < counts.size(); ++i)  // four and a half deviations
    EXPECT_NEAR(counts[i], expected[i], 4.5 * std::sqrt(expected[i] * (1 - expected[i]) / draws) + 1e-9) << i;
}

TEST(ChooseToken, DrawsByTheProbabilities) {
  expect_frequencies({0.1, 0.6, 0.3}, {}, {0.1, 0.6, 0.3});
  // Squared and square roots, over their sums.
  expect_frequencies({0.1, 0.6, 0.3}, {.temperature = 0.5}, {1.0 / 46, 36.0 / 46, 9.0 / 46});
  const double sum = std::sqrt(0.1) + std::sqrt(0.6) + std::sqrt(0.3);
  expect_frequencies({0.1, 0.6, 0.3}, {.temperature = 2},
                     {std::sqrt(0.1) / sum, std::sqrt(0.6) / sum, std::sqrt(0.3) / sum});
  // Of the four likeliest the first two have 0.7 / 0.95 of the chances.
  expect_frequencies(chances, {.top_k = 4, .top_p = 0.73}, {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_frequencies(chances, {.top_k = 4, .top_p = 0.74}, {0, 8.0 / 17, 0, 6.0 / 17, 3.0 / 17});
}

TEST(ChooseToken, TakesTheMostProbable) {
  Generator generator{1};
  EXPECT_EQ(choose_token({1, 3, 3, 2}, {0}, 1, {}, generator), 1);
  EXPECT_EQ(generator.state().block, 0u);
}

TEST(ChooseToken, SaysThatNothingCanBeChosen) {
  Generator generator{1};
  const char* const none =
      "[generate] no token can be chosen: all are forbidden, or the model's logits are NaN";
  expect_error<tn::ValueError>([&] { choose_token({1, 1}, {0}, 1, {.suppress_tokens = {0, 1}}, generator); },
                               none);
  expect_error<tn::ValueError>([&] { choose_token({NAN, NAN}, {0}, 1, {}, generator); }, none);
  expect_error<tn::ValueError>(
      [&] { choose_token({1, NAN}, {0}, 1, {.do_sample = true, .top_k = 0}, generator); },
      "[generate] the model's logits are NaN or infinite");
}

}  // namespace logits_warper_test
