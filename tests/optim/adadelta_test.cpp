#include "tenon/optim/adadelta.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace adadelta_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Adadelta = tn::optim::Adadelta<double>;

TEST(Adadelta, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Adadelta>({}), {1, -1.9664144505336, 0.533714573810095});
  expect_vector(
      ten_steps<Adadelta>({.lr = 0.5, .rho = 0.8, .eps = 1e-4, .weight_decay = 0.1, .maximize = true}),
      {0.839009161793921, -2.13053996870192, 0.371668273287997});
}

TEST(AdadeltaErrors, OptionsThatMakeNoSense) {
  expect_refused<Adadelta>({.lr = -1}, "[adadelta] lr, eps and weight_decay must not be negative");
  expect_refused<Adadelta>({.rho = 1.5}, "[adadelta] rho must lie in [0, 1], got 1.5");
}

}  // namespace adadelta_test
