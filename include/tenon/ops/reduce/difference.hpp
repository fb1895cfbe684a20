#pragma once
/// Differences of neighbours, derivatives from samples, and the trapezoidal rule.

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

/// Options of `gradient`.
template <Real T>
struct GradientOptions {
  double spacing = 1;  ///< the distance of neighbours
  /// Instead of the spacing, for each axis a vector of places; the derivatives inside are then exact for
  /// parabolas, whatever the distances.
  std::vector<Tensor<T>> places{};
  Dims axes{};         ///< the axes along which to differentiate; none: all of them
  int edge_order = 1;  ///< order of the error at both ends, 1 or 2
};
namespace detail {
/// The derivative of y along an axis, between places whose distances, of the rank of y, are `steps`. With h
/// and s the step and the slope before a place, k and t those behind it, it is (k s + h t) / (h + k), which
/// is exact for parabolas. At an end it is the slope there, or with edge_order 2 that of the parabola through
/// three places: the mean of its slopes at two places is the slope between them.
template <class T>
Tensor<T> gradient_along(const Tensor<T>& y, const Tensor<T>& steps, index_t axis, int edge_order) {
  const Tensor<T> slopes = div(diff(y, 1, axis), steps);
  const index_t inside = slopes.extent(axis) - 1;
  const Tensor<T> inner = map(
      "gradient", [](auto h, auto k, auto s, auto t) { return (k * s + h * t) / (h + k); },
      narrow(steps, axis, 0, inside), narrow(steps, axis, 1, inside), narrow(slopes, axis, 0, inside),
      narrow(slopes, axis, 1, inside));
  Tensor<T> first = narrow(slopes, axis, 0, 1), last = narrow(slopes, axis, inside, 1);
  if (edge_order == 2) {
    first = sub(mul(first, 2), narrow(inner, axis, 0, 1));
    last = sub(mul(last, 2), narrow(inner, axis, inside - 1, 1));
  }
  return cat<T>({first, inner, last}, axis);
}

/// The n distances of the places along an axis, the i-th of those that are differentiated.
template <class T>
Tensor<T> gradient_steps(const GradientOptions<T>& options, int i, index_t n) {
  if (options.places.empty()) return full<T>({n}, static_cast<T>(options.spacing));
  const Tensor<T>& places = options.places[static_cast<std::size_t>(i)];
  check<ShapeError>(places.shape() == Shape{n + 1}, "gradient", "expected a vector of ", n + 1,
                    " places in list ", i, ", got shape ", places.shape());
  return diff(places);
}
}  // namespace detail
/// Derivatives of y, samples of a function on a grid, along some axes: central differences, and one-sided
/// ones at both ends, as NumPy's.
///
///   shapes: y any
///   returns: for each axis a tensor of the shape of y
///   throws: IndexError if an axis is out of range; ShapeError if an axis has fewer than edge_order + 1
///     entries, or places do not fit it or are not given for each axis; ValueError if edge_order is neither 1
///     nor 2, or the spacing is 0
///   keeps: for each axis the slopes and the distances; for gradients of places the differences of y
///   cost: about five passes an axis
template <Real T>
std::vector<Tensor<T>> gradient(const Tensor<T>& y, const GradientOptions<T>& options = {}) {
  constexpr const char* op = "gradient";
  const int order = options.edge_order, given = static_cast<int>(options.places.size());
  const int count = options.axes.empty() ? y.rank() : options.axes.size();
  check<ValueError>(order == 1 || order == 2, op, "expected an edge_order of 1 or 2, got ", order);
  check<ValueError>(options.spacing != 0, op, "the spacing is 0");
  check<ShapeError>(given == 0 || given == count, op, given, " lists of places for ", count, " axes");
  std::vector<Tensor<T>> gradients;
  for (int i = 0; i < count; ++i) {
    const int axis = options.axes.empty() ? i : normalize_axis(options.axes[i], y.rank(), op);
    const index_t n = y.extent(axis) - 1;
    check<ShapeError>(n >= order, op, "edge_order ", order, " needs ", order + 1, " places along axis ", axis,
                      ", got shape ", y.shape());
    Shape along = Dims::filled(y.rank(), 1);
    along[axis] = n;
    const Tensor<T> steps = reshape(detail::gradient_steps(options, i, n), along);
    gradients.push_back(detail::gradient_along(y, steps, axis, order));
  }
  return gradients;
}

}  // namespace TENON_NAMESPACE
