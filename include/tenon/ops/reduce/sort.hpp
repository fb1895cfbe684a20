#pragma once
/// Order: sorting, selecting, searching, and counting equal elements. Sorting is stable, NaN is greater
/// than any number, and -0 equals 0.
///
///   shapes: x any
///   keeps: nothing, unless the comment of an op says otherwise

#include <algorithm>  // find_if, partition_point

#include "tenon/backend/sort.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// A tensor as rows along one of its axes, which is the last of them.
template <class T>
class AxisRows {
 public:
  AxisRows(const Tensor<T>& x, index_t axis, const char* op)
      : shape_(x.shape()), axis_(normalize_axis(axis, x.rank(), op)) {
    if (shape_.empty()) shape_.push_back(1);
    length_ = shape_[axis_];
    std::swap(shape_[axis_], shape_[shape_.size() - 1]);
    index_t rows = 1;
    for (int i = 0; i + 1 < shape_.size(); ++i) rows *= shape_[i];
    rows_ = contiguous(reshape(x.rank() == 0 ? reshape(x, {1}) : transpose(x, axis_, -1), {rows, length_}));
    scalar_ = x.rank() == 0;
  }

  const Tensor<T>& rows() const { return rows_; }
  index_t count() const { return rows_.shape()[0]; }
  index_t length() const { return length_; }
  const T* data() const { return rows_.data(); }

  /// Results of the rows, `n` of each, with the axis back in its place.
  template <class U>
  Tensor<U> back(const Tensor<U>& results, index_t n, bool keepdim = true) const {
    if (scalar_) return reshape(results, {});
    Shape shape = shape_;
    shape[shape.size() - 1] = n;
    const Tensor<U> y = transpose(reshape(results, shape), axis_, -1);
    return keepdim ? y : squeeze(y, axis_);
  }

 private:
  Shape shape_;  // with the axis last
  int axis_;
  index_t length_ = 1;
  bool scalar_ = false;
  Tensor<T> rows_;
};

/// Records values(rows, k), taken from x(rows, n) at indices(rows, k): the gradient goes back there.
template <class T>
Tensor<T> record_taken(const char* name, const Tensor<T>& x, const Tensor<T>& values,
                       const Tensor<index_t>& indices) {
  check_unrecorded(name, x);
  if constexpr (Real<T>)
    return record(
        name, values, {without_values(x)}, [indices, from = x.shape()](const Backward<T>& p) -> Gradients<T> {
          Tensor<index_t> flat = Tensor<index_t>::empty({indices.size()});
          index_t* at = flat.mutable_data();
          const index_t k = indices.shape()[1];
          for (index_t i = 0; i < flat.size(); ++i) at[i] = i / k * from[1] + indices.data()[i];
          return {reshape(index_add(zeros<T>({from[0] * from[1]}), 0, flat, flatten(p.gradient())), from)};
        });
  else
    return values;
}

/// Runs a kernel that takes `count` elements of each row.
template <class T, class Kernel>
ValuesIndices<T> take_of_rows(const char* name, const AxisRows<T>& x, index_t count, bool keepdim,
                              Kernel kernel) {
  Tensor<T> values = Tensor<T>::empty({x.count(), count});
  Tensor<index_t> indices = Tensor<index_t>::empty({x.count(), count});
  kernel(x.data(), values.mutable_data(), indices.mutable_data());
  values = record_taken(name, x.rows(), values, indices);
  return {x.back(values, count, keepdim), x.back(indices, count, keepdim)};
}

}  // namespace detail

