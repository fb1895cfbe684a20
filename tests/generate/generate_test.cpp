#include "tenon/generate/generate.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/models/language/gpt.hpp"
#include "tenon/ops/index/select.hpp"

namespace generate_test {

using support::expect_error;
using tn::from;
using tn::Generator;
using tn::index_t;
using tn::models::generate;
using tn::models::GenerateOptions;
using tn::models::Gpt;
using tn::models::sample_tokens;
using Texts = std::vector<std::vector<index_t>>;

/// How often each token is drawn, in parts of 1.
std::vector<double> frequencies(const std::vector<double>& chances, const GenerateOptions& options) {
  constexpr index_t draws = 20000;
  const auto tokens = static_cast<index_t>(chances.size());
  const auto scores = tn::expand(tn::log(from<double>(chances, {1, tokens})), {draws, tokens});
  Generator generator{1};
  std::vector<double> counts(chances.size());
  for (const index_t token : sample_tokens(scores, options, generator))
    counts[static_cast<std::size_t>(token)] += 1.0 / draws;
  return counts;
}
/// Within four and a half deviations of what 20,000 draws give.
void expect_frequencies(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 4.5 * std::sqrt(expected[i] * (1 - expected[i]) / 20000) + 1e-9) << i;
}

TEST(ChooseTokens, DrawsByTheScores) {
  expect_frequencies(frequencies({0.1, 0.6, 0.3}, {}), {0.1, 0.6, 0.3});
  // Squared and square roots, over their sums.
  expect_frequencies(frequencies({0.1, 0.6, 0.3}, {.temperature = 0.5}), {1.0 / 46, 36.0 / 46, 9.0 / 46});
  const double sum = std::sqrt(0.1) + std::sqrt(0.6) + std::sqrt(0.3);
  expect_frequencies(frequencies({0.1, 0.6, 0.3}, {.temperature = 2}),
                     {std::sqrt(0.1) / sum, std::sqrt(0.6) / sum, std::sqrt(0.3) / sum});
}

