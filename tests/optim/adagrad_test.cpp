#include "tenon/optim/adagrad.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace adagrad_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Adagrad = tn::optim::Adagrad<double>;

TEST(Adagrad, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Adagrad>({.lr = 0.1}), {1, -1.52265387837509, 0.996913449913718});
  expect_vector(
      ten_steps<Adagrad>({.lr = 0.1, .lr_decay = 0.1, .weight_decay = 0.1, .initial_accumulator = 0.5}),
      {0.937664872213448, -1.62424417684206, 0.841440607959265});
  expect_vector(ten_steps<Adagrad>({.lr = 0.1, .maximize = true}),
                {1, -2.52363125567455, -0.00712795914539689});
}

// Only the loss's gradient changes its sign. The numbers are of a loop over the formula, in Python.
TEST(Adagrad, DecayPullsToZeroWhileTheLossClimbs) {
  expect_vector(
      ten_steps<Adagrad>(
          {.lr = 0.1, .lr_decay = 0.1, .weight_decay = 0.1, .initial_accumulator = 0.5, .maximize = true}),
      {0.861826406152654, -2.40163482135431, 0.146177757121031});
}

TEST(AdagradErrors, OptionsThatMakeNoSense) {
  expect_refused<Adagrad>(
      {.initial_accumulator = -1},
      "[adagrad] lr, lr_decay, weight_decay, initial_accumulator and eps must not be negative");
}

}  // namespace adagrad_test