/// Sorts the elements along an axis, and returns the positions from which they came. Equal elements keep
/// their order. Gradient: dx = g at the positions.
///
///   returns: both of the shape of x
///   throws: IndexError if the axis is out of range
///   keeps: the positions
///   cost: O(n) for long rows (radix sort), O(n log n) for short ones
template <Scalar T>
ValuesIndices<T> sort(const Tensor<T>& x, index_t axis = -1, bool descending = false) {
  const detail::AxisRows<T> rows(x, axis, "sort");
  return detail::take_of_rows("sort", rows, rows.length(), true, [&](const T* from, T* values, index_t* at) {
    backend::kernel<backend::Sort<T>>()(rows.count(), rows.length(), descending, from, values, at);
  });
}
/// The positions that sort an axis; equal elements keep their order. Not recorded.
///
///   returns: the shape of x
///   throws: IndexError if the axis is out of range
///   cost: that of `sort`
template <Scalar T>
Tensor<index_t> argsort(const Tensor<T>& x, index_t axis = -1, bool descending = false) {
  return sort(x.detach(), axis, descending).indices;
}

/// The k largest elements along an axis, or the k smallest, in order, and their positions; of equal ones
/// the first. Gradient: dx = g at the positions.
///
///   returns: both of the shape of x with extent k
///   throws: IndexError if the axis is out of range or k is not in [0, n]
///   keeps: the positions
///   cost: one pass where k is small
template <Scalar T>
ValuesIndices<T> topk(const Tensor<T>& x, index_t k, index_t axis = -1, bool largest = true) {
  const detail::AxisRows<T> rows(x, axis, "topk");
  check<IndexError>(k >= 0 && k <= rows.length(), "topk", "k is ", k, ", but there are ", rows.length(),
                    " elements along axis ", axis, " of shape ", x.shape());
  return detail::take_of_rows("topk", rows, k, true, [&](const T* from, T* values, index_t* at) {
    backend::kernel<backend::Topk<T>>()(rows.count(), rows.length(), k, largest, from, values, at);
  });
}

/// The k-th smallest element along an axis, counted from 1, and its position. Gradient: dx = g at the
/// position.
///
///   returns: both of the shape of x without the axis; with `keepdim` it stays with extent 1
///   throws: IndexError if the axis is out of range or k is not in [1, n]
///   keeps: the positions
///   cost: O(n)
template <Scalar T>
ValuesIndices<T> kthvalue(const Tensor<T>& x, index_t k, index_t axis = -1, bool keepdim = false) {
  const detail::AxisRows<T> rows(x, axis, "kthvalue");
  check<IndexError>(k >= 1 && k <= rows.length(), "kthvalue", "k is ", k, ", but there are ", rows.length(),
                    " elements along axis ", axis, " of shape ", x.shape());
  return detail::take_of_rows("kthvalue", rows, 1, keepdim, [&](const T* from, T* values, index_t* at) {
    backend::kernel<backend::Kthvalue<T>>()(rows.count(), rows.length(), k - 1, from, values, at);
  });
}

namespace detail {
/// The lower median of each row, and its position; the first NaN if there is one.
template <class T>
void row_medians(index_t count, index_t n, const T* x, T* values, index_t* at) {
  backend::kernel<backend::Kthvalue<T>>()(count, n, (n - 1) / 2, x, values, at);
  if constexpr (Real<T>)
    for (index_t r = 0; r < count; ++r) {
      const T* const row = x + r * n;
      const T* const found = std::find_if(row, row + n, [](T v) { return v != v; });
      if (found == row + n) continue;
      values[r] = *found;
      at[r] = found - row;
    }
}
}  // namespace detail

/// Median along an axis, and its position: of an even number of elements the lower of the two in the
/// middle, NaN if one is NaN. Gradient: dx = g at the position.
///
///   returns: both of the shape of x without the axis; with `keepdim` it stays with extent 1
///   throws: IndexError if the axis is out of range; ValueError if it is empty
///   keeps: the positions
///   cost: O(n)
template <Scalar T>
ValuesIndices<T> median(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  const detail::AxisRows<T> rows(x, axis, "median");
  check<ValueError>(rows.length() > 0, "median", "nothing to choose from: axis ", axis, " of shape ",
                    x.shape(), " is empty");
  return detail::take_of_rows("median", rows, 1, keepdim, [&](const T* from, T* values, index_t* at) {
    detail::row_medians(rows.count(), rows.length(), from, values, at);
  });
}
/// Median of all elements; NaN if there are none. Elements equal to it share the gradient.
///
///   returns: a tensor of rank 0
///   throws: nothing
///   keeps: x and the median
template <Real T>
Tensor<T> median(const Tensor<T>& x) {
  if (x.size() == 0) return add(sum(x), std::numeric_limits<T>::quiet_NaN());
  Tensor<T> y = Tensor<T>::empty({});
  index_t at = 0;
  detail::row_medians(1, x.size(), contiguous(x.detach()).data(), y.mutable_data(), &at);
  return detail::record_extremum("median", x, y, {}, false);
}

