#pragma once
/// Differences of neighbours, and the trapezoidal rule.

#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// Differences x_(i+1) - x_i along an axis, taken `times` times.
///
///   shapes: x any
///   returns: the shape of x with `times` entries fewer on the axis, at least 0
///   throws: ShapeError if x has rank 0; ValueError if `times` is negative; IndexError if the axis is out
///     of range
///   keeps: nothing
///   cost: `times` passes
template <Arithmetic T>
Tensor<T> diff(const Tensor<T>& x, index_t times = 1, index_t axis = -1) {
  check<ShapeError>(x.rank() > 0, "diff", "a tensor of rank 0 has no axes");
  check<ValueError>(times >= 0, "diff", "negative order ", times);
  Tensor<T> y = x;
  for (; times > 0 && y.extent(axis) > 0; --times) {
    const index_t left = y.extent(axis) - 1;
    y = sub(narrow(y, axis, 1, left), narrow(y, axis, 0, left));
  }
  return y;
}

namespace detail {
/// The sums of neighbours along an axis.
template <class T>
Tensor<T> neighbour_sums(const Tensor<T>& y, index_t axis) {
  const index_t left = std::max<index_t>(y.extent(axis) - 1, 0);
  return add(narrow(y, axis, y.extent(axis) - left, left), narrow(y, axis, 0, left));
}
}  // namespace detail
/// Integral of y along an axis by the trapezoid rule, with samples `dx` apart: dx sum_i (y_i + y_(i+1)) /
/// 2.
///
///   shapes: y of rank 1 or more
///   returns: the shape of y without the axis
///   throws: ShapeError if y has rank 0; IndexError if the axis is out of range
///   keeps: nothing
///   cost: two passes
template <Real T, Number S = double>
Tensor<T> trapezoid(const Tensor<T>& y, S dx = 1, index_t axis = -1) {
  check<ShapeError>(y.rank() > 0, "trapezoid", "a tensor of rank 0 has no axes");
  return mul(sum(detail::neighbour_sums(y, axis), {axis}), static_cast<double>(dx) / 2);
}
/// Integral of y along an axis by the trapezoid rule, with samples at x: sum_i (x_(i+1) - x_i) (y_i +
/// y_(i+1)) / 2.
///
///   shapes: y of rank 1 or more; x a vector along the axis, or of the shape of y
///   returns: the shape of y without the axis
///   throws: ShapeError if y has rank 0 or x does not fit it; IndexError if the axis is out of range
///   keeps: the sums and the differences of neighbours
///   cost: four passes
///
template <Real T>
Tensor<T> trapezoid(const Tensor<T>& y, const Tensor<T>& x, index_t axis = -1) {
  const int a = normalize_axis(axis, y.rank(), "trapezoid");
  check<ShapeError>(y.rank() > 0 && (x.shape() == y.shape() || x.shape() == Shape{y.shape()[a]}), "trapezoid",
                    "places of shape ", x.shape(), " do not fit values of shape ", y.shape());
  Shape shape = Dims::filled(y.rank(), 1);
  shape[a] = y.shape()[a];
  const Tensor<T> places = x.shape() == y.shape() ? x : reshape(x, shape);
  return mul(sum(mul(detail::neighbour_sums(y, a), diff(places, 1, a)), {a}), 0.5);
}

}  // namespace TENON_NAMESPACE
