#include "tenon/generate/logits_processor.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace logits_processor_test {

using namespace tn::models;
using support::expect_error;
using tn::index_t;

void expect_logits(const Logits& got, const Logits& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(got[i] == expected[i] || std::abs(got[i] - expected[i]) < 1e-12) << i << ": " << got[i];
}
/// What process_logits makes of a text of which the first token is the prompt.
Logits processed(Logits logits, const Tokens& text, const GenerationConfig& config) {
  process_logits(logits, text, 1, config);
  return logits;
}

TEST(LogitsProcessor, LogProbabilities) {
  Logits logits{std::log(2.0), std::log(6.0), never};
  log_softmax(logits);
  expect_logits(logits, {std::log(0.25), std::log(0.75), never});
  Logits none{never, never};
  log_softmax(none);
  expect_logits(none, {never, never});
}

TEST(LogitsProcessor, RepetitionPenaltyCountsATokenOnce) {
  expect_logits(processed({3, -2, 1, 0}, {0, 1, 1}, {.repetition_penalty = 2}), {1.5, -4, 1, 0});
}

TEST(LogitsProcessor, FrequencyAndPresenceArePenaltiesOfWhatWasWritten) {
  expect_logits(processed({3, 3, 3}, {0, 1, 1, 2}, {.frequency_penalty = 0.5, .presence_penalty = 0.25}),
                {3, 1.75, 2.25});
}

TEST(LogitsProcessor, NoNgramTwice) {
  const auto allowed = [](const Tokens& text, index_t size) {
    return processed({1, 1, 1, 1}, text, {.no_repeat_ngram_size = size});
  };
  expect_logits(allowed({0, 1, 2, 0, 1, 3, 0, 1}, 3), {1, 1, never, never});
  expect_logits(allowed({0, 1, 2, 0}, 2), {1, never, 1, 1});
  expect_logits(allowed({0, 2}, 1), {never, 1, never, 1});
  expect_logits(allowed({0, 2}, 3), {1, 1, 1, 1});
  expect_logits(allowed({0, 2}, 4), {1, 1, 1, 1});
}

TEST(LogitsProcessor, SequencesAreCompletedOrNot) {
  const GenerationConfig config{.bad_words_ids = {{2}, {0, 1}, {1, 0, 3}, {0}}, .eos_token_id = {2}};
  expect_logits(processed({1, 1, 1, 1}, {0}, config), {never, never, 1, 1});
  expect_logits(processed({1, 1, 1, 1}, {1, 0}, config), {never, never, 1, never});
  expect_logits(processed({1, 1, 1}, {0}, {.sequence_bias = {{{0, 1}, 2.5}, {{1, 2}, 9}, {{2}, -1}}}),
                {1, 3.5, 0});
}

TEST(LogitsProcessor, EndsNotBeforeAndNotAfter) {
  const auto at = [](std::size_t length, const GenerationConfig& config) {
    return processed({1, 1, 1}, Tokens(length, 0), config);
  };
  const GenerationConfig least{.min_length = 3, .eos_token_id = {1, 2}};
  expect_logits(at(2, least), {1, never, never});
  expect_logits(at(3, least), {1, 1, 1});
  const GenerationConfig fresh{.min_new_tokens = 3, .eos_token_id = {1}};
  expect_logits(at(3, fresh), {1, never, 1});
  expect_logits(at(4, fresh), {1, 1, 1});
  const GenerationConfig forced{.max_length = 4, .forced_eos_token_id = {2}};
  expect_logits(at(2, forced), {1, 1, 1});
  expect_logits(at(3, forced), {never, never, 0});
}

TEST(LogitsProcessor, FirstTokens) {
  const auto at = [](std::size_t length, const GenerationConfig& config) {
    return processed({1, 1, 1}, Tokens(length, 0), config);
  };
  expect_logits(at(1, {.forced_bos_token_id = 2}), {never, never, 0});
  expect_logits(at(2, {.forced_bos_token_id = 2}), {1, 1, 1});
  expect_logits(at(1, {.begin_suppress_tokens = {1}}), {1, never, 1});
  expect_logits(at(2, {.begin_suppress_tokens = {1}}), {1, 1, 1});
  expect_logits(at(2, {.begin_suppress_tokens = {1}, .forced_bos_token_id = 2}), {1, never, 1});
  expect_logits(at(2, {.suppress_tokens = {0, 1}}), {never, never, 1});
}

TEST(LogitsProcessor, AnEndGrowsLikelier) {
  const GenerationConfig config{.exponential_decay_length_penalty = {{1, 1.5}}, .eos_token_id = {0}};
  expect_logits(processed({-2, 1}, {1, 1}, config), {-2, 1});         // one token was written
  expect_logits(processed({-2, 1}, {1, 1, 1, 1}, config), {0.5, 1});  // |-2| (1.5^2 - 1) more
}

TEST(LogitsProcessor, InvalidValuesAreRemovedOnRequest) {
  constexpr double largest = std::numeric_limits<float>::max();
  expect_logits(processed({NAN, HUGE_VAL, -HUGE_VAL, 1}, {0}, {.remove_invalid_values = true}),
                {0, largest, -largest, 1});
}

TEST(LogitsProcessor, TokensOfOptionsAreOfTheVocabulary) {
  expect_error<tn::IndexError>([] { processed({1, 1}, {0}, {.suppress_tokens = {2}}); },
                               "[generate] token 2 is outside of the vocabulary of 2");
  expect_error<tn::IndexError>([] { processed({1, 1}, {0}, {.bad_words_ids = {{0, -1}}}); },
                               "[generate] token -1 is outside of the vocabulary of 2");
}

}  // namespace logits_processor_test
