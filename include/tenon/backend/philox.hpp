#pragma once
/// Random words by the group: sixteen Philox blocks computed side by side, in SIMD registers where there are
/// such. The words are the same on every machine.

#include "tenon/backend/pack.hpp"
#include "tenon/core/generator.hpp"

namespace TENON_NAMESPACE::backend {

inline constexpr int philox_group_blocks = 16, philox_group_words = 4 * philox_group_blocks;

/// Word i of the groups from block `first` on: of each group the first words of its blocks come first, then
/// their second ones, and so on.
inline std::uint32_t philox_word(std::uint64_t seed, std::uint64_t first, std::uint64_t i) {
  const std::uint64_t lane = i % philox_group_words;
  return Philox::block(seed,
                       first + i / philox_group_words * philox_group_blocks + lane % philox_group_blocks)
      .word[lane / philox_group_blocks];
}

namespace detail {

/// Numbers of 64 bits side by side; of each the multiplication takes the lower half.
#if defined(__AVX512F__)
struct WideLanes {
  static constexpr int width = 8;
  __m512i lanes;
  static WideLanes all(std::uint64_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  static WideLanes counting() { return {_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7)}; }
  friend WideLanes operator+(WideLanes a, WideLanes b) { return {_mm512_add_epi64(a.lanes, b.lanes)}; }
  friend WideLanes operator*(WideLanes a, WideLanes b) { return {_mm512_mul_epu32(a.lanes, b.lanes)}; }
  friend WideLanes operator^(WideLanes a, WideLanes b) { return {_mm512_xor_si512(a.lanes, b.lanes)}; }
  WideLanes high() const { return {_mm512_srli_epi64(lanes, 32)}; }
  void store_low(std::uint32_t* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi64_epi32(lanes));
  }
};
#elif defined(__AVX2__)
struct WideLanes {
  static constexpr int width = 4;
  __m256i lanes;
  static WideLanes all(std::uint64_t x) { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
  static WideLanes counting() { return {_mm256_setr_epi64x(0, 1, 2, 3)}; }
  friend WideLanes operator+(WideLanes a, WideLanes b) { return {_mm256_add_epi64(a.lanes, b.lanes)}; }
  friend WideLanes operator*(WideLanes a, WideLanes b) { return {_mm256_mul_epu32(a.lanes, b.lanes)}; }
  friend WideLanes operator^(WideLanes a, WideLanes b) { return {_mm256_xor_si256(a.lanes, b.lanes)}; }
  WideLanes high() const { return {_mm256_srli_epi64(lanes, 32)}; }
  void store_low(std::uint32_t* to) const {
    const __m256i even = _mm256_permutevar8x32_epi32(lanes, _mm256_setr_epi32(0, 2, 4, 6, 0, 0, 0, 0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(even));
  }
};
#else
struct WideLanes {
  static constexpr int width = 1;
  std::uint64_t lanes;
  static WideLanes all(std::uint64_t x) { return {x}; }
  static WideLanes counting() { return {0}; }
  friend WideLanes operator+(WideLanes a, WideLanes b) { return {a.lanes + b.lanes}; }
  friend WideLanes operator*(WideLanes a, WideLanes b) {
    return {std::uint64_t{static_cast<std::uint32_t>(a.lanes)} * static_cast<std::uint32_t>(b.lanes)};
  }
  friend WideLanes operator^(WideLanes a, WideLanes b) { return {a.lanes ^ b.lanes}; }
  WideLanes high() const { return {lanes >> 32}; }
  void store_low(std::uint32_t* to) const { *to = static_cast<std::uint32_t>(lanes); }
};
#endif

}  // namespace detail

/// All words of the group that starts at block `first`. The upper halves of the lanes hold what the next
/// round does not look at.
inline void philox_group(std::uint64_t seed, std::uint64_t first, std::uint32_t* words) {
  using Lanes = detail::WideLanes;
  constexpr int count = philox_group_blocks / Lanes::width;
  Lanes c0[count], c1[count], c2[count], c3[count];
  for (int i = 0; i < count; ++i) {
    c0[i] = Lanes::all(first + static_cast<std::uint64_t>(i * Lanes::width)) + Lanes::counting();
    c1[i] = c0[i].high();
    c2[i] = c3[i] = Lanes::all(0);
  }
  const Lanes m0 = Lanes::all(0xD2511F53u), m1 = Lanes::all(0xCD9E8D57u);
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const Lanes key0 = Lanes::all(k0), key1 = Lanes::all(k1);
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i) {
      const Lanes p0 = m0 * c0[i], p1 = m1 * c2[i];
      c0[i] = p1.high() ^ c1[i] ^ key0;
      c2[i] = p0.high() ^ c3[i] ^ key1;
      c1[i] = p1;
      c3[i] = p0;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (int i = 0; i < count; ++i) {
    std::uint32_t* const to = words + i * Lanes::width;
    c0[i].store_low(to);
    c1[i].store_low(to + philox_group_blocks);
    c2[i].store_low(to + 2 * philox_group_blocks);
    c3[i].store_low(to + 3 * philox_group_blocks);
  }
}

}  // namespace TENON_NAMESPACE::backend
