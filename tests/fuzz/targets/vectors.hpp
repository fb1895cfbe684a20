#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/io/word_vectors.hpp"
#include "tenon/models/word_vectors/word_evaluation.hpp"
#include "tenon/text/vocabulary_file.hpp"

namespace fuzz {

/// Reads a file as what word2vec and its relatives read: vectors, a vocabulary, questions.
inline void vectors(std::string_view bytes) {
  attempt([&] { tn::models::parse_analogies(bytes, "questions"); });
  attempt([&] { tn::models::parse_similarities(bytes, "pairs"); });
  attempt([&] {
    tn::io::InputFile file(bytes, "vocabulary");
    tn::text::read_vocabulary(file, {.min_count = 1});
  });
  const auto read = [&] {
    if (bytes.size() > 8 && bytes[7] == 0 && bytes[8] == '{')  // safetensors
      return tn::io::read_word_vectors(MemoryFile(bytes).path());
    tn::io::InputFile file(bytes, "vectors");
    return tn::io::read_word2vec(file);
  };
  const tn::io::WordTable table = read();
  if (table.values.size() != table.words.size() * static_cast<std::size_t>(table.dim))
    throw std::logic_error("words without vectors");
}

}  // namespace fuzz
