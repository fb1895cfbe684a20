#pragma once
/// Sums, means, extrema and softmax of rows that share an id: graph networks combine the messages of
/// neighbours by them.
///
///   shapes: x (N, ...); ids (N) in any order, each in [0, segments)
///   returns: (segments, ...), 0 where an id has no row
///   throws: ShapeError if x has rank 0 or there is not one id for each row; IndexError if an id is out of
///     range; ValueError if `segments` is negative
///   cost: one pass; rows of an id are combined in their order, with the same result at any number of
///     threads

#include "tenon/backend/segment.hpp"
#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/linalg/sparse.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The rows of x by segment.
template <class T>
struct Segments {
  Tensor<index_t> ids;
  index_t count, inner;
  Shape shape;  // the shape of the result
};
template <class T>
Segments<T> segments_of(const Tensor<T>& x, const Tensor<index_t>& ids, index_t count, const char* op) {
  check<ShapeError>(x.rank() > 0 && ids.rank() == 1 && ids.size() == x.shape()[0], op,
                    "expected one id for each row, got ids of shape ", ids.shape(), " for ", x.shape());
  check<ValueError>(count >= 0, op, "negative number of segments ", count);
  for (index_t id : ids)
    check<IndexError>(id >= 0 && id < count, op, "id ", id, " is not one of ", count, " segments");
  Shape shape = x.shape();
  shape[0] = count;
  element_count(shape, op);
  return {contiguous(ids), count, AxisSplit(x.shape(), 0).inner, shape};
}

inline Shape with_first(Shape shape, index_t extent) {
  shape[0] = extent;
  return shape;
}
template <class T>
Tensor<T> segment_total(const Tensor<T>& x, const Segments<T>& s) {
  return index_add(zeros<T>(s.shape), 0, s.ids, x);
}

template <Real T>
Tensor<T> segment_extremum(const char* op, const Tensor<T>& x, const Segments<T>& s,
                           typename backend::SegmentMax<T>::Function* kernel) {
  Tensor<T> y = Tensor<T>::empty(s.shape);
  const Grouping rows = group_by(s.ids, s.count);
  kernel(s.count, s.inner, rows.offsets.data(), rows.order.data(), contiguous(x.detach()).data(),
         y.mutable_data());
  return record(
      op, y, {x},
      [ids = s.ids, count = s.count](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> input = p.input(0);
        const Tensor<T> hits = to<T>(eq(input.detach(), index_select(p.output().detach(), 0, ids)));
        const Segments<T> segments = segments_of(input, ids, count, "segment");
        const Tensor<T> ties = clamp(segment_total(hits, segments), T(1), {});
        return {mul(hits, index_select(div(p.gradient(), ties), 0, ids))};
      },
      Keep::output);
}

}  // namespace detail

/// Sum of the rows of each id: y[s] = sum of x[r] over ids[r] = s. Gradient: dx[r] = g[ids[r]].
///
///   keeps: the ids
template <Real T>
Tensor<T> segment_sum(const Tensor<T>& x, const Tensor<index_t>& ids, index_t segments) {
  return detail::segment_total(x, detail::segments_of(x, ids, segments, "segment_sum"));
}
/// Mean of the rows of each id. Gradient: dx[r] = g[ids[r]] / the number of rows of that id.
///
///   keeps: the ids, the sums and the numbers of rows
template <Real T>
Tensor<T> segment_mean(const Tensor<T>& x, const Tensor<index_t>& ids, index_t segments) {
  const auto s = detail::segments_of(x, ids, segments, "segment_mean");
  Shape shape = Dims::filled(x.rank(), 1);
  shape[0] = x.shape()[0];
  const Tensor<T> sizes = index_add(zeros<T>(detail::with_first(shape, segments)), 0, s.ids, ones<T>(shape));
  return div(detail::segment_total(x, s), clamp(sizes, T(1), {}));
}
/// Largest elements of the rows of each id; NaN if one is NaN. Equal elements share the gradient.
///
///   keeps: x, the result and the ids
template <Real T>
Tensor<T> segment_max(const Tensor<T>& x, const Tensor<index_t>& ids, index_t segments) {
  const auto s = detail::segments_of(x, ids, segments, "segment_max");
  return detail::segment_extremum("segment_max", x, s, backend::kernel<backend::SegmentMax<T>>());
}
/// Smallest elements of the rows of each id; NaN if one is NaN. Equal elements share the gradient.
///
///   keeps: x, the result and the ids
template <Real T>
Tensor<T> segment_min(const Tensor<T>& x, const Tensor<index_t>& ids, index_t segments) {
  const auto s = detail::segments_of(x, ids, segments, "segment_min");
  return detail::segment_extremum("segment_min", x, s, backend::kernel<backend::SegmentMin<T>>());
}

/// Softmax among the rows of each id, as attention over neighbours is weighted: y[r] = exp(x[r] - m) / sum
/// of exp(x[q] - m) over ids[q] = ids[r], m the largest x[q].
///
///   returns: the shape of x
///   keeps: four tensors of the shape of x (x, maxima, exponentials, sums), and the ids
///   cost: six passes
template <Real T>
Tensor<T> segment_softmax(const Tensor<T>& x, const Tensor<index_t>& ids, index_t segments) {
  const Tensor<T> largest = index_select(segment_max(x.detach(), ids, segments), 0, ids);
  const Tensor<T> y = map([](auto v, auto m) { return exp(v - m); }, x, largest);
  return div(y, index_select(segment_sum(y, ids, segments), 0, ids));
}

}  // namespace TENON_NAMESPACE
