/// The program text_generation from outside, with the small model that it brings.

#include "examples/example_program.hpp"

namespace text_generation_cli_test {

struct TextGenerationProgram : support::ExampleProgram {
  TextGenerationProgram() : ExampleProgram("text_generation") {}

  /// What it prints.
  std::string written(const std::vector<std::string>& arguments) const {
    const support::Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find(" a second\n"), std::string::npos) << outcome.err;
    return outcome.out;
  }
};

TEST_F(TextGenerationProgram, WritesWhatLlama2cWrites) {
  const std::string story = written({"--greedy", "--prompt-ids", "1", "--max-length", "60"});
  EXPECT_EQ(story.substr(0, 112),
            "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
            "One day, she saw a ");
  EXPECT_EQ(written({"--greedy", "--prompt-ids", "1", "--max-length", "60", "--stream"}), story);
  EXPECT_EQ(written({"--greedy", "--prompt-ids", "1", "--max-new-tokens", "6", "--ids"}),
            "1 403 407 261 378 432 383\n");
}

TEST_F(TextGenerationProgram, OneSeedWritesTheSameTexts) {
  const auto texts = [&](const char* seed) {
    return written({"A cat", "-n", "2", "--max-length", "20", "--seed", seed});
  };
  EXPECT_EQ(texts("5"), texts("5"));
  EXPECT_NE(texts("5"), texts("6"));
  EXPECT_NE(texts("5").find("\n---------------\nA cat"), std::string::npos);
}

TEST_F(TextGenerationProgram, AnyScriptPassesUnharmed) {
  const std::string prompt = "人工智能将如何改变我们的未来？";
  EXPECT_TRUE(written({prompt, "--max-new-tokens", "3"}).starts_with(prompt));
}

TEST_F(TextGenerationProgram, WritesAReport) {
  written({"--max-new-tokens", "4", "--report", folder_ / "report.json"});
  EXPECT_NE(support::read_file(folder_ / "report.json").find("\"tokens\": 4"), std::string::npos);
}

TEST_F(TextGenerationProgram, WhatIsWrongIsSaid) {
  expect_failure({"--model", folder_.path()}, 1, "config.json");
  expect_failure({"--prompt-ids", "1,x"}, 1, "'1,x' is no list of numbers with commas");
  expect_failure({"--num-beams", "0"}, 2, "num-beams must be at least 1, not 0");
}

}  // namespace text_generation_cli_test
