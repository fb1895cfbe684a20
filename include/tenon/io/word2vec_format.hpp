#pragma once
/// The text and binary formats of word2vec.c, which gensim, fastText and others read and write too.
///
///     header   "V D\n" in decimal; GloVe's files have none
///     text     for each word a line: the word, then D numbers, separated by blanks
///     binary   for each word: the word, a blank, D little-endian floats, a newline
///
/// In text, word2vec.c writes six decimals and a blank at the end of a line, gensim the shortest digits that
/// identify the float, without a blank at the end. In binary, gensim omits the newline. All variants are
/// read; word2vec.c's are written.

#include <algorithm>    // min
#include <charconv>     // from_chars, to_chars
#include <cmath>        // isfinite
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/input_file.hpp"
#include "tenon/io/word_table.hpp"

namespace TENON_NAMESPACE::io {

/// Reads word vectors in text or binary format; the bytes after the first word decide which. In text without
/// a header each line has as many numbers as the first, D, and its part before the last D fields is the word,
/// which may contain blanks, as some of GloVe's do. The header is checked against the file's size before
/// memory is allocated.
///
///   throws: IoError with the file's name and the line or word that does not fit
WordTable read_word2vec(InputFile& file);

/// Writes word vectors in text format, with exactly the bytes of word2vec.c.
///
///   throws: ValueError if a word is empty or contains white space, IoError if the file cannot be written
void write_word2vec_text(AtomicFile& file, const WordTable& table);
/// Writes word vectors in binary format, with exactly the bytes of word2vec.c.
///
///   throws: ValueError if a word is empty or contains white space, IoError if the file cannot be written
void write_word2vec_binary(AtomicFile& file, const WordTable& table);

namespace detail {

inline constexpr std::size_t longest_word = 4096;
inline constexpr index_t most_words = index_t{1} << 32, most_dims = index_t{1} << 20;

/// Reads a number at the start of `text` and removes it.
inline bool take_number(std::string_view& text, float& value) {
  const char *first = text.data(), *last = first + text.size();
  auto [end, error] = std::from_chars(first, last, value);
  if (error ==
      std::errc::result_out_of_range) {  // below float's range it becomes 0; above, it is refused as infinite
    double wide = 0;
    error = std::from_chars(first, last, wide).ec;
    value = static_cast<float>(wide);
  }
  text.remove_prefix(static_cast<std::size_t>(end - first));
  return error == std::errc{} && std::isfinite(value);
}

inline bool take_count(std::string_view& text, index_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{} && value > 0;
}

inline void take_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

inline std::string_view without_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// The number of numbers after the first word of a line that contains nothing else. 0 for other lines, and
/// for a line of whole numbers only, which could be a header.
inline index_t numbers_behind_word(std::string_view line) {
  line = without_blanks_behind(line);
  if (line.find_first_not_of("0123456789 \t") == line.npos) return 0;
  line.remove_prefix(std::min(line.find_first_of(" \t"), line.size()));
  index_t count = 0;
  for (float value = 0; !line.empty(); ++count) {
    take_blanks(line);
    if (!take_number(line, value) || !(line.empty() || line[0] == ' ' || line[0] == '\t')) return 0;
  }
  return count;
}

class Word2VecReader {
 public:
  explicit Word2VecReader(InputFile& file) : file_(file) {}

  WordTable read() {
    file_.skip_utf8_mark();
    has_header_ = !begins_with_a_vector();
    if (!has_header_) {
      while (!at_end()) read_text_row();
      return std::move(table_);
    }
    read_header();
    const bool binary = looks_binary();
    check_promise(binary);
    while (row_ < words_) binary ? read_binary_row() : read_text_row();
    require(at_end(), "it goes on after the ", words_, " words that line 1 announces");
    return std::move(table_);
  }

 private:
  /// Whether the file has no header and its first line is a word and at least two numbers. With one number,
  /// the line could be a header.
  bool begins_with_a_vector() {
    const std::string_view start = file_.peek(InputFile::buffer_size);
    table_.dim = numbers_behind_word(start.substr(0, start.find('\n')));
    return table_.dim > 1;
  }

  void read_header() {
    auto line = file_.token('\n');
    require(line.has_value() || file_.position() > 0 || !file_.peek().empty(), "the file is empty");
    bool fits = line.has_value() && take_count(*line, words_);
    if (fits) {
      take_blanks(*line);
      fits = take_count(*line, table_.dim) && line->find_first_not_of(" \t\r") == std::string_view::npos;
    }
    require(fits, "line 1 should say how many words and dimensions follow, as in \"71291 200\"");
    require(words_ < most_words && table_.dim <= most_dims, "line 1 announces ", words_, " words of ",
            table_.dim, " dimensions, more than this format is used for");
  }

  /// Whether the format is binary: in text, numbers follow the first word; in binary, the first floats soon
  /// contain a byte that is not text.
  bool looks_binary() {
    std::string_view start = file_.peek(InputFile::buffer_size);
    const std::size_t blank = start.find(' ');
    if (blank == std::string_view::npos || blank > longest_word) return false;
    start.remove_prefix(blank + 1);
    const std::string_view line = start.substr(0, start.find('\n'));
    const auto dim = static_cast<std::size_t>(table_.dim);
    if (line.size() >= 2 * dim - 1 && line.find_first_not_of("0123456789+-.eEnaifNAIF \t\r") == line.npos)
      return false;
    for (const signed char c : start.substr(0, std::min<std::size_t>(4 * dim, 256)))
      if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7f')
        return true;  // negative: above 127
    return false;
  }

