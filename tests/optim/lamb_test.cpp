#include "tenon/optim/lamb.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace lamb_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Lamb = tn::optim::Lamb<double>;

// PyTorch has no LAMB: this is a loop over the paper's formula.
TEST(Lamb, StepsAsItsFormula) {
  const tn::optim::LambOptions o{.lr = 0.1, .beta1 = 0.8, .beta2 = 0.9, .eps = 0.01, .weight_decay = 0.2};
  std::vector<double> p{1, -2, 0.5}, m(3), v(3), u(3);
  const double a[] = {1, 10, 0.1};
  for (int t = 1; t <= 10; ++t) {
    double size = 0, length = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double g = a[i] * p[i] - 1;
      m[i] = 0.8 * m[i] + 0.2 * g;
      v[i] = 0.9 * v[i] + 0.1 * g * g;
      u[i] = m[i] / (1 - std::pow(0.8, t)) / (std::sqrt(v[i] / (1 - std::pow(0.9, t))) + 0.01) + 0.2 * p[i];
      size += p[i] * p[i];
      length += u[i] * u[i];
    }
    for (std::size_t i = 0; i < 3; ++i) p[i] -= 0.1 * std::sqrt(size / length) * u[i];
  }
  expect_vector(ten_steps<Lamb>(o), p);
}

TEST(Lamb, TheStepIsAShareOfTheParameter) {
  auto p = tn::from<double>({3, 4}), zero = tn::from<double>({0, 0}), still = tn::from<double>({3, 4});
  Lamb lamb({p, zero, still}, {.lr = 0.1, .weight_decay = 0});
  lamb.step({tn::from<double>({1e-3, 0}), tn::from<double>({-1, 0}), tn::from<double>({0, 0})});
  expect_vector(p, {2.5, 4});                  // 0.1 |p|
  expect_vector(zero, {0.1 / (1 + 1e-6), 0});  // has no size: Adam's step
  expect_vector(still, {3, 4});
}

TEST(LambErrors, OptionsThatMakeNoSense) {
  expect_refused<Lamb>({.lr = -1}, "[lamb] lr, eps and weight_decay must not be negative");
  expect_refused<Lamb>({.beta1 = 1}, "[lamb] betas must lie in [0, 1), got 1 and 0.999");
}

}  // namespace lamb_test
