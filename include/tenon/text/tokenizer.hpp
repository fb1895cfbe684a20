#pragma once
/// Splitting of a text into words at white space, optionally with lower case and separate punctuation.

#include <cstddef>      // size_t
#include <cstring>      // memmove
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // exchange
#include <vector>       // vector

#include "tenon/io/utf8_mark.hpp"
#include "tenon/text/normalize.hpp"
#include "tenon/text/reader.hpp"

namespace TENON_NAMESPACE::text {

/// Options of `tokenize` and `read_corpus`.
struct TokenizerOptions {
  bool lowercase = false;          ///< convert letters of all scripts to lower case; see `to_lower`
  bool split_punctuation = false;  ///< make punctuation marks words of their own
  bool join_lines = false;         ///< for read_corpus: the end of a line does not end a sentence
};

/// The length in bytes at which words are cut, as in word2vec.c.
inline constexpr std::size_t max_word_bytes = 100;

namespace detail {

/// Whether a byte separates words: a blank or any byte below it, including zeros and control characters.
inline bool is_separator(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

/// The longest prefix of at most `limit` bytes that does not end inside a UTF-8 character.
inline std::string_view cut(std::string_view word, std::size_t limit) {
  if (word.size() <= limit) return word;
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(word[i]) & 0xc0) == 0x80; };
  std::size_t end = limit;
  while (limit - end < 4 && continues(end)) --end;
  return word.substr(0, limit - end < 4 ? end : limit);  // longer than any character: not UTF-8
}

}  // namespace detail

/// Calls `word(std::string_view)` for each word of a text and `line_end()` at each end of a line. A
/// byte-order mark at the beginning is skipped. Memory is bounded: of a run of more than 4096 bytes without
/// white space only the beginning is read.
///
///   throws: exceptions of the reader and of the functions
template <class OnWord, class OnLineEnd>
void tokenize(TextReader& reader, const TokenizerOptions& options, OnWord&& word, OnLineEnd&& line_end) {
  constexpr std::size_t capacity = std::size_t{1} << 18, run_limit = 4096;
  std::string scratch;
  bool at_beginning = true;  // of the text
  const auto emit = [&](std::string_view run) {
    if (std::exchange(at_beginning, false)) run = io::without_utf8_mark(run);
    if (run.empty()) return;
    if (!options.lowercase && !options.split_punctuation) return word(detail::cut(run, max_word_bytes));
    scratch.assign(detail::cut(run, run_limit));
    if (options.lowercase) scratch = to_lower(scratch);
    const auto piece = [&](std::string_view w) { word(detail::cut(w, max_word_bytes)); };
    if (options.split_punctuation) return split_punctuation(scratch, piece);
    piece(scratch);
  };

  std::vector<char> buffer(capacity + run_limit);
  char* const begin = buffer.data();
  std::size_t carried = 0;  // bytes of an unfinished word, at the beginning of the buffer
  for (std::size_t count; (count = reader.read(begin + carried, capacity)) > 0;) {
    const char* const end = begin + carried + count;
    const char *start = begin, *p = begin + carried;
    for (; p != end; ++p) {
      if (!detail::is_separator(*p)) continue;
      if (p != start) emit({start, static_cast<std::size_t>(p - start)});
      at_beginning = false;
      if (*p == '\n') line_end();
      start = p + 1;
    }
    carried = std::min(static_cast<std::size_t>(end - start), run_limit);
    std::memmove(begin, start, carried);
  }
  if (carried > 0) emit({begin, carried});
}

}  // namespace TENON_NAMESPACE::text
