#pragma once
/// Reading and accumulating at integer positions. Indices are checked; negative ones count from the end, as in
/// NumPy.
///
///   throws: ShapeError if the shapes do not fit; IndexError if the axis or an index is out of range
///   keeps: the indices

#include "tenon/backend/index.hpp"
#include "tenon/ops/elementwise/cast.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Indices as the kernels expect them: a dense vector with entries in [0, extent).
template <std::same_as<index_t> I>
Tensor<I> checked_indices(const Tensor<I>& index, index_t extent, const char* op) {
  bool ready = index.rank() == 1 && index.is_contiguous();
  for (index_t i : index) {
    check<IndexError>(i >= -extent && i < extent, op, "index ", i, " is outside extent ", extent);
    ready &= i >= 0;
  }
  if (ready) return index;
  Tensor<I> dense = Tensor<I>::empty({index.size()});
  I* to = dense.mutable_data();
  for (index_t i : index) *to++ = i < 0 ? i + extent : i;
  return dense;
}

/// Ids, such as rows of a table, as a dense vector: none may be negative.
template <std::same_as<index_t> I>
Tensor<I> checked_ids(const Tensor<I>& index, index_t extent, const char* op) {
  for (index_t i : index)
    check<IndexError>(i >= 0 && i < extent, op, "index ", i, " is outside extent ", extent);
  return checked_indices(index, extent, op);
}

/// The extents before, at and after an axis.
struct AxisSplit {
  index_t outer = 1, extent = 1, inner = 1;
  AxisSplit(const Shape& shape, int axis) {
    for (int i = 0; i < shape.size(); ++i) (i < axis ? outer : i == axis ? extent : inner) *= shape[i];
  }
};

}  // namespace detail

template <Scalar T>
Tensor<T> index_select(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index);

/// A copy of x with the entries of `source` added at positions `index` of an axis; repeated positions add
/// up. Gradients: dx = g, dsource = g at the positions.
///
///   shapes: x of rank 1 or more; index (K); source as x with extent K on the axis
///   returns: the shape of x
///   cost: a copy of x and one pass over source
template <Scalar T>
Tensor<T> index_add(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index, const Tensor<T>& source) {
  const int a = normalize_axis(axis, x.rank(), "index_add");
  check<ShapeError>(x.rank() > 0 && index.rank() == 1, "index_add",
                    "expected a vector of indices into an axis, got shape ", index.shape(), " for ",
                    x.shape());
  Shape expected = x.shape();
  expected[a] = index.size();
  check<ShapeError>(source.shape() == expected, "index_add", "expected a source of shape ", expected,
                    ", got ", source.shape());
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_add");
  const detail::AxisSplit d(x.shape(), a);
  Tensor<T> y = clone(x.detach());
  backend::kernel<backend::ScatterAdd<T>>()(d.outer, index.size(), d.inner, d.extent, at.data(),
                                            contiguous(source.detach()).data(), y.mutable_data());
  return record("index_add", y, {without_values(x), without_values(source)},
                [a, at](const auto& p) -> Gradients<T> {
                  return {p.gradient(), p.needs(1) ? index_select(p.gradient(), a, at) : Tensor<T>{}};
                });
}

/// The entries at positions `index` of an axis; positions may repeat. Gradient: dx = g added at the
/// positions.
///
///   shapes: x of rank 1 or more; index (K), or of rank 0
///   returns: the shape of x with extent K on the axis
///   cost: one pass over the result, backward one over x and g
template <Scalar T>
Tensor<T> index_select(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index) {
  const int a = normalize_axis(axis, x.rank(), "index_select");
  check<ShapeError>(x.rank() > 0 && index.rank() <= 1, "index_select",
                    "expected a vector of indices into an axis, got shape ", index.shape(), " for ",
                    x.shape());
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_select");
  const detail::AxisSplit d(x.shape(), a);
  Shape shape = x.shape();
  shape[a] = at.size();
  Tensor<T> y = Tensor<T>::empty(shape);
  backend::kernel<backend::Gather<T>>()(d.outer, at.size(), d.inner, d.extent, contiguous(x.detach()).data(),
                                        at.data(), y.mutable_data());
  return record("index_select", y, {without_values(x)},
                [a, at, from = x.shape()](const auto& p) -> Gradients<T> {
                  return {index_add(zeros<T>(from), a, at, p.gradient())};
                });
}

