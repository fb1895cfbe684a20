#pragma once
/// Normalisation of UTF-8 text: lower case and separate punctuation.

#include <algorithm>    // upper_bound
#include <cstddef>      // size_t
#include <cstdint>      // uint32_t
#include <iterator>     // begin, end
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/config.hpp"
#include "tenon/text/lower_case_table.hpp"

namespace TENON_NAMESPACE::text {

/// A decoded character.
struct CodePoint {
  std::uint32_t value;  ///< the code point; of an invalid sequence its first byte
  int bytes;            ///< length in the text; 1 for an invalid sequence
  bool valid;           ///< whether the bytes are UTF-8
};

/// Decodes the first character of a text, which is not empty.
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

/// Appends a code point to a string in UTF-8.
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

/// The lower case of a character by Unicode's simple mapping, which is one to one and independent of context,
/// for all scripts with two cases; other characters are returned as they are. Σ becomes σ even at the end of
/// a word (where Greek writes ς), ẞ becomes ß, and İ becomes i.
inline std::uint32_t to_lower(std::uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  const auto behind = std::upper_bound(
      std::begin(detail::lower_case_runs), std::end(detail::lower_case_runs), c,
      [](std::uint32_t value, const detail::LowerCaseRun& run) { return value < run.first; });
  const detail::LowerCaseRun& run = *(behind - 1);  // the first begins with A
  if (c > run.last || (c - run.first) % run.step != 0) return c;
  return c + static_cast<std::uint32_t>(run.difference);
}

/// A text in lower case, character by character. Bytes that are not UTF-8 are copied.
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

/// Whether a character is punctuation: a mark or symbol of ASCII or Latin-1, General Punctuation (dashes,
/// quotes, bullets), or CJK punctuation.
inline bool is_punctuation(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  return within('!', '/') || within(':', '@') || within('[', '`') || within('{', '~') || within(0xa1, 0xa9) ||
         within(0xab, 0xac) || within(0xae, 0xb1) || c == 0xb4 || within(0xb6, 0xb8) || c == 0xbb ||
         c == 0xbf || within(0x2010, 0x2027) || within(0x2030, 0x205e) || within(0x3001, 0x3003) ||
         within(0x3008, 0x3011) || within(0xff01, 0xff0f) || within(0xff1a, 0xff1f);
}

/// Whether a character is a space beyond ASCII: no-break, typographic, line or paragraph separator,
/// ideographic.
inline bool is_wide_space(std::uint32_t c) {
  return c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/// Calls `word` for each punctuation mark and each run of other characters. An apostrophe or hyphen between
/// two other characters belongs to its word, as in `don't` and `well-known`; so does a point or comma between
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
