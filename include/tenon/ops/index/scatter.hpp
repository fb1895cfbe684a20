#pragma once
/// Writing at integer positions and under masks. The result is a new tensor, but for index_put_. Of several
/// entries for one place the last in row-major order stays, and it alone receives the gradient.
///
///   throws: ShapeError if the shapes do not fit; IndexError if the axis or an index is out of range
///   keeps: the positions
///   cost: a copy of x and one pass over the entries

#include <algorithm>  // copy_n, fill_n, max, min

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/index/select.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// Checks the vector of indices of an op on one axis, and returns the axis.
template <class T>
int indexed_axis(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index, const char* op) {
  const int a = normalize_axis(axis, x.rank(), op);
  check<ShapeError>(x.rank() > 0 && index.rank() <= 1, op,
                    "expected a vector of indices into an axis, got shape ", index.shape(), " for ",
                    x.shape());
  return a;
}
/// 1 for the last entry of each index, 0 for the entries that it overwrites.
template <class T>
Tensor<T> last_entries(const Tensor<index_t>& at, index_t extent) {
  std::vector<index_t> last(static_cast<std::size_t>(extent), -1);
  for (index_t c = 0; c < at.size(); ++c) last[static_cast<std::size_t>(at.data()[c])] = c;
  Tensor<T> stays = Tensor<T>::empty({at.size()});
  for (index_t c = 0; c < at.size(); ++c)
    stays.mutable_data()[c] = static_cast<T>(last[static_cast<std::size_t>(at.data()[c])] == c);
  return stays;
}
/// A vector as the extents of one axis of a tensor of `rank`.
template <class T>
Tensor<T> along_axis(const Tensor<T>& v, int axis, int rank) {
  Shape shape = Dims::filled(rank, 1);
  shape[axis] = v.size();
  return reshape(v, shape);
}
}  // namespace detail

/// A copy of x with `value` in the entries `index` of an axis. Gradient: dx = g, 0 at the entries.
///
///   shapes: x of rank 1 or more; index (K)
///   returns: the shape of x
///   throws: ValueError if T holds integers and `value` is not one of them; and the errors at the head of
///     the file
template <Scalar T>
Tensor<T> index_fill(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                     const ElementArgument<std::type_identity_t<T>>& value) {
  const T element = value.get("index_fill");
  const int a = detail::indexed_axis(x, axis, index, "index_fill");
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_fill");
  const detail::AxisSplit d(x.shape(), a);
  Tensor<T> y = clone(x.detach());
  T* const data = y.mutable_data();
  for (index_t o = 0; o < d.outer; ++o)
    for (index_t c = 0; c < at.size(); ++c)
      std::fill_n(data + (o * d.extent + at.data()[c]) * d.inner, d.inner, element);
  return record("index_fill", y, {without_values(x)},
                [a, at](const auto& p) -> Gradients<T> { return {index_fill(p.gradient(), a, at, T(0))}; });
}

/// A copy of x with the entries of `source` at the places `index` of an axis. Gradients: dx = g, 0 at the
/// entries; dsource = g at the entries.
///
///   shapes: x of rank 1 or more; index (K); source as x with extent K on the axis
///   returns: the shape of x
template <Scalar T>
Tensor<T> index_copy(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                     const Tensor<T>& source) {
  const int a = detail::indexed_axis(x, axis, index, "index_copy");
  Shape expected = x.shape();
  expected[a] = index.size();
  check<ShapeError>(source.shape() == expected, "index_copy", "expected a source of shape ", expected,
                    ", got ", source.shape());
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_copy");
  const detail::AxisSplit d(x.shape(), a);
  Tensor<T> y = clone(x.detach());
  const Tensor<T> dense = contiguous(source.detach());
  T* const to = y.mutable_data();
  for (index_t o = 0; o < d.outer; ++o)
    for (index_t c = 0; c < at.size(); ++c)
      std::copy_n(dense.data() + (o * at.size() + c) * d.inner, d.inner,
                  to + (o * d.extent + at.data()[c]) * d.inner);
  return record("index_copy", y, {without_values(x), without_values(source)},
                [a, at](const auto& p) -> Gradients<T> {
                  const Tensor<T>& g = p.gradient();
                  const auto from_source = [&] {
                    const Tensor<T> stays = detail::last_entries<T>(at, g.shape()[a]);
                    return mul(index_select(g, a, at), detail::along_axis(stays, a, g.rank()));
                  };
                  return {p.needs(0) ? index_fill(g, a, at, T(0)) : Tensor<T>{},
                          p.needs(1) ? from_source() : Tensor<T>{}};
                });
}

