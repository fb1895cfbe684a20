#pragma once
/// What an attention keeps of a sequence that it reads bit by bit, so that it need not read it again.

#include <algorithm>  // max

#include "tenon/ops/shape.hpp"

namespace TENON_NAMESPACE::nn {

/// Rows that grow at their end. Room doubles when it is full, so that a row is copied about once more.
template <Real T>
class GrowingRows {
 public:
  index_t length() const { return length_; }

  /// rows     (..., T, D), whose leading extents and D are those of the rows before
  /// returns  (..., length, D): a view of all rows so far, until rows are added again
  /// throws   ShapeError    constants only: nothing is recorded
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
      extent = needed;
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
  index_t length_ = 0;
};

/// The keys and values of one attention, (N, heads, T, D).
template <Real T>
struct KeyValueCache {
  GrowingRows<T> keys, values;
};

}  // namespace TENON_NAMESPACE::nn
