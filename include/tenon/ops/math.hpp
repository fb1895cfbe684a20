#pragma once
/// Element-wise functions beyond unary.hpp and arithmetic.hpp: roundings, the other elementary functions,
/// remainders, tests of numbers, logic and bits. Names are PyTorch's.

#include "tenon/backend/pack_math.hpp"
#include "tenon/core/symbol_math.hpp"
#include "tenon/ops/compare.hpp"

namespace TENON_NAMESPACE {

/// Down, up, towards 0, to the nearest with halves to even. Steps: not recorded, their derivative is 0.
template <Real T>
Tensor<T> floor(const Tensor<T>& x) {
  return map(
      "floor", [](auto v) { return floor(v); }, x);
}
template <Real T>
Tensor<T> ceil(const Tensor<T>& x) {
  return map(
      "ceil", [](auto v) { return ceil(v); }, x);
}
template <Real T>
Tensor<T> trunc(const Tensor<T>& x) {
  return map(
      "trunc", [](auto v) { return trunc(v); }, x);
}
template <Real T>
Tensor<T> round(const Tensor<T>& x) {
  return map(
      "round", [](auto v) { return round_even(v); }, x);
}
/// x - trunc(x), of x's sign
template <Real T>
Tensor<T> frac(const Tensor<T>& x) {
  return map(
      "frac", [](auto v) { return v - trunc(v); }, x);
}

template <Real T>
Tensor<T> tan(const Tensor<T>& x) {
  return map(
      "tan", [](auto v) { return tan(v); }, x);
}
template <Real T>
Tensor<T> asin(const Tensor<T>& x) {
  return map(
      "asin", [](auto v) { return asin(v); }, x);
}
template <Real T>
Tensor<T> acos(const Tensor<T>& x) {
  return map(
      "acos", [](auto v) { return acos(v); }, x);
}
template <Real T>
Tensor<T> atan(const Tensor<T>& x) {
  return map(
      "atan", [](auto v) { return atan(v); }, x);
}
template <Real T>
Tensor<T> sinh(const Tensor<T>& x) {
  return map(
      "sinh", [](auto v) { return sinh(v); }, x);
}
template <Real T>
Tensor<T> cosh(const Tensor<T>& x) {
  return map(
      "cosh", [](auto v) { return cosh(v); }, x);
}
template <Real T>
Tensor<T> asinh(const Tensor<T>& x) {
  return map(
      "asinh", [](auto v) { return asinh(v); }, x);
}
template <Real T>
Tensor<T> acosh(const Tensor<T>& x) {
  return map(
      "acosh", [](auto v) { return acosh(v); }, x);
}
template <Real T>
Tensor<T> atanh(const Tensor<T>& x) {
  return map(
      "atanh", [](auto v) { return atanh(v); }, x);
}
template <Real T>
Tensor<T> exp2(const Tensor<T>& x) {
  return map(
      "exp2", [](auto v) { return exp2(v); }, x);
}
template <Real T>
Tensor<T> log2(const Tensor<T>& x) {
  return map(
      "log2", [](auto v) { return log2(v); }, x);
}
template <Real T>
Tensor<T> log10(const Tensor<T>& x) {
  return map(
      "log10", [](auto v) { return log10(v); }, x);
}
/// The angle of the point (x, y) in (-pi, pi].
template <Real T>
Tensor<T> atan2(const Tensor<T>& y, const Tensor<T>& x) {
  return map(
      "atan2", [](auto a, auto b) { return atan2(a, b); }, y, x);
}
/// sqrt(a^2 + b^2) without overflow
template <Real T>
Tensor<T> hypot(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "hypot", [](auto x, auto y) { return hypot(x, y); }, a, b);
}

