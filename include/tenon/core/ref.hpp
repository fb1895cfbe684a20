#pragma once
/// Intrusive reference counting: a handle is one pointer, and an object and its count are one allocation.

#include <cstdint>  // uint32_t
#include <utility>  // exchange, swap

#include "tenon/core/atomic.hpp"

namespace TENON_NAMESPACE {

/// Base of reference-counted objects. A derived class T has `static void dispose(T*)`, which destroys an
/// object.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  /// Adds a reference.
  void retain() const { count_.fetch_add(1, MemoryOrder::relaxed); }
  /// Removes a reference; true if it was the last.
  bool release() const {
    if (count_.load(MemoryOrder::acquire) == 1) return true;  // no other handle exists that could be copied
    return count_.fetch_sub(1, MemoryOrder::acq_rel) == 1;
  }
  /// Whether there is exactly one reference.
  bool unique() const { return count_.load(MemoryOrder::acquire) == 1; }

 private:
  mutable Atomic<std::uint32_t> count_{0};
};

/// A counted pointer to a T, or null.
template <class T>
class Ref {
 public:
  /// Null.
  Ref() = default;
  /// A further reference to `object`, which may be null.
  explicit Ref(T* object) : object_(object) {
    if (object_) object_->retain();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) drop(object_);
  }

  /// The object, or null.
  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  /// Removes the reference. It is not inlined, because handles are destroyed in many places and each would
  /// contain the atomic decrement and the destruction.
  [[gnu::noinline]] static void drop(T* object) {
    if (object->release()) T::dispose(object);
  }

  T* object_ = nullptr;
};

}  // namespace TENON_NAMESPACE
