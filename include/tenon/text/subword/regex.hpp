#pragma once
/// Regular expressions over UTF-8, by PCRE2 and its compiler.

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>       // shared_ptr, unique_ptr
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/text/subword/aligned_text.hpp"
#include "tenon/text/subword/unicode.hpp"

namespace TENON_NAMESPACE::text {

namespace detail {

/// A pattern in which \w means what it means to Oniguruma: letters, marks, digits and what connects them. To
/// PCRE2 before 10.43 marks are no part of words.
inline std::string with_marks_in_words(std::string_view pattern) {
  constexpr std::string_view word = "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}";
  std::string result;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      const bool whole = (next == 'w' || next == 'W') && !in_class;
      if (whole)
        result.append(next == 'w' ? "[" : "[^").append(word) += ']';
      else if (next == 'w')
        result += word;
      else
        (result += c) += next;
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    result += c;
  }
  return result;
}

}  // namespace detail

/// A regular expression of the syntax that Perl, Oniguruma and PCRE2 share, of Unicode's classes.
class Regex {
 public:
  /// throws: ValueError with what is wrong with the pattern and where
  explicit Regex(const std::string& written) {
    const std::string pattern = tenon::text::detail::with_marks_in_words(written);
    int error = 0;
    PCRE2_SIZE at = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF | PCRE2_UCP, &error, &at, nullptr),
                pcre2_code_free);
    if (!code_) {
      PCRE2_UCHAR sentence[256] = {};
      pcre2_get_error_message(error, sentence, sizeof sentence);
      fail<ValueError>("regex", "'", pattern, "': ", reinterpret_cast<const char*>(sentence), " at byte ",
                       at);
    }
    pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);  // without it matching is slower, but the same
  }

  /// Calls f(span) for all matches in a text that is known to be UTF-8, but for empty ones.
  ///   throws: ValueError if matching takes too many steps
  template <class F>
  void each(std::string_view text, F&& f) const {
    // Each search has its own, so that threads may share the expression.
    const std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> match(
        pcre2_match_data_create_from_pattern(code_.get(), nullptr), pcre2_match_data_free);
    for (std::size_t at = 0; at < text.size();) {
      const int count = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                    PCRE2_NO_UTF_CHECK, match.get(), nullptr);
      if (count == PCRE2_ERROR_NOMATCH) return;
      check<ValueError>(count > 0, "regex", "matching was given up: PCRE2's error ", count);
      const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(match.get());
      const Span found{static_cast<std::uint32_t>(ends[0]), static_cast<std::uint32_t>(ends[1])};
      at = found.end;
      if (found.begin != found.end)
        f(found);
      else if (at < text.size())
        at += character_at(text, at).size;
      else
        return;
    }
  }

 private:
  std::shared_ptr<pcre2_code> code_;
};

}  // namespace TENON_NAMESPACE::text
