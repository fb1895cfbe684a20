#pragma once
/// Words from a stream of text: split at white space, lower-cased and freed of punctuation on request.

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

struct TokenizerOptions {
  bool lowercase = false;          ///< letters of all scripts by Unicode's simple mapping, see to_lower
  bool split_punctuation = false;  ///< punctuation marks become words of their own
  bool join_lines = false;         ///< read_corpus: sentences go on over the ends of lines
};

/// Words longer than this many bytes are cut, as word2vec.c does.
inline constexpr std::size_t max_word_bytes = 100;

namespace detail {

/// Bytes up to and including the blank separate words: so do the zeros and control characters of binary
/// files.
inline bool is_separator(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

/// The longest beginning of at most `limit` bytes that does not end inside a character.
inline std::string_view cut(std::string_view word, std::size_t limit) {
  if (word.size() <= limit) return word;
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(word[i]) & 0xc0) == 0x80; };
  std::size_t end = limit;
  while (limit - end < 4 && continues(end)) --end;
  return word.substr(0, limit - end < 4 ? end : limit);  // no character is so long: not UTF-8
}

}  // namespace detail

/// Calls `word(std::string_view)` for each word of the text, the mark of UTF-8 at its beginning aside, and
/// `line_end()` at each end of a line, in a fixed amount of memory: of a run without white space beyond 4096
/// bytes only the beginning is seen.
///   throws IoError when the reader does
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
