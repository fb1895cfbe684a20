#pragma once
/// Softmax and its logarithm.
///
///   shapes: x any
///   returns: the shape of x
///   throws: IndexError if the axis is out of range
///   keeps: the result y
///   cost: one or two passes, backward one

#include "tenon/backend/softmax.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The gradient of softmax, dx = y (g - <g, y>), or of its logarithm, dx = g - e^y sum g: by one kernel, or
/// by ops when it is recorded.
template <class T>
Tensor<T> softmax_gradient(const Tensor<T>& y, const Tensor<T>& g, int axis, bool log) {
  if (grad_enabled()) {
    if (log) return sub(g, mul(exp(y), sum(g, {axis}, true)));
    return mul(y, sub(g, sum(mul(g, y), {axis}, true)));
  }
  Tensor<T> dx = Tensor<T>::empty(y.shape());
  const AxisSplit d(y.shape(), axis);
  backend::kernel<backend::SoftmaxBackward<T>>()(d.outer, d.extent, d.inner, contiguous(y).data(),
                                                 contiguous(g).data(), dx.mutable_data(), log);
  return dx;
}

template <class T>
Tensor<T> softmax(const char* name, const Tensor<T>& x, index_t axis, bool log) {
  const int a = normalize_axis(axis, x.rank(), name);
  const AxisSplit d(x.shape(), a);
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Softmax<T>>()(d.outer, d.extent, d.inner, contiguous(x.detach()).data(),
                                         y.mutable_data(), log);
  return record(
      name, y, {without_values(x)},
      [a, log](const Backward<T>& p) -> Gradients<T> {
        if (p.gradient().rank() == 0) return {zeros<T>({})};
        return {softmax_gradient(p.output(), p.gradient(), a, log)};
      },
      Keep::output);
}

}  // namespace detail

/// Softmax along an axis: y_i = exp(x_i - m) / sum_j exp(x_j - m), m = max_j x_j. Gradient: dx = y (g - <g,
/// y>). Bridle 1990.
template <Real T>
Tensor<T> softmax(const Tensor<T>& x, index_t axis) {
  return detail::softmax("softmax", x, axis, false);
}

/// Softmax of -x along an axis: y_i = exp(-x_i) / sum_j exp(-x_j), without overflow.
template <Real T>
Tensor<T> softmin(const Tensor<T>& x, index_t axis) {
  return detail::softmax("softmin", neg(x), axis, false);
}

/// Logarithm of softmax along an axis, exact where softmax itself would be 0: y_i = x_i - m - log sum_j
/// exp(x_j - m), m = max_j x_j. Gradient: dx = g - e^y sum g.
template <Real T>
Tensor<T> log_softmax(const Tensor<T>& x, index_t axis) {
  return detail::softmax("log_softmax", x, axis, true);
}

}  // namespace TENON_NAMESPACE
