#pragma once
/// Ops that arrange tensors, composed of those of shape.hpp and index.hpp: moving, splitting, repeating,
/// turning, stacking, and grids. All are differentiable to any order.
///
///   shapes: x any
///   throws: IndexError if an axis is out of range
///   keeps: nothing, except for index tensors made from repeats
///   cost: O(1) for views, else one copy

#include <algorithm>  // max

#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

/// Moves axes `source` to the positions `destination`; the others keep their order.
///
///   returns: a view
///   throws: IndexError if an axis is out of range; ValueError if the lists differ in length or name an
///     axis twice
template <Scalar T>
Tensor<T> movedim(const Tensor<T>& x, const Dims& source, const Dims& destination) {
  check<ValueError>(source.size() == destination.size(), "movedim", "sources ", source, " and destinations ",
                    destination, " differ in number");
  if (x.rank() == 0) return x;
  Dims axes = Dims::filled(x.rank(), -1);
  bool moved[max_rank] = {};
  for (int i = 0; i < source.size(); ++i) {
    const int from = normalize_axis(source[i], x.rank(), "movedim"),
              to = normalize_axis(destination[i], x.rank(), "movedim");
    check<ValueError>(!moved[from] && axes[to] < 0, "movedim", "an axis is named twice in ", source, " or ",
                      destination);
    moved[from] = true;
    axes[to] = from;
  }
  int next = 0;
  for (index_t& axis : axes) {
    if (axis >= 0) continue;
    while (moved[next]) ++next;
    axis = next++;
  }
  return permute(x, axes);
}
/// Moves one axis to another position.
template <Scalar T>
Tensor<T> movedim(const Tensor<T>& x, index_t source, index_t destination) {
  return movedim(x, Dims{source}, Dims{destination});
}
/// Moves axes to other positions: NumPy's name of `movedim`.
///
///   returns: a view
///   throws: IndexError if an axis is out of range; ValueError if the lists differ in length or name an
///     axis twice
template <Scalar T>
Tensor<T> moveaxis(const Tensor<T>& x, const Dims& source, const Dims& destination) {
  return movedim(x, source, destination);
}
template <Scalar T>
Tensor<T> moveaxis(const Tensor<T>& x, index_t source, index_t destination) {
  return movedim(x, source, destination);
}

/// Swaps two axes: NumPy's name of `transpose`.
///
///   returns: a view
template <Scalar T>
Tensor<T> swapaxes(const Tensor<T>& x, index_t axis0, index_t axis1) {
  return transpose(x, axis0, axis1);
}

/// Shows x in another shape, one extent of which may be -1, as `reshape` does, but never copies.
///
///   returns: a view
///   throws: ShapeError if the numbers of elements differ, several extents are -1, or strides do not allow
///     a view
template <Scalar T>
Tensor<T> view(const Tensor<T>& x, const Shape& asked) {
  const Shape shape = detail::resolve_shape(asked, x.shape(), x.size());
  Strides strides;
  check<ShapeError>(find_view_strides(x.shape(), x.strides(), shape, strides), "view",
                    "the strides of shape ", x.shape(), " do not allow a view of shape ", shape,
                    "; reshape copies");
  return reshape(x, shape);
}
template <Scalar T>
Tensor<T> Tensor<T>::view(const Shape& shape) const {
  return tenon::view(*this, shape);
}
/// All elements as a vector, in row-major order.
///
///   returns: a view where strides allow it, else a copy
///   throws: nothing
template <Scalar T>
Tensor<T> ravel(const Tensor<T>& x) {
  return flatten(x);
}
/// Splits one axis into several of the given extents, one of which may be -1.
///
///   returns: a view
///   throws: IndexError if the axis is out of range; ShapeError if x has rank 0, there are no extents, or
///     they do not multiply to the extent of the axis
template <Scalar T>
Tensor<T> unflatten(const Tensor<T>& x, index_t axis, const Shape& extents) {
  const int a = normalize_axis(axis, x.rank(), "unflatten");
  check<ShapeError>(x.rank() > 0 && !extents.empty(), "unflatten", "cannot cut an axis of shape ", x.shape(),
                    " into extents ", extents);
  const Shape parts = detail::resolve_shape(extents, {x.shape()[a]}, x.shape()[a]);
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != a) shape.push_back(x.shape()[i]);
    for (int k = 0; i == a && k < parts.size(); ++k) shape.push_back(parts[k]);
  }
  return reshape(x, shape);
}

