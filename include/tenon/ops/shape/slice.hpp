#pragma once
/// Slicing: views by start, count and step, and NumPy's notation of subscripts, `x(all, range(0, 14), -1)`.
///
///   shapes: x any
///   returns: a view
///   throws: IndexError if an axis is out of range
///   keeps: nothing
///   cost: O(1), backward one pass

#include <optional>  // optional

#include "tenon/ops/elementwise/inplace.hpp"

namespace TENON_NAMESPACE {

/// Python's start:stop:step. Negative bounds count from the end, bounds beyond the ends are clipped, steps
/// may be negative, and `{}` stands for an absent bound: `range({}, {}, -1)`.
struct Range {
  std::optional<index_t> start, stop;  ///< the first position, and the one before which to stop
  index_t step = 1;                    ///< not 0; negative: backwards
};
/// Makes a `Range` from its bounds and step. Throws nothing: a step of 0 is refused where the range is
/// used.
inline Range range(std::optional<index_t> start, std::optional<index_t> stop, index_t step = 1) {
  return {start, stop, step};
}

/// A subscript that keeps a whole axis. Called as a function, `all(mask)`, it is the reduction of that
/// name, which reduce.hpp defines.
struct All {
  template <Arithmetic T>
  Tensor<bool> operator()(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) const;
};
/// A subscript that inserts an axis of extent 1.
struct NewAxis {};
/// A subscript that stands for as many whole axes as are missing.
struct Ellipsis {};
inline constexpr All all{};            ///< the whole axis as a subscript, or the reduction `all(mask)`
inline constexpr NewAxis newaxis{};    ///< a new axis of extent 1
inline constexpr Ellipsis ellipsis{};  ///< as many whole axes as are missing

namespace detail {

/// One axis of a slice: positions start, start + step, …, `count` of them.
struct AxisSlice {
  index_t start = 0, count = 0, step = 1;
};

/// A range on an axis of `extent`, by Python's rules for bounds.
inline AxisSlice resolve(const Range& range, index_t extent, const char* op) {
  check<ValueError>(range.step != 0, op, "a slice has step 0");
  const bool forward = range.step > 0;
  const index_t lowest = forward ? 0 : -1, highest = forward ? extent : extent - 1;
  const auto clip = [&](std::optional<index_t> bound, index_t otherwise) {
    if (!bound) return otherwise;
    const index_t position = *bound < 0 ? *bound + extent : *bound;
    return std::clamp(position, lowest, highest);
  };
  const index_t start = clip(range.start, forward ? lowest : highest);
  const index_t stop = clip(range.stop, forward ? highest : lowest);
  const index_t span = forward ? stop - start : start - stop, stride = forward ? range.step : -range.step;
  return {start, span > 0 ? (span - 1) / stride + 1 : 0, range.step};
}

/// A slice of every axis of a tensor.
struct Slices {
  AxisSlice axis[max_rank];
  int rank = 0;

