#include "tenon/nn/linear.hpp"

#include <gtest/gtest.h>

#include "support/layer_case.hpp"

namespace linear_test {

namespace nn = tn::nn;
using support::check_layer;

TEST(Linear, IsALayer) {
  const auto x = tn::randn<double>({4, 3});
  check_layer(nn::Linear<double>(3, 2), {.output = {4, 2}, .state = {"weight", "bias"}}, x);
  check_layer(nn::Linear<double>(3, 2, false), {.output = {4, 2}, .state = {"weight"}}, x);
}

TEST(Linear, BeginsWithinOneOverTheRootOfItsInputs) {
  const nn::Linear<double> layer(16, 200);
  for (const auto& x : {layer.weight, layer.bias}) {
    EXPECT_LT(tn::amax(tn::abs(x.detach())).item(), 0.25);
    EXPECT_GT(tn::amax(tn::abs(x.detach())).item(), 0.2);
  }
  support::expect_error<tn::ValueError>([] { nn::Linear<float>(0, 2); },
                                        "[linear] expected a positive number of inputs, got 0");
}

TEST(Bilinear, IsALayer) {
  const auto x1 = tn::randn<double>({4, 3}), x2 = tn::randn<double>({4, 2});
  const nn::Bilinear<double> layer(3, 2, 5);
  check_layer(layer, {.output = {4, 5}, .state = {"weight", "bias"}}, x1, x2);
  // A product of each row of the weight with x2, then of those with x1.
  EXPECT_EQ(layer.macs({4, 3}, {4, 5}), 4 * 5 * (3 * 2 + 2));
}

TEST(Bilinear, MayHaveNoBias) {
  EXPECT_FALSE((nn::Bilinear<double>(3, 2, 5, false).bias.defined()));
}

}  // namespace linear_test
