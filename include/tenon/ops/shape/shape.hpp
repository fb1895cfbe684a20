#pragma once
/// Ops that move, merge, split, join and repeat axes. Results are views wherever strides allow it.
///
///   shapes: x any
///   throws: IndexError if an axis is out of range
///   keeps: nothing
///   cost: O(1) for a view, else one copy

#include <vector>  // vector

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/shape/slice.hpp"

namespace TENON_NAMESPACE {

/// Reorders axes: axis k of the result is axis `axes[k]` of x.
///
///   returns: a view
///   throws: ShapeError if `axes` does not have one entry for each axis; IndexError if an entry is out of
///     range; ValueError if one is named twice
template <Scalar T>
Tensor<T> permute(const Tensor<T>& x, const Dims& axes) {
  check<ShapeError>(axes.size() == x.rank(), "permute", axes, " does not list the axes of shape ", x.shape());
  Shape shape;
  Strides strides;
  Dims inverse = axes;
  bool seen[max_rank] = {};
  for (int k = 0; k < axes.size(); ++k) {
    const int axis = normalize_axis(axes[k], x.rank(), "permute");
    check<ValueError>(!seen[axis], "permute", "axis ", axis, " is named twice in ", axes);
    seen[axis] = true;
    inverse[axis] = k;
    shape.push_back(x.shape()[axis]);
    strides.push_back(x.strides()[axis]);
  }
  Tensor<T> y = x.view(0, shape, strides);
  return record_floating("permute", y, {without_values(x)}, [inverse](const auto& p) -> Gradients<T> {
    return {permute(p.gradient(), inverse)};
  });
}

/// Swaps two axes. A tensor of rank 0 is returned as it is.
///
///   returns: a view
template <Scalar T>
Tensor<T> transpose(const Tensor<T>& x, index_t axis0, index_t axis1) {
  const int a = normalize_axis(axis0, x.rank(), "transpose"),
            b = normalize_axis(axis1, x.rank(), "transpose");
  if (x.rank() == 0) return x;
  Dims axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i == a ? b : i == b ? a : i);
  return permute(x, axes);
}

/// Merges the axes from `start` to `end`, both included, into one. A tensor of rank 0 becomes a vector.
///
///   returns: a view where strides allow it, else a copy
///   throws: IndexError if an axis is out of range; ValueError if `start` comes after `end`
template <Scalar T>
Tensor<T> flatten(const Tensor<T>& x, index_t start = 0, index_t end = -1) {
  if (x.rank() == 0) return reshape(x, {1});
  const int first = normalize_axis(start, x.rank(), "flatten"),
            last = normalize_axis(end, x.rank(), "flatten");
  check<ValueError>(first <= last, "flatten", "start axis ", first, " comes after end axis ", last);
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (i > first && i <= last)
      shape[first] *= x.shape()[i];
    else
      shape.push_back(x.shape()[i]);
  }
  return reshape(x, shape);
}

/// Drops all axes of extent 1.
///
///   returns: a view
template <Scalar T>
Tensor<T> squeeze(const Tensor<T>& x) {
  Shape shape;
  for (index_t extent : x.shape())
    if (extent != 1) shape.push_back(extent);
  return reshape(x, shape);
}
/// Drops `axis` if its extent is 1; else x is returned as it is.
///
///   returns: a view
template <Scalar T>
Tensor<T> squeeze(const Tensor<T>& x, index_t axis) {
  const int a = normalize_axis(axis, x.rank(), "squeeze");
  if (x.rank() == 0 || x.shape()[a] != 1) return x;
  Shape shape = x.shape();
  shape.erase(a);
  return reshape(x, shape);
}
/// Inserts an axis of extent 1 at position `axis` of the result.
///
///   returns: a view
///   throws: IndexError if the axis is out of range; ShapeError if x has eight axes already
template <Scalar T>
Tensor<T> unsqueeze(const Tensor<T>& x, index_t axis) {
  Shape shape = x.shape();
  shape.insert(normalize_axis(axis, x.rank() + 1, "unsqueeze"), 1);
  return reshape(x, shape);
}