namespace detail {
/// The part of `source` that an index of a smaller shape reads.
template <class T>
Tensor<T> indexed_part(const Tensor<T>& source, const Tensor<index_t>& index, const char* op) {
  check<ShapeError>(source.rank() == index.rank(), op, "index of shape ", index.shape(),
                    " and source of shape ", source.shape(), " differ in rank");
  auto part = Slices::whole(source.shape());
  for (int i = 0; i < index.rank(); ++i) {
    check<ShapeError>(index.shape()[i] <= source.shape()[i], op, "index of shape ", index.shape(),
                      " exceeds the source's shape ", source.shape());
    part.axis[i].count = index.shape()[i];
  }
  return slice(source, part);
}
}  // namespace detail

/// A copy of x with source[..., k, ...] at position index[..., k, ...] of an axis. Gradients: dx = g, 0 at
/// the positions; dsource = g at the positions.
///
///   shapes: index and source have the rank of x; index at most the extents of source, and those of x on
///     the other axes
///   returns: the shape of x
template <Scalar T>
Tensor<T> scatter(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index, const Tensor<T>& source) {
  const int a = normalize_axis(axis, x.rank(), "scatter");
  const Tensor<T> part = detail::indexed_part(source, index, "scatter");
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "scatter");
  return reshape(index_copy(flatten(x), 0, flatten(flat), flatten(part)), x.shape());
}
/// A copy of x with one value at the positions index[..., k, ...] of an axis. Gradient: dx = g, 0 at the
/// positions.
///
///   shapes: index has the rank of x, and on the other axes at most its extents
///   returns: the shape of x
///   throws: ValueError if T holds integers and `value` is not one of them; and the errors at the head of
///     the file
template <Scalar T>
Tensor<T> scatter(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                  const ElementArgument<std::type_identity_t<T>>& value) {
  const int a = normalize_axis(axis, x.rank(), "scatter");
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "scatter");
  return reshape(index_fill(flatten(x), 0, flatten(flat), value), x.shape());
}

/// How `scatter_reduce` combines the elements that meet at one place.
enum class ScatterReduce { sum, prod, mean, amax, amin };

