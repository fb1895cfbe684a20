#pragma once
/// Arithmetic, element by element: + - * /, powers, the larger and the smaller of two. Each op is one call
/// of `map`, and has an overload that takes a number in the place of a tensor.
///
///   shapes: a, b broadcast to one another
///   returns: the common shape
///   throws: ShapeError if the shapes do not broadcast; ValueError if a number beside a tensor of integers
///     is not one of their type, such as 0.5, or 300 for uint8
///   keeps: nothing for add, sub, neg, and mul and div by a number; for mul and div of tensors b if a
///     requires a gradient and a if b does, for div then also b; the operands for all other ops
///   cost: one pass over memory in each direction; differentiable to any order

#include "tenon/core/number.hpp"
#include "tenon/ops/elementwise/map.hpp"

namespace TENON_NAMESPACE {

// A number beside a tensor of integers must be a value of their type: 0.5 is not rounded, 300 is not cut.

/// Sum: a + b.
template <Arithmetic T>
Tensor<T> add(const Tensor<T>& a, const Tensor<T>& b) {
  return map("add", [](auto x, auto y) { return x + y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> add(const Tensor<T>& a, S b) {
  return map("add", [b = number_as<T>(b, "add")](auto x) { return x + b; }, a);
}
/// Difference: a - b.
template <Arithmetic T>
Tensor<T> sub(const Tensor<T>& a, const Tensor<T>& b) {
  return map("sub", [](auto x, auto y) { return x - y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> sub(const Tensor<T>& a, S b) {
  return map("sub", [b = number_as<T>(b, "sub")](auto x) { return x - b; }, a);
}
template <Arithmetic T, Number S>
Tensor<T> sub(S a, const Tensor<T>& b) {
  return map("sub", [a = number_as<T>(a, "sub")](auto x) { return a - x; }, b);
}
/// Product element by element: a b.
template <Arithmetic T>
Tensor<T> mul(const Tensor<T>& a, const Tensor<T>& b) {
  return map("mul", detail::needs<0b10, 0b01>([](auto x, auto y) { return x * y; }), a, b);
}
template <Arithmetic T, Number S>
Tensor<T> mul(const Tensor<T>& a, S b) {
  return map("mul", [b = number_as<T>(b, "mul")](auto x) { return x * b; }, a);
}
/// Quotient: a / b.
template <Real T>
Tensor<T> div(const Tensor<T>& a, const Tensor<T>& b) {
  constexpr auto quotient = [](auto x, auto y) { return x / y; };
  return map("div", detail::needs<0b10, 0b11>(quotient), a, b);
}
template <Real T, Number S>
Tensor<T> div(const Tensor<T>& a, S b) {
  return map("div", [b = static_cast<T>(b)](auto x) { return x / b; }, a);
}
template <Real T, Number S>
Tensor<T> div(S a, const Tensor<T>& b) {
  return map("div", [a = static_cast<T>(a)](auto x) { return a / x; }, b);
}
/// Negation: -x.
template <Arithmetic T>
Tensor<T> neg(const Tensor<T>& x) {
  return map("neg", [](auto v) { return -v; }, x);
}
/// Square: x^2.
template <Arithmetic T>
Tensor<T> square(const Tensor<T>& x) {
  return map("square", [](auto v) { return v * v; }, x);
}
/// Reciprocal: 1 / x.
template <Real T>
Tensor<T> reciprocal(const Tensor<T>& x) {
  return div(1, x);
}

/// Power: a^b. The gradient of a is 0 where b is 0; the gradient of b is 0 where a is 0 and b >= 0.
template <Real T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b) {
  return map("pow", [](auto x, auto y) { return pow(x, y); }, a, b);
}
/// Power with a number as exponent; exponents 1, 2, 3 and -1 are computed by products and a division.
template <Real T, Number S>
Tensor<T> pow(const Tensor<T>& a, S exponent) {
  const auto b = static_cast<T>(exponent);
  if (b == T(2)) return square(a);
  if (b == T(1)) return map("pow", [](auto x) { return x * T(1); }, a);
  if (b == T(3)) return map("pow", [](auto x) { return x * x * x; }, a);
  if (b == T(-1)) return reciprocal(a);
  return map("pow", [b](auto x) { return pow(x, b); }, a);
}
template <Real T, Number S>
Tensor<T> pow(S base, const Tensor<T>& b) {
  return map("pow", [a = static_cast<T>(base)](auto x) { return pow(a, x); }, b);
}

/// The larger of a and b, NaN if either is NaN. Where a and b are equal each receives half of the gradient.
template <Arithmetic T>
Tensor<T> maximum(const Tensor<T>& a, const Tensor<T>& b) {
  if constexpr (Real<T>)
    return map(
        "maximum", [](auto x, auto y) { return select(x > y, x, select(y > x, y, 0.5 * x + 0.5 * y)); }, a,
        b);
  else
    return map("maximum", [](auto x, auto y) { return select(x > y, x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> maximum(const Tensor<T>& a, S b) {
  if constexpr (Real<T>)
    return map(
        "maximum",
        [y = static_cast<T>(b)](auto x) { return select(x > y, x, select(x < y, y, 0.5 * x + 0.5 * y)); }, a);
  else
    return map("maximum", [y = number_as<T>(b, "maximum")](auto x) { return select(x > y, x, y); }, a);
}
/// The smaller of a and b, NaN if either is NaN. Where a and b are equal each receives half of the
/// gradient.
template <Arithmetic T>
Tensor<T> minimum(const Tensor<T>& a, const Tensor<T>& b) {
  if constexpr (Real<T>)
    return map(
        "minimum", [](auto x, auto y) { return select(x < y, x, select(y < x, y, 0.5 * x + 0.5 * y)); }, a,
        b);
  else
    return map("minimum", [](auto x, auto y) { return select(x < y, x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> minimum(const Tensor<T>& a, S b) {
  if constexpr (Real<T>)
    return map(
        "minimum",
        [y = static_cast<T>(b)](auto x) { return select(x < y, x, select(x > y, y, 0.5 * x + 0.5 * y)); }, a);
  else
    return map("minimum", [y = number_as<T>(b, "minimum")](auto x) { return select(x < y, x, y); }, a);
}

// Operators
// ----------------------------------------------------------------------------------------------------------

template <Arithmetic T>
Tensor<T> operator+(const Tensor<T>& a, const Tensor<T>& b) {
  return add(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator+(const Tensor<T>& a, S b) {
  return add(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator+(S a, const Tensor<T>& b) {
  return add(b, a);
}
template <Arithmetic T>
Tensor<T> operator-(const Tensor<T>& a, const Tensor<T>& b) {
  return sub(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator-(const Tensor<T>& a, S b) {
  return sub(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator-(S a, const Tensor<T>& b) {
  return sub(a, b);
}
template <Arithmetic T>
Tensor<T> operator*(const Tensor<T>& a, const Tensor<T>& b) {
  return mul(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator*(const Tensor<T>& a, S b) {
  return mul(a, b);
}
template <Arithmetic T, Number S>
Tensor<T> operator*(S a, const Tensor<T>& b) {
  return mul(b, a);
}
template <Real T>
Tensor<T> operator/(const Tensor<T>& a, const Tensor<T>& b) {
  return div(a, b);
}
template <Real T, Number S>
Tensor<T> operator/(const Tensor<T>& a, S b) {
  return div(a, b);
}
template <Real T, Number S>
Tensor<T> operator/(S a, const Tensor<T>& b) {
  return div(a, b);
}
template <Arithmetic T>
Tensor<T> operator-(const Tensor<T>& x) {
  return neg(x);
}

}  // namespace TENON_NAMESPACE