/// Splits an axis into `sections` parts whose lengths differ by at most one, the longer ones first.
///
///   returns: views
///   throws: ValueError if `sections` is not positive; IndexError if the axis is out of range or x has rank
///     0
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> tensor_split(const Tensor<T>& x, index_t sections, index_t axis = 0) {
  check<ValueError>(sections > 0, "tensor_split", "expected at least one section, got ", sections);
  const index_t extent = x.extent(axis);
  std::vector<index_t> lengths;
  for (index_t i = 0; i < sections; ++i) lengths.push_back(extent / sections + (i < extent % sections));
  return split(x, lengths, axis);
}
/// Splits an axis at positions, as Python's slices [0, a), [a, b), ..., [z, end).
///
///   returns: views
///   throws: ShapeError if x has rank 0; IndexError if the axis is out of range
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> tensor_split(const Tensor<T>& x, const std::vector<index_t>& positions,
                                                  index_t axis = 0) {
  check<ShapeError>(x.rank() > 0, "tensor_split", "a tensor of rank 0 has no axes");
  std::vector<Tensor<T>> parts;
  index_t start = 0;
  for (index_t position : positions) {
    parts.push_back(slice(x, axis, range(start, position)));
    start = position;
  }
  parts.push_back(slice(x, axis, range(start, {})));
  return parts;
}

/// Repeats x `repeats[k]` times along axis k, block after block. Missing repeats are 1 and lead; missing
/// axes lead, too.
///
///   returns: extents multiplied by the repeats
///   throws: ValueError if a repeat is negative
///   cost: one copy for each axis that is repeated
template <Scalar T>
Tensor<T> tile(const Tensor<T>& x, Dims repeats) {
  while (repeats.size() < x.rank()) repeats.insert(0, 1);
  return repeat(x, repeats);
}

/// Repeats each entry of an axis `repeats` times in a row. Gradient: dx = g summed over the repetitions.
///
///   returns: the extent of the axis multiplied by `repeats`
///   throws: ShapeError if x has rank 0; IndexError if the axis is out of range; ValueError if `repeats` is
///     negative
///   cost: one copy
template <Scalar T>
Tensor<T> repeat_interleave(const Tensor<T>& x, index_t repeats, index_t axis) {
  check<ValueError>(repeats >= 0, "repeat_interleave", "negative repeats ", repeats);
  check<ShapeError>(x.rank() > 0, "repeat_interleave", "a tensor of rank 0 has no axes");
  const int a = normalize_axis(axis, x.rank(), "repeat_interleave");
  const Tensor<T> column = unsqueeze(x, a + 1);
  Shape shape = column.shape();
  shape[a + 1] = repeats;
  return flatten(expand(column, shape), a, a + 1);
}
/// Repeats entry i of an axis `repeats[i]` times in a row. Gradient: dx = g summed over the repetitions.
///
///   shapes: x any; repeats (extent of the axis)
///   throws: ShapeError if x has rank 0 or `repeats` is not one number for each entry; IndexError if the
///     axis is out of range; ValueError if a repeat is negative
///   keeps: the positions
///   cost: one copy
template <Scalar T>
Tensor<T> repeat_interleave(const Tensor<T>& x, const Tensor<index_t>& repeats, index_t axis) {
  check<ShapeError>(x.rank() > 0, "repeat_interleave", "a tensor of rank 0 has no axes");
  const int a = normalize_axis(axis, x.rank(), "repeat_interleave");
  check<ShapeError>(repeats.rank() == 1 && repeats.size() == x.shape()[a], "repeat_interleave",
                    "repeats of shape ", repeats.shape(), " are not one for each of ", x.shape()[a],
                    " entries");
  std::vector<index_t> positions;
  index_t entry = 0;
  for (index_t count : repeats) {
    check<ValueError>(count >= 0, "repeat_interleave", "negative repeats ", count);
    for (index_t k = 0; k < count; ++k) positions.push_back(entry);
    ++entry;
  }
  return index_select(x, a, from(positions, {static_cast<index_t>(positions.size())}));
}
/// Repeats each element of the flattened x `repeats` times in a row.
///
///   returns: a vector
///   throws: ValueError if `repeats` is negative
template <Scalar T>
Tensor<T> repeat_interleave(const Tensor<T>& x, index_t repeats) {
  return repeat_interleave(flatten(x), repeats, 0);
}