namespace detail {
/// The most frequent element of a sorted row, the least of equally frequent ones, and the last of its
/// positions.
template <class T>
void row_mode(index_t n, const T* sorted, const index_t* order, T* value, index_t* at) {
  index_t most = 0, run = 0;
  for (index_t i = 0; i < n; ++i) {
    ++run;
    if (i + 1 < n && sorted[i + 1] == sorted[i]) continue;
    if (run > most) {
      most = run;
      *value = sorted[i];
      *at = order[i];
    }
    run = 0;
  }
}
}  // namespace detail

/// Most frequent element along an axis, and its position: the least of equally frequent ones, the last of its
/// positions. Every NaN is distinct from all others. Gradient: dx = g at the position.
///
///   returns: both of the shape of x without the axis; with `keepdim` it stays with extent 1
///   throws: IndexError if the axis is out of range; ValueError if it is empty
///   keeps: the positions
///   cost: one sort
template <Scalar T>
ValuesIndices<T> mode(const Tensor<T>& x, index_t axis = -1, bool keepdim = false) {
  const detail::AxisRows<T> rows(x, axis, "mode");
  const index_t n = rows.length();
  check<ValueError>(n > 0, "mode", "nothing to choose from: axis ", axis, " of shape ", x.shape(),
                    " is empty");
  const ValuesIndices<T> sorted = sort(rows.rows().detach());
  return detail::take_of_rows("mode", rows, 1, keepdim, [&](const T*, T* values, index_t* at) {
    const Tensor<T> ordered = contiguous(sorted.values);
    const Tensor<index_t> order = contiguous(sorted.indices);
    for (index_t r = 0; r < rows.count(); ++r)
      detail::row_mode(n, ordered.data() + r * n, order.data() + r * n, values + r, at + r);
  });
}

// Equal elements ------------------------------------------------------------------------------------------

/// The distinct elements of a tensor, as `unique` returns them.
template <Scalar T>
struct [[nodiscard]] Unique {
  Tensor<T> values;         ///< the distinct elements, a vector
  Tensor<index_t> inverse;  ///< the shape of x: x = values[inverse]
  Tensor<index_t> counts;   ///< how often each of the values occurs
};

namespace detail {
/// Runs of equal elements of a sorted vector, whose element i stood at order[i], or at i without an order.
template <class T>
Unique<T> equal_runs(const T* x, index_t n, const index_t* order, const Shape& shape) {
  Unique<T> u{Tensor<T>::empty({n}), Tensor<index_t>::empty(shape), Tensor<index_t>::empty({n})};
  T* const value = u.values.mutable_data();
  index_t* const inverse = u.inverse.mutable_data();
  index_t* const count = u.counts.mutable_data();
  index_t run = -1;
  for (index_t i = 0; i < n; ++i) {
    if (run < 0 || x[i] != value[run]) {
      value[++run] = x[i];
      count[run] = 0;
    }
    ++count[run];
    inverse[order ? order[i] : i] = run;
  }
  u.values = clone(narrow(u.values, 0, 0, run + 1));
  u.counts = clone(narrow(u.counts, 0, 0, run + 1));
  return u;
}
}  // namespace detail