/// Joins tensors along an axis. Gradient: dx_i = the slice of g that x_i became.
///
///   shapes: xs of one rank, at least 1, with equal extents outside the axis
///   returns: the extents of the axis added up
///   throws: ShapeError if the tensors do not fit or have rank 0; ValueError if there are none; IndexError
///     if the axis is out of range
///   cost: one copy
template <Scalar T>
Tensor<T> cat(const std::vector<Tensor<T>>& xs, index_t axis = 0) {
  check<ValueError>(!xs.empty(), "cat", "expected at least one tensor");
  const int a = normalize_axis(axis, xs[0].rank(), "cat");
  check<ShapeError>(xs[0].rank() > 0, "cat", "tensors of rank 0 have no axis to join");
  Shape shape = xs[0].shape();
  shape[a] = 0;
  for (const Tensor<T>& x : xs) {
    Shape other = x.shape();
    check<ShapeError>(other.size() == shape.size(), "cat", "ranks differ: ", xs[0].shape(), " and ",
                      x.shape());
    shape[a] += other[a];
    other[a] = shape[a];
    check<ShapeError>(other == shape, "cat", "extents differ outside axis ", a, ": ", xs[0].shape(), " and ",
                      x.shape());
  }
  Tensor<T> y = Tensor<T>::empty(shape);
  index_t at = 0;
  for (const Tensor<T>& x : xs) {
    auto slices = detail::Slices::whole(shape);
    slices.axis[a] = {at, x.shape()[a], 1};
    Tensor<T> part = slices.view(y);
    copy_(part, x.detach());
    at += x.shape()[a];
  }
  if constexpr (Real<T>) {
    std::vector<graph::Input<T>> inputs;
    std::vector<index_t> extents;
    for (const Tensor<T>& x : xs) {
      inputs.push_back(without_values(x));
      extents.push_back(x.shape()[a]);
    }
    return record("cat", y, inputs.data(), static_cast<int>(inputs.size()),
                  [a, extents](const Backward<T>& p) {
                    Gradients<T> gradients;
                    index_t start = 0;
                    for (int i = 0; i < p.inputs(); ++i) {
                      const index_t extent = extents[static_cast<std::size_t>(i)];
                      gradients.push_back(p.needs(i) ? narrow(p.gradient(), a, start, extent) : Tensor<T>{});
                      start += extent;
                    }
                    return gradients;
                  });
  } else {
    for (const Tensor<T>& x : xs) check_unrecorded("cat", x);
    return y;
  }
}
template <Scalar T>
Tensor<T> cat(std::initializer_list<Tensor<T>> xs, index_t axis = 0) {
  return cat(std::vector<Tensor<T>>(xs), axis);
}

/// Joins tensors along a new axis.
///
///   shapes: xs of one shape
///   returns: that shape with the new axis, of as many entries as there are tensors
///   throws: ShapeError if the shapes differ; ValueError if there are no tensors; IndexError if the axis is
///     out of range
///   cost: one copy
template <Scalar T>
Tensor<T> stack(const std::vector<Tensor<T>>& xs, index_t axis = 0) {
  check<ValueError>(!xs.empty(), "stack", "expected at least one tensor");
  const int a = normalize_axis(axis, xs[0].rank() + 1, "stack");
  std::vector<Tensor<T>> rows;
  for (const Tensor<T>& x : xs) {
    check<ShapeError>(x.shape() == xs[0].shape(), "stack", "shapes differ: ", xs[0].shape(), " and ",
                      x.shape());
    rows.push_back(unsqueeze(x, a));
  }
  return cat(rows, a);
}
template <Scalar T>
Tensor<T> stack(std::initializer_list<Tensor<T>> xs, index_t axis = 0) {
  return stack(std::vector<Tensor<T>>(xs), axis);
}

/// Splits an axis into parts of the given lengths.
///
///   returns: views
///   throws: ShapeError if the lengths do not add up to the extent; ValueError if one is negative;
///     IndexError if the axis is out of range or x has rank 0
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> split(const Tensor<T>& x, const std::vector<index_t>& lengths,
                                           index_t axis = 0) {
  const index_t extent = x.extent(axis);
  index_t total = 0;
  for (index_t length : lengths) {
    check<ValueError>(length >= 0, "split", "negative length ", length);
    total += length;
  }
  check<ShapeError>(total == extent, "split", "lengths sum to ", total, ", the axis has extent ", extent);
  std::vector<Tensor<T>> parts;
  index_t start = 0;
  for (index_t length : lengths) {
    parts.push_back(narrow(x, axis, start, length));
    start += length;
  }
  return parts;
}
/// Splits an axis into parts of `length` entries, the last of which may be shorter.
///
///   returns: views
///   throws: ValueError if the length is not positive (0 is allowed for an empty axis); IndexError if the
///     axis is out of range or x has rank 0
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> split(const Tensor<T>& x, index_t length, index_t axis = 0) {
  const index_t extent = x.extent(axis);
  check<ValueError>(length > 0 || (length == 0 && extent == 0), "split", "length ", length,
                    " does not fill extent ", extent);
  std::vector<index_t> lengths;
  index_t left = extent;
  do {
    lengths.push_back(std::min(length, left));
    left -= lengths.back();
  } while (left > 0);
  return split(x, lengths, axis);
}
/// Splits an axis of n entries into at most `count` parts of ceil(n / count) entries, the last of which may
/// be shorter.
///
///   returns: views
///   throws: ValueError if `count` is not positive; IndexError if the axis is out of range or x has rank 0
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> chunk(const Tensor<T>& x, index_t count, index_t axis = 0) {
  check<ValueError>(count > 0, "chunk", "expected at least one chunk, got ", count);
  const index_t extent = x.extent(axis);
  if (extent == 0) return split(x, std::vector<index_t>(static_cast<std::size_t>(count), 0), axis);
  return split(x, (extent + count - 1) / count, axis);
}
/// The entries of an axis, one tensor for each.
///
///   returns: views of the shape of x without the axis
///   throws: IndexError if the axis is out of range or x has rank 0
template <Scalar T>
[[nodiscard]] std::vector<Tensor<T>> unbind(const Tensor<T>& x, index_t axis = 0) {
  std::vector<Tensor<T>> entries;
  for (index_t i = 0; i < x.extent(axis); ++i) entries.push_back(squeeze(narrow(x, axis, i, 1), axis));
  return entries;
}

