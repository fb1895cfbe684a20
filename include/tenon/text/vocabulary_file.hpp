#pragma once
/// Vocabularies as word2vec.c's -save-vocab and -read-vocab have them: a line `word count` for each word, the
/// most frequent first, after a line for the end of a sentence.

#include <charconv>  // from_chars
#include <cstdint>   // uint64_t
#include <string>    // string, to_string

#include "tenon/io/atomic_file.hpp"
#include "tenon/text/corpus.hpp"
#include "tenon/text/tokenizer.hpp"
#include "tenon/text/vocabulary.hpp"

namespace TENON_NAMESPACE::text {

/// Writes the vocabulary of a text, complete or not at all.
/// lines    ends of lines in the text: the count of `</s>`
/// throws   IoError when the file cannot be written
inline void save_vocabulary(const std::string& path, const Vocabulary& vocabulary, std::uint64_t lines) {
  io::AtomicFile file(path);
  const auto put = [&](std::string_view word, std::uint64_t count) {
    file.write(word);
    file.write(" " + std::to_string(count) + "\n");
  };
  put(end_of_sentence, lines);
  for (index_t id = 0; id < vocabulary.size(); ++id) put(vocabulary.word(id), vocabulary.count(id));
  file.commit();
}

/// Reads such a file, plain or compressed, and keeps what the limits allow.
/// throws  IoError when the file cannot be read or a line is not `word count`
inline Vocabulary read_vocabulary(const std::string& path, const VocabularyLimits& limits) {
  FileReader reader(path);
  Vocabulary vocabulary;
  index_t line = 1;
  std::string parts[2];
  int count = 0;
  const auto end_line = [&] {
    if (count > 0) {
      std::uint64_t times = 0;
      const char* const end = parts[1].data() + parts[1].size();
      const auto [stop, error] = std::from_chars(parts[1].data(), end, times);
      check<IoError>(count == 2 && error == std::errc() && stop == end, "vocabulary", path, ", line ", line,
                     ": expected a word and its count");
      if (parts[0] != end_of_sentence) vocabulary.add(parts[0], times);
    }
    count = 0;
    ++line;
  };
  tokenize(
      reader, {},
      [&](std::string_view part) {
        if (count < 2) parts[count] = part;
        ++count;
      },
      end_line);
  end_line();
  vocabulary.prune(limits.min_count, limits.max_size);
  return vocabulary;
}

}  // namespace TENON_NAMESPACE::text
