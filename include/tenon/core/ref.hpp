#pragma once
/// Intrusive reference counting: a handle is one pointer, and an object and its count are one allocation.

#include <cstdint>  // uint32_t
#include <utility>  // exchange, swap

#include "tenon/core/atomic.hpp"

namespace TENON_NAMESPACE {

/// Base of counted objects. A derived class says in `static void dispose(T*)` how it ends.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void retain() const { count_.fetch_add(1, MemoryOrder::relaxed); }
  /// True when this was the last reference.
  bool release() const {
    if (count_.load(MemoryOrder::acquire) == 1) return true;  // nobody else can be copying it
    return count_.fetch_sub(1, MemoryOrder::acq_rel) == 1;
  }
  bool unique() const { return count_.load(MemoryOrder::acquire) == 1; }

 private:
  mutable Atomic<std::uint32_t> count_{0};
};

/// A counted pointer, possibly null.
template <class T>
class Ref {
 public:
  Ref() = default;
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

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  /// Not inline: handles die everywhere, and each place would hold the atomic decrement and what follows it.
  [[gnu::noinline]] static void drop(T* object) {
    if (object->release()) T::dispose(object);
  }

  T* object_ = nullptr;
};

}  // namespace TENON_NAMESPACE
