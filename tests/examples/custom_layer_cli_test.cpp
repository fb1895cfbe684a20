/// The program custom_layer from outside.

#include "examples/example_program.hpp"

namespace custom_layer_cli_test {

struct CustomLayerProgram : support::ExampleProgram {
  CustomLayerProgram() : ExampleProgram("custom_layer") {}
};

TEST_F(CustomLayerProgram, LearnsDrawsAndSaves) {
  const std::string file = folder_ / "net.safetensors";
  const std::string out = expect_success({"10", file}, {"loss", "#", "new points"});
  EXPECT_EQ(folder_.files(), std::vector<std::string>{"net.safetensors"});
  EXPECT_NE(support::read_file(file).find("first.frequency"), std::string::npos);
  EXPECT_EQ(expect_success({"10", file}), out);  // the seed decides all
}

TEST_F(CustomLayerProgram, SaysWhatIsWrong) {
  expect_failure({"0"}, 2, "at least 5 steps");
  expect_failure({"--help"}, 2, "usage");
  expect_failure({"5", folder_ / "nowhere/net"}, 1, "nowhere/net");
}

}  // namespace custom_layer_cli_test
