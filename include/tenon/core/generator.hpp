#pragma once
/// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
/// 2, 3").
///
/// The n-th block of a stream is a pure function of (seed, n), so that any thread can compute any part of it
/// and the bits do not depend on how many threads there were.

#include <cmath>    // log, sqrt, cos
#include <cstdint>  // uint32_t, uint64_t
#include <numbers>  // pi

#include "tenon/core/atomic.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

struct Philox {
  struct Block {
    std::uint32_t word[4];
  };

  /// Ten rounds over counter and key.
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

/// A uniform number in [0, 1) from random bits: 24 or 53 of them.
template <Real T>
T unit_interval(std::uint64_t bits) {
  if constexpr (sizeof(T) == 4) {
    return static_cast<T>(static_cast<std::uint32_t>(bits) >> 8) * T{0x1p-24f};
  } else {
    return static_cast<T>(bits >> 11) * T{0x1p-53};
  }
}

/// A sequential view of one Philox stream; its state is three numbers, so it is cheap to copy and to save.
class Generator {
 public:
  struct State {
    std::uint64_t seed = 0, block = 0;
    std::uint32_t used = 4;  // words of the current block already handed out
  };

  explicit Generator(std::uint64_t seed = 0) { state_.seed = seed; }

  State state() const { return state_; }
  void set_state(const State& state) {
    state_ = state;
    if (state_.used < 4) words_ = Philox::block(state_.seed, state_.block - 1);
  }
  std::uint64_t seed() const { return state_.seed; }

  std::uint32_t next_u32() {
    if (state_.used == 4) {
      words_ = Philox::block(state_.seed, state_.block++);
      state_.used = 0;
    }
    return words_.word[state_.used++];
  }
  std::uint64_t next_u64() {
    const std::uint64_t hi = next_u32();
    return hi << 32 | next_u32();
  }

  /// Uniform in [0, 1).
  template <Real T>
  T uniform() {
    return unit_interval<T>(sizeof(T) == 4 ? next_u32() : next_u64());
  }
  /// Standard normal, by Box and Muller (one of the pair; the other is dropped so that the state stays three
  /// numbers).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform<double>()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform<double>());
  }
  /// Uniform in [0, n), n > 0, without bias worth speaking of (n / 2^64).
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<uint128_t>(next_u64()) * n) >> 64);
  }

  /// Reserves `count` blocks for a kernel that computes them itself, and returns the index of the first.
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
/// What the default generators of all threads are drawn from: the seed, and how many threads have theirs
/// already.
struct ProcessSeed {
  Atomic<std::uint64_t> seed = 0, threads = 0;
};
TENON_SHARED inline ProcessSeed& process_seed() {
  static constinit ProcessSeed process;
  return process;
}

/// The seed of the n-th thread: the process's own for the first, for others 64 bits of a Philox stream of
/// their own.
inline std::uint64_t thread_seed(std::uint64_t seed, std::uint64_t n) {
  if (n == 0) return seed;
  const Philox::Block block = Philox::block(seed, 0, n);
  return std::uint64_t{block.word[0]} << 32 | block.word[1];
}
}  // namespace detail

/// The generator that functions use when none is given. Each thread has its own, drawn from the process's
/// seed (0 unless `manual_seed` said otherwise) and the order in which threads first use theirs: threads draw
/// different numbers, and the same ones in each run if they start in the same order.
TENON_SHARED inline Generator& default_generator() {
  thread_local Generator generator{
      detail::thread_seed(detail::process_seed().seed.load(MemoryOrder::relaxed),
                          detail::process_seed().threads.fetch_add(1, MemoryOrder::relaxed))};
  return generator;
}

/// Restarts the default generator of this thread from `seed`, and makes it the seed of the threads that first
/// use theirs later, counted from here on. Generators that other threads have already go on.
inline void manual_seed(std::uint64_t seed) {
  default_generator() = Generator{seed};
  detail::process_seed().seed.store(seed, MemoryOrder::relaxed);
  detail::process_seed().threads.store(1, MemoryOrder::relaxed);
}

}  // namespace TENON_NAMESPACE
