#pragma once
/// A vector whose first N elements need no allocation.

#include <cstddef>           // size_t
#include <initializer_list>  // initializer_list
#include <memory>            // construct_at, destroy_n
#include <new>               // operator new
#include <utility>           // move

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// A vector that stores up to N elements inline. It only grows, apart from `clear`. Moving an element must
/// not throw.
template <class T, int N>
class SmallVector {
 public:
  /// An empty vector.
  SmallVector() = default;
  SmallVector(std::initializer_list<T> values) {
    for (const T& v : values) push_back(v);
  }
  SmallVector(SmallVector&& other) noexcept {
    for (T& v : other) push_back(std::move(v));
    other.clear();
  }
  SmallVector(const SmallVector&) = delete;
  SmallVector& operator=(const SmallVector&) = delete;
  ~SmallVector() {
    clear();
    if (data_ != inline_data()) ::operator delete(data_);
  }

  /// The number of elements.
  int size() const { return size_; }
  /// Whether there are no elements.
  bool empty() const { return size_ == 0; }
  /// Element i, unchecked.
  T& operator[](int i) { return data_[i]; }
  const T& operator[](int i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  /// Appends an element.
  void push_back(T value) {
    if (size_ == capacity_) grow();
    std::construct_at(data_ + size_, std::move(value));
    ++size_;
  }
  /// Removes all elements; the memory is kept.
  void clear() {
    std::destroy_n(data_, size_);
    size_ = 0;
  }

 private:
  T* inline_data() { return reinterpret_cast<T*>(inline_); }
  [[gnu::noinline]] void grow() {  // not inlined: rarely called, and much longer than push_back
    const int capacity = 2 * capacity_;
    T* data = static_cast<T*>(::operator new(sizeof(T) * static_cast<std::size_t>(capacity)));
    for (int i = 0; i < size_; ++i) {
      std::construct_at(data + i, std::move(data_[i]));
      std::destroy_at(data_ + i);
    }
    if (data_ != inline_data()) ::operator delete(data_);
    data_ = data;
    capacity_ = capacity;
  }

  alignas(T) unsigned char inline_[sizeof(T) * N];
  T* data_ = inline_data();
  int size_ = 0;
  int capacity_ = N;
};

}  // namespace TENON_NAMESPACE
