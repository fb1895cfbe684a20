#pragma once
/// First-order recurrences along an axis, differentiable to any order.
///
///   shapes: operands of rank 1 or more
///   returns: the shape of the operands

#include "tenon/backend/scan.hpp"
#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Entries moved one place up an axis that is not empty; the first becomes `value`.
template <class T>
Tensor<T> shift_up(const Tensor<T>& x, int axis, T value = T(0)) {
  Shape first = x.shape();
  first[axis] = 1;
  return cat<T>({full<T>(first, value), narrow(x, axis, 0, x.shape()[axis] - 1)}, axis);
}

/// y_i = a_i y_(i-1) + b_i, or its transpose, y_i = a_(i+1) y_(i+1) + b_i, which is its own rule in turn.
template <class T>
Tensor<T> linear_scan(const Tensor<T>& a, const Tensor<T>& b, int axis, bool transposed) {
  const AxisSplit d(b.shape(), axis);
  const Tensor<T> factors = contiguous(a.detach()), terms = contiguous(b.detach());
  Tensor<T> out = Tensor<T>::empty(b.shape());
  backend::kernel<backend::LinearScan<T>>()(d.outer, d.extent, d.inner, transposed, factors.data(),
                                            terms.data(), out.mutable_data());
  return record(
      "linear_scan", out, {a, without_values(b)},
      [axis, transposed](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> s = linear_scan(p.input(0), p.gradient(), axis, !transposed);
        if (!p.needs(0) || s.size() == 0) return {p.needs(0) ? s : Tensor<T>{}, s};
        const Tensor<T> y = p.output();
        return {transposed ? mul(shift_up(s, axis), y) : mul(s, shift_up(y, axis)), s};
      },
      Keep::output);
}

}  // namespace detail

/// First-order linear recurrence along an axis, starting from 0: y_i = a_i y_(i-1) + b_i, y_0 = b_0.
/// Gradients: db_i = g_i + a_(i+1) db_(i+1), da_i = db_i y_(i-1).
///
///   shapes: a, b of one shape
///   throws: ShapeError if the shapes differ or have rank 0; IndexError if the axis is out of range
///   keeps: a and y
///   cost: one pass, backward three
template <Real T>
Tensor<T> linear_scan(const Tensor<T>& a, const Tensor<T>& b, index_t axis) {
  check<ShapeError>(a.shape() == b.shape() && a.rank() > 0, "linear_scan",
                    "expected factors and terms of one shape with an axis, got ", a.shape(), " and ",
                    b.shape());
  return detail::linear_scan(a, b, normalize_axis(axis, a.rank(), "linear_scan"), false);
}

}  // namespace TENON_NAMESPACE