namespace detail {

/// y[at[i]] = f(y[at[i]], source[i]) in order, over vectors.
template <class T, class F>
Tensor<T> fold_at(const Tensor<T>& x, const Tensor<index_t>& at, const Tensor<T>& source, F f) {
  Tensor<T> y = clone(x.detach());
  const Tensor<T> dense = contiguous(source.detach());
  T* const to = y.mutable_data();
  for (index_t i = 0; i < at.size(); ++i) to[at.data()[i]] = f(to[at.data()[i]], dense.data()[i]);
  return y;
}

/// Products of the elements that meet at one place. Where exactly one factor is 0, it alone has a derivative.
template <class T>
Tensor<T> product_at(const Tensor<T>& x, const Tensor<index_t>& at, const Tensor<T>& source) {
  const Tensor<T> y = fold_at(x, at, source, [](T a, T b) { return static_cast<T>(a * b); });
  return record("scatter_prod", y, {x, source}, [at](const auto& p) -> Gradients<T> {
    const auto without_zeros = [](auto v) { return select(v == 0, v * 0 + 1, v); };
    const auto is_zero = [](const Tensor<T>& t) { return to<T>(eq(t.detach(), 0)); };
    const Tensor<T> a = p.input(0), b = p.input(1);
    const Tensor<T> rest = product_at(map(without_zeros, a), at, map(without_zeros, b));
    const Tensor<T> zero_count = index_add(is_zero(a), 0, at, is_zero(b));
    const auto derivative = [](auto g, auto v, auto product, auto zeros) {
      return g * select(v == 0, select(zeros == 1, product, 0),
                        select(zeros == 0, product / select(v == 0, v * 0 + 1, v), 0));
    };
    const auto picked = [&](const Tensor<T>& t) { return index_select(t, 0, at); };
    return {p.needs(0) ? map("scatter_prod", derivative, p.gradient(), a, rest, zero_count) : Tensor<T>{},
            p.needs(1)
                ? map("scatter_prod", derivative, picked(p.gradient()), b, picked(rest), picked(zero_count))
                : Tensor<T>{}};
  });
}

/// The extremum of the elements that meet at one place; equal ones share the gradient.
template <class T>
Tensor<T> extremum_at(const Tensor<T>& x, const Tensor<index_t>& at, const Tensor<T>& source, bool largest) {
  const Tensor<T> y = fold_at(x, at, source, [largest](T a, T b) {
    if (a != a || b != b) return a != a ? a : b;
    return largest ? std::max(a, b) : std::min(a, b);
  });
  return record(
      "scatter_extremum", y, {x, source},
      [at](const auto& p) -> Gradients<T> {
        const auto hits = [](const Tensor<T>& a, const Tensor<T>& b) {
          return to<T>(eq(a.detach(), b.detach()));
        };
        const Tensor<T> extremum = p.output();
        const Tensor<T> own = hits(p.input(0), extremum),
                        others = hits(p.input(1), index_select(extremum, 0, at));
        const Tensor<T> share = div(p.gradient(), clamp(index_add(own, 0, at, others), T(1), {}));
        return {p.needs(0) ? mul(own, share) : Tensor<T>{},
                p.needs(1) ? mul(others, index_select(share, 0, at)) : Tensor<T>{}};
      },
      Keep::output);
}

/// The value from which a reduction starts, which changes no result.
template <class T>
T neutral(ScatterReduce reduce) {
  using Limits = std::numeric_limits<T>;
  switch (reduce) {
    case ScatterReduce::prod:
      return T(1);
    case ScatterReduce::amax:
      return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    case ScatterReduce::amin:
      return Limits::has_infinity ? Limits::infinity() : Limits::max();
    default:
      return T(0);
  }
}

}  // namespace detail

/// A copy of x in which source[..., k, ...] is combined into position index[..., k, ...] of an axis.
/// Without `include_self` the element of x counts only where no entry arrives. Equal extrema share the
/// gradient; products may hold zeros.
///
///   shapes: index and source have the rank of x; index at most the extents of source, and those of x on
///     the other axes
///   returns: the shape of x
///   throws: ValueError for a mean of integers; and the errors at the head of the file
///   keeps: the positions; for a product x and source; for an extremum x, source and the result; for a mean
///     sums and counts
template <Arithmetic T>
Tensor<T> scatter_reduce(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                         const Tensor<T>& source, ScatterReduce reduce, bool include_self = true) {
  const int a = normalize_axis(axis, x.rank(), "scatter_reduce");
  const Tensor<T> part = flatten(detail::indexed_part(source, index, "scatter_reduce"));
  const Tensor<index_t> at = flatten(detail::flat_positions(x.shape(), a, index, "scatter_reduce"));
  Tensor<T> start = flatten(x);
  Tensor<T> own = ones<T>({start.size()});
  if (!include_self) {
    start = index_fill(start, 0, at, detail::neutral<T>(reduce));
    own = index_fill(own, 0, at, T(0));
  }
  const auto combined = [&]() -> Tensor<T> {
    switch (reduce) {
      case ScatterReduce::prod:
        return detail::product_at(start, at, part);
      case ScatterReduce::amax:
      case ScatterReduce::amin:
        return detail::extremum_at(start, at, part, reduce == ScatterReduce::amax);
      case ScatterReduce::mean:
        if constexpr (Real<T>)
          return div(index_add(start, 0, at, part), index_add(own, 0, at, ones<T>({at.size()})));
        else
          fail<ValueError>("scatter_reduce", "a mean needs float or double");
      default:
        return index_add(start, 0, at, part);
    }
  };
  return reshape(combined(), x.shape());
}

