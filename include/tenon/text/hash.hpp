#pragma once
/// A fast hash of bytes, equal on every run and every little-endian machine. It does not resist attacks.

#include <cstdint>      // uint64_t
#include <cstring>      // memcpy
#include <string_view>  // string_view

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::text {

/// Mixes a number: the exclusive or of the two halves of its 128-bit product with a constant.
inline std::uint64_t fold_product(std::uint64_t x) {
  const auto product = static_cast<uint128_t>(x) * 0xD6E8FEB86659FD93u;
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

/// The hash of some bytes. To hash several pieces, pass the hash of the previous one as `seed`.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) {
  std::uint64_t h = seed ^ 0x9E3779B97F4A7C15u ^ bytes.size();
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left > 8; left -= 8, p += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, p, 8);
    h = fold_product(h ^ eight);
  }
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < left; ++i) rest |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
  return fold_product(h ^ rest);
}

}  // namespace TENON_NAMESPACE::text
