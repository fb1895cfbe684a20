#pragma once
/// Comparisons, which give masks, and what masks choose. NaN compares as IEEE 754 says: only != holds.
/// Integers compare with any number exactly, whatever its type: no uint8 is -1, and all are less than 300.

#include <limits>    // infinity
#include <optional>  // optional

#include "tenon/ops/arithmetic.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// How x compares with a number, exactly also where x holds integers and the number is none of their type:
/// `f` is told of other numbers that stand to each other as those do.
template <Arithmetic T, Number S, class F>
Tensor<bool> compare(const char* name, const Tensor<T>& x, S number, F f) {
  if constexpr (std::is_integral_v<T>) {
    using Side = typename NumberPlace<T>::Side;
    const NumberPlace<T> place = place_of<T>(number);
    if (place.side == Side::below) return full<bool>(x.shape(), f(1, 0));
    if (place.side == Side::above) return full<bool>(x.shape(), f(0, 1));
    if (place.side == Side::nowhere)
      return full<bool>(x.shape(), f(std::numeric_limits<double>::quiet_NaN(), 0));
    if constexpr (std::is_floating_point_v<S>)
      if (!place.exact)
        return map(
            name,
            [f, floor = place.floor](auto v) {
              return f(select(v > floor, decltype(v)(1), decltype(v)(0)),
                       select(v > floor, decltype(v)(0), decltype(v)(1)));
            },
            x);
    return map(
        name, [f, b = place.floor](auto v) { return f(v, decltype(v)(b)); }, x);
  } else {
    return map(
        name, [f, b = static_cast<T>(number)](auto v) { return f(v, b); }, x);
  }
}
}  // namespace detail

template <Arithmetic T>
Tensor<bool> eq(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "eq", [](auto x, auto y) { return x == y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> eq(const Tensor<T>& a, S b) {
  return detail::compare("eq", a, b, [](auto x, auto y) { return x == y; });
}
template <Arithmetic T>
Tensor<bool> ne(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "ne", [](auto x, auto y) { return x != y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> ne(const Tensor<T>& a, S b) {
  return detail::compare("ne", a, b, [](auto x, auto y) { return x != y; });
}
template <Arithmetic T>
Tensor<bool> lt(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "lt", [](auto x, auto y) { return x < y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> lt(const Tensor<T>& a, S b) {
  return detail::compare("lt", a, b, [](auto x, auto y) { return x < y; });
}
template <Arithmetic T>
Tensor<bool> le(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "le", [](auto x, auto y) { return x <= y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> le(const Tensor<T>& a, S b) {
  return detail::compare("le", a, b, [](auto x, auto y) { return x <= y; });
}
template <Arithmetic T>
Tensor<bool> gt(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "gt", [](auto x, auto y) { return x > y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> gt(const Tensor<T>& a, S b) {
  return detail::compare("gt", a, b, [](auto x, auto y) { return x > y; });
}
template <Arithmetic T>
Tensor<bool> ge(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "ge", [](auto x, auto y) { return x >= y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> ge(const Tensor<T>& a, S b) {
  return detail::compare("ge", a, b, [](auto x, auto y) { return x >= y; });
}

/// a where the condition holds, else b; all three broadcast.
template <Arithmetic T>
Tensor<T> where(const Tensor<bool>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "where", [](auto c, auto x, auto y) { return select(c != 0, x, y); }, condition, a, b);
}

/// `value` where the mask (which broadcasts to x) holds, else x.
template <Arithmetic T>
Tensor<T> masked_fill(const Tensor<T>& x, const Tensor<bool>& mask,
                      const ElementArgument<std::type_identity_t<T>>& value) {
  check<ShapeError>(broadcast_shapes(x.shape(), mask.shape(), "masked_fill") == x.shape(), "masked_fill",
                    "the mask's shape ", mask.shape(), " does not broadcast to ", x.shape());
  return map(
      "masked_fill", [value = value.get("masked_fill")](auto m, auto v) { return select(m != 0, value, v); },
      mask, x);
}

/// min(max(x, low), high); a bound that is not given does not apply. The gradient is 0 outside the bounds.
template <Arithmetic T>
Tensor<T> clamp(const Tensor<T>& x, const std::optional<ElementArgument<std::type_identity_t<T>>>& low,
                const std::optional<ElementArgument<std::type_identity_t<T>>>& high) {
  using Limits = std::numeric_limits<T>;
  const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  const T highest = Limits::has_infinity ? Limits::infinity() : Limits::max();
  return map(
      "clamp",
      [l = low ? low->get("clamp") : lowest, h = high ? high->get("clamp") : highest](auto v) {
        const auto raised = select(v < l, l, v);
        return select(raised > h, h, raised);
      },
      x);
}

}  // namespace TENON_NAMESPACE
