#include "tenon/core/dual.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tenon/backend/pack.hpp"

namespace dual_test {

using tn::Dual;
using tn::One;
using tn::Zero;
using Number = tn::backend::Pack<double>;

double first_lane(const Number& x) {
  double lanes[Number::width];
  x.store(lanes);
  return lanes[0];
}

template <class F>
double value(F f, double x) {
  return first_lane(Number(f(Number(x))));
}
template <class F>
double slope(F f, double x) {
  const auto y = f(Dual<Number, One>{Number(x), {}});
  return first_lane(tn::tangent::lift<tn::backend::Mask<double>>(y.tangent));
}
/// The slope of the slope: a dual of duals.
template <class F>
double curvature(F f, double x) {
  using Inner = Dual<Number, One>;
  const auto y = f(Dual<Inner, Number>{{Number(x), {}}, Number(1)});
  if constexpr (tn::IsDual<decltype(y.tangent)>)
    return first_lane(tn::tangent::lift<tn::backend::Mask<double>>(y.tangent.tangent));
  else
    return 0;  // the slope is a number
}

/// First and second derivatives against central differences at several places.
template <class F>
void expect_derivatives(F f, std::initializer_list<double> places) {
  for (double x : places) {
    constexpr double h = 1e-5;
    EXPECT_NEAR(slope(f, x), (value(f, x + h) - value(f, x - h)) / (2 * h),
                1e-8 * (1 + std::abs(slope(f, x))))
        << "at " << x;
    EXPECT_NEAR(curvature(f, x), (slope(f, x + h) - slope(f, x - h)) / (2 * h),
                1e-8 * (1 + std::abs(curvature(f, x))))
        << "at " << x;
  }
}

TEST(Dual, EveryFunctionToSecondOrder) {
  expect_derivatives([](auto x) { return exp(x); }, {-1.5, 0.2, 2});
  expect_derivatives([](auto x) { return expm1(x); }, {-1.5, 1e-3, 2});
  expect_derivatives([](auto x) { return log(x); }, {0.3, 1, 7});
  expect_derivatives([](auto x) { return log1p(x); }, {-0.5, 1e-3, 7});
  expect_derivatives([](auto x) { return sqrt(x); }, {0.3, 1, 7});
  expect_derivatives([](auto x) { return rsqrt(x); }, {0.3, 1, 7});
  expect_derivatives([](auto x) { return sin(x); }, {-2, 0.1, 3});
  expect_derivatives([](auto x) { return cos(x); }, {-2, 0.1, 3});
  expect_derivatives([](auto x) { return tanh(x); }, {-2, 0.1, 1});
  expect_derivatives([](auto x) { return sigmoid(x); }, {-2, 0.1, 3});
  expect_derivatives([](auto x) { return log_sigmoid(x); }, {-2, 0.1, 3});
  expect_derivatives([](auto x) { return erf(x); }, {-1, 0.1, 2});
  expect_derivatives([](auto x) { return abs(x); }, {-2, 3});
  expect_derivatives([](auto x) { return pow(x, 2.5); }, {0.3, 4});
  expect_derivatives([](auto x) { return pow(2.5, x); }, {-0.3, 4});
  expect_derivatives([](auto x) { return pow(x, x); }, {0.5, 2});
}

TEST(Dual, ArithmeticToSecondOrder) {
  expect_derivatives([](auto x) { return x * x * x - 2.0 * x + 1.0; }, {-1, 0.5, 2});
  expect_derivatives([](auto x) { return (1.0 + x) / (2.0 - x * x); }, {-1, 0.5, 3});
  expect_derivatives([](auto x) { return 3.0 / x; }, {-1, 0.5, 3});
  expect_derivatives([](auto x) { return -x / 4.0; }, {-1, 2});
  expect_derivatives([](auto x) { return select(x > 1.0, x * x, exp(x)); }, {0.5, 2});
  expect_derivatives([](auto x) { return select(x < 1.0, 2.0, x * x); }, {0.5, 2});
  expect_derivatives([](auto x) { return tanh(0.8 * x * (1.0 + 0.04 * x * x)) * sin(x); }, {-1.5, 0.2, 1});
}

TEST(Dual, PowersAtZero) {
  EXPECT_EQ(slope([](auto x) { return pow(x, 2.0); }, 0), 0);
  EXPECT_EQ(slope([](auto x) { return pow(x, 1.0); }, 0), 1);
  EXPECT_EQ(slope([](auto x) { return pow(x, 0.0); }, 0), 0);
  EXPECT_EQ(slope([](auto x) { return pow(x, Number(0)); }, 0), 0);
  EXPECT_EQ(slope([](auto x) { return pow(0.0, x); }, 2), 0);
  EXPECT_EQ(slope([](auto x) { return pow(Number(0), x); }, 2), 0);
  EXPECT_EQ(slope([](auto x) { return pow(x, -1.0); }, 0), -HUGE_VAL);
}

TEST(Dual, TheSlopeOfSignIsZeroAndOfAbsItsSign) {
  EXPECT_EQ(slope([](auto x) { return abs(x); }, 0), 0);
  EXPECT_EQ(slope([](auto x) { return abs(x); }, -3), -1);
  EXPECT_EQ(first_lane(sign(Dual<Number, One>{Number(-3), {}})), -1);
}

/// What is known to be 0 or 1 when compiling stays so: it costs nothing and never meets 0 * infinity.
TEST(Dual, TypedTangents) {
  using X = Dual<Number, One>;
  using C = Dual<Number, Zero>;
  const X x{Number(2), {}};
  const C c{Number(HUGE_VAL), {}};
  static_assert(std::is_same_v<decltype((x + 1.0).tangent), One>);
  static_assert(std::is_same_v<decltype((c * c).tangent), Zero>);
  static_assert(std::is_same_v<decltype(exp(c).tangent), Zero>);
  static_assert(std::is_same_v<decltype((x + c).tangent), One>);
  static_assert(std::is_same_v<decltype((x + x).tangent), double>);
  static_assert(std::is_same_v<decltype((-c).tangent), Zero>);
  static_assert(std::is_same_v<decltype(select(x > 1.0, x, x).tangent), One>);
  static_assert(std::is_same_v<decltype(select(x > 1.0, c, c).tangent), Zero>);
  EXPECT_EQ(first_lane((x + c).value), HUGE_VAL);
  EXPECT_EQ((x + x).tangent, 2);
}

TEST(Dual, SeveralVariablesAtOnce) {
  using U = Dual<Number, tn::Tangents<One, Zero>>;
  using V = Dual<Number, tn::Tangents<Zero, One>>;
  const U u{Number(3), {}};
  const V v{Number(5), {}};
  const auto y = u * v + sin(u) / v;
  EXPECT_DOUBLE_EQ(first_lane(y.value), 15 + std::sin(3.0) / 5);
  EXPECT_DOUBLE_EQ(first_lane(tn::nth<0>(y.tangent)), 5 + std::cos(3.0) / 5);
  EXPECT_DOUBLE_EQ(first_lane(tn::nth<1>(y.tangent)), 3 - std::sin(3.0) / 25);
}

TEST(Dual, OfLesserDepthAreConstants) {
  using Inner = Dual<Number, One>;
  const Inner shallow{Number(4), {}};
  const Dual<Inner, Number> deep{{Number(3), {}}, Number(1)};
  const auto y = deep * shallow;  // d/d(deep) is shallow, a dual itself
  EXPECT_EQ(first_lane(y.tangent.value), 4);
  EXPECT_EQ(first_lane(y.value.tangent), 3 + 4);
}

}  // namespace dual_test
