#pragma once
/// Counts of pairs of words, sorted by a pseudorandom permutation.

#include <algorithm>  // max, min, swap
#include <cstdint>    // uint32_t, uint64_t
#include <optional>   // optional

#include "tenon/backend/memory.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models::glove {

/// A pseudorandom permutation of the pairs of words; sorting by its keys shuffles the pairs. It consists of
/// the last steps of SplitMix64, which are invertible.
class PairOrder {
 public:
  /// The permutation that `mask` chooses.
  explicit PairOrder(std::uint64_t mask) : mask_(mask) {}

  /// The key of a pair.
  std::uint64_t key(std::uint32_t i, std::uint32_t j) const {
    std::uint64_t z = (std::uint64_t{i} << 32 | j) ^ mask_;
    z = (z ^ (z >> 30)) * first;
    z = (z ^ (z >> 27)) * second;
    return z ^ (z >> 31);
  }
  /// Two words.
  struct Pair {
    std::uint32_t i, j;
  };
  /// The pair of a key: the inverse of `key`.
  Pair pair(std::uint64_t z) const {
    z = unshift<31>(z) * inverse(second);
    z = unshift<27>(z) * inverse(first);
    z = unshift<30>(z) ^ mask_;
    return {static_cast<std::uint32_t>(z >> 32), static_cast<std::uint32_t>(z)};
  }

 private:
  static constexpr std::uint64_t first = 0xBF58476D1CE4E5B9u, second = 0x94D049BB133111EBu;

  /// The inverse of z ^ (z >> N).
  template <int N>
  static constexpr std::uint64_t unshift(std::uint64_t z) {
    return z ^ (z >> N) ^ (z >> (2 * N));
  }
  /// 1 / a modulo 2^64 for odd a, by Newton's method: each step doubles the number of correct bits.
  static constexpr std::uint64_t inverse(std::uint64_t a) {
    std::uint64_t x = a;
    for (int step = 0; step < 5; ++step) x *= 2 - a * x;
    return x;
  }

  std::uint64_t mask_;
};

/// A pair with its count.
struct PairCount {
  std::uint64_t key;    ///< of the pair, by PairOrder
  std::uint64_t count;  ///< in fixed point; 0 marks a free slot of a table
};

/// A table of counts that is always sorted by key: the leading bits of a key determine its slot, and entries
/// in its way are shifted. The content is therefore a sorted run without sorting.
///
/// The table grows up to a limit. When it is full, the caller removes the run by `drain`.
class PairTable {
 public:
  /// A table that takes at most `most_bytes` bytes, including the old table while it grows.
  explicit PairTable(std::size_t most_bytes)
      : most_slots_(std::max<std::size_t>(most_bytes / (sizeof(PairCount) * 3 / 2), 2 * spare)) {
    resize(std::min(most_slots_, std::size_t{1} << 16));
  }

  /// The number of pairs.
  std::size_t size() const { return size_; }
  /// Whether a new pair may not fit. `add` must not be called then.
  bool full() const { return full_; }

  /// Prefetches the memory that `add` accesses.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slot(home(key)), 1); }

  /// Adds to the count of a pair, which may be new.
  void add(std::uint64_t key, std::uint64_t count) {
    std::size_t at = home(key);
    while (slot(at).count != 0 && slot(at).key < key) ++at;
    if (slot(at).count != 0 && slot(at).key == key) {
      slot(at).count += count;
      return;
    }
    insert(at, {key, count});
    if (size_ == most_size_ || slot(slots_ - 2).count != 0) make_room();
  }

  /// Calls f(PairCount) for each pair in the order of keys, and empties the table.
  template <class F>
  void drain(const F& f) {
    for (std::size_t at = 0; at < slots_; ++at) {
      if (slot(at).count == 0) continue;
      f(slot(at));
      slot(at).count = 0;
    }
    size_ = 0;
    full_ = false;
  }

 private:
  /// The number of slots after the last home, for shifted entries. The very last is always free.
  static constexpr std::size_t spare = 1024;

  PairCount& slot(std::size_t at) { return (*memory_)[static_cast<index_t>(at)]; }
  const PairCount& slot(std::size_t at) const { return (*memory_)[static_cast<index_t>(at)]; }
  /// The slot at which the search for a key begins. It rises with the key.
  std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((static_cast<uint128_t>(key) * (slots_ - spare)) >> 64);
  }

  void insert(std::size_t at, PairCount carried) {
    for (; slot(at).count != 0; ++at) std::swap(slot(at), carried);
    slot(at) = carried;
    ++size_;
  }
  void make_room() {
    if (slots_ == most_slots_) {
      full_ = true;
      return;
    }
    const std::optional<backend::Buffer<PairCount>> old(std::move(memory_));
    const std::size_t old_slots = slots_;
    resize(std::min(2 * slots_, most_slots_));
    std::size_t next = 0;  // keys are in order: each goes to its home or right after the previous one
    for (std::size_t at = 0; at < old_slots; ++at) {
      const PairCount& moved = (*old)[static_cast<index_t>(at)];
      if (moved.count == 0) continue;
      next = std::max(next, home(moved.key));
      slot(next++) = moved;
    }
    if (slot(slots_ - 2).count != 0) make_room();  // happens only for keys chosen to collide
  }
  void resize(std::size_t slots) {
    slots_ = slots;
    most_size_ = (slots - spare) / 4 * 3;
    memory_.emplace(static_cast<index_t>(slots));
    for (std::size_t at = 0; at < slots; ++at) slot(at) = {0, 0};
  }

  std::size_t most_slots_;
  std::optional<backend::Buffer<PairCount>> memory_;
  std::size_t slots_ = 0, most_size_ = 0, size_ = 0;
  bool full_ = false;
};

}  // namespace TENON_NAMESPACE::models::glove
