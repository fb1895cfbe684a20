#pragma once
/// A hash table from addresses to values in one block of memory, without a node for each entry. Its header is
/// much faster to compile than <unordered_map>.

#include <bit>      // countr_zero
#include <cstdint>  // uintptr_t, uint64_t
#include <memory>   // allocator
#include <utility>  // move
#include <vector>   // vector

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE {

/// A map from addresses to values: open addressing with linear probing, at most half full. References to
/// values are valid until a key is added or removed. Its memory never shrinks.
template <class Key, class Value, template <class> class Allocator = std::allocator>
class AddressMap {
 public:
  /// The number of keys.
  std::size_t size() const { return size_; }
  /// Whether there are no keys.
  bool empty() const { return size_ == 0; }

  /// The value of a key, which is added with a default value if it is missing.
  Value& operator[](const Key* key) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[position(key)];
    if (!slot.key) {
      slot.key = key;
      ++size_;
    }
    return slot.value;
  }
  /// The value of a key; null if it is missing.
  Value* find(const Key* key) {
    if (slots_.empty()) return nullptr;
    Slot& slot = slots_[position(key)];
    return slot.key ? &slot.value : nullptr;
  }
  /// Removes a key, which must be present, and returns its value.
  Value take(const Key* key) {
    std::size_t hole = position(key);
    Value value = std::move(slots_[hole].value);
    // Entries that it displaced move up, since a search ends at the first empty slot.
    for (std::size_t i = next(hole); slots_[i].key; i = next(i)) {
      if (distance(home(slots_[i].key), i) < distance(hole, i)) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = {};
    --size_;
    return value;
  }

 private:
  struct Slot {
    const Key* key = nullptr;
    Value value{};
  };

  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
  /// Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): the upper bits of a product with
  /// 2^64 over the golden ratio.
  std::size_t home(const Key* key) const {
    const std::uint64_t product = reinterpret_cast<std::uintptr_t>(key) * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(product >> (64 - std::countr_zero(slots_.size())));
  }
  std::size_t position(const Key* key) const {
    std::size_t i = home(key);
    while (slots_[i].key && slots_[i].key != key) i = next(i);
    return i;
  }
  void grow() {
    std::vector<Slot, Allocator<Slot>> old(slots_.empty() ? 8 : 2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old)
      if (slot.key) slots_[position(slot.key)] = std::move(slot);
  }

  std::vector<Slot, Allocator<Slot>> slots_;  // their number is a power of two
  std::size_t size_ = 0;
};

}  // namespace TENON_NAMESPACE