/// The distinct elements in ascending order, for each element the position of its value among them, and the
/// number of elements for each value. Every NaN is distinct from all others. Not recorded.
///
///   returns: values and counts, vectors of one length; inverse of the shape of x
///   throws: nothing
///   cost: one sort
template <Scalar T>
Unique<T> unique(const Tensor<T>& x) {
  const ValuesIndices<T> sorted = sort(flatten(x.detach()), 0);
  return detail::equal_runs(sorted.values.data(), x.size(), sorted.indices.data(), x.shape());
}
/// Collapses runs of equal neighbours in row-major order; returns the value and length of each run, and the
/// run of each element. Not recorded.
///
///   returns: values and counts, vectors of one length; inverse of the shape of x
///   throws: nothing
///   cost: one pass
template <Scalar T>
Unique<T> unique_consecutive(const Tensor<T>& x) {
  return detail::equal_runs(contiguous(x.detach()).data(), x.size(), nullptr, x.shape());
}

// Searching -----------------------------------------------------------------------------------------------

/// Positions at which values would be inserted to keep sequences sorted: before elements equal to them, or
/// with `right` after them. NaN goes to the end. Not recorded.
///
///   shapes: sequence (..., n), ascending; values (..., m) with the same leading axes, or any shape if
///     sequence is a vector
///   returns: positions in [0, n], of the shape of values
///   throws: ShapeError if the shapes do not fit
///   cost: O(log n) a value
template <Scalar T>
Tensor<index_t> searchsorted(const Tensor<T>& sequence, const Tensor<T>& values, bool right = false) {
  const bool one = sequence.rank() == 1;
  bool fits = one || (sequence.rank() > 0 && sequence.rank() == values.rank());
  for (int i = 0; fits && !one && i + 1 < sequence.rank(); ++i)
    fits = sequence.shape()[i] == values.shape()[i];
  check<ShapeError>(fits, "searchsorted",
                    "expected a vector, or sequences and values that agree but for the ", "last axis; got ",
                    sequence.shape(), " and ", values.shape());
  const Tensor<T> sorted = contiguous(sequence.detach()), wanted = contiguous(values.detach());
  Tensor<index_t> found = Tensor<index_t>::empty(values.shape());
  const index_t n = sequence.shape()[sequence.rank() - 1];
  const index_t count = one ? values.size() : values.shape()[values.rank() - 1];
  const index_t rows = one ? 1 : values.size() / std::max<index_t>(1, count);
  backend::kernel<backend::Searchsorted<T>>()(rows, n, count, right, sorted.data(), one ? 0 : n,
                                              wanted.data(), found.mutable_data());
  return found;
}
/// The bucket of each value: the number of boundaries below it, or with `right` not above it. Not recorded.
///
///   shapes: values any; boundaries a vector, ascending
///   returns: the shape of values
///   throws: ShapeError if boundaries are not a vector
///   cost: O(log n) a value
template <Scalar T>
Tensor<index_t> bucketize(const Tensor<T>& values, const Tensor<T>& boundaries, bool right = false) {
  check<ShapeError>(boundaries.rank() == 1, "bucketize", "expected a vector of boundaries, got shape ",
                    boundaries.shape());
  return searchsorted(boundaries, values, right);
}

/// Whether each element of x is one of `values`. NaN never is. Not recorded.
///
///   shapes: x, values any
///   returns: the shape of x
///   throws: nothing
///   cost: a sort of the values and O(log n) an element
template <Arithmetic T>
Tensor<bool> isin(const Tensor<T>& x, const Tensor<T>& values) {
  const Tensor<T> sorted = sort(reshape(values.detach(), {values.size()})).values;
  const Tensor<bool> found = ne(searchsorted(sorted, x, true), searchsorted(sorted, x));
  return where(eq(x, x), found, zeros<bool>({}));
}

// Counting ------------------------------------------------------------------------------------------------

