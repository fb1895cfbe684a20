#include "tenon/core/symbol.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace symbol_test {

using tn::Formula;
using tn::Symbol;

/// The formula's value at numbers.
double at(const Formula& f, double x, double y = 0) {
  const double* inputs[Formula::max_inputs] = {&x, &y};
  double result = 0;
  f.evaluate(1, inputs, &result);
  return result;
}
/// The formula of a lambda of one or two arguments.
template <class F>
Formula formula_of(F f) {
  Formula formula;
  if constexpr (std::is_invocable_v<F, Symbol>)
    formula.set_result(f(formula.input(0)));
  else
    formula.set_result(f(formula.input(0), formula.input(1)));
  return formula;
}

TEST(Symbol, ALambdaLeavesItsFormulaBehind) {
  const Formula f = formula_of([](auto x, auto y) { return 2 * exp(x) - y / (x * x + 1.0f); });
  EXPECT_DOUBLE_EQ(at(f, 0.5, 3), 2 * std::exp(0.5) - 3 / 1.25);
}

TEST(Symbol, NumbersAreComputedAtOnce) {
  const Symbol x = 2;
  EXPECT_TRUE((x * x + 1).is_number());
  EXPECT_EQ((x * x + 1).number(), 5);
  EXPECT_EQ(at(formula_of([](auto) { return 7; }), 1), 7);
}

TEST(Symbol, ComparisonsChoose) {
  const Formula f = formula_of(
      [](auto x, auto y) { return select((x > 0) & !(y >= x), x, select((x < -1) | (y != 2), y, 0)); });
  EXPECT_EQ(at(f, 3, 1), 3);
  EXPECT_EQ(at(f, 3, 5), 5);
  EXPECT_EQ(at(f, 3, 2.5), 3);
  EXPECT_EQ(at(f, -0.5, 2), 0);
  EXPECT_EQ(at(f, -2, 2), 2);
  EXPECT_EQ(at(formula_of([](auto x) { return select((x <= 1) & (x == x), 1, x * 0); }), 1), 1);
}

TEST(Symbol, DerivativesOfAnyOrder) {
  Formula f = formula_of([](auto x) { return tanh(x) * x; });
  const double t = std::tanh(0.3), s = 1 - t * t;
  f = f.derivative(0);
  EXPECT_DOUBLE_EQ(at(f, 0.3), t + 0.3 * s);
  f = f.derivative(0);
  EXPECT_DOUBLE_EQ(at(f, 0.3), 2 * s - 0.6 * t * s);
  f = f.derivative(0);
  EXPECT_NEAR(at(f, 0.3), -6 * t * s - 0.6 * s * (1 - 3 * t * t), 1e-14);
  Formula g = formula_of([](auto x) { return sin(x); });
  for (int order = 0; order < 12; ++order) g = g.derivative(0);
  EXPECT_NEAR(at(g, 0.7), std::sin(0.7), 1e-14);
}

TEST(Symbol, MixedDerivativesAreOfEachInput) {
  const Formula f = formula_of([](auto x, auto y) { return x * x * y / exp(y) - pow(x, y); });
  const auto by = [&](int i, int j) { return at(f.derivative(i).derivative(j), 1.5, 0.5); };
  EXPECT_DOUBLE_EQ(by(0, 1), by(1, 0));
  EXPECT_NEAR(by(0, 1), 3 * 0.5 * std::exp(-0.5) - std::pow(1.5, -0.5) * (1 + 0.5 * std::log(1.5)), 1e-14);
  EXPECT_NEAR(by(0, 0), std::exp(-0.5) + 0.25 * std::pow(1.5, -1.5), 1e-14);
}

TEST(Symbol, WhatDoesNotDependOnAnInputNeverMeetsInfinity) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Formula f = formula_of([](auto x, auto y) { return select(x > 0, sqrt(x), x * 0) + y; });
  EXPECT_EQ(at(f.derivative(0), 0), 0);
  EXPECT_EQ(at(f.derivative(1), infinity, 1), 1);
  EXPECT_EQ(at(formula_of([](auto x, auto y) { return x + exp(y); }).derivative(0), 1, infinity), 1);
}

TEST(Symbol, TimesAnInput) {
  const Formula f = formula_of([](auto x) { return x + 1; });
  EXPECT_EQ(at(f.times_input(1), 2, 5), 15);
}

TEST(Symbol, ManyNumbersAtOnce) {
  const Formula f = formula_of([](auto x) { return x * x + 1; });
  std::vector<double> x(1000), y(1000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const double* inputs[Formula::max_inputs] = {x.data()};
  f.evaluate(1000, inputs, y.data());
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], x[i] * x[i] + 1);
}

}  // namespace symbol_test
