/// The program custom_layer from outside.

#include "examples/example_program.hpp"

namespace custom_layer_cli_test {

struct CustomLayerProgram : support::ExampleProgram {
  CustomLayerProgram() : ExampleProgram("custom_layer") {}
};

TEST_F(CustomLayerProgram, LearnsDrawsAndSaves) {
  const std::string file = folder_ / "net.safetensors";
  const std::string out = expect_success({"--steps", "10", "--save", file}, {"loss", "#", "new points"});
  EXPECT_EQ(folder_.files(), std::vector<std::string>{"net.safetensors"});
  EXPECT_NE(support::read_file(file).find("first.frequency"), std::string::npos);
  EXPECT_EQ(expect_success({"--steps", "10", "--save", file}), out);  // the seed decides all
}

TEST_F(CustomLayerProgram, SaysWhatIsWrong) {
  expect_failure({"--steps", "0"}, 2, "steps must lie between 5 and 1000000, not 0");
  expect_failure({"--steps", "5", "--save", folder_ / "nowhere/net"}, 1, "nowhere/net");
}

}  // namespace custom_layer_cli_test