/// Turns the plane of two axes by quarters, from the first axis towards the second; negative turns go back.
///
///   returns: a view
///   throws: ShapeError if x has fewer than two axes; IndexError if an axis is out of range; ValueError if
///     both are one axis
template <Scalar T>
Tensor<T> rot90(const Tensor<T>& x, index_t turns = 1, index_t axis0 = 0, index_t axis1 = 1) {
  check<ShapeError>(x.rank() >= 2, "rot90", "expected at least two axes, got shape ", x.shape());
  const int a = normalize_axis(axis0, x.rank(), "rot90"), b = normalize_axis(axis1, x.rank(), "rot90");
  check<ValueError>(a != b, "rot90", "axis ", a, " is named twice");
  switch ((turns % 4 + 4) % 4) {
    case 1:
      return flip(transpose(x, a, b), {a});
    case 2:
      return flip(x, {a, b});
    case 3:
      return transpose(flip(x, {a}), a, b);
    default:
      return x;
  }
}
/// Reverses the order of columns, that is of axis 1.
///
///   returns: a view
///   throws: ShapeError if x has fewer than two axes
template <Scalar T>
Tensor<T> fliplr(const Tensor<T>& x) {
  check<ShapeError>(x.rank() >= 2, "fliplr", "expected at least two axes, got shape ", x.shape());
  return flip(x, {1});
}
/// Reverses the order of rows, that is of axis 0.
///
///   returns: a view
///   throws: ShapeError if x has rank 0
template <Scalar T>
Tensor<T> flipud(const Tensor<T>& x) {
  check<ShapeError>(x.rank() >= 1, "flipud", "expected at least one axis, got shape ", x.shape());
  return flip(x, {0});
}

/// Makes a tensor of rank 0 a vector of one element; others are returned as they are.
///
///   throws: nothing
template <Scalar T>
Tensor<T> atleast_1d(const Tensor<T>& x) {
  return x.rank() == 0 ? unsqueeze(x, 0) : x;
}
/// Makes a tensor of rank 0 or 1 a matrix of one row; others are returned as they are.
///
///   throws: nothing
template <Scalar T>
Tensor<T> atleast_2d(const Tensor<T>& x) {
  return x.rank() < 2 ? unsqueeze(atleast_1d(x), 0) : x;
}
/// Makes a tensor of rank below 3 one of rank 3: a vector (N) becomes (1, N, 1), a matrix (M, N) becomes
/// (M, N, 1).
///
///   throws: nothing
template <Scalar T>
Tensor<T> atleast_3d(const Tensor<T>& x) {
  return x.rank() < 3 ? unsqueeze(atleast_2d(x), 2) : x;
}

namespace detail {
template <class T, class F>
std::vector<Tensor<T>> each(const std::vector<Tensor<T>>& xs, F f) {
  std::vector<Tensor<T>> ys;
  for (const Tensor<T>& x : xs) ys.push_back(f(x));
  return ys;
}
}  // namespace detail

