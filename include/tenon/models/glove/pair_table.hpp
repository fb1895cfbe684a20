#pragma once
/// Counts of pairs of words, in the order of a permutation.

#include <algorithm>  // max, min, swap
#include <cstdint>    // uint32_t, uint64_t
#include <optional>   // optional

#include "tenon/backend/memory.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// A permutation of the pairs of words, by which they are as good as shuffled: the last steps of SplitMix64,
/// each of which can be undone.
class PairOrder {
 public:
  /// mask   chooses the permutation
  explicit PairOrder(std::uint64_t mask) : mask_(mask) {}

  std::uint64_t key(std::uint32_t i, std::uint32_t j) const {
    std::uint64_t z = (std::uint64_t{i} << 32 | j) ^ mask_;
    z = (z ^ (z >> 30)) * first;
    z = (z ^ (z >> 27)) * second;
    return z ^ (z >> 31);
  }
  /// Both words of a key, as they were given to key().
  struct Pair {
    std::uint32_t i, j;
  };
  Pair pair(std::uint64_t z) const {
    z = unshift<31>(z) * inverse(second);
    z = unshift<27>(z) * inverse(first);
    z = unshift<30>(z) ^ mask_;
    return {static_cast<std::uint32_t>(z >> 32), static_cast<std::uint32_t>(z)};
  }

 private:
  static constexpr std::uint64_t first = 0xBF58476D1CE4E5B9u, second = 0x94D049BB133111EBu;

  /// Undoes z ^ (z >> N).
  template <int N>
  static constexpr std::uint64_t unshift(std::uint64_t z) {
    return z ^ (z >> N) ^ (z >> (2 * N));
  }
  /// 1 / a modulo 2^64, for odd a: each step of Newton's doubles the bits that are right.
  static constexpr std::uint64_t inverse(std::uint64_t a) {
    std::uint64_t x = a;
    for (int step = 0; step < 5; ++step) x *= 2 - a * x;
    return x;
  }

  std::uint64_t mask_;
};

/// A pair and how often it was met.
struct PairCount {
  std::uint64_t key;
  std::uint64_t count;  ///< in fixed point; 0 marks a free slot of a table
};

/// Counts in a table that is always sorted by key: a key's slot follows from its leading bits, and what is in
/// its way is moved along. Its contents are therefore a sorted run without sorting.
///
/// The table grows up to a limit; when it is full then, the caller takes the run away and starts afresh.
class PairTable {
 public:
  /// most_bytes   that the table may ever take, with what it moves from while it grows
  explicit PairTable(std::size_t most_bytes)
      : most_slots_(std::max<std::size_t>(most_bytes / (sizeof(PairCount) * 3 / 2), 2 * spare)) {
    resize(std::min(most_slots_, std::size_t{1} << 16));
  }

  std::size_t size() const { return size_; }
  /// Whether a new pair may find no room. Then `add` must not be called.
  bool full() const { return full_; }

  /// Brings near what `add` will touch.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slot(home(key)), 1); }

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

  /// Calls f(PairCount) for each pair in the order of keys, and leaves the table empty.
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
  /// Slots behind the last home, for what is moved along there; the very last is always free.
  static constexpr std::size_t spare = 1024;

  PairCount& slot(std::size_t at) { return (*memory_)[static_cast<index_t>(at)]; }
  const PairCount& slot(std::size_t at) const { return (*memory_)[static_cast<index_t>(at)]; }
  /// Where the search for a key begins: rises with the key.
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
    std::size_t next = 0;  // keys come in order, so each goes to its home or right behind the one before
    for (std::size_t at = 0; at < old_slots; ++at) {
      const PairCount& moved = (*old)[static_cast<index_t>(at)];
      if (moved.count == 0) continue;
      next = std::max(next, home(moved.key));
      slot(next++) = moved;
    }
    if (slot(slots_ - 2).count != 0) make_room();  // keys that someone chose so
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

}  // namespace TENON_NAMESPACE::models
