#pragma once
/// CRC-32C (Castagnoli et al. 1993), the checksum of TFRecord files.

#include <array>        // array
#include <cstdint>      // uint32_t
#include <string_view>  // string_view

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::train {

/// The CRC-32C checksum of some bytes.
inline std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t r = byte;
      for (int bit = 0; bit < 8; ++bit) r = r & 1 ? r >> 1 ^ 0x82f63b78u : r >> 1;
      remainders[byte] = r;
    }
    return remainders;
  }();
  std::uint32_t crc = ~std::uint32_t{0};
  for (char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xff] ^ crc >> 8;
  return ~crc;
}

}  // namespace TENON_NAMESPACE::train
