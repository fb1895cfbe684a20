#pragma once
/// Reading elements at positions and under masks, and the positions themselves.

#include "tenon/ops/index/index.hpp"
#include "tenon/ops/shape/slice.hpp"

namespace TENON_NAMESPACE {

/// A view of one entry of an axis, which is dropped. A negative index counts from the end.
///
///   shapes: x any
///   returns: the shape of x without the axis
///   throws: IndexError if the axis or the index is out of range
template <Scalar T>
Tensor<T> select(const Tensor<T>& x, index_t axis, index_t index) {
  const int a = normalize_axis(axis, x.rank(), "select");
  const index_t extent = x.extent(a), i = index < 0 ? index + extent : index;
  check<IndexError>(i >= 0 && i < extent, "select", "index ", index, " is outside extent ", extent,
                    " of axis ", a);
  Shape shape = x.shape();
  shape.erase(a);
  return reshape(slice(x, a, range(i, i + 1)), shape);
}
template <Scalar T>
Tensor<T> Tensor<T>::operator[](index_t i) const {
  return select(*this, 0, i);
}

/// The elements of the flattened x at `index`. Gradient: dx = g added at the positions.
///
///   shapes: x, index any
///   returns: the shape of index
///   throws: IndexError if an index is out of range
///   keeps: the positions
///   cost: one pass over the result
template <Scalar T>
Tensor<T> take(const Tensor<T>& x, const Tensor<index_t>& index) {
  const Tensor<index_t> at = detail::checked_indices(index, x.size(), "take");
  return reshape(index_select(flatten(x), 0, at), index.shape());
}

/// `gather` with broadcasting on the other axes: reads the positions that argmax (with keepdim) or argsort
/// returned for an axis. Gradient: dx = g added at the positions.
///
///   shapes: x and index of one rank, at least 1, broadcast to one another but for the axis
///   returns: the common shape, with the extent of index on the axis
///   throws: ShapeError if the shapes do not fit; IndexError if the axis or an index is out of range
///   keeps: the positions
///   cost: one pass over the result
template <Scalar T>
Tensor<T> take_along_dim(const Tensor<T>& x, const Tensor<index_t>& index, index_t axis) {
  check<ShapeError>(x.rank() == index.rank() && x.rank() > 0, "take_along_dim", "index of shape ",
                    index.shape(), " and tensor of shape ", x.shape(), " differ in rank or have no axes");
  const int a = normalize_axis(axis, x.rank(), "take_along_dim");
  Shape wide_x = x.shape(), wide_index = index.shape();
  wide_x[a] = wide_index[a] = 1;
  wide_x = wide_index = broadcast_shapes(wide_x, wide_index, "take_along_dim");
  wide_x[a] = x.shape()[a];
  wide_index[a] = index.shape()[a];
  return gather(expand(x, wide_x), a, expand(index, wide_index));
}
/// Reads elements of the flattened x at the flattened positions, as a vector.
///
///   throws: IndexError if an index is out of range
template <Scalar T>
Tensor<T> take_along_dim(const Tensor<T>& x, const Tensor<index_t>& index) {
  return take_along_dim(flatten(x), flatten(index), 0);
}

namespace detail {
/// The positions in row-major order at which a mask holds.
template <std::same_as<bool> B>
Tensor<index_t> set_positions(const Tensor<B>& mask) {
  const Tensor<B> dense = contiguous(mask);
  const B* const m = dense.data();
  index_t count = 0;
  for (index_t i = 0; i < dense.size(); ++i) count += m[i];
  Tensor<index_t> positions = Tensor<index_t>::empty({count});
  index_t* to = positions.mutable_data();
  for (index_t i = 0; i < dense.size(); ++i)
    if (m[i]) *to++ = i;
  return positions;
}
}  // namespace detail

/// The elements of x under a mask, in row-major order. Gradient: dx = g at their places, 0 elsewhere.
///
///   shapes: x and mask broadcast to one another
///   returns: a vector
///   throws: ShapeError if the shapes do not broadcast
///   keeps: the positions
///   cost: two passes over the mask, one over the result
template <Scalar T>
Tensor<T> masked_select(const Tensor<T>& x, const Tensor<bool>& mask) {
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  return index_select(flatten(expand(x, shape)), 0, detail::set_positions(expand(mask, shape)));
}

/// The indices of the elements that are not 0, one row each, in row-major order. Not recorded.
///
///   shapes: x any
///   returns: (N, rank of x)
///   throws: nothing
///   cost: three passes
template <Scalar T>
Tensor<index_t> nonzero(const Tensor<T>& x) {
  const Tensor<index_t> positions = detail::set_positions(to<bool>(x));
  Tensor<index_t> rows = Tensor<index_t>::empty({positions.size(), x.rank()});
  index_t* to = rows.mutable_data();
  for (index_t position : positions) {
    for (int axis = x.rank(); axis-- > 0;) {
      to[axis] = position % x.shape()[axis];
      position /= x.shape()[axis];
    }
    to += x.rank();
  }
  return rows;
}
/// The indices of the elements that are not 0: NumPy's name of `nonzero`. Not recorded.
///
///   shapes: x any
///   returns: (N, rank of x)
///   throws: nothing
///   cost: three passes
template <Scalar T>
Tensor<index_t> argwhere(const Tensor<T>& x) {
  return nonzero(x);
}

/// A new last axis of extent `classes` with 1 at the index and 0 elsewhere. `classes` of -1 stands for the
/// largest index plus 1.
///
///   shapes: index any
///   returns: the shape of index with `classes` appended
///   throws: IndexError if an index is negative or not below `classes`; ValueError if `classes` is neither
///     positive nor -1, or is -1 without any index
///   cost: one pass over the result
///
template <std::same_as<index_t> I>
Tensor<I> one_hot(const Tensor<I>& index, index_t classes = -1) {
  check<ValueError>(classes > 0 || classes == -1, "one_hot", "expected a positive number of classes, got ",
                    classes);
  check<ValueError>(classes > 0 || index.size() > 0, "one_hot", "no index tells the number of classes");
  if (classes < 0)
    for (index_t i : index) classes = std::max(classes, i + 1);
  Shape shape = index.shape();
  shape.push_back(classes);
  for (index_t i : index)
    check<IndexError>(i >= 0 && i < classes, "one_hot", "index ", i, " is not one of ", classes, " classes");
  Tensor<I> y = zeros<I>(shape);
  I* row = y.mutable_data();
  for (index_t i : index) {
    row[i] = 1;
    row += classes;
  }
  return y;
}

}  // namespace TENON_NAMESPACE
