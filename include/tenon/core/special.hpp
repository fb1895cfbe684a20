#pragma once
/// Special functions of one number, in double, that the C library lacks or does not offer to threads.
///
/// Every derivative of them is one of them again or elementary, so that the duals (dual_math.hpp) are
/// differentiable to any order.

#include <cmath>    // exp, log, …
#include <limits>   // numeric_limits
#include <numbers>  // pi

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::special {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The logarithm of |gamma(x)|; infinite at 0, -1, -2, …
inline double lgamma(double x) {
  int sign = 0;  // std::lgamma writes it to a global variable
  return ::lgamma_r(x, &sign);
}

/// B_2, B_4, …, B_20, the numbers of Bernoulli.
inline constexpr double bernoulli_numbers[] = {1.0 / 6,       -1.0 / 30,      1.0 / 42, -1.0 / 30,
                                               5.0 / 66,      -691.0 / 2730,  7.0 / 6,  -3617.0 / 510,
                                               43867.0 / 798, -174611.0 / 330};

/// The digamma function, the derivative of log gamma(x): by recurrence up to x >= 10, where the asymptotic
/// series holds, and by reflection below 0. As in PyTorch it is -infinity at 0, infinity at -0 and NaN at
/// -1, -2, …
inline double digamma(double x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (x < 0) {
    if (x == std::floor(x)) return not_a_number;
    const double fraction = x - std::round(x);  // tan has the period pi
    return digamma(1 - x) - std::numbers::pi / std::tan(std::numbers::pi * fraction);
  }
  double sum = 0;
  for (; x < 10; ++x) sum -= 1 / x;
  const double z = 1 / (x * x);
  double series = 0;
  for (int j = 10; j-- > 0;) series = z * (series + bernoulli_numbers[j] / (2 * (j + 1)));
  return x == infinity ? x : sum + std::log(x) - 0.5 / x - series;
}

/// Hurwitz's zeta function, sum_{k >= 0} (q + k)^-s, for an integer s >= 2 and q >= 0: its first terms, and
/// the formula of Euler and Maclaurin for the others.
inline double zeta(int s, double q) {
  if (q == 0 || q == infinity) return q == 0 ? infinity : 0;
  double sum = 0, power = std::pow(q, -s);
  for (; q < 10 + s / 2; power = std::pow(++q, -s)) {
    sum += power;
    if (power < sum * 1e-17) return sum;
  }
  sum += power * (q / (s - 1) + 0.5);
  double factor = s / 2.0, scale = power / q;  // s (s + 1) … (s + 2 j) / (2 j + 2)! and q^-(s + 2 j + 1)
  for (int j = 0; j < 10; ++j) {
    const double term = bernoulli_numbers[j] * factor * scale;
    sum += term;
    if (std::abs(term) < std::abs(sum) * 1e-17) break;
    factor *= (s + 2.0 * j + 1) / (2 * j + 3) * (s + 2.0 * j + 2) / (2 * j + 4);
    scale /= q * q;
  }
  return sum;
}

/// The polygamma function, derivative n >= 0 of digamma: (-1)^(n + 1) n! sum_{k >= 0} (x + k)^-(n + 1).
/// Below 0 the terms are those of zeta on both sides of the pole at 0. At 0, -1, -2, … the sum is infinite.
inline double polygamma(int n, double x) {
  if (n == 0) return digamma(x);
  const int s = n + 1;
  const double scale = (n % 2 == 1 ? 1 : -1) * std::exp(lgamma(s));
  if (!(x < 0)) return scale * zeta(s, x);
  const double fraction = x - std::floor(x);
  if (fraction == 0) return scale * infinity;
  const double negative = zeta(s, 1 - fraction) - zeta(s, 1 - x);
  return scale * (zeta(s, fraction) + (s % 2 == 0 ? negative : -negative));
}

/// The modified Bessel function of the first kind and of order n >= 0: its power series, whose terms have one
/// sign, and the asymptotic expansion for large x (Abramowitz & Stegun 9.6.10 and 9.7.1).
inline double bessel_i(int n, double x) {
  if (x < 0) return n % 2 == 0 ? bessel_i(n, -x) : -bessel_i(n, -x);
  if (x == infinity) return x;
  double term = 1, sum = 1;
  if (x < 30 + n * n) {
    const double half = x / 2;
    for (int k = 1; k <= n; ++k) sum = term *= half / k;
    for (int k = 1; term > sum * 1e-17; ++k) sum += term *= half / k * half / (k + n);
    return sum;
  }
  for (int k = 1; std::abs(term) > sum * 1e-17; ++k)
    sum += term *= ((2.0 * k - 1) * (2.0 * k - 1) - 4.0 * n * n) / (8 * x * k);
  const double root = std::exp(x / 2);  // e^x itself may overflow
  return root * (sum / std::sqrt(2 * std::numbers::pi * x)) * root;
}

/// The inverse of erf: Winitzki 2008, "A handy approximation for the error function and its inverse", made
/// exact by three of Halley's steps. Infinite at -1 and 1, NaN outside.
inline double erfinv(double x) {
  if (!(x > -1 && x < 1)) return x == 1 || x == -1 ? x * infinity : not_a_number;
  constexpr double a = 0.147;
  const double l = std::log((1 - x) * (1 + x)), b = 2 / (std::numbers::pi * a) + l / 2;
  double y = std::copysign(std::sqrt(std::sqrt(b * b - l / a) - b), x);
  for (int step = 0; step < 3; ++step) {
    // Near the ends erf rounds to 1, erfc does not.
    const double error = std::abs(x) < 0.5 ? std::erf(y) - x
                         : x > 0           ? (1 - x) - std::erfc(y)
                                           : std::erfc(-y) - (1 + x);
    const double newton = error / (2 / std::sqrt(std::numbers::pi) * std::exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return y;
}

}  // namespace TENON_NAMESPACE::special