/// Shifts entries cyclically along axes; without axes, in the flattened tensor. Gradient: g shifted back.
///
///   returns: the shape of x
///   throws: IndexError if an axis is out of range; ValueError if shifts and axes differ in number, or
///     several shifts come without axes
///   cost: one copy for each axis that is shifted
template <Scalar T>
Tensor<T> roll(const Tensor<T>& x, const Dims& shifts, const Dims& axes = {}) {
  if (axes.empty()) {
    check<ValueError>(shifts.size() == 1, "roll", "without axes expected one shift, got ", shifts);
    return reshape(roll(flatten(x), shifts, {0}), x.shape());
  }
  check<ValueError>(shifts.size() == axes.size(), "roll", "shifts ", shifts, " and axes ", axes,
                    " differ in number");
  Tensor<T> y = x;
  for (int i = 0; i < axes.size(); ++i) {
    const index_t extent = y.extent(axes[i]);
    if (extent == 0) continue;
    const index_t shift = (shifts[i] % extent + extent) % extent;
    if (shift != 0)
      y = cat<T>({slice(y, axes[i], range(extent - shift, {})), slice(y, axes[i], range({}, extent - shift))},
                 axes[i]);
  }
  return y;
}

/// Repeats x `repeats[k]` times along axis k, block after block. Additional repeats lead. Gradient: dx = g
/// summed over the repetitions.
///
///   returns: extents multiplied by the repeats
///   throws: ShapeError if there are fewer repeats than axes; ValueError if one is negative
///   cost: one copy for each axis that is repeated
template <Scalar T>
Tensor<T> repeat(const Tensor<T>& x, const Dims& repeats) {
  const int lead = repeats.size() - x.rank();
  check<ShapeError>(lead >= 0, "repeat", "repeats ", repeats, " are fewer than the axes of ", x.shape());
  Tensor<T> y = x;
  for (int i = repeats.size(); i-- > 0;) {
    check<ValueError>(repeats[i] >= 0, "repeat", "negative repeat in ", repeats);
    const int axis = std::max(i - lead, 0);
    if (i < lead || repeats[i] != 1) {  // a new axis in front of this one, stretched, then merged with it
      Tensor<T> tiled = unsqueeze(y, axis);
      Shape shape = tiled.shape();
      shape[axis] = repeats[i];
      tiled = expand(tiled, shape);
      y = i < lead ? tiled : flatten(tiled, axis, axis + 1);
    }
  }
  return y;
}

namespace detail {
/// Whether column - row <= diagonal, for the last two axes of a shape.
inline Tensor<bool> lower_mask(const Shape& shape, index_t diagonal, const char* op) {
  check<ShapeError>(shape.size() >= 2, op, "expected at least two axes, got shape ", shape);
  const index_t rows = shape.back(1), columns = shape.back(0);
  Tensor<bool> mask = Tensor<bool>::empty({rows, columns});
  bool* m = mask.mutable_data();
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j) *m++ = j - i <= diagonal;
  return mask;
}
}  // namespace detail

/// Lower triangle of the last two axes: x where column - row <= diagonal, 0 elsewhere.
///
///   shapes: x (..., M, N)
///   returns: the shape of x
///   throws: ShapeError if x has fewer than two axes
///   keeps: the mask (M, N)
///   cost: one pass in each direction
template <Arithmetic T>
Tensor<T> tril(const Tensor<T>& x, index_t diagonal = 0) {
  const Tensor<bool> keep = detail::lower_mask(x.shape(), diagonal, "tril");
  return map("tril", detail::needs<0>([](auto m, auto v) { return select(m != 0, v, 0); }), keep, x);
}
/// Upper triangle of the last two axes: x where column - row >= diagonal, 0 elsewhere.
///
///   shapes: x (..., M, N)
///   returns: the shape of x
///   throws: ShapeError if x has fewer than two axes
///   keeps: the mask (M, N)
///   cost: one pass in each direction
///
template <Arithmetic T>
Tensor<T> triu(const Tensor<T>& x, index_t diagonal = 0) {
  const Tensor<bool> drop = detail::lower_mask(x.shape(), diagonal - 1, "triu");
  return map("triu", detail::needs<0>([](auto m, auto v) { return select(m != 0, 0, v); }), drop, x);
}

}  // namespace TENON_NAMESPACE
