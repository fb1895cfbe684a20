/// The program wgan_gp from outside.

#include "examples/example_program.hpp"

namespace wgan_gp_cli_test {

struct ProgramWganGp : support::ExampleProgram {
  ProgramWganGp() : ExampleProgram("wgan_gp") {}
};

TEST_F(ProgramWganGp, RunsAndItsSeedDecidesAll) {
  const std::string out = expect_success({"--steps", "3"}, {"of 8"});
  EXPECT_EQ(expect_success({"--steps", "3"}), out);
}

TEST_F(ProgramWganGp, FindsModes) {
  const std::string out = expect_success({"--steps", "150"});
  EXPECT_GE(support::number_after(out, "modes"), 4) << out;  // 8 on one machine; none without training
}

TEST_F(ProgramWganGp, SaysWhatIsWrong) {
  expect_failure({"--steps", "0"}, 2, "steps must lie between");
}

}  // namespace wgan_gp_cli_test
