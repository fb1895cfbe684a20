#pragma once
/// The mark that some editors put in front of a text in UTF-8 (U+FEFF, a "byte-order mark"). It is no part of
/// the text.

#include <string_view>  // string_view

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::io {

inline constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The text behind the mark, or all of it where there is none.
inline std::string_view without_utf8_mark(std::string_view text) {
  if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
  return text;
}

}  // namespace TENON_NAMESPACE::io
