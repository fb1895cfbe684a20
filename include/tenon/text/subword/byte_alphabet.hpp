#pragma once
/// The alphabet of byte-level tokenizers: a printable character for each byte. Radford et al. 2019.

#include <array>        // array
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/text/subword/unicode.hpp"

namespace TENON_NAMESPACE::text {

/// Bytes 33 to 126, 161 to 172 and 174 to 255 stand for themselves; the others are U+0100 and following.
struct ByteAlphabet {
  /// The character of each byte.
  static const std::array<char32_t, 256>& characters() {
    static const auto table = [] {
      std::array<char32_t, 256> all{};
      char32_t next = 0x100;
      for (char32_t b = 0; b < 256; ++b) {
        const bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
        all[b] = itself ? b : next++;
      }
      return all;
    }();
    return table;
  }

  /// Characters for bytes.
  static std::string encode(std::string_view bytes) {
    std::string text;
    for (const char b : bytes) append_character(text, characters()[static_cast<unsigned char>(b)]);
    return text;
  }
  /// Bytes for characters; nothing if one of them stands for none.
  static std::optional<std::string> decode(std::string_view text) {
    static const auto bytes = [] {
      std::array<int, 0x200> all{};
      all.fill(-1);
      for (int b = 0; b < 256; ++b) all[characters()[static_cast<std::size_t>(b)]] = b;
      return all;
    }();
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const Character c = character_at(text, at);
      if (c.code >= bytes.size() || bytes[c.code] < 0) return {};
      result += static_cast<char>(bytes[c.code]);
      at += c.size;
    }
    return result;
  }
};

}  // namespace TENON_NAMESPACE::text
