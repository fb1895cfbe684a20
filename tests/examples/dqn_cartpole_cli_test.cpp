/// The program dqn_cartpole from outside.

#include "examples/example_program.hpp"

namespace dqn_cartpole_cli_test {

struct ProgramDqnCartpole : support::ExampleProgram {
  ProgramDqnCartpole() : ExampleProgram("dqn_cartpole") {}
};

TEST_F(ProgramDqnCartpole, RunsAndItsSeedDecidesAll) {
  const std::string out = expect_success({"--steps", "50"}, {"best network"});
  EXPECT_EQ(expect_success({"--steps", "50"}), out);
}

TEST_F(ProgramDqnCartpole, LearnsToBalance) {
  const std::string out = expect_success({"--steps", "3000"});
  // Three seeds gave 263 to 342; a pole that is pushed at random falls after about twenty steps.
  EXPECT_GT(support::number_after(out, "best network: mean return"), 100) << out;
}

TEST_F(ProgramDqnCartpole, SaysWhatIsWrong) {
  expect_failure({"--steps", "0"}, 2, "steps must lie between");
}

}  // namespace dqn_cartpole_cli_test