/// Joins tensors along axis 0, one below the other; vectors count as rows.
///
///   shapes: xs of equal extents outside axis 0
///   throws: ShapeError if the tensors do not fit; ValueError if there are none
///   cost: one copy
template <Scalar T>
Tensor<T> vstack(const std::vector<Tensor<T>>& xs) {
  return cat(detail::each(xs, [](const Tensor<T>& x) { return atleast_2d(x); }), 0);
}
template <Scalar T>
Tensor<T> vstack(std::initializer_list<Tensor<T>> xs) {
  return vstack(std::vector<Tensor<T>>(xs));
}
/// Joins tensors along axis 1, side by side; vectors are joined end to end.
///
///   shapes: xs of equal extents outside the axis
///   throws: ShapeError if the tensors do not fit; ValueError if there are none
///   cost: one copy
template <Scalar T>
Tensor<T> hstack(const std::vector<Tensor<T>>& xs) {
  check<ValueError>(!xs.empty(), "hstack", "expected at least one tensor");
  return cat(detail::each(xs, [](const Tensor<T>& x) { return atleast_1d(x); }), xs[0].rank() < 2 ? 0 : 1);
}
template <Scalar T>
Tensor<T> hstack(std::initializer_list<Tensor<T>> xs) {
  return hstack(std::vector<Tensor<T>>(xs));
}
/// Joins tensors along axis 2; tensors of lower rank become `atleast_3d` before.
///
///   shapes: xs of equal extents outside axis 2
///   throws: ShapeError if the tensors do not fit; ValueError if there are none
///   cost: one copy
template <Scalar T>
Tensor<T> dstack(const std::vector<Tensor<T>>& xs) {
  return cat(detail::each(xs, [](const Tensor<T>& x) { return atleast_3d(x); }), 2);
}
template <Scalar T>
Tensor<T> dstack(std::initializer_list<Tensor<T>> xs) {
  return dstack(std::vector<Tensor<T>>(xs));
}

/// Joins tensors along axis 1; vectors and tensors of rank 0 become columns before.
///
///   shapes: xs of equal extents outside axis 1
///   throws: ShapeError if the tensors do not fit; ValueError if there are none
///   cost: one copy
template <Scalar T>
Tensor<T> column_stack(const std::vector<Tensor<T>>& xs) {
  return cat(
      detail::each(xs, [](const Tensor<T>& x) { return x.rank() < 2 ? unsqueeze(atleast_1d(x), 1) : x; }), 1);
}

/// Stretches x to `shape`.
///
///   shapes: x broadcasts to `shape`
///   returns: a view
///   throws: ShapeError if x does not broadcast to `shape`
template <Scalar T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape) {
  element_count(shape, "broadcast_to");
  check<ShapeError>(broadcast_shapes(x.shape(), shape, "broadcast_to") == shape, "broadcast_to", "shape ",
                    x.shape(), " does not stretch to ", shape);
  return expand(x, shape);
}
/// Stretches x to the shape of another tensor.
///
///   shapes: x broadcasts to the shape of `other`
///   returns: a view
///   throws: ShapeError if x does not broadcast to that shape
template <Scalar T, Scalar U>
Tensor<T> expand_as(const Tensor<T>& x, const Tensor<U>& other) {
  return expand(x, other.shape());
}
/// Stretches tensors to their common shape.
///
///   shapes: xs broadcast to one another
///   returns: views
///   throws: ShapeError if the shapes do not broadcast
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> broadcast_tensors(const std::vector<Tensor<T>>& xs) {
  Shape shape;
  for (const Tensor<T>& x : xs) shape = broadcast_shapes(shape, x.shape(), "broadcast_tensors");
  return detail::each(xs, [&](const Tensor<T>& x) { return expand(x, shape); });
}

