#pragma once
/// How GGUF files store numbers: as they are, or quantised in blocks that share scales. After ggml's definitions,
/// https://github.com/ggml-org/ggml.

#include <cstdint>      // int8_t, uint16_t, uint32_t, uint64_t, uint8_t
#include <cstring>      // memcpy
#include <string_view>  // string_view

#include "tenon/core/half.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::io {

/// The types of arrays that are read; the numbers are the format's.
enum class GgufType : std::uint32_t {
  f32 = 0,    ///< float32
  f16 = 1,    ///< float16
  q4_0 = 2,   ///< d (q - 8), 4 bits
  q4_1 = 3,   ///< d q + m, 4 bits
  q5_0 = 6,   ///< d (q - 16), 5 bits
  q5_1 = 7,   ///< d q + m, 5 bits
  q8_0 = 8,   ///< d q, 8 bits
  q4_k = 12,  ///< 4 bits, eight scales and minima of 6 bits for 256 numbers
  q5_k = 13,  ///< 5 bits, the same
  q6_k = 14,  ///< 6 bits, sixteen scales of 8 bits for 256 numbers
  bf16 = 30   ///< bfloat16
};

/// Numbers that are stored together, and the bytes that they take; 0 of a type that is not known.
struct GgufBlock {
  std::uint64_t numbers;  ///< in a block
  std::uint64_t bytes;    ///< of a block
};
/// The blocks of a type.
inline GgufBlock gguf_block(std::uint32_t type) {
  switch (static_cast<GgufType>(type)) {
    case GgufType::f32:
      return {1, 4};
    case GgufType::f16:
    case GgufType::bf16:
      return {1, 2};
    case GgufType::q4_0:
      return {32, 18};
    case GgufType::q4_1:
      return {32, 20};
    case GgufType::q5_0:
      return {32, 22};
    case GgufType::q5_1:
      return {32, 24};
    case GgufType::q8_0:
      return {32, 34};
    case GgufType::q4_k:
      return {256, 144};
    case GgufType::q5_k:
      return {256, 176};
    case GgufType::q6_k:
      return {256, 210};
  }
  return {0, 0};
}

namespace detail {

using Bytes = const std::uint8_t*;

inline float half_at(Bytes at) {
  float16 value;
  std::memcpy(&value, at, 2);
  return static_cast<float>(value);
}
inline float brain_at(Bytes at) {
  bfloat16 value;
  std::memcpy(&value, at, 2);
  return static_cast<float>(value);
}

/// 32 numbers of 4 bits, and a fifth bit each where `high` says so: d (q - offset) + m.
inline void small_block(float d, float m, Bytes q, std::uint32_t high, int offset, float* to) {
  for (int i = 0; i < 16; ++i) {
    const int low = (q[i] & 15) | static_cast<int>((high >> i & 1) << 4),
              upper = (q[i] >> 4) | static_cast<int>((high >> (i + 16) & 1) << 4);
    to[i] = d * static_cast<float>(low - offset) + m;
    to[i + 16] = d * static_cast<float>(upper - offset) + m;
  }
}
inline std::uint32_t word_at(Bytes at) {
  std::uint32_t word;
  std::memcpy(&word, at, 4);
  return word;
}

/// Scale and minimum k of eight pairs of 6 bits in twelve bytes.
inline void scale_and_minimum(Bytes s, int k, float* scale, float* minimum) {
  const int low = k < 4 ? s[k] & 63 : (s[k + 4] & 15) | (s[k - 4] >> 6) << 4,
            high = k < 4 ? s[k + 4] & 63 : (s[k + 4] >> 4) | (s[k] >> 6) << 4;
  *scale = static_cast<float>(low);
  *minimum = static_cast<float>(high);
}
/// 256 numbers of 4 bits, and a fifth each where `fifth` is not null.
inline void k_block(Bytes block, Bytes fifth, Bytes q, float* to) {
  const float d = half_at(block), m = half_at(block + 2);
  for (int k = 0; k < 8; ++k) {
    float scale, minimum;
    scale_and_minimum(block + 4, k, &scale, &minimum);
    for (int i = 0; i < 32; ++i) {
      const int four = k % 2 == 0 ? q[k / 2 * 32 + i] & 15 : q[k / 2 * 32 + i] >> 4;
      const int bit = fifth ? (fifth[i] >> k & 1) << 4 : 0;
      *to++ = d * scale * static_cast<float>(four + bit) - m * minimum;
    }
  }
}
inline void q6_block(Bytes block, float* to) {
  const float d = half_at(block + 208);
  for (int half = 0; half < 2; ++half, to += 128) {
    const Bytes low = block + 64 * half, high = block + 128 + 32 * half, scales = block + 192 + 8 * half;
    for (int i = 0; i < 128; ++i) {
      const int part = i / 32, at = i % 32;
      const int four = part < 2 ? low[at + 32 * part] & 15 : low[at + 32 * (part - 2)] >> 4;
      const int q = (four | (high[at] >> (2 * part) & 3) << 4) - 32;
      to[i] = d * static_cast<float>(static_cast<std::int8_t>(scales[2 * part + at / 16])) *
              static_cast<float>(q);
    }
  }
}

inline void dequantize_block(GgufType type, Bytes b, float* to) {
  switch (type) {
    case GgufType::f32:
      std::memcpy(to, b, 4);
      break;
    case GgufType::f16:
      *to = half_at(b);
      break;
    case GgufType::bf16:
      *to = brain_at(b);
      break;
    case GgufType::q4_0:
      small_block(half_at(b), 0, b + 2, 0, 8, to);
      break;
    case GgufType::q4_1:
      small_block(half_at(b), half_at(b + 2), b + 4, 0, 0, to);
      break;
    case GgufType::q5_0:
      small_block(half_at(b), 0, b + 6, word_at(b + 2), 16, to);
      break;
    case GgufType::q5_1:
      small_block(half_at(b), half_at(b + 2), b + 8, word_at(b + 4), 0, to);
      break;
    case GgufType::q8_0:
      for (int i = 0; i < 32; ++i)
        to[i] = half_at(b) * static_cast<float>(static_cast<std::int8_t>(b[2 + i]));
      break;
    case GgufType::q4_k:
      k_block(b, nullptr, b + 16, to);
      break;
    case GgufType::q5_k:
      k_block(b, b + 16, b + 48, to);
      break;
    case GgufType::q6_k:
      q6_block(b, to);
      break;
  }
}

}  // namespace detail

/// The numbers of whole blocks.
inline void gguf_dequantize(GgufType type, std::string_view bytes, float* to) {
  const GgufBlock block = gguf_block(static_cast<std::uint32_t>(type));
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (std::uint64_t left = bytes.size() / block.bytes; left > 0;
       --left, at += block.bytes, to += block.numbers)
    detail::dequantize_block(type, at, to);
}

}  // namespace TENON_NAMESPACE::io
