#include "tenon/optim/nadam.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace nadam_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Nadam = tn::optim::Nadam<double>;

// PyTorch 1.13 has a slip in M_{t+1}, so these numbers are of a loop over the formula, in Python.
TEST(Nadam, StepsAsItsFormula) {
  expect_vector(ten_steps<Nadam>({.lr = 0.1}), {1, -1.24813672491294, 1.29650401803603});
  expect_vector(
      ten_steps<Nadam>({.lr = 0.1, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1, .momentum_decay = 0.1}),
      {0.908908426975012, -1.15147478563279, 1.38805575942262});
}

TEST(NadamErrors, OptionsThatMakeNoSense) {
  expect_refused<Nadam>({.beta2 = 1}, "[nadam] betas must lie in [0, 1), got 0.9 and 1");
  expect_refused<Nadam>({.momentum_decay = -1}, "[nadam] momentum_decay must not be negative");
}

}  // namespace nadam_test
