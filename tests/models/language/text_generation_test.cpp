#include "tenon/models/language/text_generation.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tenon::testing {
namespace text_generation_test {

using models::GenerationConfig;
using pipeline::TextGeneration;

const TextGeneration& stories() {
  static const TextGeneration write(TENON_STORIES_FOLDER);
  return write;
}

TEST(TextGeneration, ContinuesAPrompt) {
  const auto texts = stories()("Once upon a time", GenerationConfig{.max_length = 24});
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_TRUE(texts[0].starts_with("Once upon a time, there was a little girl named Lily.")) << texts[0];
}

TEST(TextGeneration, APromptsTextsDoNotDependOnOthers) {
  const GenerationConfig config{
      .max_new_tokens = 12, .do_sample = true, .seed = 4, .num_return_sequences = 3};
  const std::vector<std::string> prompts = {"A dog", "Lily and her mom went", "The"};
  const auto together = stories()(prompts, config);
  ASSERT_EQ(together.size(), 9u);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto alone = stories()(prompts[i], config);
    EXPECT_EQ(alone, std::vector<std::string>(together.begin() + static_cast<std::ptrdiff_t>(3 * i),
                                              together.begin() + static_cast<std::ptrdiff_t>(3 * i + 3)));
  }
}

TEST(TextGeneration, StopStringsAndBeams) {
  const auto stopped =
      stories()("Once upon a time", GenerationConfig{.max_length = 60, .stop_strings = {"Lily."}});
  EXPECT_TRUE(stopped[0].ends_with("Lily.")) << stopped[0];
  const auto beams =
      stories()("Once", GenerationConfig{.max_new_tokens = 8, .num_beams = 3, .num_return_sequences = 2});
  ASSERT_EQ(beams.size(), 2u);
  EXPECT_NE(beams[0], beams[1]);
}

}  // namespace text_generation_test
}  // namespace tenon::testing
