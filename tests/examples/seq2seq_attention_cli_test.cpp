/// The program seq2seq_attention from outside.

#include "examples/example_program.hpp"

namespace seq2seq_attention_cli_test {

struct ProgramSeq2seqAttention : support::ExampleProgram {
  ProgramSeq2seqAttention() : ExampleProgram("seq2seq_attention") {}
};

TEST_F(ProgramSeq2seqAttention, RunsAndItsSeedDecidesAll) {
  const std::string out = expect_success({"--steps", "3"}, {"of new dates right", "march 14, 1998"});
  EXPECT_EQ(expect_success({"--steps", "3"}), out);
}

TEST_F(ProgramSeq2seqAttention, LearnsToWriteDates) {
  const std::string out = expect_success({"--steps", "150", "--text", "1.2.1934"});
  const std::string last = out.substr(0, out.rfind(" % of new"));
  // Three seeds gave 87 to 100 %.
  EXPECT_GT(std::stod(last.substr(last.find_last_of(' ') + 1)), 40) << out;
}

TEST_F(ProgramSeq2seqAttention, SaysWhatIsWrong) {
  expect_failure({"--steps", "0"}, 2, "steps must lie between");
  expect_failure({"--text", "May"}, 2, "expected small letters");
}

}  // namespace seq2seq_attention_cli_test
