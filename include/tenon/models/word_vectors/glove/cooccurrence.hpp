#pragma once
/// Counting of the co-occurrences of words in a text, in bounded memory.

#include <algorithm>  // min
#include <cstdint>    // uint32_t, uint64_t
#include <optional>   // optional
#include <utility>    // exchange, in_place
#include <vector>     // vector

#include "tenon/models/word_vectors/glove/pair_runs.hpp"
#include "tenon/models/word_vectors/glove/pair_table.hpp"
#include "tenon/text/token_stream.hpp"

namespace TENON_NAMESPACE::models::glove {

/// The co-occurrence of two words, i <= j: the count is the sum of 1 / distance over all places where they
/// are within a window. It is equal in both directions, so one record serves for both.
struct Cooccurrence {
  std::uint32_t i, j;  ///< the words
  float count;         ///< the sum of 1 / distance
};
/// The co-occurrences of a text.
using CooccurrenceStream = text::BlockStream<Cooccurrence>;

/// Counts the pairs of words of a sentence within a window. Each thread has one.
///
/// Counts are fixed-point integers, whose sum does not depend on the order, so any number of threads and
/// amount of memory give the same bits.
class PairCounter {
 public:
  /// A counter with a table of at most `most_bytes` bytes, and half as much memory for runs.
  PairCounter(int window, const PairOrder& order, std::size_t most_bytes)
      : window_(static_cast<std::size_t>(window)),
        order_(order),
        table_(std::in_place, most_bytes),
        runs_(most_bytes / 2),
        scratch_(text::TokenStream::block_size) {
    for (std::uint64_t d = 1; d <= window_; ++d) shares_.push_back((unit + d / 2) / d);
  }

  /// Counts the pairs whose second word is in a block.
  void count(const text::TokenStream& tokens, index_t block) {
    sentence_.clear();
    if (block > 0) read_tail(tokens, block - 1);
    const Token* const words = tokens.block(block, scratch_.data());
    for (index_t k = 0; k < tokens.block_length(block); ++k) {
      if (words[k] == text::TokenStream::sentence_end) {
        sentence_.clear();
        continue;
      }
      const std::size_t before = std::min(window_, sentence_.size());
      for (std::size_t d = 1; d <= before; ++d)
        meet(words[k], sentence_[sentence_.size() - d], shares_[d - 1]);
      sentence_.push_back(words[k]);
    }
  }

  /// Ends counting: moves all pairs to the runs, and frees the table.
  void finish() {
    for (Met& met : met_) add(std::exchange(met, {}));
    spill();
    table_.reset();
  }
  /// The sorted runs of pairs.
  PairRuns& runs() { return runs_; }

  /// The co-occurrence of a pair after all counting. A pair of equal words counts twice, once for each
  /// direction.
  static Cooccurrence result(const PairOrder& order, const PairCount& pair) {
    const auto [i, j] = order.pair(pair.key);
    const double once = static_cast<double>(pair.count) / static_cast<double>(unit);
    return {i, j, static_cast<float>(i == j ? 2 * once : once)};
  }

 private:
  using Token = text::TokenStream::Token;
  struct Met {
    std::uint64_t key = 0, share = 0;
  };

  static constexpr std::uint64_t unit = std::uint64_t{1} << 30;  // for up to 10^10 occurrences

  void read_tail(const text::TokenStream& tokens, index_t block) {
    const Token* const words = tokens.block(block, scratch_.data());
    const index_t length = tokens.block_length(block);
    index_t first = length;
    while (first > 0 && length - first < static_cast<index_t>(window_) &&
           words[first - 1] != text::TokenStream::sentence_end)
      --first;
    sentence_.assign(words + first, words + length);
  }

  /// Queues a pair until its prefetched slot has arrived from memory.
  void meet(Token a, Token b, std::uint64_t share) {
    Met& met = met_[next_++ % waiting];
    add(met);
    met = {a < b ? order_.key(a, b) : order_.key(b, a), share};
    table_->prefetch(met.key);
  }
  void add(const Met& met) {
    if (met.share == 0) return;
    if (table_->full()) spill();
    table_->add(met.key, met.share);
  }
  void spill() {
    table_->drain([&](const PairCount& pair) { runs_.append(pair); });
    runs_.end_run();
  }

  static constexpr std::size_t waiting = 16;

  std::size_t window_;
  PairOrder order_;
  std::optional<PairTable> table_;
  PairRuns runs_;
  std::vector<Token> scratch_, sentence_;
  std::vector<std::uint64_t> shares_;  // 1 / distance in fixed point
  Met met_[waiting];
  std::size_t next_ = 0;
};

}  // namespace TENON_NAMESPACE::models::glove
