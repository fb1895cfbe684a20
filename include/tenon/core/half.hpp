#pragma once
/// Floating-point numbers of two bytes. They only store numbers; arithmetic converts to float.

#include <bit>       // bit_cast
#include <concepts>  // integral
#include <cstdint>   // uint16_t

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// The upper half of a float: 8 bits of exponent, 7 of fraction. Conversion rounds to nearest, ties to
/// even; NaN stays NaN.
struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  explicit bfloat16(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const bool nan = (word & 0x7fffffffu) > 0x7f800000u;
    const std::uint32_t rounded = word + 0x7fffu + ((word >> 16) & 1u);
    bits = static_cast<std::uint16_t>(nan ? (word >> 16) | 0x40u : rounded >> 16);
  }
  explicit bfloat16(double value) : bfloat16(static_cast<float>(value)) {}
  template <std::integral I>
  explicit bfloat16(I value) : bfloat16(static_cast<float>(value)) {}
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// IEEE half precision: 5 bits of exponent, 10 of fraction. Conversion from float rounds to nearest, ties to
/// even.
struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  explicit float16(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = word >> 16 & 0x8000u, magnitude = word & 0x7fffffffu;
    std::uint32_t half;
    if (magnitude > 0x7f800000u) {
      half = 0x7e00u;  // NaN
    } else if (magnitude >= 0x47800000u) {
      half = 0x7c00u;                      // 2^16 and above: infinity
    } else if (magnitude < 0x38800000u) {  // below 2^-14: a multiple of 2^-24, which is the last place of 0.5
      half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
             std::bit_cast<std::uint32_t>(0.5f);
    } else {
      half = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
    }
    bits = static_cast<std::uint16_t>(sign | half);
  }
  explicit operator float() const {
    const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16, exponent = bits >> 10 & 31u,
                        fraction = bits & 1023u;
    if (exponent == 0) {  // zero and subnormal: multiples of 2^-24
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;  // infinity and NaN stay
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
  }
};

}  // namespace TENON_NAMESPACE
