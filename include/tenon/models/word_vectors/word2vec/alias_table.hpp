#pragma once
/// Sampling from a discrete distribution in constant time: the alias method (Walker 1977; built as in Vose
/// 1991).

#include <cstdint>  // uint32_t, uint64_t
#include <span>     // span
#include <vector>   // vector

#include "tenon/core/error.hpp"
#include "tenon/models/word_vectors/fast_random.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// A table for sampling. It takes eight bytes for each outcome and stays in the cache, unlike word2vec.c's
/// table of 10^8 entries.
class AliasTable {
 public:
  /// A table in which outcome i has a probability proportional to weights[i].
  ///   throws: ValueError if a weight is negative or NaN, or their sum is 0 or too large
  explicit AliasTable(std::span<const double> weights) : cells_(weights.size()) {
    double sum = 0;
    for (const double w : weights) {
      check<ValueError>(w >= 0, "alias table", "a weight must not be negative, it is ", w);
      sum += w;
    }
    check<ValueError>(sum > 0 && sum <= 1e300, "alias table",
                      "the weights must have a finite positive sum, not ", sum);
    build(weights, sum);
  }

  /// The number of outcomes.
  std::uint32_t size() const { return static_cast<std::uint32_t>(cells_.size()); }

  /// The outcome for 64 random bits: one half chooses a cell, the other decides between the cell and its
  /// alias.
  std::uint32_t operator()(std::uint64_t bits) const {
    const std::uint32_t index = cell_index(bits);
    const Cell& cell = cells_[index];
    const std::uint32_t keep =
        0u - (static_cast<std::uint32_t>(bits) < cell.threshold);  // no branch, which could not be predicted
    return cell.alias ^ ((cell.alias ^ index) & keep);
  }
  /// Prefetches the cell that these bits choose.
  void prefetch(std::uint64_t bits) const { __builtin_prefetch(&cells_[cell_index(bits)]); }

 private:
  struct Cell {
    std::uint32_t threshold;  // of 2^32
    std::uint32_t alias;
  };

  std::uint32_t cell_index(std::uint64_t bits) const {
    return word_vectors::below(static_cast<std::uint32_t>(bits >> 32), size());
  }

  /// Fills the cells. Each holds a probability of 1 / n; an outcome of smaller probability shares its cell
  /// with one of larger probability.
  void build(std::span<const double> weights, double sum) {
    const auto n = static_cast<std::uint32_t>(cells_.size());
    std::vector<double> need(n);  // in cells
    std::vector<std::uint32_t> small, large;
    for (std::uint32_t i = 0; i < n; ++i) {
      need[i] = weights[i] / sum * n;
      (need[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
      const std::uint32_t poor = small.back(), rich = large.back();
      small.pop_back();
      cells_[poor] = {static_cast<std::uint32_t>(need[poor] * 0x1p32), rich};
      need[rich] -= 1 - need[poor];
      if (need[rich] < 1) {
        large.pop_back();
        small.push_back(rich);
      }
    }
    for (const std::uint32_t i : small) cells_[i] = {0, i};  // full except for rounding: its own alias
    for (const std::uint32_t i : large) cells_[i] = {0, i};
  }

  std::vector<Cell> cells_;
};

/// A sequence of samples from a table, whose cells are prefetched some samples ahead.
class AliasStream {
 public:
  /// Samples from `table`, which must outlive the stream.
  AliasStream(const AliasTable& table, const word_vectors::FastRandom& random)
      : table_(&table), random_(random) {
    for (std::uint64_t& bits : upcoming_) bits = ask();
  }

  /// The next sample.
  std::uint32_t operator()() {
    std::uint64_t& bits = upcoming_[next_++ % size];
    const std::uint32_t drawn = (*table_)(bits);
    bits = ask();
    return drawn;
  }

 private:
  static constexpr std::uint32_t size = 16;

  std::uint64_t ask() {
    const std::uint64_t bits = random_();
    table_->prefetch(bits);
    return bits;
  }

  const AliasTable* table_;
  word_vectors::FastRandom random_;
  std::uint64_t upcoming_[size];
  std::uint32_t next_ = 0;
};

}  // namespace TENON_NAMESPACE::models::word2vec
