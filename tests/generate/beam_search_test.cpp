#include "tenon/generate/beam_search.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "table_model.hpp"
#include "tenon/generate/generate.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace beam_search_test {

using generate_test::TableModel;
using tn::index_t;
using tn::models::EarlyStopping;
using tn::models::generate;
using tn::models::GeneratedText;
using tn::models::GenerationConfig;
using tn::models::Tokens;

/// The sum of the log-probabilities of what follows the prompt.
double sum_of(const TableModel& model, const Tokens& ids, std::size_t prompt) {
  const auto logs = tn::log_softmax(model.table, -1);
  double sum = 0;
  for (std::size_t k = prompt; k < ids.size(); ++k)
    sum += logs.at({k >= 2 ? ids[k - 2] : model.vocabulary(), ids[k - 1], ids[k]});
  return sum;
}
/// The best of all texts of `length` tokens, by trying all.
Tokens best_of_all(const TableModel& model, Tokens text, std::size_t length, std::size_t prompt) {
  if (text.size() == length) return text;
  Tokens best;
  for (index_t token = 0; token < model.vocabulary(); ++token) {
    text.push_back(token);
    Tokens whole = best_of_all(model, text, length, prompt);
    if (best.empty() || sum_of(model, whole, prompt) > sum_of(model, best, prompt)) best = std::move(whole);
    text.pop_back();
  }
  return best;
}

TEST(BeamSearch, FindsTheBestOfAllWithEnoughBeams) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    const TableModel model = TableModel::random(4, seed);
    const auto texts =
        generate(model, {2, 1}, {.max_new_tokens = 4, .num_beams = 64, .num_return_sequences = 3});
    ASSERT_EQ(texts.size(), 3u);
    EXPECT_EQ(texts[0].ids, best_of_all(model, {2, 1}, 6, 2));
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(texts[k].score, sum_of(model, texts[k].ids, 2) / 4, 1e-12);
    EXPECT_GT(texts[0].score, texts[1].score);
  }
}

/// Token 0 begins, 3 ends: after 0 come 1 (0.6) and 2 (0.4); after 1 an end has 0.4 and 1, 2 have 0.3 each; after 2 an
/// end has 0.9.
TableModel small() {
  TableModel model{tn::full<double>({5, 4, 4}, -30)};
  const auto set = [&](index_t last, index_t token, double chance) {
    for (index_t before = 0; before < 5; ++before)
      model.table.mutable_data()[(before * 4 + last) * 4 + token] = std::log(chance);
  };
  set(0, 1, 0.6), set(0, 2, 0.4);
  set(1, 3, 0.4), set(1, 1, 0.3), set(1, 2, 0.3);
  set(2, 3, 0.9), set(2, 1, 0.1);
  return model;
}

TEST(BeamSearch, TwoBeamsFindWhatGreedySearchMisses) {
  const GenerationConfig greedy{.max_length = 3, .eos_token_id = {3}};
  EXPECT_EQ(generate(small(), {0}, greedy)[0].ids, (Tokens{0, 1, 3}));
  GenerationConfig beams = greedy;
  beams.num_beams = 2;
  beams.num_return_sequences = 2;
  const auto texts = generate(small(), {0}, beams);
  EXPECT_EQ(texts[0].ids, (Tokens{0, 2, 3}));
  EXPECT_NEAR(texts[0].score, std::log(0.36) / 2, 1e-9);
  EXPECT_EQ(texts[1].ids, (Tokens{0, 1, 3}));
  EXPECT_NEAR(texts[1].score, std::log(0.24) / 2, 1e-9);
}

TEST(BeamSearch, ALengthPenaltyPrefersLongerTexts) {
  GenerationConfig config{.max_length = 4, .num_beams = 3, .length_penalty = 0, .eos_token_id = {3}};
  EXPECT_EQ(generate(small(), {0}, config)[0].ids, (Tokens{0, 2, 3}));
  // 0 1 2 3 has 0.6 * 0.3 * 0.9 = 0.162: log / 3^2 = -0.202, above log(0.36) / 2^2 = -0.255.
  config.length_penalty = 2;
  EXPECT_EQ(generate(small(), {0}, config)[0].ids, (Tokens{0, 1, 2, 3}));
}

TEST(BeamSearch, StopsEarlyWhenEnoughTextsAreOver) {
  const auto steps = [](EarlyStopping early, double penalty) {
    const TableModel model = small();
    generate(model, {0},
             {.max_length = 12,
              .num_beams = 2,
              .length_penalty = penalty,
              .early_stopping = early,
              .eos_token_id = {3}});
    return model.asked.size();
  };
  EXPECT_EQ(steps(EarlyStopping::yes, 1), 2u);
  EXPECT_LE(steps(EarlyStopping::no, 0), steps(EarlyStopping::no, 1));
  EXPECT_LE(steps(EarlyStopping::no, 1), steps(EarlyStopping::never, 1));
}

TEST(BeamSearch, GroupsDiffer) {
  const TableModel model = TableModel::random(20);
  const GenerationConfig alike{
      .max_new_tokens = 5, .num_beams = 2, .num_beam_groups = 2, .num_return_sequences = 2};
  const auto same = generate(model, {4}, alike);
  EXPECT_EQ(same[0].ids, same[1].ids);  // each group is a greedy search
  GenerationConfig apart = alike;
  apart.diversity_penalty = 100;
  const auto different = generate(model, {4}, apart);
  EXPECT_TRUE(different[0].ids == same[0].ids || different[1].ids == same[0].ids);  // the first group is free
  for (std::size_t k = 1; k < 6; ++k) EXPECT_NE(different[0].ids[k], different[1].ids[k]);
}

TEST(BeamSearch, DrawnBeamsDependOnTheSeed) {
  const TableModel model = TableModel::random(20);
  const auto draw = [&](std::uint64_t seed) {
    return generate(model, {4}, {.max_new_tokens = 6, .do_sample = true, .seed = seed, .num_beams = 3})[0]
        .ids;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

}  // namespace beam_search_test
