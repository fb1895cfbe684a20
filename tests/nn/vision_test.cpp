#include "tenon/nn/vision.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/nn/norm.hpp"

namespace vision_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;
using tn::from;

template <class M>
std::string names_of(const M& model) {
  std::string names;
  for (const auto& named : nn::state(model)) names += named.name + " ";
  return names;
}

TEST(StochasticDepth, FollowsItsMode) {
  const auto x = tn::ones<float>({100, 3});
  nn::StochasticDepth layer{0.5};
  tn::manual_seed(1);
  const auto y = layer(x).to_vector();
  EXPECT_GT(std::count(y.begin(), y.end(), 0.0f), 60);
  EXPECT_EQ(std::count(y.begin(), y.end(), 0.0f) % 3, 0);
  nn::eval(layer);
  EXPECT_TRUE(layer(x).is(x));
}

TEST(SqueezeExcitation, ScalesChannels) {
  nn::SqueezeExcitation<double> layer(2, 1);
  EXPECT_EQ(names_of(layer), "fc1.weight fc1.bias fc2.weight fc2.bias ");
  const tn::NoGrad no_grad;
  layer.fc1.weight = from<double>({2, -1}, {1, 2, 1, 1});
  layer.fc1.bias = from<double>({0.5});
  layer.fc2.weight = from<double>({1, -3}, {2, 1, 1, 1});
  layer.fc2.bias = from<double>({0, 1});
  // Means 2 and 3 of the channels: relu(2 * 2 - 3 + 0.5) = 1.5
  const auto x = from<double>({1, 3, 2, 4}, {1, 2, 1, 2});
  const double a = 1 / (1 + std::exp(-1.5)), b = 1 / (1 + std::exp(3.5));
  expect_values(layer(x), {1, 2, 1, 2}, {a, 3 * a, 2 * b, 4 * b});

  nn::SqueezeExcitation<double, nn::Tanh, nn::Hardsigmoid> other;
  other.fc1 = layer.fc1;
  other.fc2 = layer.fc2;
  const double c = (std::tanh(1.5) + 3) / 6, d = (1 - 3 * std::tanh(1.5) + 3) / 6;
  expect_values(other(x), {1, 2, 1, 2}, {c, 3 * c, 2 * d, 4 * d});
}

TEST(FrozenBatchNorm2d, NormalisesByItsBuffersAlone) {
  nn::FrozenBatchNorm2d<double> layer(2, 0.25);
  EXPECT_EQ(names_of(layer), "weight bias running_mean running_var ");
  EXPECT_TRUE(nn::parameters(layer).empty());
  {
    const tn::NoGrad no_grad;
    layer.weight = from<double>({2, 1});
    layer.bias = from<double>({0.5, 0});
    layer.running_mean = from<double>({1, -1});
    layer.running_var = from<double>({0.75, 3.75});
  }
  const auto x = from<double>({1, 2, 3, 4}, {1, 2, 1, 2});
  expect_values(layer(x), {1, 2, 1, 2}, {0.5, 2.5, 2, 2.5});
  expect_values(layer(x), {1, 2, 1, 2}, {0.5, 2.5, 2, 2.5});  // training changes nothing
  expect_error<tn::ShapeError>([&] { layer(x(0)); },
                               "[frozen_batch_norm2d] expected x of 4 axes, got shape (2, 1, 2)");
  expect_error<tn::ValueError>([] { nn::FrozenBatchNorm2d<float>(0); },
                               "[frozen_batch_norm2d] expected a positive number of channels, got 0");
}

TEST(FrozenBatchNorm2d, IsABatchNormInEvaluation) {
  const nn::FrozenBatchNorm2d<float> frozen(3);
  nn::BatchNorm2d<float> norm(3);
  nn::eval(norm);
  const auto x = tn::randn<float>({2, 3, 4, 5});
  expect_values(frozen(x), x.shape(), norm(x).to_vector());
}

}  // namespace vision_test
