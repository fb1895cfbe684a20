#pragma once
/// Vocabularies: words with their counts and numbers.

#include <algorithm>    // sort
#include <cstdint>      // uint32_t, uint64_t
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/text/hash.hpp"

namespace TENON_NAMESPACE::text {

/// A vocabulary numbers words 0, 1, 2, … in the order in which they are added, until `prune` sorts them by
/// count.
///
/// The letters of all words are in one string, and an open-addressing hash table finds a word. A word takes
/// 24 bytes and its letters.
class Vocabulary {
 public:
  using Id = std::uint32_t;                   ///< the number of a word
  static constexpr Id unknown = 0xffffffffu;  ///< stands for a word that is not in the vocabulary

  /// An empty vocabulary.
  Vocabulary() : slots_(1024, Slot{0, unknown}) {}

  /// The number of words.
  index_t size() const { return static_cast<index_t>(entries_.size()); }
  /// The word with this number. The view is valid until a word is added.
  std::string_view word(index_t id) const {
    const Entry& entry = entries_[static_cast<std::size_t>(id)];
    return {letters_.data() + entry.offset, entry.length};
  }
  /// The number of occurrences of a word.
  std::uint64_t count(index_t id) const { return entries_[static_cast<std::size_t>(id)].count; }
  /// The sum of all counts: the number of words in the text.
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const Entry& entry : entries_) sum += entry.count;
    return sum;
  }

  /// A hash of the words, their counts and their order.
  std::uint64_t fingerprint() const {
    std::uint64_t h = 0;
    for (index_t id = 0; id < size(); ++id) h = hash_bytes(word(id), fold_product(h ^ count(id)));
    return h;
  }

  /// The number of a word, or `unknown`.
  Id find(std::string_view word) const { return slots_[slot_of(word, hash(word))].id; }

  /// Adds `count` occurrences of a word, which may be new, and returns its number.
  ///   throws: ValueError if there are too many words or letters (4 GiB)
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

  /// Keeps the words with at least `min_count` occurrences, of these the `max_size` most frequent (0: all),
  /// and numbers them by falling count; equal counts stay in order. Returns the new number of each old one,
  /// `unknown` for removed words.
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

  /// The slot of a word, or the free slot for it.
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
  std::vector<Slot> slots_;  // their number is a power of two; at most half are used
};

}  // namespace TENON_NAMESPACE::text
