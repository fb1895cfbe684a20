#pragma once
/// Derivatives of the functions of backend/pack_math.hpp; see dual.hpp.

#include "tenon/core/dual.hpp"

namespace TENON_NAMESPACE {

/// x rounded down, with derivative 0.
template <IsDual X>
constexpr auto floor(const X& x) {
  return floor(innermost(x));
}
/// x rounded up, with derivative 0.
template <IsDual X>
constexpr auto ceil(const X& x) {
  return ceil(innermost(x));
}
/// x rounded towards 0, with derivative 0.
template <IsDual X>
constexpr auto trunc(const X& x) {
  return trunc(innermost(x));
}
/// x rounded to nearest, ties to even, with derivative 0.
template <IsDual X>
constexpr auto round_even(const X& x) {
  return round_even(innermost(x));
}

/// The tangent y, with derivative 1 + y^2.
template <IsDual X>
constexpr auto tan(const X& x) {
  const auto y = tan(x.value);
  return Dual{y, tangent::scale(1.0 + y * y, x.tangent)};
}
/// The inverse sine, with derivative 1 / sqrt(1 - x^2).
template <IsDual X>
constexpr auto asin(const X& x) {
  return Dual{asin(x.value), tangent::scale(rsqrt(1.0 - x.value * x.value), x.tangent)};
}
/// The inverse cosine, with derivative -1 / sqrt(1 - x^2).
template <IsDual X>
constexpr auto acos(const X& x) {
  return Dual{acos(x.value), tangent::scale(-rsqrt(1.0 - x.value * x.value), x.tangent)};
}
/// The inverse tangent, with derivative 1 / (1 + x^2).
template <IsDual X>
constexpr auto atan(const X& x) {
  return Dual{atan(x.value), tangent::scale(1.0 / (1.0 + x.value * x.value), x.tangent)};
}
/// The hyperbolic sine, with derivative cosh x.
template <IsDual X>
constexpr auto sinh(const X& x) {
  return Dual{sinh(x.value), tangent::scale(cosh(x.value), x.tangent)};
}
/// The hyperbolic cosine, with derivative sinh x.
template <IsDual X>
constexpr auto cosh(const X& x) {
  return Dual{cosh(x.value), tangent::scale(sinh(x.value), x.tangent)};
}
/// The inverse hyperbolic sine, with derivative 1 / sqrt(x^2 + 1).
template <IsDual X>
constexpr auto asinh(const X& x) {
  return Dual{asinh(x.value), tangent::scale(rsqrt(x.value * x.value + 1.0), x.tangent)};
}
/// The inverse hyperbolic cosine, with derivative 1 / sqrt(x^2 - 1).
template <IsDual X>
constexpr auto acosh(const X& x) {
  return Dual{acosh(x.value), tangent::scale(rsqrt(x.value * x.value - 1.0), x.tangent)};
}
/// The inverse hyperbolic tangent, with derivative 1 / (1 - x^2).
template <IsDual X>
constexpr auto atanh(const X& x) {
  return Dual{atanh(x.value), tangent::scale(1.0 / (1.0 - x.value * x.value), x.tangent)};
}
/// The natural logarithms of 2 and 10.
inline constexpr double log_of_2 = 0.69314718055994530942, log_of_10 = 2.30258509299404568402;
/// 2^x, with derivative log(2) 2^x.
template <IsDual X>
constexpr auto exp2(const X& x) {
  const auto y = exp2(x.value);
  return Dual{y, tangent::scale(log_of_2 * y, x.tangent)};
}
/// The logarithm to base 2, with derivative 1 / (log(2) x).
template <IsDual X>
constexpr auto log2(const X& x) {
  return Dual{log2(x.value), tangent::scale(1.0 / (log_of_2 * x.value), x.tangent)};
}
/// The logarithm to base 10, with derivative 1 / (log(10) x).
template <IsDual X>
constexpr auto log10(const X& x) {
  return Dual{log10(x.value), tangent::scale(1.0 / (log_of_10 * x.value), x.tangent)};
}

/// The angle of the point (b, a), with derivatives b / (a^2 + b^2) by a and -a / (a^2 + b^2) by b.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto atan2(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& y = value_at<L>(a);
  const auto& x = value_at<L>(b);
  const auto squares = x * x + y * y;
  return Dual{atan2(y, x), tangent::add(tangent::scale(x / squares, tangent_at<L>(a)),
                                        tangent::scale(-(y / squares), tangent_at<L>(b)))};
}
/// The length l of the vector (a, b), with derivatives a / l and b / l, which are taken as 0 at l = 0.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto hypot(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& x = value_at<L>(a);
  const auto& y = value_at<L>(b);
  const auto length = hypot(x, y);
  const auto divisor = select(innermost(length) == 0.0, length + 1.0, length);
  return Dual{length, tangent::add(tangent::scale(x / divisor, tangent_at<L>(a)),
                                   tangent::scale(y / divisor, tangent_at<L>(b)))};
}
/// The remainder with the sign of a: a - b trunc(a / b), with derivatives 1 and -trunc(a / b).
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto fmod(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto steps = trunc(innermost(a) / innermost(b));
  return Dual{fmod(value_at<L>(a), value_at<L>(b)),
              tangent::add(tangent_at<L>(a), tangent::scale(-steps, tangent_at<L>(b)))};
}
/// The remainder with the sign of b: a - b floor(a / b), with derivatives 1 and -floor(a / b).
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto remainder(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto steps = floor(innermost(a) / innermost(b));
  return Dual{remainder(value_at<L>(a), value_at<L>(b)),
              tangent::add(tangent_at<L>(a), tangent::scale(-steps, tangent_at<L>(b)))};
}

/// The quotient rounded down, with derivatives 0.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto floor_divide(const A& a, const B& b) {
  return floor_divide(innermost(a), innermost(b));
}

/// The polygamma function of order n, with derivative polygamma(n + 1, x).
template <IsDual X>
constexpr auto polygamma(int n, const X& x) {
  return Dual{polygamma(n, x.value), tangent::scale(polygamma(n + 1, x.value), x.tangent)};
}
/// The logarithm of |gamma(x)|, with derivative polygamma(0, x).
template <IsDual X>
constexpr auto lgamma(const X& x) {
  return Dual{lgamma(x.value), tangent::scale(polygamma(0, x.value), x.tangent)};
}
/// The modified Bessel function of order n, with derivative (I_(n - 1) + I_(n + 1)) / 2, where I_(-1) = I_1.
template <IsDual X>
constexpr auto bessel_i(int n, const X& x) {
  return Dual{
      bessel_i(n, x.value),
      tangent::scale(0.5 * (bessel_i(n == 0 ? 1 : n - 1, x.value) + bessel_i(n + 1, x.value)), x.tangent)};
}
/// One minus the error function, with derivative -2 / sqrt(pi) e^(-x^2).
template <IsDual X>
constexpr auto erfc(const X& x) {
  constexpr double minus_two_over_sqrt_pi = -1.1283791670955125739;
  return Dual{erfc(x.value), tangent::scale(minus_two_over_sqrt_pi * exp(-(x.value * x.value)), x.tangent)};
}
/// The inverse y of the error function, with derivative sqrt(pi) / 2 e^(y^2).
template <IsDual X>
constexpr auto erfinv(const X& x) {
  constexpr double half_sqrt_pi = 0.88622692545275801365;
  const auto y = erfinv(x.value);
  return Dual{y, tangent::scale(half_sqrt_pi * exp(y * y), x.tangent)};
}

}  // namespace TENON_NAMESPACE
