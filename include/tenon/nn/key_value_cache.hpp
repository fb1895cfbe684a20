#pragma once
/// Keys and values of the tokens read so far, kept so that generation computes them once for each token.

#include <algorithm>  // max, min
#include <vector>     // vector

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE::nn {

/// A tensor that grows along its second-last axis. It is allocated once for the rows that are expected; should more
/// come, its capacity doubles, so that appending costs about one more copy of each row.
template <Real T>
class KeyValueBuffer {
 public:
  /// A buffer with room for `capacity` rows, which it allocates when the first come.
  explicit KeyValueBuffer(index_t capacity) : capacity_(capacity) {}
  KeyValueBuffer() = default;

  /// The number of rows so far.
  index_t length() const { return length_; }
  /// Forgets all rows but the first `length`.
  void truncate(index_t length) { length_ = std::min(length_, length); }
  /// A buffer of the same capacity whose part k along the first axis is part parts[k] of this one.
  KeyValueBuffer select_rows(const std::vector<index_t>& parts) const {
    KeyValueBuffer result(capacity_);
    if (room_.defined())
      (void)result.append(
          index_select(part(room_, 0, length_), 0, from(parts, {static_cast<index_t>(parts.size())})));
    return result;
  }

  /// Appends rows and returns all rows so far. Nothing is recorded for differentiation.
  ///
  ///   shapes: rows (..., T, D), leading extents and D as in the calls before
  ///   returns: (..., length, D), a view that is valid until the next call
  ///   throws: ShapeError if leading extents or D differ
  Tensor<T> append(const Tensor<T>& rows) {
    const index_t more = rows.extent(-2);
    reserve(rows.shape(), length_ + more);
    Tensor<T> place = part(room_, length_, more);
    copy_(place, rows.detach());
    length_ += more;
    return part(room_, 0, length_);
  }

 private:
  static Tensor<T> part(const Tensor<T>& x, index_t start, index_t count) {
    return narrow(x, -2, start, count);
  }
  void reserve(Shape shape, index_t needed) {
    index_t& extent = shape[shape.size() - 2];
    if (!room_.defined()) {
      extent = std::max(needed, capacity_);
      room_ = Tensor<T>::empty(shape);
      return;
    }
    const index_t before = extent = room_.extent(-2);
    check<ShapeError>(shape == room_.shape(), "growing_rows", "rows in shape ", shape,
                      " do not fit those in shape ", room_.shape());
    if (needed <= before) return;
    extent = std::max(needed, 2 * before);
    Tensor<T> larger = Tensor<T>::empty(shape), place = part(larger, 0, length_);
    copy_(place, part(room_, 0, length_));
    room_ = larger;
  }

  Tensor<T> room_;  // (..., room, D)
  index_t length_ = 0, capacity_ = 0;
};

/// The keys and values of one attention layer so far, (N, heads, T, D).
template <Real T>
struct KeyValueCache {
  KeyValueBuffer<T> keys, values;
};

}  // namespace TENON_NAMESPACE::nn