namespace detail {
/// For gather and scatter: the position in the flattened `shape` of each entry of `index` along an axis.
template <std::same_as<index_t> I>
Tensor<I> flat_positions(const Shape& shape, int axis, const Tensor<I>& index, const char* op) {
  check<ShapeError>(index.rank() == shape.size(), op, "index of shape ", index.shape(),
                    " and tensor of shape ", shape, " differ in rank");
  for (int i = 0; i < shape.size(); ++i)
    check<ShapeError>(i == axis || index.shape()[i] <= shape[i], op, "index of shape ", index.shape(),
                      " exceeds shape ", shape, " on axis ", i);
  const Strides strides = contiguous_strides(shape);
  Tensor<I> flat = Tensor<I>::empty(index.shape());
  I* out = flat.mutable_data();
  const index_t extent = shape.empty() ? 1 : shape[axis];
  Dims at = Dims::filled(shape.size(), 0);
  for (index_t i : index) {
    check<IndexError>(i >= -extent && i < extent, op, "index ", i, " is outside extent ", extent, " of axis ",
                      axis);
    index_t position = shape.empty() ? 0 : (i < 0 ? i + extent : i) * strides[axis];
    for (int k = 0; k < shape.size(); ++k)
      if (k != axis) position += at[k] * strides[k];
    *out++ = position;
    for (int k = shape.size(); k-- > 0;) {
      if (++at[k] < index.shape()[k]) break;
      at[k] = 0;
    }
  }
  return flat;
}
}  // namespace detail

/// Reads along an axis: y[..., k, ...] = x[..., index[..., k, ...], ...]. Gradient: dx = g added at the
/// positions.
///
///   shapes: index has the rank of x, and on the other axes at most its extents
///   returns: the shape of index
///   keeps: the positions, as many as there are elements of the result
///   cost: one pass over the result, backward one over x and g
template <Scalar T>
Tensor<T> gather(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index) {
  const int a = normalize_axis(axis, x.rank(), "gather");
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "gather");
  return reshape(index_select(flatten(x), 0, flatten(flat)), index.shape());
}

/// A copy of x with source[..., k, ...] added at position index[..., k, ...] of an axis; repeated positions
/// add up. Gradients: dx = g, dsource = g at the positions.
///
///   shapes: index and source have the rank of x; index at most the extents of source, and those of x on
///     the other axes
///   returns: the shape of x
///   keeps: the positions, as many as there are indices
///   cost: a copy of x and one pass over source
template <Scalar T>
Tensor<T> scatter_add(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                      const Tensor<T>& source) {
  const int a = normalize_axis(axis, x.rank(), "scatter_add");
  check<ShapeError>(source.rank() == index.rank(), "scatter_add", "index of shape ", index.shape(),
                    " and source of shape ", source.shape(), " differ in rank");
  auto part = detail::Slices::whole(source.shape());
  for (int i = 0; i < index.rank(); ++i) {
    check<ShapeError>(index.shape()[i] <= source.shape()[i], "scatter_add", "index of shape ", index.shape(),
                      " exceeds the source's shape ", source.shape());
    part.axis[i].count = index.shape()[i];
  }
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "scatter_add");
  return reshape(index_add(flatten(x), 0, flatten(flat), flatten(detail::slice(source, part))), x.shape());
}

namespace detail {
/// Indices into the leading axes, as positions in these axes flattened.
struct LeadingPositions {
  Tensor<index_t> at;  // a vector
  Shape rows, result;  // x as rows of its remaining axes; the shape that is read or written
};
template <class T, std::same_as<index_t> I>
LeadingPositions leading_positions(const Tensor<T>& x, const std::vector<Tensor<I>>& indices,
                                   const char* op) {
  const auto count = static_cast<int>(indices.size());
  check<ShapeError>(count > 0 && count <= x.rank(), op, count, " indices for a tensor of shape ", x.shape());
  LeadingPositions places;
  for (const auto& index : indices) places.result = broadcast_shapes(places.result, index.shape(), op);
  Tensor<I> at = zeros<I>(places.result);
  places.rows.push_back(1);
  for (int axis = 0; axis < count; ++axis) {
    const index_t extent = x.shape()[axis];
    const Tensor<I>& index = indices[static_cast<std::size_t>(axis)];
    const Tensor<I> own = reshape(checked_indices(index, extent, op), index.shape());
    at = add(mul(at, extent), own);
    places.rows[0] *= extent;
  }
  places.at = flatten(at);
  for (int axis = count; axis < x.rank(); ++axis) {
    places.rows.push_back(x.shape()[axis]);
    places.result.push_back(x.shape()[axis]);
  }
  return places;
}
}  // namespace detail

/// NumPy's x[i, j, ...]: reads at tensors of indices into the leading axes. Gradient: dx = g added at the
/// positions.
///
///   shapes: indices, one for each of the leading axes, broadcast to one another
///   returns: the common shape of the indices, then the axes of x that are left
///   cost: one pass over the result
template <Scalar T>
Tensor<T> index(const Tensor<T>& x, const std::vector<Tensor<index_t>>& indices) {
  const auto places = detail::leading_positions(x, indices, "index");
  return reshape(index_select(reshape(x, places.rows), 0, places.at), places.result);
}

}  // namespace TENON_NAMESPACE