/// A copy of x with x[i, j, ...] = values, or with `accumulate` x[i, j, ...] += values. Gradients: dx = g,
/// without `accumulate` 0 at the positions; dvalues = g at the positions.
///
///   shapes: indices as for `index`; values broadcast to its result
///   returns: the shape of x
template <Scalar T>
Tensor<T> index_put(const Tensor<T>& x, const std::vector<Tensor<index_t>>& indices, const Tensor<T>& values,
                    bool accumulate = false) {
  const auto places = detail::leading_positions(x, indices, "index_put");
  check<ShapeError>(broadcast_shapes(values.shape(), places.result, "index_put") == places.result,
                    "index_put", "values of shape ", values.shape(), " do not broadcast to ", places.result);
  Shape shape = places.rows;
  shape[0] = places.at.size();
  const Tensor<T> rows = reshape(x, places.rows), source = reshape(expand(values, places.result), shape);
  const Tensor<T> y =
      accumulate ? index_add(rows, 0, places.at, source) : index_copy(rows, 0, places.at, source);
  return reshape(y, x.shape());
}

/// Writes in place x[i, j, ...] = values, or with `accumulate` x[i, j, ...] += values. Of values for one
/// place the last remains. Not recorded.
///
///   shapes: indices as for `index`; values broadcast to its result
///   throws: GraphError if x is the result of a recorded operation, or a leaf that requires a gradient while
///     recording is on; ValueError if elements of x share memory; and the errors at the head of the file
///   keeps: nothing
///   cost: one pass over the values; for an x that is not contiguous also two over x
template <Scalar T>
void index_put_(Tensor<T>& x, const std::vector<Tensor<index_t>>& indices, const Tensor<T>& values,
                bool accumulate = false) {
  check_writable(x, "index_put_");
  if (!x.is_contiguous()) {
    Tensor<T> dense = clone(x.detach());
    index_put_(dense, indices, values, accumulate);
    copy_(x, dense);
    return;
  }
  const auto places = detail::leading_positions(x, indices, "index_put_");
  check<ShapeError>(broadcast_shapes(values.shape(), places.result, "index_put_") == places.result,
                    "index_put_", "values of shape ", values.shape(), " do not broadcast to ", places.result);
  Tensor<T> source = expand(values.detach(), places.result);
  source = may_overlap(x, source) ? clone(source) : contiguous(source);
  const index_t row = source.size() / std::max<index_t>(1, places.at.size());
  const T* from = source.data();
  T* const to = x.mutable_data();
  for (const index_t at : places.at)
    for (index_t i = 0; i < row; ++i, ++from) {
      T& target = to[at * row + i];
      target = accumulate ? static_cast<T>(target + *from) : *from;
    }
}

/// A copy of x with the elements of `source` at positions `index` of the flattened tensor, or with
/// `accumulate` added there.
///
///   shapes: x any; index and source of one number of elements
///   returns: the shape of x
template <Scalar T>
Tensor<T> put(const Tensor<T>& x, const Tensor<index_t>& index, const Tensor<T>& source,
              bool accumulate = false) {
  check<ShapeError>(index.size() == source.size(), "put", "index of shape ", index.shape(),
                    " and source of shape ", source.shape(), " differ in size");
  const Tensor<index_t> at = detail::checked_indices(index, x.size(), "put");
  const Tensor<T> y = accumulate ? index_add(flatten(x), 0, at, flatten(source))
                                 : index_copy(flatten(x), 0, at, flatten(source));
  return reshape(y, x.shape());
}

/// A copy of x whose elements under the mask are, in row-major order, the first elements of `source`.
///
///   shapes: x and mask broadcast to one another; source of at least as many elements as are true in the
///     mask
///   returns: the common shape of x and mask
///   throws: ShapeError if x and mask do not broadcast or source has too few elements
template <Scalar T>
Tensor<T> masked_scatter(const Tensor<T>& x, const Tensor<bool>& mask, const Tensor<T>& source) {
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_scatter");
  const Tensor<index_t> at = detail::set_positions(expand(mask, shape));
  check<ShapeError>(at.size() <= source.size(), "masked_scatter", "a source of shape ", source.shape(),
                    " does not fill ", at.size(), " places");
  const Tensor<T> part = narrow(flatten(source), 0, 0, at.size());
  return reshape(index_copy(flatten(expand(x, shape)), 0, at, part), shape);
}

}  // namespace TENON_NAMESPACE
