#pragma once
/// Atomic numbers and pointers for headers that every program includes. <atomic> would also bring in waiting
/// and its dependencies, which takes a thirtieth of the time of including all of Tenon.

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// Memory orders, as std::memory_order.
enum class MemoryOrder {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acq_rel = __ATOMIC_ACQ_REL,
  seq_cst = __ATOMIC_SEQ_CST
};

/// An atomic integer or pointer, as std::atomic. Functions are always inlined, so that compilers see the
/// order as a constant.
template <class T>
class Atomic {
 public:
  /// An atomic with an initial value.
  constexpr Atomic(T value) : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  /// Reads the value.
  [[gnu::always_inline]] T load(MemoryOrder order) const {
    return __atomic_load_n(&value_, static_cast<int>(order));
  }
  /// Writes a value.
  [[gnu::always_inline]] void store(T value, MemoryOrder order) {
    __atomic_store_n(&value_, value, static_cast<int>(order));
  }
  /// Adds a number and returns the value before.
  [[gnu::always_inline]] T fetch_add(T by, MemoryOrder order) {
    return __atomic_fetch_add(&value_, by, static_cast<int>(order));
  }
  /// Subtracts a number and returns the value before.
  [[gnu::always_inline]] T fetch_sub(T by, MemoryOrder order) {
    return __atomic_fetch_sub(&value_, by, static_cast<int>(order));
  }
  /// Writes a value and returns the one before.
  [[gnu::always_inline]] T exchange(T value, MemoryOrder order) {
    return __atomic_exchange_n(&value_, value, static_cast<int>(order));
  }
  /// Writes a value if the present one is `expected`; returns whether it was.
  [[gnu::always_inline]] bool compare_exchange(T expected, T value, MemoryOrder order) {
    return __atomic_compare_exchange_n(&value_, &expected, value, false, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }

 private:
  T value_;
};

}  // namespace TENON_NAMESPACE
