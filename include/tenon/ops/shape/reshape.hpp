#pragma once
/// The elements of a tensor in another shape.

#include "tenon/ops/shape/copy.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// `asked` with its -1, if there is one, replaced by the extent that the elements of `from` leave for it.
inline Shape resolve_shape(const Shape& asked, const Shape& from, index_t size) {
  Shape shape = asked;
  int unknown = -1;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) continue;
    check<ShapeError>(unknown < 0, "reshape", "more than one extent is -1 in ", asked);
    unknown = i;
    shape[i] = 1;
  }
  const index_t known = element_count(shape, "reshape");
  if (unknown >= 0 && known > 0) shape[unknown] = size / known;
  const bool fits = unknown < 0 ? known == size : known > 0 && size % known == 0;
  check<ShapeError>(fits, "reshape", "shape ", from, " does not fit ", asked);
  return shape;
}

}  // namespace detail

/// The elements of x, in row-major order, in another shape, one extent of which may be -1. A view where
/// strides allow it, else a copy.
///
///   shapes: x any; `asked` of as many elements
///   returns: `asked` with its -1 replaced
///   throws: ShapeError if the numbers of elements differ or several extents are -1
///   keeps: nothing
///   cost: O(1), or one copy
template <Scalar T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& asked) {
  const Shape shape = detail::resolve_shape(asked, x.shape(), x.size());
  if (shape == x.shape()) return x;
  Strides strides;
  const bool is_view = find_view_strides(x.shape(), x.strides(), shape, strides);
  const Tensor<T> source = is_view ? x : contiguous(x);
  Tensor<T> y = source.view(0, shape, is_view ? strides : contiguous_strides(shape));
  return record_floating(
      "reshape", y, {without_values(source)},
      [from = x.shape()](const auto& p) -> Gradients<T> { return {reshape(p.gradient(), from)}; });
}

template <Scalar T>
Tensor<T> Tensor<T>::reshape(const Shape& shape) const {
  return tenon::reshape(*this, shape);
}

}  // namespace TENON_NAMESPACE
