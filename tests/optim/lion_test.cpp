#include "tenon/optim/lion.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace lion_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Lion = tn::optim::Lion<double>;

// PyTorch has no Lion: these numbers are of a loop over its formula, in Python.
TEST(Lion, StepsAsItsFormula) {
  expect_vector(ten_steps<Lion>({.lr = 0.25, .beta1 = 0.5, .beta2 = 0.75, .weight_decay = 0.1}),
                {1.00370120421982, 0.684044549722747, 2.62486860186384});
}

TEST(Lion, StaysWhereNothingPulls) {
  auto p = tn::from<double>({1, 2});
  Lion lion({p}, {.lr = 0.5});
  lion.step({tn::from<double>({0, -1e-30})});
  expect_vector(p, {1, 2.5});
}

TEST(LionErrors, OptionsThatMakeNoSense) {
  expect_refused<Lion>({.lr = -1}, "[lion] lr and weight_decay must not be negative");
  expect_refused<Lion>({.beta1 = 1}, "[lion] betas must lie in [0, 1), got 1 and 0.99");
}

}  // namespace lion_test
