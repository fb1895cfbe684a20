#include "tenon/generate/generation_config_json.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace generation_config_json_test {

using tn::io::Json;
using tn::models::EarlyStopping;
using tn::models::GenerationConfig;
using Tokens = std::vector<tn::index_t>;

GenerationConfig read(const char* text, GenerationConfig config = {}) {
  set_options(config, Json::parse(text));
  return config;
}

TEST(GenerationConfigJson, ReadsOptionsOfEachKind) {
  const GenerationConfig c = read(R"({"max_new_tokens": 7, "do_sample": true, "temperature": 0.6, "top_k": 5,
      "eos_token_id": [2, 3], "forced_eos_token_id": 4, "pad_token_id": 0, "bad_words_ids": [[1], [2, 3]],
      "sequence_bias": [[[1, 2], -1.5]], "early_stopping": "never", "stop_strings": "end", "seed": 42,
      "exponential_decay_length_penalty": [3, 1.1], "transformers_version": "4.31.0", "min_length": null})",
                                  {.min_length = 2});
  EXPECT_EQ(c.max_new_tokens, 7);
  EXPECT_TRUE(c.do_sample);
  EXPECT_EQ(c.temperature, 0.6);
  EXPECT_EQ(c.top_k, 5);
  EXPECT_EQ(c.eos_token_id, (Tokens{2, 3}));
  EXPECT_EQ(c.forced_eos_token_id, Tokens{4});
  EXPECT_EQ(c.pad_token_id, 0);
  EXPECT_EQ(c.bad_words_ids, (std::vector<Tokens>{{1}, {2, 3}}));
  EXPECT_EQ(c.sequence_bias[0].first, (Tokens{1, 2}));
  EXPECT_EQ(c.sequence_bias[0].second, -1.5);
  EXPECT_EQ(c.early_stopping, EarlyStopping::never);
  EXPECT_EQ(c.stop_strings, std::vector<std::string>{"end"});
  EXPECT_EQ(c.seed, 42u);
  EXPECT_EQ(c.exponential_decay_length_penalty->second, 1.1);
  EXPECT_EQ(c.min_length, 2);
  EXPECT_EQ(read(R"({"early_stopping": true})").early_stopping, EarlyStopping::yes);
}

TEST(GenerationConfigJson, NamesWhatItDoesNotUnderstand) {
  const auto refuses = [](const char* text, const std::string& sentence) {
    support::expect_error<tn::ValueError>([&] { read(text); }, "[generation_config] " + sentence);
  };
  refuses(R"({"penalty_alpha": 0.6})", "the option \"penalty_alpha\" is not known");
  refuses(R"({"top_k": 1.5})", "top_k is not a whole number");
  refuses(R"({"top_k": "5"})", "top_k is not a whole number");
  refuses(R"({"temperature": true})", "temperature is not a number");
  refuses(R"({"do_sample": 1})", "do_sample is not true or false");
  refuses(R"({"do_sample": "true"})", "do_sample is not true or false");
  refuses(R"({"stop_strings": [3]})", "stop_strings is not a string");
  refuses(R"({"early_stopping": "yes"})", "early_stopping is not true, false or \"never\"");
  refuses(R"({"sequence_bias": [[1]]})", "sequence_bias is not a list of two");
  refuses(R"([1])", "expected an object of options");
}

}  // namespace generation_config_json_test