TEST(ChooseTokens, DrawsAmongTheLikeliest) {
  const std::vector<double> chances{0.1, 0.4, 0.05, 0.3, 0.15};
  expect_frequencies(frequencies(chances, {.top_k = 2}), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_frequencies(frequencies(chances, {.top_k = 9}), chances);
  expect_frequencies(frequencies(chances, {.top_p = 0.39}), {0, 1, 0, 0, 0});
  expect_frequencies(frequencies(chances, {.top_p = 0.41}), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_frequencies(frequencies(chances, {.top_p = 0.75}), {0, 8.0 / 17, 0, 6.0 / 17, 3.0 / 17});
  // Of the four likeliest the first two have 0.7 / 0.95 of the chances.
  expect_frequencies(frequencies(chances, {.top_k = 4, .top_p = 0.73}), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  expect_frequencies(frequencies(chances, {.top_k = 4, .top_p = 0.74}), {0, 8.0 / 17, 0, 6.0 / 17, 3.0 / 17});
}

// Binary fractions, so that the sums are exact: where half of the chances is asked for, the first is enough.
TEST(ChooseTokens, StopsWhereTheChancesAddUpExactly) {
  using tn::models::detail::nucleus;
  const auto chances = from<double>({{0.5, 0.25, 0.25}});
  support::expect_values(nucleus(chances, 0.5), {1, 3}, {0.5, 0, 0});
  support::expect_values(nucleus(chances, 0.75), {1, 3}, {0.5, 0.25, 0});
  support::expect_values(nucleus(chances, 0.76), {1, 3}, {0.5, 0.25, 0.25});
}

TEST(ChooseTokens, TakesTheLikeliest) {
  const auto scores = tn::randn<float>({50, 9});
  const std::vector<index_t> best = tn::argmax(scores, 1).to_vector();
  EXPECT_EQ(sample_tokens(scores, {.temperature = 0}).to_vector(), best);
  EXPECT_EQ(sample_tokens(scores, {.top_k = 1}).to_vector(), best);
  EXPECT_EQ(sample_tokens(scores, {.top_p = 1e-9}).to_vector(), best);
  EXPECT_EQ(sample_tokens(scores, {.temperature = 1e-4}).to_vector(), best);
}

/// Says the next number, and notes what it was asked.
struct Counter {
  struct Cache {
    index_t length = 0;
  };
  struct {
    index_t context = 6;
  } options;
  mutable std::vector<std::vector<index_t>> asked;

  tn::Tensor<double> next(const tn::Tensor<index_t>& ids, Cache& cache) const {
    asked.push_back({cache.length});
    for (const index_t id : tn::select(ids, 0, 0)) asked.back().push_back(id);
    cache.length += ids.extent(1);
    EXPECT_LE(cache.length, options.context);
    auto scores = tn::zeros<double>({ids.extent(0), 100});
    for (index_t row = 0; row < ids.extent(0); ++row)
      scores.mutable_data()[100 * row + ids.at({row, -1}) + 1] = 50;
    return scores;
  }
};

TEST(Generate, AsksForWhatItHasNotReadYet) {
  const Counter model;
  EXPECT_EQ(generate(model, {7, 8}, {.max_length = 5}), (Texts{{7, 8, 9, 10, 11}}));
  EXPECT_EQ(model.asked, (Texts{{0, 7, 8}, {2, 9}, {3, 10}}));
}

TEST(Generate, ReadsTheLatterHalfAgainWhenTheContextIsFull) {
  const Counter model;
  EXPECT_EQ(generate(model, {1, 2, 3, 4, 5}, {.max_length = 10})[0].back(), 10);
  EXPECT_EQ(model.asked, (Texts{{0, 1, 2, 3, 4, 5}, {5, 6}, {0, 5, 6, 7}, {3, 8}, {4, 9}}));
  const Counter late;
  EXPECT_EQ(generate(late, {1, 2, 3, 4, 5, 6, 7}, {.max_length = 8})[0].back(), 8);
  EXPECT_EQ(late.asked, (Texts{{0, 5, 6, 7}}));
}

TEST(Generate, EndsAtTheEndToken) {
  const Counter model;
  EXPECT_EQ(generate(model, {1}, {.max_length = 50, .end_token = 4}), (Texts{{1, 2, 3, 4}}));
  EXPECT_EQ(model.asked.size(), 3u);
  // One in the prompt ends nothing.
  EXPECT_EQ(generate(model, {4}, {.max_length = 3, .end_token = 4}), (Texts{{4, 5, 6}}));
  EXPECT_EQ(generate(model, {1, 2, 3}, {.max_length = 3}), (Texts{{1, 2, 3}}));
}

Gpt<double> small_gpt() {
  Gpt<double> gpt({.vocabulary = 12, .context = 10, .layers = 2, .heads = 2, .embed_dim = 8});
  const tn::NoGrad no_grad;
  for (auto& weight : tn::nn::parameters(gpt)) tn::copy_(weight, tn::randn<double>(weight.shape()));
  return gpt;
}

TEST(Generate, TakesTheLikeliestOfTheWholeForwardPass) {
  tn::manual_seed(1);
  const auto gpt = small_gpt();
  const tn::NoGrad no_grad;
  std::vector<index_t> text{3, 1};
  while (text.size() < 10) {
    const auto scores = gpt(from(text, {1, static_cast<index_t>(text.size())}));
    text.push_back(tn::argmax(tn::select(tn::select(scores, 0, 0), 0, -1), 0).item());
  }
  EXPECT_EQ(generate(gpt, {3, 1}, {.max_length = 10, .num_return_sequences = 2, .temperature = 0}),
            (Texts{text, text}));
}

TEST(Generate, DependsOnTheSeedAlone) {
  tn::manual_seed(1);
  const auto gpt = small_gpt();
  const auto draw = [&](std::uint64_t seed) {
    Generator generator{seed};
    return generate(gpt, {3}, {.max_length = 25, .num_return_sequences = 3}, generator);
  };
  const Texts texts = draw(1);
  EXPECT_EQ(texts, draw(1));
  EXPECT_NE(texts, draw(2));
  EXPECT_NE(texts[0], texts[1]);
  for (const auto& text : texts) EXPECT_EQ(text.size(), 25u);
}

TEST(Generate, TextsThatAreOverWaitForTheOthers) {
  tn::manual_seed(1);
  const auto gpt = small_gpt();
  Generator generator{1};
  const GenerateOptions options{.max_length = 40, .num_return_sequences = 20, .end_token = 5};
  std::size_t shortest = 40, longest = 0;
  for (const auto& text : generate(gpt, {3}, options, generator)) {
    const auto end = std::find(text.begin(), text.end(), 5);
    if (end == text.end())
      EXPECT_EQ(text.size(), 40u);
    else
      EXPECT_EQ(end + 1, text.end());
    shortest = std::min(shortest, text.size());
    longest = std::max(longest, text.size());
  }
  EXPECT_LT(shortest, longest);
}

TEST(Generate, SaysWhatMakesNoSense) {
  const Counter model;
  const auto refuses = [&](const GenerateOptions& options, const std::string& sentence) {
    expect_error<tn::ValueError>([&] { generate(model, {1}, options); }, "[generate] " + sentence);
  };
  refuses({.num_return_sequences = 0}, "num_return_sequences is 0, expected 1 or more");
  refuses({.temperature = -1}, "the temperature is -1, expected 0 or more");
  refuses({.top_k = -2}, "top_k is -2, expected 0 or more");
  refuses({.top_p = 0}, "top_p is 0, expected more than 0 and at most 1");
  refuses({.top_p = 1.5}, "top_p is 1.5, expected more than 0 and at most 1");
  expect_error<tn::ValueError>([&] { generate(model, {}); }, "[generate] there is no prompt");
  expect_error<tn::ShapeError>([] { sample_tokens(tn::ones<float>({3})); },
                               "[generate] expected logits of shape (N, V), got (3,)");
}

}  // namespace generate_test