namespace detail {
template <class T>
void check_divisor(const Tensor<T>& b, const char* op) {
  if constexpr (!Real<T>)
    for (T v : b) check<ValueError>(v != T(0), op, "an integer is divided by 0");
}
}  // namespace detail
/// What a / b leaves, with the sign of a.
///   da = g, db = -g trunc(a / b)    throws ValueError for an integer 0
template <Arithmetic T>
Tensor<T> fmod(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_divisor(b, "fmod");
  return map(
      "fmod", [](auto x, auto y) { return fmod(x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> fmod(const Tensor<T>& a, S b) {
  return fmod(a, scalar<T>(number_as<T>(b, "fmod")));
}
/// What a / b leaves, with the sign of b: Python's %.
///   da = g, db = -g floor(a / b)    throws ValueError for an integer 0
template <Arithmetic T>
Tensor<T> remainder(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_divisor(b, "remainder");
  return map(
      "remainder", [](auto x, auto y) { return remainder(x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> remainder(const Tensor<T>& a, S b) {
  return remainder(a, scalar<T>(number_as<T>(b, "remainder")));
}

/// log(e^a + e^b), without overflow
template <Real T>
Tensor<T> logaddexp(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logaddexp",
      [](auto x, auto y) {
        return select(x == y, 0.5 * x + 0.5 * y + log_of_2,
                      select(x > y, x + log1p(exp(y - x)), y + log1p(exp(x - y))));
      },
      a, b);
}
/// a log b, and 0 where a is 0 even if log b is not finite.
template <Real T>
Tensor<T> xlogy(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "xlogy",
      [](auto x, auto y) {
        return select((x == 0) & ((y <= 0) | (y == std::numeric_limits<T>::infinity())), 0, x * log(y));
      },
      a, b);
}
/// a + weight (b - a), computed from the nearer end.
template <Real T>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& weight) {
  return map(
      "lerp", [](auto x, auto y, auto w) { return select(w < 0.5, x + w * (y - x), y - (1 - w) * (y - x)); },
      a, b, weight);
}
template <Real T, Number S>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, S weight) {
  const auto w = static_cast<T>(weight);
  if (w < T(0.5))
    return map(
        "lerp", [w](auto x, auto y) { return x + w * (y - x); }, a, b);
  return map(
      "lerp", [w](auto x, auto y) { return y - (1 - w) * (y - x); }, a, b);
}
/// x + value a b
template <Real T>
Tensor<T> addcmul(const Tensor<T>& x, const Tensor<T>& a, const Tensor<T>& b, double value = 1) {
  return map(
      "addcmul", [v = static_cast<T>(value)](auto c, auto p, auto q) { return c + v * (p * q); }, x, a, b);
}
/// x + value a / b
template <Real T>
Tensor<T> addcdiv(const Tensor<T>& x, const Tensor<T>& a, const Tensor<T>& b, double value = 1) {
  return map(
      "addcdiv", [v = static_cast<T>(value)](auto c, auto p, auto q) { return c + v * (p / q); }, x, a, b);
}
/// |a| with the sign of b, that of zeros included
template <Real T>
Tensor<T> copysign(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "copysign", [](auto x, auto y) { return select((y < 0) | ((y == 0) & (1 / y < 0)), -abs(x), abs(x)); },
      a, b.detach());
}
/// 0 below 0, 1 above, `at_zero` at 0; not recorded
template <Arithmetic T>
Tensor<T> heaviside(const Tensor<T>& x, const Tensor<T>& at_zero) {
  const NoGrad no_grad;
  return map(
      "heaviside", [](auto v, auto z) { return select(v == 0, z, select(v > 0, sign(v), sign(v) + 1)); }, x,
      at_zero);
}
/// NaN and infinities replaced: by 0 and the largest finite numbers unless others are given.
template <Real T>
Tensor<T> nan_to_num(const Tensor<T>& x, std::type_identity_t<T> nan = 0,
                     std::optional<std::type_identity_t<T>> infinity = {},
                     std::optional<std::type_identity_t<T>> minus_infinity = {}) {
  using Limits = std::numeric_limits<T>;
  return map(
      "nan_to_num",
      [nan, top = infinity.value_or(Limits::max()),
       bottom = minus_infinity.value_or(Limits::lowest())](auto v) {
        return select(v != v, nan,
                      select(v == Limits::infinity(), top, select(v == -Limits::infinity(), bottom, v)));
      },
      x);
}

template <Arithmetic T>
Tensor<bool> isnan(const Tensor<T>& x) {
  return ne(x, x);
}
template <Real T>
Tensor<bool> isinf(const Tensor<T>& x) {
  return map(
      "isinf", [](auto v) { return abs(v) == std::numeric_limits<T>::infinity(); }, x);
}
template <Real T>
Tensor<bool> isfinite(const Tensor<T>& x) {
  return map(
      "isfinite", [](auto v) { return abs(v) < std::numeric_limits<T>::infinity(); }, x);
}

/// Numbers are true unless they are 0.
template <Arithmetic T>
Tensor<bool> logical_and(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logical_and", [](auto x, auto y) { return (x != 0) & (y != 0); }, a, b);
}
template <Arithmetic T>
Tensor<bool> logical_or(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logical_or", [](auto x, auto y) { return (x != 0) | (y != 0); }, a, b);
}
template <Arithmetic T>
Tensor<bool> logical_xor(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logical_xor", [](auto x, auto y) { return ((x != 0) & (y == 0)) | ((x == 0) & (y != 0)); }, a, b);
}
template <Arithmetic T>
Tensor<bool> logical_not(const Tensor<T>& x) {
  return eq(x, 0);
}

/// Bit by bit, of integers and booleans.
template <Scalar T>
requires std::integral<T> Tensor<T> bitwise_and(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_and", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes & y.lanes)); }, a, b);
}
template <Scalar T>
requires std::integral<T> Tensor<T> bitwise_or(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_or", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes | y.lanes)); }, a, b);
}
template <Scalar T>
requires std::integral<T> Tensor<T> bitwise_xor(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_xor", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes ^ y.lanes)); }, a, b);
}
template <Scalar T>
requires std::integral<T> Tensor<T> bitwise_not(const Tensor<T>& x) {
  if constexpr (std::is_same_v<T, bool>)
    return logical_not(x);
  else
    return map(
        "bitwise_not", [](auto v) { return decltype(v)(static_cast<T>(~v.lanes)); }, x);
}

}  // namespace TENON_NAMESPACE
