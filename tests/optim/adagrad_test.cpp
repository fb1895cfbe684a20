#include "tenon/optim/adagrad.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace {

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

TEST(AdagradErrors, OptionsThatMakeNoSense) {
  expect_refused<Adagrad>(
      {.initial_accumulator = -1},
      "[adagrad] lr, lr_decay, weight_decay, initial_accumulator and eps must not be negative");
}

}  // namespace