/// Which axes of a grid the first two vectors run along: `ij` the first and the second, `xy` the second and
/// the first.
enum class Indexing { ij, xy };
/// Coordinates of a grid: result k has the lengths of all vectors as its shape and varies along axis k, as
/// vector k does.
///
///   shapes: xs vectors, or of rank 0
///   returns: views
///   throws: ShapeError if a tensor has more than one axis or there are more than eight
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>& xs,
                                              Indexing indexing = Indexing::ij) {
  const auto count = static_cast<int>(xs.size());
  check<ShapeError>(count <= max_rank, "meshgrid", "expected at most ", max_rank, " vectors, got ", count);
  const auto axis_of = [&](int k) { return indexing == Indexing::xy && count > 1 && k < 2 ? 1 - k : k; };
  Shape shape = Dims::filled(count, 1);
  for (int k = 0; k < count; ++k) {
    const Tensor<T>& x = xs[static_cast<std::size_t>(k)];
    check<ShapeError>(x.rank() <= 1, "meshgrid", "expected vectors, got shape ", x.shape());
    shape[axis_of(k)] = x.size();
  }
  std::vector<Tensor<T>> grids;
  for (int k = 0; k < count; ++k) {
    Shape own = Dims::filled(count, 1);
    own[axis_of(k)] = -1;
    grids.push_back(expand(reshape(xs[static_cast<std::size_t>(k)], own), shape));
  }
  return grids;
}

/// All combinations of one element of each vector, as rows; those of the last vector change fastest. A single
/// vector is returned as it is.
///
///   shapes: xs vectors, of n_1, n_2, ..., n_k elements
///   returns: (n_1 n_2 ... n_k, k)
///   throws: ShapeError if a tensor is no vector or there are more than eight; ValueError if there are none
///   cost: one copy
template <Scalar T>
Tensor<T> cartesian_prod(const std::vector<Tensor<T>>& xs) {
  check<ValueError>(!xs.empty(), "cartesian_prod", "expected at least one vector");
  for (const Tensor<T>& x : xs)
    check<ShapeError>(x.rank() == 1, "cartesian_prod", "expected vectors, got shape ", x.shape());
  if (xs.size() == 1) return xs[0];
  return stack(detail::each(meshgrid(xs), [](const Tensor<T>& grid) { return flatten(grid); }), 1);
}

/// All choices of `count` elements of a vector, as rows, in the order of their positions; with replacement an
/// element may be chosen several times. Gradient: dx = g added at the positions.
///
///   shapes: x (n)
///   returns: (number of choices, count); (0) for a count of 0
///   throws: ShapeError if x is no vector; ValueError if `count` is negative
///   keeps: the positions
///   cost: one copy
template <Scalar T>
Tensor<T> combinations(const Tensor<T>& x, index_t count = 2, bool with_replacement = false) {
  check<ShapeError>(x.rank() == 1, "combinations", "expected a vector, got shape ", x.shape());
  check<ValueError>(count >= 0, "combinations", "negative count ", count);
  if (count == 0) return narrow(x, 0, 0, 0);
  const index_t n = x.size(), step = with_replacement ? 0 : 1;
  std::vector<index_t> positions, choice;  // ascending, with at least `step` between neighbours
  const auto last = [&](std::size_t k) { return n - 1 - step * (count - 1 - static_cast<index_t>(k)); };
  for (index_t k = 0; k < count; ++k) choice.push_back(step * k);
  while (choice[0] <= last(0)) {
    positions.insert(positions.end(), choice.begin(), choice.end());
    std::size_t k = choice.size() - 1;
    while (k > 0 && choice[k] == last(k)) --k;
    for (index_t next = choice[k] + 1; k < choice.size(); ++k, next += step) choice[k] = next;
  }
  const auto total = static_cast<index_t>(positions.size());
  return reshape(index_select(x, 0, from(positions, {total})), {total / count, count});
}

}  // namespace TENON_NAMESPACE