namespace detail {
/// The number of bins for a vector of numbers from 0 on.
template <std::same_as<index_t> I>
index_t bin_count(const Tensor<I>& x, index_t least) {
  check<ShapeError>(x.rank() == 1, "bincount", "expected a vector, got shape ", x.shape());
  check<ValueError>(least >= 0, "bincount", "the minimum length is negative: ", least);
  index_t bins = least;
  for (index_t i : x) {
    check<ValueError>(i >= 0, "bincount", "expected numbers from 0 on, got ", i);
    bins = std::max(bins, i + 1);
  }
  return bins;
}
}  // namespace detail

/// Counts how often each number from 0 to the largest occurs.
///
///   shapes: x a vector
///   returns: a vector of max(largest + 1, min_length) counts
///   throws: ShapeError if x is not a vector; ValueError if a number or `min_length` is negative
///   cost: two passes
template <std::same_as<index_t> I>
Tensor<I> bincount(const Tensor<I>& x, index_t min_length = 0) {
  Tensor<I> counts = zeros<I>({detail::bin_count(x, min_length)});
  I* const count = counts.mutable_data();
  for (index_t i : x) ++count[i];
  return counts;
}
/// Adds up the weights of each number from 0 to the largest. Gradient: dweights = g at the numbers.
///
///   shapes: x a vector; weights of the same shape
///   returns: a vector of max(largest + 1, min_length) sums
///   throws: ShapeError if x is not a vector or weights differ in shape; ValueError if a number or
///     `min_length` is negative
///   keeps: x
///   cost: two passes
template <Real T>
Tensor<T> bincount(const Tensor<index_t>& x, const Tensor<T>& weights, index_t min_length = 0) {
  check<ShapeError>(weights.shape() == x.shape(), "bincount", "expected weights of shape ", x.shape(),
                    ", got ", weights.shape());
  return index_add(zeros<T>({detail::bin_count(x, min_length)}), 0, x, weights);
}

/// The counts of a histogram and the edges of its bins.
template <Real T>
struct [[nodiscard]] Histogram {
  Tensor<T> counts;  ///< one for each bin
  Tensor<T> edges;   ///< one more than there are bins
};

/// Counts elements in `bins` bins of equal width from `low` to `high`, both included; elements outside and
/// NaN are not counted. If low equals high, the smallest and the largest element take their place; if those
/// are equal, too, the range is widened by 1 on either side. Not recorded.
///
///   returns: counts (bins), edges (bins + 1)
///   throws: ValueError if bins < 1, low > high, or the range is not finite
///   cost: one pass, or three
template <Real T>
Histogram<T> histogram(const Tensor<T>& x, index_t bins, double low = 0, double high = 0) {
  check<ValueError>(bins >= 1, "histogram", "expected at least 1 bin, got ", bins);
  check<ValueError>(low <= high, "histogram", "the range from ", low, " to ", high, " is reversed");
  if (low == high && x.size() > 0) {
    low = static_cast<double>(amin(x.detach()).item());
    high = static_cast<double>(amax(x.detach()).item());
  }
  check<ValueError>(std::isfinite(low) && std::isfinite(high), "histogram", "the range from ", low, " to ",
                    high, " is not finite");
  if (low == high) {
    --low;
    ++high;
  }
  std::vector<index_t> counts(static_cast<std::size_t>(bins));
  const double scale = static_cast<double>(bins) / (high - low);
  for (T element : x) {
    const double v = static_cast<double>(element);
    if (!(v >= low && v <= high)) continue;
    ++counts[static_cast<std::size_t>(std::min(static_cast<index_t>((v - low) * scale), bins - 1))];
  }
  return {to<T>(from(counts, {bins})), linspace<T>(static_cast<T>(low), static_cast<T>(high), bins + 1)};
}
/// The counts of `histogram` alone. Not recorded.
///
///   returns: counts (bins)
///   throws: ValueError if bins < 1, low > high, or the range is not finite
///   cost: one pass, or three
template <Real T>
Tensor<T> histc(const Tensor<T>& x, index_t bins = 100, double low = 0, double high = 0) {
  return histogram(x, bins, low, high).counts;
}

}  // namespace TENON_NAMESPACE
