#pragma once
/// Numbers and pointers that threads share, for headers that everyone includes: <atomic> would bring waiting
/// and what that stands on with it, a thirtieth of what including all of Tenon takes.

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// As std::memory_order.
enum class MemoryOrder {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL
};

/// As std::atomic, of integers and pointers. The functions are inlined, so that compilers see the order.
template <class T>
class Atomic {
 public:
  constexpr Atomic(T value) : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  [[gnu::always_inline]] T load(MemoryOrder order) const {
    return __atomic_load_n(&value_, static_cast<int>(order));
  }
  [[gnu::always_inline]] void store(T value, MemoryOrder order) {
    __atomic_store_n(&value_, value, static_cast<int>(order));
  }
  /// These return the value before.
  [[gnu::always_inline]] T fetch_add(T by, MemoryOrder order) {
    return __atomic_fetch_add(&value_, by, static_cast<int>(order));
  }
  [[gnu::always_inline]] T fetch_sub(T by, MemoryOrder order) {
    return __atomic_fetch_sub(&value_, by, static_cast<int>(order));
  }

 private:
  T value_;
};

}  // namespace TENON_NAMESPACE
