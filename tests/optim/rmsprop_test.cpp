#include "tenon/optim/rmsprop.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace rmsprop_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Rmsprop = tn::optim::Rmsprop<double>;

TEST(Rmsprop, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Rmsprop>({.lr = 0.05}), {1, -0.238747410925054, 2.89358484009941});
  expect_vector(ten_steps<Rmsprop>({.lr = 0.05, .weight_decay = 0.1, .momentum = 0.5}),
                {0.911725019629284, 0.168179812529898, 4.11710360605863});
  expect_vector(ten_steps<Rmsprop>({.lr = 0.05, .alpha = 0.9, .centered = true}),
                {1, -1.00905525660087, 1.5976681873469}, 1e-12);
  expect_vector(
      ten_steps<Rmsprop>({.lr = 0.05, .alpha = 0.9, .momentum = 0.5, .centered = true, .maximize = true}),
      {1, -4.26602295612929, -1.60370118543452}, 1e-12);
}

// Only the loss's gradient changes its sign, whatever else is asked for. The numbers are of a loop over the
// formula, in Python, which gives PyTorch's above.
TEST(Rmsprop, DecayPullsToZeroWhileTheLossClimbs) {
  expect_vector(ten_steps<Rmsprop>({.lr = 0.05, .weight_decay = 0.1, .maximize = true}),
                {-2.55879913535307, -4.94336372722169, -2.0324335512555});
  expect_vector(ten_steps<Rmsprop>({.lr = 0.05, .weight_decay = 0.1, .momentum = 0.5, .maximize = true}),
                {-5.91930688730797, -7.80740826464422, -4.22066872350473});
  expect_vector(
      ten_steps<Rmsprop>({.lr = 0.05, .alpha = 0.9, .weight_decay = 0.1, .centered = true, .maximize = true}),
      {-0.416690222996285, -3.20780979816414, -0.622381875809706}, 1e-12);
  expect_vector(
      ten_steps<Rmsprop>({.lr = 0.05, .alpha = 0.9, .weight_decay = 0.1, .momentum = 0.5, .centered = true}),
      {0.905714375238276, -0.406468517360406, 2.36007981079448}, 1e-12);
}

TEST(Rmsprop, IsFiniteWhereRoundingLeavesNoVariance) {
  auto p = tn::zeros<float>({100});
  tn::optim::Rmsprop<float> rmsprop({p}, {.centered = true});
  for (int i = 0; i < 2000; ++i) rmsprop.step({tn::full<float>({100}, 0.1f)});
  for (float x : p) EXPECT_TRUE(std::isfinite(x));
}

TEST(RmspropErrors, OptionsThatMakeNoSense) {
  expect_refused<Rmsprop>({.momentum = -1},
                          "[rmsprop] lr, eps, weight_decay and momentum must not be negative");
  expect_refused<Rmsprop>({.alpha = 2}, "[rmsprop] alpha must lie in [0, 1], got 2");
}

}  // namespace rmsprop_test
