#pragma once
/// Words, how often each occurred, and the numbers that stand for them.

#include <algorithm>    // sort
#include <cstdint>      // uint32_t, uint64_t
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/text/hash.hpp"

namespace TENON_NAMESPACE::text {

/// Numbers 0, 1, 2, … for words, in the order in which they were added until `prune` sorts them.
///
/// Letters of all words lie in one string; an open-addressing table of (hash, number) finds a word.
/// Twenty-four bytes and the letters are the cost of a word.
class Vocabulary {
 public:
  using Id = std::uint32_t;
  static constexpr Id unknown = 0xffffffffu;

  Vocabulary() : slots_(1024, Slot{0, unknown}) {}

  index_t size() const { return static_cast<index_t>(entries_.size()); }
  std::string_view word(index_t id) const {
    const Entry& entry = entries_[static_cast<std::size_t>(id)];
    return {letters_.data() + entry.offset, entry.length};
  }
  std::uint64_t count(index_t id) const { return entries_[static_cast<std::size_t>(id)].count; }
  /// The number of words in the text, all occurrences counted.
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const Entry& entry : entries_) sum += entry.count;
    return sum;
  }

  /// A number that tells vocabularies with other words, counts or order apart.
  std::uint64_t fingerprint() const {
    std::uint64_t h = 0;
    for (index_t id = 0; id < size(); ++id) h = hash_bytes(word(id), fold_product(h ^ count(id)));
    return h;
  }

  /// The word's number, or `unknown`.
  Id find(std::string_view word) const { return slots_[slot_of(word, hash(word))].id; }

  /// Counts a word, which is added when it is new; returns its number.
  Id add(std::string_view word, std::uint64_t count = 1) {
    const std::uint32_t h = hash(word);
    Slot& slot = slots_[slot_of(word, h)];
    if (slot.id != unknown) {
      entries_[slot.id].count += count;
      return slot.id;
    }
    check<ValueError>(letters_.size() + word.size() < unknown && entries_.size() < unknown - 1, "vocabulary",
                      "too many different words");
    const Id id = static_cast<Id>(entries_.size());
    slot = {h, id};
    entries_.push_back(
        {count, static_cast<std::uint32_t>(letters_.size()), static_cast<std::uint32_t>(word.size())});
    letters_.insert(letters_.end(), word.begin(), word.end());
    if (2 * entries_.size() > slots_.size()) rehash(2 * slots_.size());
    return id;
  }

  /// Keeps words that occurred `min_count` times or more, of these the `max_size` most frequent (0: all), and
  /// numbers them by falling count, equal counts in their old order. Returns the new number of each old one,
  /// `unknown` where dropped.
  std::vector<Id> prune(std::uint64_t min_count, index_t max_size = 0) {
    std::vector<Id> order;
    for (Id id = 0; id < entries_.size(); ++id)
      if (entries_[id].count >= min_count) order.push_back(id);
    std::sort(order.begin(), order.end(), [&](Id a, Id b) {
      return entries_[a].count != entries_[b].count ? entries_[a].count > entries_[b].count : a < b;
    });
    if (max_size > 0 && order.size() > static_cast<std::size_t>(max_size))
      order.resize(static_cast<std::size_t>(max_size));

    Vocabulary kept;
    std::vector<Id> renumbered(entries_.size(), unknown);
    for (const Id id : order) renumbered[id] = kept.add(word(id), entries_[id].count);
    *this = std::move(kept);
    return renumbered;
  }

 private:
  struct Entry {
    std::uint64_t count;
    std::uint32_t offset, length;
  };
  struct Slot {
    std::uint32_t hash;
    Id id;
  };

  static std::uint32_t hash(std::string_view word) { return static_cast<std::uint32_t>(hash_bytes(word)); }

  /// Where the word is, or where it would be put.
  std::size_t slot_of(std::string_view wanted, std::uint32_t h) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = h & mask;
    while (slots_[at].id != unknown && !(slots_[at].hash == h && word(slots_[at].id) == wanted))
      at = (at + 1) & mask;
    return at;
  }
  void rehash(std::size_t slot_count) {
    std::vector<Slot> old(slot_count, Slot{0, unknown});
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id == unknown) continue;
      std::size_t at = slot.hash & (slot_count - 1);
      while (slots_[at].id != unknown) at = (at + 1) & (slot_count - 1);
      slots_[at] = slot;
    }
  }

  std::vector<char> letters_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace TENON_NAMESPACE::text
