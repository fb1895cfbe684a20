#pragma once
/// UTF-8 text made uniform: lower case and separate punctuation, for the scripts that have either, without
/// tables.

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::text {

/// A character and how many bytes it took. Bytes that are not UTF-8 stand for themselves, one at a time.
struct CodePoint {
  std::uint32_t value;
  int bytes;
  bool valid;
};

inline CodePoint decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const int length = first >= 0xf0 && first < 0xf5   ? 4
                     : first >= 0xe0 && first < 0xf0 ? 3
                     : first >= 0xc2 && first < 0xe0 ? 2
                                                     : 0;
  if (length == 0 || text.size() < static_cast<std::size_t>(length)) return {first, 1, false};
  std::uint32_t value = first & (0x7fu >> length);
  for (int i = 1; i < length; ++i) {
    const std::uint32_t next = byte(static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return {first, 1, false};
    value = value << 6 | (next & 0x3f);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (value < least[length] || value > 0x10ffff || surrogate) return {first, 1, false};
  return {value, length, true};
}

inline void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

/// Unicode's simple lower-case mapping for Latin (but for the rarer letters of Extended-B), Greek, Cyrillic
/// and Armenian; other characters stay as they are.
inline std::uint32_t to_lower(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  const std::uint32_t even_to_odd = c | 1, odd_to_even = c + (c & 1);
  if (c < 0x80) return within('A', 'Z') ? c + 32 : c;
  if (within(0xc0, 0xde)) return c == 0xd7 ? c : c + 32;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xff;
  if (within(0x100, 0x137) || within(0x14a, 0x177)) return c == 0x131 ? c : even_to_odd;
  if (within(0x139, 0x148) || within(0x179, 0x17e)) return odd_to_even;
  if (c == 0x1a0 || within(0x1de, 0x1ef) || within(0x1f8, 0x21f) || within(0x222, 0x233)) return even_to_odd;
  if (c == 0x1af || within(0x1cd, 0x1dc)) return odd_to_even;
  if (c == 0x386) return 0x3ac;
  if (within(0x388, 0x38a)) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (within(0x38e, 0x38f)) return c + 63;
  if (within(0x391, 0x3ab)) return c == 0x3a2 ? c : c + 32;
  if (within(0x400, 0x40f)) return c + 80;
  if (within(0x410, 0x42f)) return c + 32;
  if (within(0x460, 0x481) || within(0x48a, 0x4bf) || within(0x4d0, 0x52f)) return even_to_odd;
  if (c == 0x4c0) return 0x4cf;
  if (within(0x4c1, 0x4ce)) return odd_to_even;
  if (within(0x531, 0x556)) return c + 48;
  if (within(0x1e00, 0x1e95) || within(0x1ea0, 0x1eff)) return even_to_odd;
  return c;
}

/// The text in lower case; bytes that are not UTF-8 are copied.
inline std::string to_lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    if (c.valid)
      append_utf8(out, to_lower(c.value));
    else
      out.push_back(text[0]);
    text.remove_prefix(static_cast<std::size_t>(c.bytes));
  }
  return out;
}

/// Punctuation and symbols of ASCII and Latin-1, General Punctuation (dashes, quotes, bullets), and CJK
/// punctuation.
inline bool is_punctuation(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  return within('!', '/') || within(':', '@') || within('[', '`') || within('{', '~') || within(0xa1, 0xa9) ||
         within(0xab, 0xac) || within(0xae, 0xb1) || c == 0xb4 || within(0xb6, 0xb8) || c == 0xbb ||
         c == 0xbf || within(0x2010, 0x2027) || within(0x2030, 0x205e) || within(0x3001, 0x3003) ||
         within(0x3008, 0x3011) || within(0xff01, 0xff0f) || within(0xff1a, 0xff1f);
}

/// The spaces beyond ASCII: no-break, the typographic ones, line and paragraph separators, ideographic.
inline bool is_wide_space(std::uint32_t c) {
  return c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/// Calls `word` for each punctuation mark and each run between them. An apostrophe or hyphen between two
/// other characters belongs to its word, as in `don't` and `well-known`; so does a point or comma between
/// digits, as in `1,234.5`.
template <class OnWord>
void split_punctuation(std::string_view text, OnWord&& word) {
  std::size_t start = 0, at = 0;
  const auto flush = [&] {
    if (at > start) word(text.substr(start, at - start));
  };
  const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const auto joins = [&](const CodePoint& c, std::size_t next) {
    if (at == start || next >= text.size()) return false;
    if (c.value == '.' || c.value == ',') return is_digit(at - 1) && is_digit(next);
    const bool joiner = c.value == '\'' || c.value == '-' || c.value == 0x2019;
    const std::uint32_t after = decode_utf8(text.substr(next)).value;
    return joiner && !is_punctuation(after) && !is_wide_space(after);
  };
  while (at < text.size()) {
    const CodePoint c = decode_utf8(text.substr(at));
    const std::size_t next = at + static_cast<std::size_t>(c.bytes);
    const bool space = c.valid && is_wide_space(c.value), mark = c.valid && is_punctuation(c.value);
    if (space || (mark && !joins(c, next))) {
      flush();
      if (mark) word(text.substr(at, next - at));
      start = next;
    }
    at = next;
  }
  flush();
}

}  // namespace TENON_NAMESPACE::text
