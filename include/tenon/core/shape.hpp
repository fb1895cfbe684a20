#pragma once
/// Extents and strides: a short list of indices stored inline, and the arithmetic of layouts.
///
/// Functions with loops are not inlined: each operation calls several of them, and inlined they made up a
/// tenth of a program's compile time.

#include <concepts>          // integral, same_as
#include <initializer_list>  // initializer_list
#include <iterator>          // input_iterator
#include <string>            // string

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// The largest number of axes of a tensor.
inline constexpr int max_rank = 8;

/// A list of up to eight indices without allocation: a shape, strides or axes. Appending a ninth throws
/// ShapeError.
class Dims {
 public:
  /// An empty list.
  Dims() = default;
  Dims(std::initializer_list<index_t> values) {
    for (index_t v : values) push_back(v);
  }
  /// The same from numbers without braces: an axis or an extent stands where a list is expected.
  template <std::integral... I>
    requires(sizeof...(I) > 0 && !(std::same_as<I, bool> || ...))
  Dims(I... values) : Dims{static_cast<index_t>(values)...} {}
  template <std::input_iterator Iterator>
  Dims(Iterator first, Iterator last) {
    for (; first != last; ++first) push_back(static_cast<index_t>(*first));
  }
  /// A list of `rank` copies of `value`.
  [[gnu::noinline]] static Dims filled(int rank, index_t value) {
    Dims d;
    for (int i = 0; i < rank; ++i) d.push_back(value);
    return d;
  }

  /// The number of entries.
  int size() const { return size_; }
  /// Whether there are no entries.
  bool empty() const { return size_ == 0; }
  /// Entry i, unchecked.
  index_t operator[](int i) const { return values_[i]; }
  index_t& operator[](int i) { return values_[i]; }
  /// Entry i counted from the end: 0 is the last.
  index_t back(int i = 0) const { return values_[size_ - 1 - i]; }
  const index_t* data() const { return values_; }
  const index_t* begin() const { return values_; }
  const index_t* end() const { return values_ + size_; }
  index_t* begin() { return values_; }
  index_t* end() { return values_ + size_; }

  /// Appends an entry.    throws: ShapeError if there are eight already
  void push_back(index_t v) {
    check<ShapeError>(size_ < max_rank, "shape", "rank exceeds ", max_rank);
    values_[size_++] = v;
  }
  /// Inserts an entry at a position.    throws: ShapeError if there are eight already
  void insert(int at, index_t v) {
    push_back(v);
    for (int i = size_ - 1; i > at; --i) values_[i] = values_[i - 1];
    values_[at] = v;
  }
  /// Removes the entry at a position.
  void erase(int at) {
    for (int i = at; i + 1 < size_; ++i) values_[i] = values_[i + 1];
    --size_;
  }

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.size_ != b.size_) return false;
    for (int i = 0; i < a.size_; ++i)
      if (a.values_[i] != b.values_[i]) return false;
    return true;
  }

 private:
  int size_ = 0;
  index_t values_[max_rank] = {};  // initialised, so that a copy is a plain copy of nine words
};

/// The extents of a tensor's axes.
using Shape = Dims;
/// The distances in elements between neighbours along a tensor's axes.
using Strides = Dims;

/// A list of indices as text: `(2, 3)`, `(5,)`, `()`.
inline std::string describe(const Dims& dims) {
  std::string text = "(";
  for (int i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims[i]);
  }
  text += dims.size() == 1 ? ",)" : ")";
  return text;
}

/// The number of elements of a shape; 1 for rank 0.
///
///   throws: ShapeError if an extent is negative or the count exceeds 2^58
[[gnu::noinline]] inline index_t element_count(const Shape& shape, const char* op = "shape") {
  index_t count = 1;
  bool empty = false, overflow = false;
  for (index_t extent : shape) {
    check<ShapeError>(extent >= 0, op, "negative extent in shape ", shape);
    empty |= extent == 0;
    overflow |= __builtin_mul_overflow(count, extent, &count);
    if (empty) count = 0;
  }
  check<ShapeError>(empty || (!overflow && count <= (index_t{1} << 58)), op, "shape ", shape,
                    " is too large");
  return count;
}

/// The row-major strides of a shape. Those of a shape without elements may overflow, which is harmless.
[[gnu::noinline]] inline Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  index_t step = 1;
  for (int i = shape.size(); i-- > 0;) {
    strides[i] = step;
    if (shape[i] > 1) (void)__builtin_mul_overflow(step, shape[i], &step);
  }
  return strides;
}

/// Whether elements are in row-major order without gaps. An axis of extent 1 may have any stride.
[[gnu::noinline]] inline bool is_contiguous(const Shape& shape, const Strides& strides) {
  index_t step = 1;
  for (int i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1) {
      if (strides[i] != step) return false;
      (void)__builtin_mul_overflow(step, shape[i], &step);
    }
  }
  return true;
}

/// Finds strides by which a strided layout can be viewed in another shape with the same number of elements;
/// false if there are none. Each run of axes that is contiguous in memory must consist of whole axes of the
/// new shape.
inline bool find_view_strides(const Shape& from, const Strides& strides, const Shape& shape,
                              Strides& result) {
  result = contiguous_strides(shape);
  Dims runs, steps;  // the last run first
  for (int axis = from.size(); axis-- > 0;) {
    if (from[axis] == 0) return true;
    if (from[axis] == 1) continue;
    const int last = runs.size() - 1;
    if (last >= 0 && strides[axis] == runs[last] * steps[last]) {
      runs[last] *= from[axis];
    } else {
      runs.push_back(from[axis]);
      steps.push_back(strides[axis]);
    }
  }
  int next = shape.size() - 1;
  for (int k = 0; k < runs.size(); ++k) {
    index_t filled = 1;
    for (; next >= 0 && filled < runs[k]; --next) {
      result[next] = filled * steps[k];
      filled *= shape[next];
    }
    if (filled != runs[k]) return false;
  }
  return true;
}

/// An axis as a number from 0; negative axes count from the end.
///
///   throws: IndexError if the axis is out of range
inline int normalize_axis(index_t axis, int rank, const char* op) {
  const index_t limit = rank > 0 ? rank : 1;  // rank 0 accepts 0 and -1, as PyTorch does
  check<IndexError>(axis >= -limit && axis < limit, op, "axis ", axis, " is outside [", -limit, ", ", limit,
                    ") of rank ", rank);
  return static_cast<int>(axis < 0 ? axis + limit : axis);
}

/// The common shape of two operands after broadcasting: axes are aligned at the right, and an extent of 1
/// expands to the other's.
///
///   throws: ShapeError if two extents differ and neither is 1
inline Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  if (a == b) return a;
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape out = longer;
  const int lead = longer.size() - shorter.size();
  for (int i = 0; i < shorter.size(); ++i) {
    const index_t x = longer[lead + i], y = shorter[i];
    check<ShapeError>(x == y || x == 1 || y == 1, op, "shapes do not broadcast: ", a, " and ", b);
    out[lead + i] = x == 1 ? y : x;
  }
  return out;
}

}  // namespace TENON_NAMESPACE
