#include "tenon/generate/generation_config.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace generation_config_test {

using tn::models::check_generation_config;
using tn::models::GenerationConfig;

void refuses(const GenerationConfig& config, const std::string& sentence) {
  support::expect_error<tn::ValueError>([&] { check_generation_config(config); }, "[generate] " + sentence);
}

TEST(GenerationConfig, SaysWhatMakesNoSense) {
  check_generation_config({});
  refuses({.max_length = 0}, "max_length is 0, expected 1 or more");
  refuses({.max_new_tokens = 0}, "max_new_tokens is 0, expected 1 or more");
  refuses({.min_length = -1}, "min_length is -1, expected 0 or more");
  refuses({.stop_strings = {""}}, "stop_strings has an empty text");
  refuses({.temperature = 0}, "temperature is 0, expected more than 0");
  refuses({.temperature = NAN}, "temperature is nan, expected more than 0");
  refuses({.top_k = -2}, "top_k is -2, expected 0 or more");
  refuses({.top_p = 0}, "top_p is 0, expected more than 0 and at most 1");
  refuses({.top_p = 1.5}, "top_p is 1.5, expected more than 0 and at most 1");
  refuses({.min_p = -0.5}, "min_p is -0.5, expected 0 or more and at most 1");
  refuses({.epsilon_cutoff = 1}, "epsilon_cutoff is 1, expected 0 or more and less than 1");
  refuses({.num_beams = 3, .num_beam_groups = 2}, "num_beams 3 does not divide into 2 groups");
  refuses({.do_sample = true, .num_beams = 2, .num_beam_groups = 2},
          "groups of beams are not drawn: do_sample is true");
  refuses({.num_return_sequences = 0}, "num_return_sequences is 0, expected 1 or more");
  refuses({.num_return_sequences = 2},
          "without sampling, 1 beams give no more texts than that, and num_return_sequences is 2");
  refuses({.do_sample = true, .num_beams = 2, .num_return_sequences = 3},
          "2 beams give no more texts than that, and num_return_sequences is 3");
  refuses({.repetition_penalty = 0}, "repetition_penalty is 0, expected more than 0");
  refuses({.bad_words_ids = {{}}}, "bad_words_ids has an empty sequence");
  refuses({.sequence_bias = {{{}, 1}}}, "sequence_bias has an empty sequence or a bias that is no number");
}

TEST(GenerationConfig, NewTokensCountFromThePrompt) {
  EXPECT_EQ(full_length(GenerationConfig{}, 5), 20);
  EXPECT_EQ(full_length(GenerationConfig{.max_new_tokens = 3}, 5), 8);
}

}  // namespace generation_config_test
