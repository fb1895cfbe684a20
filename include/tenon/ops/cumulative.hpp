#pragma once
/// Along an axis: running extrema, differences, and the trapezoid rule.

#include "tenon/backend/scan.hpp"
#include "tenon/ops/reduce.hpp"

namespace TENON_NAMESPACE {

namespace detail {
template <Scalar T>
ValuesIndices<T> running_extremum(const char* op, const Tensor<T>& x, index_t axis,
                                  typename backend::Cummax<T>::Function* kernel) {
  const int a = normalize_axis(axis, x.rank(), op);
  if (x.rank() == 0) return {x, zeros<index_t>({})};
  const Around d(x.shape(), a);
  Tensor<index_t> indices = Tensor<index_t>::empty(x.shape());
  kernel(d.outer, d.extent, d.inner, contiguous(x.detach()).data(), indices.mutable_data());
  return {gather(x, a, indices), indices};
}
}  // namespace detail
/// The largest element so far and where it stands: the last of equal ones, NaN above all. The gradient goes
/// there.
template <Scalar T>
ValuesIndices<T> cummax(const Tensor<T>& x, index_t axis) {
  return detail::running_extremum("cummax", x, axis, backend::kernel<backend::Cummax<T>>());
}
/// The smallest; see `cummax`.
template <Scalar T>
ValuesIndices<T> cummin(const Tensor<T>& x, index_t axis) {
  return detail::running_extremum("cummin", x, axis, backend::kernel<backend::Cummin<T>>());
}

/// x_(i + 1) - x_i along an axis, `times` times over; one entry less each time, until none is left.
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
/// The integral of y along an axis by the trapezoid rule, samples `dx` apart.
template <Real T, Number S = double>
Tensor<T> trapezoid(const Tensor<T>& y, S dx = 1, index_t axis = -1) {
  check<ShapeError>(y.rank() > 0, "trapezoid", "a tensor of rank 0 has no axes");
  return mul(sum(detail::neighbour_sums(y, axis), {axis}), static_cast<double>(dx) / 2);
}
/// The same with samples at x: a vector along the axis, or of y's shape.
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