  static Slices whole(const Shape& shape) {
    Slices s;
    for (index_t extent : shape) s.axis[s.rank++] = {0, extent, 1};
    return s;
  }
  template <class T>
  Tensor<T> view(const Tensor<T>& x) const {
    index_t offset = 0;
    Shape shape;
    Strides strides;
    for (int i = 0; i < rank; ++i) {
      if (axis[i].count > 0) offset += axis[i].start * x.strides()[i];
      shape.push_back(axis[i].count);
      strides.push_back(axis[i].step * x.strides()[i]);
    }
    return x.view(offset, shape, strides);
  }
};

template <class T>
Tensor<T> slice(const Tensor<T>& x, const Slices& slices);

/// The transpose of slicing: a tensor of `shape` with `value` everywhere but in the slices, where it has x.
template <class T>
Tensor<T> unslice(const Tensor<T>& x, const Slices& slices, const Shape& shape, T value = T(0)) {
  Tensor<T> y = full<T>(shape, value);
  Tensor<T> inside = slices.view(y);
  copy_(inside, x.detach());
  return record("unslice", y, {without_values(x)},
                [slices](const auto& p) -> Gradients<T> { return {slice(p.gradient(), slices)}; });
}

template <class T>
Tensor<T> slice(const Tensor<T>& x, const Slices& slices) {
  Tensor<T> y = slices.view(x);
  return record("slice", y, {without_values(x)}, [slices, shape = x.shape()](const auto& p) -> Gradients<T> {
    return {unslice(p.gradient(), slices, shape)};
  });
}

}  // namespace detail

/// A view of part of an axis.
///
///   throws: IndexError if the axis is out of range; ShapeError if x has rank 0; ValueError if the step is
///     0
template <Scalar T>
Tensor<T> slice(const Tensor<T>& x, index_t axis, const Range& range) {
  const int a = normalize_axis(axis, x.rank(), "slice");
  check<ShapeError>(x.rank() > 0, "slice", "a tensor of rank 0 has no axes");
  auto slices = detail::Slices::whole(x.shape());
  slices.axis[a] = detail::resolve(range, x.shape()[a], "slice");
  return detail::slice(x, slices);
}
/// A view of `length` entries of an axis from `start` on.
///
///   throws: IndexError if the axis or an entry is out of range
template <Scalar T>
Tensor<T> narrow(const Tensor<T>& x, index_t axis, index_t start, index_t length) {
  const index_t extent = x.extent(axis);
  check<IndexError>(start >= 0 && length >= 0 && start <= extent - length, "narrow", "start ", start,
                    " and length ", length, " leave an axis of extent ", extent);
  return slice(x, axis, range(start, start + length));
}
/// A view with the order of entries reversed along axes.
template <Scalar T>
Tensor<T> flip(const Tensor<T>& x, const Dims& axes) {
  auto slices = detail::Slices::whole(x.shape());
  for (index_t axis : axes) {
    auto& s = slices.axis[normalize_axis(axis, x.rank(), "flip")];
    s = {s.count - 1, s.count, -1};
  }
  return detail::slice(x, slices);
}

namespace detail {

/// Collects the subscripts of a call: the slice of each axis of the source, and the shape of the result.
class Subscripts {
 public:
  Subscripts(const Shape& source, int consuming) : source_(source), whole_(source.size() - consuming) {
    check<IndexError>(whole_ >= 0, "index", consuming, " indices for a tensor of shape ", source);
  }
  void add(All) { take(range({}, {})); }
  void add(const Range& r) { take(r); }
  void add(NewAxis) { shape_.push_back(1); }
  void add(Ellipsis) {
    for (; whole_ > 0; --whole_) take(range({}, {}));
  }
  template <std::integral I>
  void add(I index) {
    const index_t extent = source_[axis()], i = static_cast<index_t>(index) < 0
                                                    ? static_cast<index_t>(index) + extent
                                                    : static_cast<index_t>(index);
    check<IndexError>(i >= 0 && i < extent, "index", "index ", static_cast<index_t>(index),
                      " is outside extent ", extent, " of axis ", axis());
    slices_.axis[slices_.rank++] = {i, 1, 1};
  }
  template <class T>
  Tensor<T> apply(const Tensor<T>& x) {
    add(ellipsis);
    return reshape(slice(x, slices_), shape_);
  }

 private:
  int axis() const { return slices_.rank; }
  void take(const Range& r) {
    const AxisSlice s = resolve(r, source_[axis()], "index");
    slices_.axis[slices_.rank++] = s;
    shape_.push_back(s.count);
  }

  const Shape& source_;
  int whole_;  // axes that no subscript names
  Slices slices_;
  Shape shape_;
};
template <class I>
inline constexpr bool consumes_axis = !std::is_same_v<I, NewAxis> && !std::is_same_v<I, Ellipsis>;

}  // namespace detail

template <Scalar T>
template <class... Index>
Tensor<T> Tensor<T>::operator()(Index... index) const {
  detail::Subscripts subscripts(shape(), (0 + ... + int{detail::consumes_axis<Index>}));
  (subscripts.add(index), ...);
  return subscripts.apply(*this);
}

}  // namespace TENON_NAMESPACE
