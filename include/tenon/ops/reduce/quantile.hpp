#pragma once
/// Quantiles: the elements, or numbers between two of them, below which given shares of an axis lie.
///
///   shapes: x any; q a number, or a vector of Q numbers
///   returns: the shape of x without the axis, with `keepdim` with extent 1 there; for a vector q before
///     it an axis of extent Q
///   throws: ShapeError if q is no vector; IndexError if the axis is out of range; ValueError if the axis is
///     empty or an element of q is not in [0, 1]
///   keeps: the positions of two elements and a weight for each result, and the order of the elements
///   cost: one sort

#include "tenon/ops/reduce/sort.hpp"

namespace TENON_NAMESPACE {

/// What a quantile is that falls between two elements: a number on the line between them, the lower one, the
/// higher one, the nearest (of two equally near the one of even rank), or their mean.
enum class QuantileInterpolation { linear, lower, higher, nearest, midpoint };

namespace detail {

/// Where quantiles lie in sorted rows: between elements `below` and `above`, by `weight`.
template <class T>
struct QuantilePlaces {
  Tensor<index_t> below, above;
  Tensor<T> weight;
};

/// The rank that a quantile is read at, from the one that it has.
inline double read_rank(double rank, QuantileInterpolation interpolation) {
  switch (interpolation) {
    case QuantileInterpolation::lower:
      return std::floor(rank);
    case QuantileInterpolation::higher:
      return std::ceil(rank);
    case QuantileInterpolation::nearest:
      return std::nearbyint(rank);
    default:
      return rank;
  }
}

/// The places of quantiles q in rows of the last axis, in which NaN stand at the end: they are left out, or
/// with `nan_wins` make the quantiles of their row NaN.
template <class T>
QuantilePlaces<T> quantile_places(const Tensor<T>& sorted, const Tensor<double>& q, bool nan_wins,
                                  QuantileInterpolation interpolation) {
  const index_t n = sorted.extent(-1);
  Shape shape = sorted.shape();
  shape[shape.size() - 1] = q.size();
  QuantilePlaces<T> places{Tensor<index_t>::empty(shape), Tensor<index_t>::empty(shape),
                           Tensor<T>::empty(shape)};
  index_t *below = places.below.mutable_data(), *above = places.above.mutable_data();
  T* weight = places.weight.mutable_data();
  const Tensor<index_t> numbers = sum(eq(sorted, sorted), {-1});
  for (const index_t count : numbers)
    for (const double share : q) {
      const bool spoilt = nan_wins && count < n;
      const auto last = static_cast<double>(spoilt ? n - 1 : std::max<index_t>(count - 1, 0));
      // Rounded to T, since the product of 10 and 0.7 as a float is 7 in float but less in double.
      const double own = spoilt ? last : std::min<double>(static_cast<T>(share * last), last);
      const double rank = read_rank(own, interpolation);
      *below++ = static_cast<index_t>(std::floor(rank));
      *above++ = static_cast<index_t>(std::ceil(rank));
      *weight++ =
          static_cast<T>(interpolation == QuantileInterpolation::midpoint ? 0.5 : rank - std::floor(rank));
    }
  return places;
}

/// Quantiles of the last axis, in a new last axis.
template <class T>
Tensor<T> quantiles_of_rows(const char* op, const Tensor<T>& x, const Tensor<double>& q, bool nan_wins,
                            QuantileInterpolation interpolation) {
  check<ValueError>(x.extent(-1) > 0, op, "there are no elements along the axis");
  for (const double share : q)
    check<ValueError>(share >= 0 && share <= 1, op, "expected quantiles in [0, 1], got ", share);
  const Tensor<T> sorted = sort(x, -1).values;
  const auto places = quantile_places(sorted.detach(), q, nan_wins, interpolation);
  return map(
      op,
      [](auto a, auto b, auto w) {  // the difference of two infinities would be NaN
        const auto equal = (a == b) & (abs(innermost(a)) == std::numeric_limits<T>::infinity());
        return select(equal, a, select(w < 0.5, a + w * (b - a), b - (1 - w) * (b - a)));
      },
      gather(sorted, -1, places.below), gather(sorted, -1, places.above), places.weight);
}

template <class T>
Tensor<T> quantile(const char* op, const Tensor<T>& x, const Tensor<double>& q, index_t axis, bool keepdim,
                   bool nan_wins, QuantileInterpolation interpolation) {
  check<ShapeError>(q.rank() <= 1, op, "expected a vector of quantiles, got shape ", q.shape());
  const int a = normalize_axis(axis, x.rank(), op);
  Dims last;  // the axes with this one at the end
  for (int i = 0; i < x.rank(); ++i)
    if (i != a) last.push_back(i);
  if (x.rank() > 0) last.push_back(a);
  const Tensor<T> rows = x.rank() == 0 ? reshape(x, {1}) : permute(x, last);
  const Tensor<T> y = quantiles_of_rows(op, rows, q, nan_wins, interpolation);
  Dims first{y.rank() - 1};  // the quantiles before the other axes
  for (int i = 0; i + 1 < y.rank(); ++i) first.push_back(i);
  const Tensor<T> lead = permute(y, first);
  const Tensor<T> wide = keepdim && x.rank() > 0 ? unsqueeze(lead, a + 1) : lead;
  return q.rank() == 0 ? squeeze(wide, 0) : wide;
}

}  // namespace detail

/// Quantiles q of the elements along an axis: of n sorted elements the one of rank q (n - 1), or between two.
/// NaN if one element is NaN. Gradient: dx = g at the elements, in the shares in which they count.
template <Real T>
Tensor<T> quantile(const Tensor<T>& x, const Tensor<T>& q, index_t axis, bool keepdim = false,
                   QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return detail::quantile("quantile", x, to<double>(q.detach()), axis, keepdim, true, interpolation);
}
template <Real T>
Tensor<T> quantile(const Tensor<T>& x, double q, index_t axis, bool keepdim = false,
                   QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return detail::quantile("quantile", x, scalar(q), axis, keepdim, true, interpolation);
}
/// Quantiles of all elements.
template <Real T, class Q>
Tensor<T> quantile(const Tensor<T>& x, const Q& q,
                   QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return quantile(flatten(x), q, 0, false, interpolation);
}

/// Quantiles of the elements along an axis that are not NaN; NaN if there are none. Gradient: that of
/// `quantile`.
template <Real T>
Tensor<T> nanquantile(const Tensor<T>& x, const Tensor<T>& q, index_t axis, bool keepdim = false,
                      QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return detail::quantile("nanquantile", x, to<double>(q.detach()), axis, keepdim, false, interpolation);
}
template <Real T>
Tensor<T> nanquantile(const Tensor<T>& x, double q, index_t axis, bool keepdim = false,
                      QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return detail::quantile("nanquantile", x, scalar(q), axis, keepdim, false, interpolation);
}
/// Quantiles of all elements that are not NaN.
template <Real T, class Q>
Tensor<T> nanquantile(const Tensor<T>& x, const Q& q,
                      QuantileInterpolation interpolation = QuantileInterpolation::linear) {
  return nanquantile(flatten(x), q, 0, false, interpolation);
}

}  // namespace TENON_NAMESPACE
