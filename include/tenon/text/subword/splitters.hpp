#pragma once
/// The regular expressions by which the well-known byte-level tokenizers split texts, written out by hand: ten
/// times as fast as PCRE2's compiled ones. Each function returns where the piece ends that begins at a byte.

#include <cstddef>      // size_t
#include <string_view>  // string_view

#include "tenon/text/subword/unicode.hpp"

namespace TENON_NAMESPACE::text::splitters {

namespace detail {

inline Character at_or_end(std::string_view text, std::size_t at) {
  return at < text.size() ? character_at(text, at) : Character{0, 0};
}
/// Past the run of characters for which holds(character, class).
template <class F>
std::size_t run(std::string_view text, std::size_t at, F&& holds) {
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!holds(c.code, char_class(c.code))) break;
    at += c.size;
  }
  return at;
}
inline bool is_other(CharClass k) {
  return k == CharClass::other || k == CharClass::mark;
}
inline std::size_t letters(std::string_view text, std::size_t at) {
  return run(text, at, [](char32_t, CharClass k) { return is_letter(k); });
}
inline std::size_t others(std::string_view text, std::size_t at) {
  return run(text, at, [](char32_t, CharClass k) { return is_other(k); });
}
inline std::size_t line_ends(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '\r' || text[at] == '\n')) ++at;
  return at;
}
/// At most `most` numbers.
inline std::size_t numbers(std::string_view text, std::size_t at, int most) {
  return run(text, at, [&](char32_t, CharClass k) { return k == CharClass::number && most-- > 0; });
}

/// 's 't 're 've 'm 'll 'd, in any case if asked for; `at` itself if there is none.
inline std::size_t contraction(std::string_view text, std::size_t at, bool any_case) {
  if (at >= text.size() || text[at] != '\'') return at;
  const auto letter = [&](std::size_t i) {
    const char c = i < text.size() ? text[i] : '\0';
    return any_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  const char first = letter(at + 1), second = letter(at + 2);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
    return at + 3;
  const bool long_s = any_case && text.substr(at + 1, 2) == "\xc5\xbf";  // folds to s
  return long_s ? at + 3 : at;
}

/// \s+(?!\S)|\s+, after \s*[\r\n]+ if `lines`.
inline std::size_t white_space(std::string_view text, std::size_t at, bool lines) {
  std::size_t end = at, last = at, line = at;
  while (end < text.size()) {
    const Character c = character_at(text, end);
    if (!is_space(c.code)) break;
    last = end;
    end += c.size;
    if (c.code == '\r' || c.code == '\n') line = end;
  }
  if (lines && line > at) return line;
  return end == text.size() || last == at ? end : last;
}

}  // namespace detail

/// GPT-2: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
inline std::size_t gpt2(std::string_view text, std::size_t at) {
  if (const std::size_t end = detail::contraction(text, at, false); end != at) return end;
  const std::size_t body = text[at] == ' ' ? at + 1 : at;
  const Character c = detail::at_or_end(text, body);
  const CharClass k = c.size > 0 ? char_class(c.code) : CharClass::space;
  if (is_letter(k)) return detail::letters(text, body);
  if (k == CharClass::number)
    return detail::run(text, body, [](char32_t, CharClass n) { return n == CharClass::number; });
  if (detail::is_other(k)) return detail::others(text, body);
  return detail::white_space(text, at, false);
}

/// cl100k, Llama 3 and, with `digits` 1, Qwen:
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|
/// \s+(?!\S)|\s+
template <int digits>
std::size_t cl100k(std::string_view text, std::size_t at) {
  if (const std::size_t end = detail::contraction(text, at, true); end != at) return end;
  const Character c = character_at(text, at);
  const CharClass k = char_class(c.code);
  if (is_letter(k)) return detail::letters(text, at);
  if (k == CharClass::number) return detail::numbers(text, at, digits);
  const Character next = detail::at_or_end(text, at + c.size);
  const CharClass after = next.size > 0 ? char_class(next.code) : CharClass::space;
  if (c.code != '\r' && c.code != '\n' && is_letter(after)) return detail::letters(text, at + c.size);
  if (detail::is_other(k) || (c.code == ' ' && detail::is_other(after)))
    return detail::line_ends(text, detail::others(text, at + (c.code == ' ' ? 1 : 0)));
  return detail::white_space(text, at, true);
}

namespace detail {

inline bool begins_word(CharClass k) {
  return k == CharClass::upper || k == CharClass::caseless || k == CharClass::mark;
}
inline bool ends_word(CharClass k) {
  return k == CharClass::lower || k == CharClass::caseless || k == CharClass::mark;
}
/// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+ at a byte; the byte itself if there is none.
inline std::size_t cased_word(std::string_view text, std::size_t at) {
  std::size_t end = at, shared_end = at;  // after the last character of both sets
  while (end < text.size()) {
    const Character c = character_at(text, end);
    const CharClass k = char_class(c.code);
    if (!begins_word(k)) break;
    end += c.size;
    if (ends_word(k)) shared_end = end;
  }
  const std::size_t rest = run(text, end, [](char32_t, CharClass k) { return ends_word(k); });
  return rest > end ? rest : shared_end;
}
/// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+, where what could follow does not; the byte itself if there is none.
inline std::size_t upper_word(std::string_view text, std::size_t at) {
  return run(text, at, [](char32_t, CharClass k) { return begins_word(k); });
}

}  // namespace detail

/// o200k (GPT-4o, gpt-oss): words end where upper case begins,
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
/// \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
inline std::size_t o200k(std::string_view text, std::size_t at) {
  const Character c = character_at(text, at);
  const CharClass k = char_class(c.code);
  const bool may_lead = !is_letter(k) && k != CharClass::number && c.code != '\r' && c.code != '\n';
  const std::size_t led = at + c.size;
  for (const auto word : {detail::cased_word, detail::upper_word}) {
    if (may_lead)
      if (const std::size_t end = word(text, led); end > led) return detail::contraction(text, end, true);
    if (const std::size_t end = word(text, at); end > at) return detail::contraction(text, end, true);
  }
  if (k == CharClass::number) return detail::numbers(text, at, 3);
  const Character next = detail::at_or_end(text, led);
  if (detail::is_other(k) || (c.code == ' ' && next.size > 0 && detail::is_other(char_class(next.code)))) {
    std::size_t end = detail::others(text, at + (c.code == ' ' ? 1 : 0));
    while (end < text.size() && (text[end] == '\r' || text[end] == '\n' || text[end] == '/')) ++end;
    return end;
  }
  return detail::white_space(text, at, true);
}

/// A function above.
using Splitter = std::size_t (*)(std::string_view text, std::size_t at);

/// GPT-2's expression, which ByteLevel means.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// The splitter for a regular expression; null where none was written.
inline Splitter find(std::string_view pattern) {
  struct Known {
    std::string_view pattern;
    Splitter splitter;
  };
  static constexpr Known known[] = {
      {gpt2_pattern, gpt2},
      {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
       cl100k<1>},
      {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
       cl100k<3>},
      {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
       o200k}};
  for (const Known& k : known)
    if (k.pattern == pattern) return k.splitter;
  return nullptr;
}

}  // namespace TENON_NAMESPACE::text::splitters