  void check_promise(bool binary) {
    const index_t least = words_ * (binary ? 2 + 4 * table_.dim : 1 + 2 * table_.dim);
    const auto there = file_.remaining();
    require(!there || least <= *there, "truncated, or its first line is wrong: it announces ", words_,
            " words of ", table_.dim, " dimensions, which do not fit the ", there.value_or(0),
            " bytes that follow");
    if (there) table_.values.reserve(static_cast<std::size_t>(words_ * table_.dim));  // a pipe: as it arrives
  }

  void read_binary_row() {
    while (!file_.peek().empty() && file_.peek().front() == '\n') file_.skip(1);
    const std::size_t length = file_.peek(longest_word + 1).find(' ');
    if (length == std::string_view::npos) {
      require(file_.peek(longest_word + 1).size() > longest_word, "truncated: it ends at word ", row_ + 1,
              " of ", words_);
      require(false, "word ", row_ + 1, " has more than ", longest_word,
              " bytes: not a file of word vectors?");
    }
    require(length > 0, "word ", row_ + 1, " is empty");
    table_.words.emplace_back(file_.peek().substr(0, length));
    file_.skip(length + 1);
    const std::size_t begin = table_.values.size(), dim = static_cast<std::size_t>(table_.dim);
    table_.values.resize(begin + dim);
    require(file_.read(table_.values.data() + begin, dim * sizeof(float)), "truncated: it ends in word ",
            row_ + 1, " of ", words_);
    for (std::size_t i = begin; i < begin + dim; ++i)
      require(std::isfinite(table_.values[i]), "value ", i - begin + 1, " of word ", row_ + 1,
              " is not a number");
    ++row_;
  }

  void read_text_row() {
    const index_t number = row_ + (has_header_ ? 2 : 1);
    auto line = file_.token('\n');
    require(line.has_value() || file_.peek().empty(), "line ", number, " has more than ",
            InputFile::buffer_size, " bytes");
    require(line.has_value(), "truncated: it ends at word ", row_ + 1, " of ", words_);
    const std::size_t length = word_length(*line);
    require(length != std::string_view::npos && length > 0 && length <= longest_word, "line ", number,
            " should hold a word and ", table_.dim, " numbers");
    table_.words.emplace_back(line->substr(0, length));
    line->remove_prefix(length);
    for (index_t i = 0; i < table_.dim; ++i) {
      take_blanks(*line);
      require(!line->empty() && line->front() != '\r', "line ", number, " holds ", i, " numbers, not the ",
              table_.dim, has_header_ ? " that line 1 announces" : " of line 1");
      float value = 0;
      const bool whole = take_number(*line, value) && line->find_first_not_of(" \t\r") != 0;
      require(whole, "line ", number, ": value ", i + 1, " is not a number");
      table_.values.push_back(value);
    }
    require(line->find_first_not_of(" \t\r") == std::string_view::npos, "line ", number,
            " goes on after its ", table_.dim, " numbers");
    ++row_;
  }

  /// The length of a line's word: up to the first blank; without a header, up to the last D fields if the
  /// field before them is not a number.
  std::size_t word_length(std::string_view line) const {
    const std::size_t first = line.find_first_of(" \t");
    if (has_header_ || first == line.npos) return first;
    line = without_blanks_behind(line);
    for (index_t i = 0; i < table_.dim; ++i) {
      line = line.substr(0, line.find_last_of(" \t") + 1);
      line = without_blanks_behind(line);
    }
    if (line.size() <= first) return first;
    std::string_view before = line.substr(line.find_last_of(" \t") + 1);
    float value = 0;
    return take_number(before, value) && before.empty() ? first : line.size();
  }

  /// Skips empty lines and returns whether the file ends there.
  bool at_end() {
    for (std::string_view rest = file_.peek(); !rest.empty(); rest = file_.peek()) {
      const std::size_t blank = std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
      if (blank == rest.size()) {
        file_.skip(blank);
        continue;
      }
      return false;
    }
    return true;
  }

  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>("load", file_.path(), ": ", sentence...);
  }

  InputFile& file_;
  bool has_header_ = true;
  index_t words_ = 0, row_ = 0;
  WordTable table_;
};

inline void write_header(AtomicFile& file, const WordTable& table) {
  file.write(join(table.words.size(), " ", table.dim, "\n"));
}

inline void write_word(AtomicFile& file, const std::string& word) {
  check<ValueError>(!word.empty() && word.find_first_of(" \t\r\n") == std::string::npos, "save",
                    "the word \"", word,
                    "\" is empty or holds white space, which word2vec's formats cannot store");
  file.write(word);
  file.write(" ");
}

}  // namespace detail

inline WordTable read_word2vec(InputFile& file) {
  return detail::Word2VecReader(file).read();
}

inline void write_word2vec_text(AtomicFile& file, const WordTable& table) {
  detail::write_header(file, table);
  const float* value = table.values.data();
  std::string line;
  for (const std::string& word : table.words) {
    detail::write_word(file, word);
    line.clear();
    for (index_t i = 0; i < table.dim; ++i) {
      char digits[64];  // at most 39 before the point
      const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<double>(*value++),
                                     std::chars_format::fixed, 6);
      line.append(digits, end.ptr).push_back(' ');
    }
    line.push_back('\n');
    file.write(line);
  }
}

inline void write_word2vec_binary(AtomicFile& file, const WordTable& table) {
  detail::write_header(file, table);
  const auto dim = static_cast<std::size_t>(table.dim);
  const float* row = table.values.data();
  for (const std::string& word : table.words) {
    detail::write_word(file, word);
    file.write(row, dim * sizeof(float));
    file.write("\n");
    row += dim;
  }
}

}  // namespace TENON_NAMESPACE::io
