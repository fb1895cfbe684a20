#pragma once
/// A forward iterator over the elements of a strided view in row-major order.

#include <cstddef>   // ptrdiff_t
#include <iterator>  // forward_iterator_tag

#include "tenon/core/shape.hpp"

namespace TENON_NAMESPACE {

/// A forward iterator over the elements of a strided view in row-major order, for reading.
template <class T>
class StridedIterator {
 public:
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using pointer = const T*;
  using iterator_category = std::forward_iterator_tag;

  StridedIterator() = default;
  StridedIterator(const T* data, const Shape& shape, const Strides& strides, index_t position)
      : at_(data),
        shape_(shape),
        strides_(strides),
        index_(Dims::filled(shape.size(), 0)),
        position_(position) {}

  const T& operator*() const { return *at_; }
  StridedIterator& operator++() {
    ++position_;
    for (int axis = shape_.size(); axis-- > 0;) {
      at_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) break;
      at_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
    return *this;
  }
  StridedIterator operator++(int) {
    StridedIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const StridedIterator& a, const StridedIterator& b) {
    return a.position_ == b.position_;
  }

 private:
  const T* at_ = nullptr;
  Shape shape_;
  Strides strides_;
  Dims index_;
  index_t position_ = 0;
};

}  // namespace TENON_NAMESPACE
