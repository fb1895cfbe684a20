#pragma once
/// Comparisons, element by element, which return masks, and the ops that choose by a mask.
/// NaN compares as IEEE 754 defines it: only != holds. Tensors of integers compare with any number exactly,
/// whatever its type: no uint8 equals -1, and every uint8 is less than 300.
///
///   shapes: a, b broadcast to one another
///   returns: the common shape
///   throws: ShapeError if the shapes do not broadcast
///   keeps: nothing for comparisons, which are not recorded
///   cost: one pass over memory in each direction

#include <limits>    // infinity
#include <optional>  // optional

#include "tenon/ops/elementwise/arithmetic.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// Compares x with a number, exactly even where x holds integers and the number is not a value of their type:
/// `f` then receives two small numbers whose order is that of the element and the number.
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
    return map(name, [f, b = place.floor](auto v) { return f(v, decltype(v)(b)); }, x);
  } else {
    return map(name, [f, b = static_cast<T>(number)](auto v) { return f(v, b); }, x);
  }
}
}  // namespace detail

/// Whether a == b.
template <Arithmetic T>
Tensor<bool> eq(const Tensor<T>& a, const Tensor<T>& b) {
  return map("eq", [](auto x, auto y) { return x == y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> eq(const Tensor<T>& a, S b) {
  return detail::compare("eq", a, b, [](auto x, auto y) { return x == y; });
}
/// Whether a != b.
template <Arithmetic T>
Tensor<bool> ne(const Tensor<T>& a, const Tensor<T>& b) {
  return map("ne", [](auto x, auto y) { return x != y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> ne(const Tensor<T>& a, S b) {
  return detail::compare("ne", a, b, [](auto x, auto y) { return x != y; });
}
/// Whether a < b.
template <Arithmetic T>
Tensor<bool> lt(const Tensor<T>& a, const Tensor<T>& b) {
  return map("lt", [](auto x, auto y) { return x < y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> lt(const Tensor<T>& a, S b) {
  return detail::compare("lt", a, b, [](auto x, auto y) { return x < y; });
}
/// Whether a <= b.
template <Arithmetic T>
Tensor<bool> le(const Tensor<T>& a, const Tensor<T>& b) {
  return map("le", [](auto x, auto y) { return x <= y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> le(const Tensor<T>& a, S b) {
  return detail::compare("le", a, b, [](auto x, auto y) { return x <= y; });
}
/// Whether a > b.
template <Arithmetic T>
Tensor<bool> gt(const Tensor<T>& a, const Tensor<T>& b) {
  return map("gt", [](auto x, auto y) { return x > y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> gt(const Tensor<T>& a, S b) {
  return detail::compare("gt", a, b, [](auto x, auto y) { return x > y; });
}
/// Whether a >= b.
template <Arithmetic T>
Tensor<bool> ge(const Tensor<T>& a, const Tensor<T>& b) {
  return map("ge", [](auto x, auto y) { return x >= y; }, a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> ge(const Tensor<T>& a, S b) {
  return detail::compare("ge", a, b, [](auto x, auto y) { return x >= y; });
}

/// Whether a == b, element by element.
template <Arithmetic T>
Tensor<bool> operator==(const Tensor<T>& a, const Tensor<T>& b) {
  return eq(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator==(const Tensor<T>& a, S b) {
  return eq(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator==(S a, const Tensor<T>& b) {
  return eq(b, a);
}
/// Whether a != b, element by element.
template <Arithmetic T>
Tensor<bool> operator!=(const Tensor<T>& a, const Tensor<T>& b) {
  return ne(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator!=(const Tensor<T>& a, S b) {
  return ne(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator!=(S a, const Tensor<T>& b) {
  return ne(b, a);
}
/// Whether a < b, element by element.
template <Arithmetic T>
Tensor<bool> operator<(const Tensor<T>& a, const Tensor<T>& b) {
  return lt(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator<(const Tensor<T>& a, S b) {
  return lt(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator<(S a, const Tensor<T>& b) {
  return gt(b, a);
}
/// Whether a <= b, element by element.
template <Arithmetic T>
Tensor<bool> operator<=(const Tensor<T>& a, const Tensor<T>& b) {
  return le(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator<=(const Tensor<T>& a, S b) {
  return le(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator<=(S a, const Tensor<T>& b) {
  return ge(b, a);
}
/// Whether a > b, element by element.
template <Arithmetic T>
Tensor<bool> operator>(const Tensor<T>& a, const Tensor<T>& b) {
  return gt(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator>(const Tensor<T>& a, S b) {
  return gt(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator>(S a, const Tensor<T>& b) {
  return lt(b, a);
}
/// Whether a >= b, element by element.
template <Arithmetic T>
Tensor<bool> operator>=(const Tensor<T>& a, const Tensor<T>& b) {
  return ge(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator>=(const Tensor<T>& a, S b) {
  return ge(a, b);
}
template <Arithmetic T, Number S>
Tensor<bool> operator>=(S a, const Tensor<T>& b) {
  return le(b, a);
}

/// Chooses element by element: a where the condition holds, else b.
///
///   shapes: condition, a, b broadcast to one another
///   keeps: the condition
template <Arithmetic T>
Tensor<T> where(const Tensor<bool>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  constexpr auto choose = [](auto c, auto x, auto y) { return select(c != 0, x, y); };
  return map("where", detail::needs<0, 0>(choose), condition, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> where(const Tensor<bool>& condition, const Tensor<T>& a, S b) {
  const auto choose = [y = number_as<T>(b, "where")](auto c, auto x) { return select(c != 0, x, y); };
  return map("where", detail::needs<0>(choose), condition, a);
}
template <Arithmetic T, Number S>
Tensor<T> where(const Tensor<bool>& condition, S a, const Tensor<T>& b) {
  const auto choose = [x = number_as<T>(a, "where")](auto c, auto y) { return select(c != 0, x, y); };
  return map("where", detail::needs<0>(choose), condition, b);
}

/// Replaces elements under a mask: `value` where the mask holds, else x.
///
///   shapes: x any; mask broadcasts to x
///   throws: ShapeError if the mask does not broadcast to x; ValueError if T holds integers and `value` is
///     not one of them
///   keeps: the mask
template <Arithmetic T>
Tensor<T> masked_fill(const Tensor<T>& x, const Tensor<bool>& mask,
                      const ElementArgument<std::type_identity_t<T>>& value) {
  check<ShapeError>(broadcast_shapes(x.shape(), mask.shape(), "masked_fill") == x.shape(), "masked_fill",
                    "the mask's shape ", mask.shape(), " does not broadcast to ", x.shape());
  const auto fill = [number = value.get("masked_fill")](auto m, auto v) { return select(m != 0, number, v); };
  return map("masked_fill", detail::needs<0>(fill), mask, x);
}

namespace detail {
/// The function that limits elements to a range, of which a bound may be absent.
template <class T>
auto clamp_function(const char* op, const std::optional<ElementArgument<T>>& low,
                    const std::optional<ElementArgument<T>>& high) {
  using Limits = std::numeric_limits<T>;
  const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  const T highest = Limits::has_infinity ? Limits::infinity() : Limits::max();
  return [l = low ? low->get(op) : lowest, h = high ? high->get(op) : highest](auto v) {
    const auto raised = select(v < l, l, v);
    return select(raised > h, h, raised);
  };
}
}  // namespace detail

/// Limits elements to a range: min(max(x, low), high). A bound that is absent does not apply. The gradient
/// is 0 outside the bounds.
///
///   shapes: x any
///   throws: ValueError if T holds integers and a bound is not one of them
///   keeps: x
template <Arithmetic T>
Tensor<T> clamp(const Tensor<T>& x, const std::optional<ElementArgument<std::type_identity_t<T>>>& low,
                const std::optional<ElementArgument<std::type_identity_t<T>>>& high) {
  return map("clamp", detail::clamp_function<T>("clamp", low, high), x);
}

}  // namespace TENON_NAMESPACE
