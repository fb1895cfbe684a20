#pragma once
/// SentencePiece's compiled maps of characters: a double-array trie (Aoe 1989) whose values are places in a
/// list of replacements.

#include <cstdint>      // uint32_t
#include <cstring>      // memcpy
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::text {

/// A map from beginnings of texts to what replaces them.
class CharMap {
 public:
  /// A match, and the bytes that it takes.
  struct Match {
    std::string_view replacement;  ///< what stands in its place
    std::size_t size;              ///< the bytes that it takes
  };

  /// The bytes of a file's precompiled_charsmap; empty: nothing is replaced.
  ///   throws: IoError if they are damaged
  explicit CharMap(const std::string& blob) {
    if (blob.empty()) return;
    std::uint32_t size = 0;
    check<IoError>(blob.size() >= 4, "tokenizer", "the map of characters is cut off");
    std::memcpy(&size, blob.data(), 4);
    check<IoError>(size % 4 == 0 && size <= blob.size() - 4, "tokenizer", "the map of characters is damaged");
    units_.resize(size / 4);
    if (size > 0) std::memcpy(units_.data(), blob.data() + 4, size);
    replacements_ = blob.substr(4 + size);
  }

  /// What replaces the shortest beginning of `text` that has an entry, as Hugging Face's library asks.
  std::optional<std::string_view> shortest(std::string_view text) const {
    std::optional<std::string_view> found;
    each_prefix(text, [&](std::uint32_t value, std::size_t) {
      found = replacement(value);
      return false;
    });
    return found;
  }
  /// The longest beginning of `text` that has an entry, as SentencePiece asks.
  std::optional<Match> longest(std::string_view text) const {
    std::optional<Match> found;
    each_prefix(text, [&](std::uint32_t value, std::size_t size) {
      found = Match{replacement(value), size};
      return true;
    });
    return found;
  }

 private:
  std::string_view replacement(std::uint32_t at) const {
    if (at >= replacements_.size()) return {};
    return std::string_view(replacements_.c_str() + at);
  }
  /// Calls f(value, size) for entries from the shortest on, while it returns true.
  template <class F>
  void each_prefix(std::string_view text, F&& f) const {
    const auto offset = [](std::uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); };
    if (units_.empty()) return;
    std::size_t node = offset(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      node ^= byte;
      if (byte == 0 || node >= units_.size()) return;
      const std::uint32_t unit = units_[node];
      if ((unit & ((1u << 31) | 0xff)) != byte) return;
      node ^= offset(unit);
      if (node >= units_.size()) return;
      const bool has_value = (unit >> 8) & 1;
      if (has_value && !f(units_[node] & 0x7fffffff, i + 1)) return;
    }
  }

  std::vector<std::uint32_t> units_{};
  std::string replacements_{};
};

namespace detail {

/// The bytes of a text in base64.
///   throws: IoError if it is none
inline std::string from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r') continue;
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    check<IoError>(value >= 0, "tokenizer", "a text that should be base64 is not");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace detail

}  // namespace TENON_NAMESPACE::text
