#pragma once
/// Stretching to a common shape. Broadcasting follows NumPy,
/// https://numpy.org/doc/stable/user/basics.broadcasting.html

#include "tenon/graph/record.hpp"

namespace TENON_NAMESPACE {

template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape);

/// The strides with which elements of x are read as if x had `shape`: 0 on stretched axes.
///
///   shapes: x broadcasts to `shape`
///   throws: nothing: the shapes are not checked
///   keeps: nothing
template <class T>
Strides broadcast_strides(const Tensor<T>& x, const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 0);
  const int lead = shape.size() - x.rank();
  for (int i = 0; i < x.rank(); ++i) strides[lead + i] = x.shape()[i] == 1 ? 0 : x.strides()[i];
  return strides;
}

/// Stretches x to `shape` without copying. An extent of -1 keeps the extent of x; new axes lead. Gradient:
/// dx = the sum of g over the stretched axes.
///
///   shapes: x broadcasts to `shape`
///   returns: a view with strides 0 on stretched axes
///   throws: ShapeError if x does not broadcast to `shape`
///   keeps: nothing
///   cost: O(1), backward one pass
template <Scalar T>
Tensor<T> expand(const Tensor<T>& x, Shape shape) {
  const int lead = shape.size() - x.rank();
  bool fits = lead >= 0;
  for (int i = 0; fits && i < x.rank(); ++i) {
    index_t& extent = shape[lead + i];
    if (extent == -1) extent = x.shape()[i];
    fits = extent == x.shape()[i] || x.shape()[i] == 1;
  }
  check<ShapeError>(fits, "expand", "shape ", x.shape(), " does not stretch to ", shape);
  if (shape == x.shape()) return x;
  Tensor<T> y = x.view(0, shape, broadcast_strides(x, shape));
  return record("expand", y, {without_values(x)},
                [from = x.shape()](const auto& p) -> Gradients<T> { return {sum_to(p.gradient(), from)}; });
}

}  // namespace TENON_NAMESPACE

// Stretching and summing are each other's rules: who has one needs both.
#include "tenon/ops/reduce/sum.hpp"
