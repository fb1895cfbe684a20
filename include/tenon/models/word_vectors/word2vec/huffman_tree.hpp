#pragma once
/// The binary tree of hierarchical softmax, with frequent words near the root (Huffman 1952; Morin and Bengio
/// 2005).

#include <algorithm>  // reverse
#include <cstdint>    // uint32_t, uint64_t
#include <span>       // span
#include <vector>     // vector

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// A Huffman tree, stored as the path from the root to each word.
class HuffmanTree {
 public:
  /// An inner node on a path, and the branch taken there.
  struct Step {
    std::uint32_t node;  ///< 0 … inner_count() - 1; the root is the last
    std::uint32_t code;  ///< the branch: 1 to the rarer side, otherwise 0
  };

  /// The tree of words with these counts, in falling order.    throws: ValueError if counts rise
  explicit HuffmanTree(std::span<const std::uint64_t> counts) {
    for (std::size_t i = 1; i < counts.size(); ++i)
      check<ValueError>(counts[i] <= counts[i - 1], "huffman tree", "counts must fall, but number ", i,
                        " is ", counts[i], " after ", counts[i - 1]);
    if (counts.empty()) return;
    link(counts);
    collect(counts.size());
  }

  /// The number of inner nodes.
  std::uint32_t inner_count() const { return inner_count_; }
  /// The path from the root to a word.
  std::span<const Step> path(std::uint32_t word) const {
    return {steps_.data() + first_[word], first_[word + 1] - first_[word]};
  }
  /// The number of steps of the longest path.
  std::size_t longest_path() const { return longest_; }

 private:
  /// Builds the tree from two queues: leaves from the rarest on, and inner nodes in the order of their
  /// creation. Both have rising counts, so that the two smallest counts are always at their fronts.
  void link(std::span<const std::uint64_t> counts) {
    const std::size_t leaves = counts.size();
    inner_count_ = static_cast<std::uint32_t>(leaves - 1);
    parent_.assign(2 * leaves - 1, Step{0, 0});
    std::vector<std::uint64_t> total(inner_count_);
    std::size_t next_leaf = leaves, next_inner = 0;  // leaves from next_leaf on are taken
    for (std::uint32_t made = 0; made < inner_count_; ++made) {
      const auto take = [&](std::uint32_t code) {
        const bool leaf = next_leaf > 0 && (next_inner == made || counts[next_leaf - 1] < total[next_inner]);
        const std::size_t child = leaf ? --next_leaf : leaves + next_inner++;
        parent_[child] = {made, code};
        return leaf ? counts[child] : total[child - leaves];
      };
      const std::uint64_t rarest = take(1);
      total[made] = rarest + take(0);
    }
  }

  void collect(std::size_t leaves) {
    first_.push_back(0);
    for (std::size_t word = 0; word < leaves; ++word) {
      for (std::size_t at = word; at != parent_.size() - 1; at = leaves + parent_[at].node)
        steps_.push_back(parent_[at]);
      std::reverse(steps_.begin() + static_cast<std::ptrdiff_t>(first_.back()), steps_.end());
      longest_ = std::max(longest_, steps_.size() - first_.back());
      first_.push_back(steps_.size());
    }
    parent_ = {};
  }

  std::uint32_t inner_count_ = 0;
  std::vector<Step> parent_;  // of leaves, then of inner nodes; only while building
  std::vector<Step> steps_;
  std::vector<std::size_t> first_;  // the first step of each word, and the end
  std::size_t longest_ = 0;
};

}  // namespace TENON_NAMESPACE::models::word2vec
