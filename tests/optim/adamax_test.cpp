#include "tenon/optim/adamax.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace adamax_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Adamax = tn::optim::Adamax<double>;

TEST(Adamax, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Adamax>({.lr = 0.1}), {1, -1.11298974602413, 1.47748821209079});
  expect_vector(
      ten_steps<Adamax>(
          {.lr = 0.1, .beta1 = 0.8, .beta2 = 0.7, .eps = 0.1, .weight_decay = 0.1, .maximize = true}),
      {0.441905165857398, -2.93982562394773, -0.409090909090909});
}

TEST(AdamaxErrors, OptionsThatMakeNoSense) {
  expect_refused<Adamax>({.lr = -1}, "[adamax] lr, eps and weight_decay must not be negative");
  expect_refused<Adamax>({.beta1 = 1}, "[adamax] betas must lie in [0, 1), got 1 and 0.999");
}

}  // namespace adamax_test
