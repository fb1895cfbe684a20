#include "tenon/models/vision/unet.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/nn/convert.hpp"

namespace unet_test {

namespace nn = tn::nn;
using tn::models::UNet;

// The network's numbers are tested by the golden harness.
TEST(UNet, NamesItsLevelsAndKeepsTheExtents) {
  const UNet<float> net({.channels = 3, .classes = 2, .width = 4, .depth = 2});
  EXPECT_EQ(net(tn::randn<float>({2, 3, 8, 12})).shape(), (tn::Shape{2, 2, 8, 12}));
  std::vector<std::string> modules;
  for (const auto& [name, tensor] : nn::state(net)) {
    const std::string module = name.substr(0, name.find('.'));
    if (modules.empty() || modules.back() != module) modules.push_back(module);
  }
  EXPECT_EQ(modules, (std::vector<std::string>{"enc0", "enc1", "mid", "up0", "up1", "dec0", "dec1", "head"}));
  support::expect_error<tn::ValueError>([] { UNet<float>({.depth = -1}); },
                                        "[unet] the depth is -1, expected 0 to 15");
}

TEST(UNet, ConvertsToAnotherScalarType) {
  const UNet<float> net({.width = 2, .depth = 1});
  const auto x = tn::randn<float>({1, 1, 4, 4});
  const tn::NoGrad no_grad;
  support::expect_values(tn::to<float>(nn::to<double>(net)(tn::to<double>(x))), {1, 1, 4, 4},
                         net(x).to_vector(), 1e-5);
}

}  // namespace unet_test
