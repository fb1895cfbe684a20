#pragma once
/// The scalar types of tensors, their names, and bfloat16.

#include <bit>          // bit_cast
#include <concepts>     // same_as
#include <cstdint>      // int64_t
#include <type_traits>  // is_same_v

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// The type of extents, strides and positions. It is signed, so that differences and negative indices need no
/// conversion.
using index_t = std::int64_t;

/// The type of products of two 64-bit numbers, an extension of GCC and Clang.
__extension__ using uint128_t = unsigned __int128;

/// The upper half of a float: 8 bits of exponent, 7 of fraction. It only stores numbers; arithmetic converts
/// to float. Conversion to bfloat16 rounds to nearest, ties to even; NaN stays NaN.
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

/// The scalar types with gradients: float and double.
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

/// The scalar types of tensors.
template <class T>
concept Scalar = Real<T> || std::same_as<T, bfloat16> || std::same_as<T, std::int64_t> ||
                 std::same_as<T, std::int32_t> || std::same_as<T, std::uint8_t> || std::same_as<T, bool>;

/// The scalar types of element-wise functions: all but bfloat16, which needs `to<float>` first.
template <class T>
concept Arithmetic = Scalar<T> && !std::same_as<T, bfloat16>;

/// The type in which arithmetic on `T` is done.
template <class T>
using compute_t = std::conditional_t<std::is_same_v<T, bfloat16>, float, T>;

/// The name of a scalar type in messages and files.
template <Scalar T>
constexpr const char* scalar_name() {
  if constexpr (std::is_same_v<T, float>) return "float32";
  if constexpr (std::is_same_v<T, double>) return "float64";
  if constexpr (std::is_same_v<T, bfloat16>) return "bfloat16";
  if constexpr (std::is_same_v<T, std::int64_t>) return "int64";
  if constexpr (std::is_same_v<T, std::int32_t>) return "int32";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "uint8";
  if constexpr (std::is_same_v<T, bool>) return "bool";
}

}  // namespace TENON_NAMESPACE
