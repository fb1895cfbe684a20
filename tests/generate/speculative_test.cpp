#include "tenon/generate/speculative.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "table_model.hpp"

namespace speculative_test {

using generate_test::TableModel;
using support::expect_error;
using tn::index_t;
using tn::models::generate;
using tn::models::generate_speculative;
using tn::models::GenerationConfig;
using tn::models::SpeculativeStats;

TEST(Speculative, WritesWhatTheModelAloneWrites) {
  const TableModel model = TableModel::random(9, 1);
  for (const GenerationConfig& config :
       {GenerationConfig{.max_new_tokens = 30},
        GenerationConfig{.max_new_tokens = 30, .no_repeat_ngram_size = 2},
        GenerationConfig{.max_new_tokens = 30, .do_sample = true, .seed = 3},
        GenerationConfig{.max_new_tokens = 30, .do_sample = true, .seed = 4, .eos_token_id = {5}},
        GenerationConfig{.max_new_tokens = 1}})
    for (const std::uint64_t draft_seed : {1u, 2u}) {
      const TableModel draft = TableModel::random(9, draft_seed);
      const auto alone = generate(model, {1, 2}, config)[0];
      EXPECT_EQ(generate_speculative(model, draft, {1, 2}, config).ids, alone.ids);
    }
}

TEST(Speculative, AGoodDraftSavesPasses) {
  const TableModel model = TableModel::random(9);
  const TableModel bad = TableModel::random(9, 7);
  SpeculativeStats good_stats, bad_stats;
  generate_speculative(model, model, {1}, {.max_new_tokens = 24}, {}, {.draft_tokens = 5}, &good_stats);
  EXPECT_EQ(good_stats.drafted, 20);  // four passes of the model, which add a token each
  EXPECT_EQ(good_stats.accepted, 20);
  generate_speculative(model, bad, {1}, {.max_new_tokens = 24}, {}, {.draft_tokens = 5}, &bad_stats);
  EXPECT_LT(bad_stats.accepted, bad_stats.drafted);
}

TEST(Speculative, SaysWhatDoesNotFit) {
  const TableModel model = TableModel::random(9);
  TableModel small = TableModel::random(9);
  small.most = 10;
  expect_error<tn::ValueError>([&] { generate_speculative(model, TableModel::random(8), {1}); },
                               "[generate] the model has 9 different tokens, the draft model 8");
  expect_error<tn::ValueError>([&] { generate_speculative(model, small, {1}); },
                               "[generate] a text of 20 tokens may not fit the contexts of 1000 and 10");
  expect_error<tn::ValueError>([&] { generate_speculative(model, model, {1}, {.num_beams = 2}); },
                               "[generate] a draft model helps to write one text, not beams");
  expect_error<tn::ValueError>([&] { generate_speculative(model, model, {1}, {}, {}, {.draft_tokens = 0}); },
                               "[generate] draft_tokens is 0, expected 1 or more");
}

}  // namespace speculative_test
