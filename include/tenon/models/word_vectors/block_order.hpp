#pragma once
/// The order in which the blocks of a text are trained.

#include <cstdint>  // uint64_t
#include <numeric>  // gcd

#include "tenon/models/word_vectors/fast_random.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// Visits the blocks of a text in steps of about the golden section of their number, so that any stretch of
/// training uses all parts of the text evenly. In the text's own order, its last chapters would dominate the
/// result. Each epoch is a permutation of the blocks with another beginning. The block is computed from the
/// position; nothing is stored.
class BlockOrder {
 public:
  /// The order of `blocks` blocks, at least 1.
  BlockOrder(index_t blocks, std::uint64_t seed) : blocks_(blocks), seed_(seed) {
    step_ = 1 + static_cast<index_t>(0.6180339887498949 * static_cast<double>(blocks));
    while (std::gcd(step_, blocks_) != 1) ++step_;
  }

  /// The block at a position. Positions continue over epochs.
  index_t operator()(index_t position) const {
    const auto epoch = static_cast<std::uint64_t>(position / blocks_);
    const auto blocks = static_cast<std::uint64_t>(blocks_);
    const auto steps = static_cast<uint128_t>(position % blocks_) * static_cast<std::uint64_t>(step_);
    return static_cast<index_t>((FastRandom(seed_, epoch)() % blocks + steps) % blocks);
  }

 private:
  index_t blocks_, step_;
  std::uint64_t seed_;
};

}  // namespace TENON_NAMESPACE::models::word_vectors
