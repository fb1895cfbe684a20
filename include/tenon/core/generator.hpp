#pragma once
/// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
/// 2, 3").
///
/// Block n of a stream is a pure function of seed and n, so that any thread can compute any part of it, and
/// the bits do not depend on the number of threads.

#include <cmath>    // log, sqrt, cos
#include <cstdint>  // uint32_t, uint64_t
#include <numbers>  // pi

#include "tenon/core/atomic.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// The counter-based generator Philox4x32-10.
struct Philox {
  /// 128 random bits.
  struct Block {
    std::uint32_t word[4];
  };

  /// Block `index` of a stream of a seed.
  static Block block(std::uint64_t seed, std::uint64_t index, std::uint64_t stream = 0) {
    std::uint32_t c0 = low(index), c1 = high(index), c2 = low(stream), c3 = high(stream);
    std::uint32_t k0 = low(seed), k1 = high(seed);
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0, p1 = std::uint64_t{0xCD9E8D57u} * c2;
      c0 = high(p1) ^ c1 ^ k0;
      c2 = high(p0) ^ c3 ^ k1;
      c1 = low(p1);
      c3 = low(p0);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
  }

 private:
  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
};

/// A uniform number in [0, 1) from random bits, of which float uses 24 and double 53.
template <Real T>
T unit_interval(std::uint64_t bits) {
  if constexpr (sizeof(T) == 4) {
    return static_cast<T>(static_cast<std::uint32_t>(bits) >> 8) * T{0x1p-24f};
  } else {
    return static_cast<T>(bits >> 11) * T{0x1p-53};
  }
}

/// A random number generator: a sequential reader of a Philox stream. Its state is three numbers, so it is
/// cheap to copy and to save.
class Generator {
 public:
  /// The state of a generator.
  struct State {
    std::uint64_t seed = 0, block = 0;  ///< the seed, and the number of the next block
    std::uint32_t used = 4;             ///< words of the current block already used
  };

  /// A generator at the beginning of its stream.
  explicit Generator(std::uint64_t seed = 0) { state_.seed = seed; }

  /// The state, for a checkpoint.
  State state() const { return state_; }
  /// Continues from a saved state.
  void set_state(const State& state) {
    state_ = state;
    if (state_.used < 4) words_ = Philox::block(state_.seed, state_.block - 1);
  }
  /// The seed.
  std::uint64_t seed() const { return state_.seed; }

  /// The next 32 random bits.
  std::uint32_t next_u32() {
    if (state_.used == 4) {
      words_ = Philox::block(state_.seed, state_.block++);
      state_.used = 0;
    }
    return words_.word[state_.used++];
  }
  /// The next 64 random bits.
  std::uint64_t next_u64() {
    const std::uint64_t hi = next_u32();
    return hi << 32 | next_u32();
  }

  /// A uniform number in [0, 1).
  template <Real T>
  T uniform() {
    return unit_interval<T>(sizeof(T) == 4 ? next_u32() : next_u64());
  }
  /// A standard normal number, by Box and Muller 1958. Only one number of each pair is used, so that the
  /// state stays three numbers.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform<double>()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform<double>());
  }
  /// A uniform integer in [0, n), n > 0. Its bias is at most n / 2^64.
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<uint128_t>(next_u64()) * n) >> 64);
  }

  /// Reserves `count` blocks, which a kernel computes itself, and returns the number of the first.
  std::uint64_t take_blocks(std::uint64_t count) {
    const std::uint64_t first = state_.block;
    state_.block += count;
    state_.used = 4;
    return first;
  }

 private:
  State state_;
  Philox::Block words_{};
};

namespace detail {
/// The process's seed, and the number of threads that have a default generator.
struct ProcessSeed {
  Atomic<std::uint64_t> seed = 0, threads = 0;
};
TENON_SHARED inline ProcessSeed& process_seed() {
  static constinit ProcessSeed process;
  return process;
}

/// The seed of thread n: the process's seed for the first thread, 64 bits of Philox stream n for others.
inline std::uint64_t thread_seed(std::uint64_t seed, std::uint64_t n) {
  if (n == 0) return seed;
  const Philox::Block block = Philox::block(seed, 0, n);
  return std::uint64_t{block.word[0]} << 32 | block.word[1];
}
}  // namespace detail

/// The generator that functions use by default. Each thread has its own, seeded from the process's seed (0
/// unless set by `manual_seed`) and the order in which threads first use theirs. Threads therefore draw
/// different numbers, and equal ones in each run if they start in the same order.
TENON_SHARED inline Generator& default_generator() {
  thread_local Generator generator{
      detail::thread_seed(detail::process_seed().seed.load(MemoryOrder::relaxed),
                          detail::process_seed().threads.fetch_add(1, MemoryOrder::relaxed))};
  return generator;
}

/// Restarts this thread's default generator from `seed`, and sets the process's seed, from which threads that
/// have no default generator yet get theirs. Existing generators of other threads are not affected.
inline void manual_seed(std::uint64_t seed) {
  default_generator() = Generator{seed};
  detail::process_seed().seed.store(seed, MemoryOrder::relaxed);
  detail::process_seed().threads.store(1, MemoryOrder::relaxed);
}

}  // namespace TENON_NAMESPACE
