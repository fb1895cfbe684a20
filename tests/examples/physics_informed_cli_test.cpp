/// The program physics_informed from outside.

#include "examples/example_program.hpp"

namespace physics_informed_cli_test {

struct ProgramPhysicsInformed : support::ExampleProgram {
  ProgramPhysicsInformed() : ExampleProgram("physics_informed") {}
};

TEST_F(ProgramPhysicsInformed, RunsAndItsSeedDecidesAll) {
  const std::string out = expect_success({"--steps", "5"}, {"largest deviation"});
  EXPECT_EQ(expect_success({"--steps", "5"}), out);
}

TEST_F(ProgramPhysicsInformed, TheLossFalls) {
  const std::string out = expect_success({"--steps", "100"});
  const double first = support::number_after(out.substr(0, out.find('\n')), "loss");
  EXPECT_LT(support::number_after(out, "loss"), first / 2) << out;
}

TEST_F(ProgramPhysicsInformed, SaysWhatIsWrong) {
  expect_failure({"--steps", "0"}, 2, "steps must lie between");
}

}  // namespace physics_informed_cli_test
