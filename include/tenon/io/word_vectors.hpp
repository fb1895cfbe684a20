#pragma once
/// Word vectors in files: word2vec's text and binary formats, and safetensors.
///
/// In safetensors the arrays are `vectors` (F32, V × D), `words` (U8: UTF-8, a newline after each word) and,
/// if known, `counts` (I64, V).

#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/input_file.hpp"
#include "tenon/io/safetensors.hpp"
#include "tenon/io/word2vec_format.hpp"
#include "tenon/io/word_table.hpp"

namespace TENON_NAMESPACE::io {

/// A file format of word vectors: word2vec's text or binary format, or safetensors.
enum class WordVectorFormat { text, binary, safetensors };

/// Reads word vectors in word2vec's text or binary format, GloVe's text format without header (all three
/// possibly gzip-compressed), or safetensors; the content decides which.
///
///   throws: IoError with the file's name and the reason if it cannot be read or is damaged
WordTable read_word_vectors(const std::string& path);

/// Writes word vectors, completely or not at all.
///
///   throws: IoError if the file cannot be written, ValueError if a word does not fit the format
void write_word_vectors(const std::string& path, const WordTable& table, WordVectorFormat format);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

inline WordTable read_word_safetensors(const std::string& path) {
  SafetensorsFile file(path);
  const auto require = [&](bool holds, const auto&... sentence) {
    check<IoError>(holds, "load", path, ": ", sentence...);
  };
  const Shape shape = file.entry("vectors").shape;
  require(shape.size() == 2 && shape[0] > 0 && shape[1] > 0, "\"vectors\" has the shape ", shape,
          ", not (words, dimensions)");
  const Tensor<float> vectors = file.get<float>("vectors");
  const Tensor<std::uint8_t> letters = file.get<std::uint8_t>("words");

  WordTable table;
  table.dim = shape[1];
  table.values.assign(vectors.data(), vectors.data() + vectors.size());
  for (const float value : table.values)
    require(std::isfinite(value), "it holds a value that is not a number");
  std::string_view rest(reinterpret_cast<const char*>(letters.data()),
                        static_cast<std::size_t>(letters.size()));
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    require(end != std::string_view::npos, "\"words\" does not end in a newline");
    table.words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  require(static_cast<index_t>(table.words.size()) == shape[0], "it holds ", table.words.size(),
          " words but ", shape[0], " vectors");
  if (file.contains("counts")) {
    const Tensor<index_t> counts = file.get<index_t>("counts");
    require(counts.size() == shape[0], "it holds ", counts.size(), " counts for ", shape[0], " words");
    table.counts.assign(counts.data(), counts.data() + counts.size());
  }
  return table;
}

inline void write_word_safetensors(AtomicFile& file, const WordTable& table) {
  std::string letters;
  for (const std::string& word : table.words) {
    check<ValueError>(word.find('\n') == std::string::npos, "save", "a word holds a newline: \"", word, "\"");
    (letters += word) += '\n';
  }
  const auto n = static_cast<index_t>(table.words.size());
  SafetensorsWriter writer;
  writer.set_metadata("format", "word vectors");
  writer.add("vectors", {n, table.dim}, table.values.data());
  writer.add("words", {static_cast<index_t>(letters.size())},
             reinterpret_cast<const std::uint8_t*>(letters.data()));
  if (!table.counts.empty()) writer.add("counts", {n}, table.counts.data());
  writer.write(file);
}

/// Whether the file begins like safetensors: a header length of 8 bytes, then a brace. Word2vec files begin
/// with digits.
inline bool looks_like_safetensors(InputFile& file) {
  const std::string_view start = file.peek(9);
  return start.size() >= 9 && start[8] == '{' && start[7] == '\0';
}

}  // namespace detail

inline WordTable read_word_vectors(const std::string& path) {
  InputFile file(path);
  if (!detail::looks_like_safetensors(file)) return read_word2vec(file);
  check<IoError>(!file.is_compressed(), "load", path,
                 ": safetensors are read in any order, which compressed ones cannot be: unpack it (gunzip)");
  return detail::read_word_safetensors(path);
}

inline void write_word_vectors(const std::string& path, const WordTable& table, WordVectorFormat format) {
  AtomicFile file(path);
  switch (format) {
    case WordVectorFormat::text:
      write_word2vec_text(file, table);
      break;
    case WordVectorFormat::binary:
      write_word2vec_binary(file, table);
      break;
    case WordVectorFormat::safetensors:
      detail::write_word_safetensors(file, table);
      break;
  }
  file.commit();
}

}  // namespace TENON_NAMESPACE::io
