#pragma once
/// Draws from a discrete distribution in constant time: the alias method (Walker 1977; built as in Vose
/// 1991).

#include <cstdint>  // uint32_t, uint64_t
#include <span>     // span
#include <vector>   // vector

#include "tenon/core/error.hpp"
#include "tenon/models/fast_random.hpp"

namespace TENON_NAMESPACE::models {

/// Eight bytes for each outcome, where word2vec.c keeps a table of 10^8 entries: it stays in the cache.
class AliasTable {
 public:
  /// Outcome i with a probability in proportion to weights[i].
  /// throws  ValueError unless weights are finite, none is negative and their sum is positive
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

  std::uint32_t size() const { return static_cast<std::uint32_t>(cells_.size()); }

  /// An outcome from 64 random bits: half of them choose a cell, half decide between the cell and its alias.
  std::uint32_t operator()(std::uint64_t bits) const {
    const std::uint32_t index = cell_index(bits);
    const Cell& cell = cells_[index];
    const std::uint32_t keep =
        0u - (static_cast<std::uint32_t>(bits) < cell.threshold);  // no branch: it would be a toss-up
    return cell.alias ^ ((cell.alias ^ index) & keep);
  }
  /// Brings near what these bits will ask for.
  void prefetch(std::uint64_t bits) const { __builtin_prefetch(&cells_[cell_index(bits)]); }

 private:
  struct Cell {
    std::uint32_t threshold;  // of 2^32
    std::uint32_t alias;
  };

  std::uint32_t cell_index(std::uint64_t bits) const {
    return below(static_cast<std::uint32_t>(bits >> 32), size());
  }

  /// Each cell has room for 1 / n: an outcome that needs less shares its cell with one that needs more.
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
    for (const std::uint32_t i : small) cells_[i] = {0, i};  // full but for rounding: the alias is itself
    for (const std::uint32_t i : large) cells_[i] = {0, i};
  }

  std::vector<Cell> cells_;
};

/// Draws one after another from a table, whose cells are asked for some draws before they are needed.
class AliasStream {
 public:
  AliasStream(const AliasTable& table, const FastRandom& random) : table_(&table), random_(random) {
    for (std::uint64_t& bits : upcoming_) bits = ask();
  }

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
  FastRandom random_;
  std::uint64_t upcoming_[size];
  std::uint32_t next_ = 0;
};

}  // namespace TENON_NAMESPACE::models
