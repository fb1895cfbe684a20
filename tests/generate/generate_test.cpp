#include "tenon/generate/generate.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "table_model.hpp"
#include "tenon/models/language/gpt.hpp"

namespace generate_test {

using support::expect_error;
using tn::from;
using tn::models::generate;
using tn::models::generate_batch;
using tn::models::GeneratedText;
using tn::models::GenerationConfig;
using tn::models::GenerationHooks;
using tn::models::Gpt;
using tn::models::Tokens;
using Texts = std::vector<Tokens>;

Texts ids_of(const std::vector<GeneratedText>& texts) {
  Texts ids;
  for (const GeneratedText& text : texts) ids.push_back(text.ids);
  return ids;
}
template <class Model>
Texts write(const Model& model, const Tokens& prompt, const GenerationConfig& config) {
  return ids_of(generate(model, prompt, config));
}

TEST(Generate, AsksForWhatItHasNotReadYet) {
  const TableModel model = TableModel::counter(100);
  EXPECT_EQ(write(model, {7, 8}, {.max_length = 5}), (Texts{{7, 8, 9, 10, 11}}));
  EXPECT_EQ(model.asked, (Texts{{0, 7, 8}, {2, 9}, {3, 10}}));
}

TEST(Generate, ReadsAPromptOnceForAllOfItsTexts) {
  const TableModel model = TableModel::random(10);
  const auto texts =
      write(model, {7, 8, 9}, {.max_new_tokens = 2, .do_sample = true, .num_return_sequences = 5});
  EXPECT_EQ(texts.size(), 5u);
  EXPECT_EQ(model.asked[0], (Tokens{0, 7, 8, 9}));
  EXPECT_EQ(model.asked.size(), 2u);
}

TEST(Generate, ReadsTheLatterHalfAgainWhenTheContextIsFull) {
  TableModel model = TableModel::counter(100);
  model.most = 6;
  EXPECT_EQ(write(model, {1, 2, 3, 4, 5}, {.max_length = 10})[0].back(), 10);
  EXPECT_EQ(model.asked, (Texts{{0, 1, 2, 3, 4, 5}, {5, 6}, {0, 5, 6, 7}, {3, 8}, {4, 9}}));
  model.asked.clear();
  EXPECT_EQ(write(model, {1, 2, 3, 4, 5, 6, 7}, {.max_length = 8})[0].back(), 8);
  EXPECT_EQ(model.asked, (Texts{{0, 5, 6, 7}}));
}

TEST(Generate, EndsAtAnEndToken) {
  const TableModel model = TableModel::counter(100);
  EXPECT_EQ(write(model, {1}, {.max_length = 50, .eos_token_id = {9, 4}}), (Texts{{1, 2, 3, 4}}));
  EXPECT_EQ(model.asked.size(), 3u);
  // One in the prompt ends nothing.
  EXPECT_EQ(write(model, {4}, {.max_length = 3, .eos_token_id = {4}}), (Texts{{4, 5, 6}}));
}

TEST(Generate, EndsAtAStopString) {
  const TableModel model = TableModel::counter(100);
  const GenerationHooks hooks{.decode = [](const Tokens& ids) {
    std::string text;
    for (const index_t id : ids) text += static_cast<char>('a' + id);
    return text;
  }};
  const auto texts = generate(model, {2, 3}, {.max_length = 50, .stop_strings = {"xyz", "fg"}}, hooks);
  EXPECT_EQ(texts[0].ids, (Tokens{2, 3, 4, 5, 6}));
  expect_error<tn::ValueError>(
      [&] { write(model, {1}, {.stop_strings = {"a"}}); },
      "[generate] stop_strings need the hook `decode`, which tells the words of ids");
}

TEST(Generate, TellsTokensAndTheirProbabilities) {
  const TableModel model = TableModel::random(6);
  std::vector<std::pair<index_t, index_t>> heard;
  const GenerationHooks hooks{
      .on_token = [&](index_t text, index_t token) { heard.emplace_back(text, token); },
      .log_probabilities = true};
  const auto texts =
      generate_batch(model, {{1, 2}, {3}}, {.max_new_tokens = 3, .suppress_tokens = {0}}, hooks);
  ASSERT_EQ(heard.size(), 6u);
  EXPECT_EQ(heard[3], (std::pair<index_t, index_t>{1, texts[1].ids[2]}));
  ASSERT_EQ(texts[0].log_probabilities.size(), 3u);
  const auto logits = tn::log_softmax(tn::select(tn::select(model.table, 0, 1), 0, 2), 0);
  EXPECT_NEAR(texts[0].log_probabilities[0], logits.at({texts[0].ids[2]}), 1e-12);
}

Gpt<double> small_gpt(index_t context = 16) {
  tn::manual_seed(1);
  Gpt<double> gpt({.vocabulary = 12, .context = context, .layers = 2, .heads = 2, .embed_dim = 8});
  const tn::NoGrad no_grad;
  for (auto& weight : tn::nn::parameters(gpt)) tn::copy_(weight, tn::randn<double>(weight.shape()));
  return gpt;
}

TEST(Generate, TakesTheMostProbableOfTheWholeForwardPass) {
  const auto gpt = small_gpt();
  const tn::NoGrad no_grad;
  Tokens text{3, 1};
  while (text.size() < 10) {
    const auto logits = gpt(from(text, {1, static_cast<index_t>(text.size())}));
    text.push_back(tn::argmax(tn::select(tn::select(logits, 0, 0), 0, -1), 0).item());
  }
  EXPECT_EQ(write(gpt, {3, 1}, {.max_length = 10}), Texts{text});
}

TEST(Generate, APromptsTextsAreTheSameAloneAndInABatch) {
  const auto gpt = small_gpt();
  const Texts prompts{{3}, {1, 2, 5, 7}, {4, 4}, {0, 11, 9}};
  for (const GenerationConfig& config :
       {GenerationConfig{.max_new_tokens = 8, .eos_token_id = {5}},
        GenerationConfig{.max_length = 12, .num_beams = 3},
        GenerationConfig{
            .max_length = 14, .do_sample = true, .num_return_sequences = 3, .eos_token_id = {2}}}) {
    Texts alone;
    for (const Tokens& prompt : prompts)
      for (const Tokens& text : write(gpt, prompt, config)) alone.push_back(text);
    EXPECT_EQ(ids_of(generate_batch(gpt, prompts, config)), alone);
  }
}

TEST(Generate, DependsOnTheSeedAlone) {
  const auto gpt = small_gpt(10);
  const auto draw = [&](std::uint64_t seed) {
    return write(gpt, {3}, {.max_length = 25, .do_sample = true, .seed = seed, .num_return_sequences = 3});
  };
  const Texts texts = draw(1);
  EXPECT_EQ(texts, draw(1));
  EXPECT_NE(texts, draw(2));
  EXPECT_NE(texts[0], texts[1]);
  for (const auto& text : texts) EXPECT_EQ(text.size(), 25u);
}

TEST(Generate, SaysWhatDoesNotFit) {
  const TableModel model = TableModel::counter(10);
  expect_error<tn::ValueError>([&] { generate(model, Tokens{}); }, "[generate] there is no prompt");
  expect_error<tn::ValueError>(
      [&] { write(model, {1, 2, 3}, {.max_length = 3}); },
      "[generate] the prompt has 3 tokens, so that a max_length of 3 leaves nothing to write");
  expect_error<tn::IndexError>([&] { generate(model, {10}); },
                               "[generate] token 10 of the prompt is outside of the vocabulary of 10");
  EXPECT_TRUE(generate_batch(model, {}).empty());
}

}  // namespace generate_test
