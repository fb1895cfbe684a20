#pragma once
/// Vocabulary files in the format of word2vec.c and gensim: for each word a line of the word, a blank and its
/// count.

#include <charconv>     // from_chars
#include <cstdint>      // uint64_t
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/input_file.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::text {

/// Writes a vocabulary, completely or not at all.
///
///   throws: IoError if the file cannot be written
inline void write_vocabulary(const std::string& path, const Vocabulary& vocabulary) {
  io::AtomicFile file(path);
  for (index_t id = 0; id < vocabulary.size(); ++id)
    file.write(join(vocabulary.word(id), " ", vocabulary.count(id), "\n"));
  file.commit();
}

/// Reads a vocabulary, keeps the words within the limits and sorts them by falling count. word2vec.c's `</s>`
/// is skipped, since here the end of a sentence is no word.
///
///   throws: IoError with file and line if the file cannot be read or is damaged, or if no word remains
inline Vocabulary read_vocabulary(io::InputFile& file, const VocabularyLimits& limits = {}) {
  const std::string& path = file.path();
  file.skip_utf8_mark();
  Vocabulary vocabulary;
  for (index_t number = 1;; ++number) {
    const auto line = file.token('\n');
    const auto require = [&](bool holds, const char* sentence) {
      check<IoError>(holds, "vocabulary", path, ", line ", number, ": ", sentence);
    };
    require(line.has_value() || file.peek().empty(), "too long for a word and its count");
    if (!line) break;
    const std::size_t blank = line->find_first_of(" \t"), digits = line->find_first_not_of(" \t", blank);
    const std::string_view text = digits < line->size() ? line->substr(digits) : "",
                           word = line->substr(0, blank);
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    require(!word.empty() && error == std::errc{} && (rest.empty() || rest == "\r"),
            "expected a word and its count");
    require(vocabulary.find(word) == Vocabulary::unknown, "the word stands twice");
    if (word != end_of_sentence) vocabulary.add(word, count);
  }
  vocabulary.prune(limits.min_count, limits.max_size);
  check<IoError>(vocabulary.size() > 0, "vocabulary", path, " has no word that occurred ", limits.min_count,
                 " times");
  return vocabulary;
}
/// Reads a vocabulary from the file at `path`.
///
///   throws: IoError with file and line if the file cannot be read or is damaged, or if no word remains
inline Vocabulary read_vocabulary(const std::string& path, const VocabularyLimits& limits = {}) {
  io::InputFile file(path);
  return read_vocabulary(file, limits);
}

}  // namespace TENON_NAMESPACE::text
