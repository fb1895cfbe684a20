#pragma once
/// Random bits for the inner loop of word2vec: SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
/// pseudorandom number generators"), seeded by Philox so that each part of the work has its own stream.

#include <cstdint>  // uint32_t, uint64_t

#include "tenon/core/generator.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// The generator SplitMix64: a counter whose values are mixed, with one addition and two products for 64
/// bits.
class FastRandom {
 public:
  /// The stream of a part of the work, such as a block of the text, in a run with a seed.
  FastRandom(std::uint64_t seed, std::uint64_t part) {
    const Philox::Block block = Philox::block(seed, part, stream);
    state_ = std::uint64_t{block.word[0]} << 32 | block.word[1];
  }
  /// A further stream, for another purpose.
  FastRandom split() { return FastRandom((*this)()); }

  /// The next 64 random bits.
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  explicit FastRandom(std::uint64_t state) : state_(state) {}

  static constexpr std::uint64_t stream = 1;  // stream 0 draws the initial vectors
  std::uint64_t state_;
};

/// A uniform number in [0, n) from 32 random bits. Its bias is at most n / 2^32.
inline std::uint32_t below(std::uint32_t bits, std::uint32_t n) {
  return static_cast<std::uint32_t>((std::uint64_t{bits} * n) >> 32);
}

}  // namespace TENON_NAMESPACE::models::word_vectors
