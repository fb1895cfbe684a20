#pragma once
/// Reading elements at positions and under masks, and positions themselves.

#include "tenon/ops/index.hpp"

namespace TENON_NAMESPACE {

/// The elements of the flattened x at `index`, in the shape of the index.
///   dx = g added at the positions    throws IndexError
template <Scalar T>
Tensor<T> take(const Tensor<T>& x, const Tensor<index_t>& index) {
  const Tensor<index_t> at = detail::checked_indices(index, x.size(), "take");
  return reshape(index_select(flatten(x), 0, at), index.shape());
}

/// `gather` where x and index broadcast against one another on the other axes: what argmax, argsort, … along
/// an axis (kept) point at.
///   throws ShapeError, IndexError
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
/// The same in the flattened tensors.
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

/// The elements of x under a mask, as a vector; both broadcast.
///   dx = g at the places, 0 elsewhere    throws ShapeError
template <Scalar T>
Tensor<T> masked_select(const Tensor<T>& x, const Tensor<bool>& mask) {
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  return index_select(flatten(expand(x, shape)), 0, detail::set_positions(expand(mask, shape)));
}

/// The indices of the elements that are not 0, one row each, in row-major order: (N, rank).
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
/// NumPy's name of `nonzero`'s rows.
template <Scalar T>
Tensor<index_t> argwhere(const Tensor<T>& x) {
  return nonzero(x);
}

/// A new last axis of extent `classes` with 1 at the index and 0 elsewhere; `classes` -1 means the largest
/// index and one.
///   throws IndexError when an index is negative or not below `classes`, ValueError
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
