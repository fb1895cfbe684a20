#include "tenon/optim/rprop.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace rprop_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Rprop = tn::optim::Rprop<double>;

TEST(Rprop, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Rprop>({.lr = 0.1}), {1, 0.5958682112, 3.0958682112});
  expect_vector(
      ten_steps<Rprop>({.lr = 0.1, .eta_minus = 0.3, .eta_plus = 2, .min_step = 0.05, .max_step = 0.2}),
      {1, -0.1, 2.4});
}

TEST(Rprop, RestsWhereTheSignChanges) {
  auto p = tn::from<double>({0, 0});
  Rprop rprop({p}, {.lr = 1});
  rprop.step({tn::from<double>({-1, 1})});
  expect_vector(p, {1, -1});
  rprop.step({tn::from<double>({-0.1, -7})});
  expect_vector(p, {2.2, -1});
  rprop.step({tn::from<double>({-9, -7})});
  expect_vector(p, {3.64, -0.5});
}

TEST(RpropErrors, OptionsThatMakeNoSense) {
  expect_refused<Rprop>({.lr = -1}, "[rprop] lr must not be negative");
  expect_refused<Rprop>({.eta_plus = 1}, "[rprop] expected 0 < eta_minus < 1 < eta_plus, got 0.5 and 1");
  expect_refused<Rprop>({.min_step = 60}, "[rprop] expected 0 <= min_step <= max_step, got 60 and 50");
}

}  // namespace rprop_test
