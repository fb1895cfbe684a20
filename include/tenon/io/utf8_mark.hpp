#pragma once
/// The byte-order mark U+FEFF that some editors write before a UTF-8 text. It is not part of the text.

#include <string_view>  // string_view

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE::io {

/// The bytes of the byte-order mark in UTF-8.
inline constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The text without a byte-order mark at its beginning.
inline std::string_view without_utf8_mark(std::string_view text) {
  if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
  return text;
}

}  // namespace TENON_NAMESPACE::io
