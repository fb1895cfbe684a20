#pragma once
/// Comparisons, which give masks, and what masks choose. NaN compares as IEEE 754 says: only != holds.

#include <limits>    // infinity
#include <optional>  // optional

#include "tenon/ops/arithmetic.hpp"

namespace TENON_NAMESPACE {

template <Scalar T>
Tensor<bool> eq(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "eq", [](auto x, auto y) { return x == y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> eq(const Tensor<T>& a, S b) {
  return map(
      "eq", [b = static_cast<T>(b)](auto x) { return x == b; }, a);
}
template <Scalar T>
Tensor<bool> ne(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "ne", [](auto x, auto y) { return x != y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> ne(const Tensor<T>& a, S b) {
  return map(
      "ne", [b = static_cast<T>(b)](auto x) { return x != b; }, a);
}
template <Scalar T>
Tensor<bool> lt(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "lt", [](auto x, auto y) { return x < y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> lt(const Tensor<T>& a, S b) {
  return map(
      "lt", [b = static_cast<T>(b)](auto x) { return x < b; }, a);
}
template <Scalar T>
Tensor<bool> le(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "le", [](auto x, auto y) { return x <= y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> le(const Tensor<T>& a, S b) {
  return map(
      "le", [b = static_cast<T>(b)](auto x) { return x <= b; }, a);
}
template <Scalar T>
Tensor<bool> gt(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "gt", [](auto x, auto y) { return x > y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> gt(const Tensor<T>& a, S b) {
  return map(
      "gt", [b = static_cast<T>(b)](auto x) { return x > b; }, a);
}
template <Scalar T>
Tensor<bool> ge(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "ge", [](auto x, auto y) { return x >= y; }, a, b);
}
template <Scalar T, Number S>
Tensor<bool> ge(const Tensor<T>& a, S b) {
  return map(
      "ge", [b = static_cast<T>(b)](auto x) { return x >= b; }, a);
}

/// a where the condition holds, else b; all three broadcast.
template <Scalar T>
Tensor<T> where(const Tensor<bool>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "where", [](auto c, auto x, auto y) { return select(c != 0, x, y); }, condition, a, b);
}

/// `value` where the mask (which broadcasts to x) holds, else x.
template <Scalar T>
Tensor<T> masked_fill(const Tensor<T>& x, const Tensor<bool>& mask, std::type_identity_t<T> value) {
  check<ShapeError>(broadcast_shapes(x.shape(), mask.shape(), "masked_fill") == x.shape(), "masked_fill",
                    "the mask's shape ", mask.shape(), " does not broadcast to ", x.shape());
  return map(
      "masked_fill", [value](auto m, auto v) { return select(m != 0, value, v); }, mask, x);
}

/// min(max(x, low), high); a bound that is not given does not apply. The gradient is 0 outside the bounds.
template <Scalar T>
Tensor<T> clamp(const Tensor<T>& x, std::optional<std::type_identity_t<T>> low,
                std::optional<std::type_identity_t<T>> high) {
  using Limits = std::numeric_limits<T>;
  const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  const T highest = Limits::has_infinity ? Limits::infinity() : Limits::max();
  return map(
      "clamp",
      [l = low.value_or(lowest), h = high.value_or(highest)](auto v) {
        const auto raised = select(v < l, l, v);
        return select(raised > h, h, raised);
      },
      x);
}

}  // namespace TENON_NAMESPACE
