#pragma once
/// Characters of UTF-8 texts and their classes, by utf8proc.

#include <utf8proc.h>

#include <array>        // array
#include <cctype>       // ispunct
#include <cstdint>      // uint64_t, uint8_t
#include <memory>       // unique_ptr
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::text {

/// A character of a text, and the bytes that it takes.
struct Character {
  char32_t code;     ///< the code point
  std::size_t size;  ///< bytes
};

/// The character at a byte of a text that is known to be UTF-8.
inline Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xe0) return {(first & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (first < 0xf0) return {(first & 0xf) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(first & 7) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

/// Appends a character.
inline void append_character(std::string& text, char32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

/// The bytes of the longest beginning of a text that is UTF-8.
inline std::size_t valid_utf8(std::string_view text) {
  const auto* const data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    if (data[at] < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t code = 0;
    const auto size = utf8proc_iterate(data + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (size <= 0) break;
    at += static_cast<std::size_t>(size);
  }
  return at;
}

/// The text with U+FFFD for each part that is not UTF-8: for the longest beginning of a character, or a byte.
inline std::string replace_invalid_utf8(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t valid = valid_utf8(text);
    result.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) return result;
    result += "\xef\xbf\xbd";
    const auto byte = [&](std::size_t i) {
      return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned first = byte(0);
    std::size_t bad = 1;
    // The second byte of some first ones has a smaller range, so that no character has two forms.
    const unsigned low = first == 0xe0   ? 0xa0
                         : first == 0xf0 ? 0x90
                                         : 0x80,
                   high = first == 0xed   ? 0x9f
                          : first == 0xf4 ? 0x8f
                                          : 0xbf;
    const std::size_t size = first >= 0xf0 && first <= 0xf4   ? 4
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xc2 && first <= 0xdf ? 2
                                                              : 1;
    if (size > 1 && byte(1) >= low && byte(1) <= high) {
      bad = 2;
      while (bad < size && (byte(bad) & 0xc0) == 0x80) ++bad;
    }
    text.remove_prefix(bad);
  }
}

/// What a splitter asks of a character.
enum class CharClass : std::uint8_t {
  other,     ///< punctuation, symbols, controls, unassigned
  upper,     ///< \p{Lu}, \p{Lt}
  lower,     ///< \p{Ll}
  caseless,  ///< \p{Lm}, \p{Lo}
  mark,      ///< \p{M}
  number,    ///< \p{N}
  space      ///< white space, as Unicode's property of that name
};

namespace detail {

inline bool is_white_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}
inline CharClass find_class(char32_t c) {
  if (is_white_space(c)) return CharClass::space;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return CharClass::upper;
    case UTF8PROC_CATEGORY_LL:
      return CharClass::lower;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharClass::caseless;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharClass::mark;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::number;
    default:
      return CharClass::other;
  }
}
/// The classes of the Basic Multilingual Plane, found when they are first asked for.
inline const CharClass* basic_classes() {
  static const auto table = [] {
    auto classes = std::make_unique<std::array<CharClass, 0x10000>>();
    for (char32_t c = 0; c < 0x10000; ++c) (*classes)[c] = find_class(c);
    return classes;
  }();
  return table->data();
}

}  // namespace detail

/// The class of a character.
inline CharClass char_class(char32_t c) {
  static const CharClass* const basic = detail::basic_classes();
  return c < 0x10000 ? basic[c] : detail::find_class(c);
}
/// \p{L}
inline bool is_letter(CharClass c) {
  return c == CharClass::upper || c == CharClass::lower || c == CharClass::caseless;
}
/// White space, as Unicode's property of that name.
inline bool is_space(char32_t c) {
  return detail::is_white_space(c);
}
/// \p{N}
inline bool is_number(char32_t c) {
  return char_class(c) == CharClass::number;
}
/// \w: letters, marks, digits, what connects them, what joins or does not join them, and letters in circles and
/// squares.
inline bool is_word_character(char32_t c) {
  const CharClass k = char_class(c);
  if (is_letter(k) || k == CharClass::mark || c == 0x200c || c == 0x200d) return true;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL ||
         category == UTF8PROC_CATEGORY_PC || (c >= 0x24b6 && c <= 0x24e9) || (c >= 0x1f130 && c <= 0x1f149) ||
         (c >= 0x1f150 && c <= 0x1f169) || (c >= 0x1f170 && c <= 0x1f189);
}
/// A set of characters that is asked about often: those of the Basic Multilingual Plane are looked up.
class CharSet {
 public:
  /// The characters for which holds(character).
  template <class F>
  explicit CharSet(const F& holds) {
    for (char32_t c = 0; c < 0x10000; ++c)
      if (holds(c)) bits_[c / 64] |= std::uint64_t{1} << (c % 64);
  }
  /// Whether a character below U+10000 is in the set.
  bool contains(char32_t c) const { return bits_[c / 64] >> (c % 64) & 1; }

 private:
  std::array<std::uint64_t, 0x10000 / 64> bits_{};
};

/// \p{P}, and what else of ASCII is neither a letter, a digit, a blank nor a control character.
inline bool is_punctuation(char32_t c) {
  const auto holds = [](char32_t code) {
    if (code < 0x80) return std::ispunct(static_cast<int>(code)) != 0;
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
  };
  static const CharSet basic(holds);
  return c < 0x10000 ? basic.contains(c) : holds(c);
}

}  // namespace TENON_NAMESPACE::text
