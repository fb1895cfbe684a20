#include "tenon/backend/pack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace tenon::testing {
namespace pack_test {

using backend::Pack;

/// The lanes of f at xs, which are as many as a pack has.
template <class F>
std::vector<float> lanes(const F& f, std::vector<float> xs) {
  xs.resize(Pack<float>::width);
  f(Pack<float>::load(xs.data())).store(xs.data());
  return xs;
}

float tanh_of(float x) {
  return lanes([](const Pack<float>& p) { return tanh(p); }, {x})[0];
}
float erf_of(float x) {
  return lanes([](const Pack<float>& p) { return erf(p); }, {x})[0];
}

/// An odd function whose absolute value is at most 1, beside that of the C library in double.
void expect_odd_function(float (*f)(float), double (*exact)(double), double units) {
  double worst = 0;
  float at = 0;
  for (std::uint32_t bits = std::bit_cast<std::uint32_t>(1e-30f); bits < std::bit_cast<std::uint32_t>(12.0f);
       bits += 997) {
    const float x = std::bit_cast<float>(bits);
    const double want = exact(static_cast<double>(x));
    const double unit = std::ldexp(1.0, std::ilogb(want) - 23);
    const double error = std::abs(static_cast<double>(f(x)) - want) / unit;
    if (error > worst) {
      worst = error;
      at = x;
    }
    ASSERT_EQ(f(-x), -f(x));
    ASSERT_LE(f(x), 1);
  }
  EXPECT_LE(worst, units) << "at " << at;
}

TEST(Pack, TanhErrsByLittleEverywhere) {
  expect_odd_function(tanh_of, [](double x) { return std::tanh(x); }, backend::tanh_error);
}
TEST(Pack, ErfErrsByLittleEverywhere) {
  expect_odd_function(erf_of, [](double x) { return std::erf(x); }, backend::erf_error);
}

TEST(Pack, ErfAtItsEnds) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(erf_of(0), 0);
  EXPECT_TRUE(std::signbit(erf_of(-0.0f)));
  EXPECT_EQ(erf_of(4.5f), 1);
  EXPECT_EQ(erf_of(3e38f), 1);
  EXPECT_EQ(erf_of(infinity), 1);
  EXPECT_EQ(erf_of(-infinity), -1);
  EXPECT_TRUE(std::isnan(erf_of(std::nanf(""))));
}

TEST(Pack, TanhAtItsEnds) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(tanh_of(0), 0);
  EXPECT_TRUE(std::signbit(tanh_of(-0.0f)));
  EXPECT_EQ(tanh_of(1e-40f), 1e-40f);
  EXPECT_EQ(tanh_of(9.5f), 1);
  EXPECT_EQ(tanh_of(3e38f), 1);
  EXPECT_EQ(tanh_of(infinity), 1);
  EXPECT_EQ(tanh_of(-infinity), -1);
  EXPECT_TRUE(std::isnan(tanh_of(std::nanf(""))));
}

/// f of one number, in all lanes.
template <class T, class F>
T one_lane(const F& f, T x) {
  T lanes[Pack<T>::width];
  f(Pack<T>(x)).store(lanes);
  return lanes[0];
}
template <class T>
T exp_of(T x) {
  return one_lane<T>([](const Pack<T>& p) { return exp(p); }, x);
}
template <class T>
T expm1_of(T x) {
  return one_lane<T>([](const Pack<T>& p) { return expm1(p); }, x);
}

/// The largest error from `low` to `high` in units in the last place, those of denormal numbers at the end.
template <class T, class F, class Exact>
double worst_error(const F& f, const Exact& exact, double low, double high) {
  constexpr int count = 200000;
  double worst = 0;
  for (int i = 0; i <= count; ++i) {
    const T x = static_cast<T>(low + (high - low) * i / count);
    const long double want = exact(static_cast<long double>(x));
    const int exponent =
        std::max(want == 0 ? -100000 : std::ilogb(want), std::numeric_limits<T>::min_exponent - 1);
    const long double unit = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits + 1);
    const auto error = static_cast<double>(std::abs(static_cast<long double>(f(x)) - want) / unit);
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  }
  return worst;
}
template <class T>
void expect_exponentials_exact(double least, double largest) {
  const auto exact = [](long double x) { return std::exp(x); };
  const auto exact_less_one = [](long double x) { return std::expm1(x); };
  EXPECT_LT(worst_error<T>(exp_of<T>, exact, least, largest), 2);
  EXPECT_LT(worst_error<T>(exp_of<T>, exact, -1, 1), 2);
  EXPECT_LT(worst_error<T>(exp_of<T>, exact, largest - 0.5, largest), 2);
  EXPECT_LT(worst_error<T>(expm1_of<T>, exact_less_one, least, largest), 2);
  EXPECT_LT(worst_error<T>(expm1_of<T>, exact_less_one, largest - 0.5, largest), 2);
  for (double near : {1.0, 1e-3, 1e-9})
    EXPECT_LT(worst_error<T>(expm1_of<T>, exact_less_one, -near, near), 2);
}
TEST(Pack, ExponentialsErrByLittleFromTheSmallestDenormalNumberToTheLargest) {
  expect_exponentials_exact<float>(-104, 88.72283);
  expect_exponentials_exact<double>(-746, 709.782712);
}

template <class T>
void expect_ends_of_exponentials(T last_finite, T first_infinite, T last_positive, T first_zero) {
  constexpr T infinity = std::numeric_limits<T>::infinity(), most = std::numeric_limits<T>::max();
  EXPECT_NEAR(static_cast<double>(exp_of(last_finite) / most), 1, 1e-4);
  EXPECT_NEAR(static_cast<double>(expm1_of(last_finite) / most), 1, 1e-4);
  for (T x : {first_infinite, T(1e30), most, infinity}) {
    EXPECT_EQ(exp_of(x), infinity) << x;
    EXPECT_EQ(expm1_of(x), infinity) << x;
  }
  EXPECT_EQ(exp_of(last_positive), std::numeric_limits<T>::denorm_min());
  for (T x : {first_zero, T(-1e30), -most, -infinity}) {
    EXPECT_EQ(exp_of(x), 0) << x;
    EXPECT_EQ(expm1_of(x), -1) << x;
  }
  EXPECT_EQ(exp_of(T(0)), 1);
  EXPECT_EQ(exp_of(T(-0.0)), 1);
  EXPECT_EQ(expm1_of(T(0)), 0);
  for (const char* payload : {"", "1", "0x7fffff", "0x12345"}) {
    const T nan =
        static_cast<T>(sizeof(T) == 4 ? static_cast<double>(std::nanf(payload)) : std::nan(payload));
    EXPECT_TRUE(std::isnan(exp_of(nan)) && std::isnan(exp_of(-nan))) << payload;
    EXPECT_TRUE(std::isnan(expm1_of(nan)) && std::isnan(expm1_of(-nan))) << payload;
  }
}
TEST(Pack, ExponentialsAtTheirEnds) {
  expect_ends_of_exponentials<float>(88.7228f, 88.73f, -103.5f, -104);
  expect_ends_of_exponentials<double>(709.7827, 709.79, -745, -745.2);
}

}  // namespace pack_test
}  // namespace tenon::testing
