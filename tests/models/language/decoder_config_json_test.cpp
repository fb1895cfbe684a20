#include "tenon/models/language/decoder_config_json.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace tenon::testing {
namespace decoder_config_json_test {

using models::DecoderConfig;

DecoderConfig read(const std::string& type, const std::string& members = "") {
  return models::decoder_config(
      io::Json::parse("{\"model_type\": \"" + type + "\"" + (members.empty() ? "" : ", ") + members + "}"));
}

TEST(DecoderConfig, RotaryParametersMayStandInOneObject) {  // as transformers 5 writes them
  const DecoderConfig c = read("phi", R"("hidden_size": 64, "num_attention_heads": 4,
      "rope_parameters": {"rope_type": "default", "rope_theta": 500.0, "partial_rotary_factor": 0.25})");
  EXPECT_EQ(c.rotary.dims, 4);
  EXPECT_EQ(c.rotary.base, 500);
}

TEST(DecoderConfig, WhatIsMissingIsTheClassesDefault) {
  EXPECT_EQ(read("gemma2").attention_cap, 50);
  EXPECT_EQ(read("gemma2").logit_cap, 30);
  EXPECT_EQ(read("gemma2", R"("attn_logit_softcapping": null)").attention_cap, 0);
  EXPECT_TRUE(read("gemma").tied);
  EXPECT_FALSE(read("llama").tied);
  EXPECT_EQ(read("gpt2").attention_scale, 0);
  EXPECT_EQ(read("gpt2", R"("scale_attn_weights": false)").attention_scale, 1);
}

TEST(DecoderConfig, SmolLm3HasWindowsWhereItHasNoPositions) {
  const std::vector<bool> fourth = {false, false, false, true};
  const std::string four = R"("num_hidden_layers": 4)";
  EXPECT_EQ(read("smollm3", four).no_rotary, fourth);
  EXPECT_EQ(read("smollm3", four + R"(, "use_sliding_window": true, "sliding_window": 8)").windowed, fourth);
}

TEST(DecoderConfig, NumbersThatMakeNoSenseAreRefusedBeforeAnythingIsMade) {
  const auto refused = [](const std::string& type, const std::string& members, const std::string& sentence) {
    support::expect_error<IoError>([&] { read(type, members); }, "[config] " + sentence);
  };
  for (const char* type : {"gemma2", "smollm3", "qwen2", "llama"})
    refused(type, R"("num_hidden_layers": 4294967296)",
            "'num_hidden_layers' is 4294967296, expected a whole number up to 4096");
  refused("phi", R"("partial_rotary_factor": 1e300)",
          "the part of each head that is rotated is 1e+300, expected above 0 and up to 1");
  refused("llama", R"("rope_theta": 0)", "'rope_theta' is 0, expected a number above 0");
  refused("llama", R"("rope_scaling": {"type": "linear", "factor": -1})",
          "'factor' is -1, expected a number above 0");
  refused("llama", R"("hidden_size": 4294967296, "num_attention_heads": 4294967296)",
          "a model of 32 layers, 4294967296 heads of 1, 4294967296 of keys and values, and 4294967296 hidden "
          "units "
          "does not fit together");
}

}  // namespace decoder_config_json_test
}  // namespace tenon::testing
