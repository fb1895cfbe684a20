#pragma once
/// Common parts of Word2Vec and Glove: the check of a text, the result, and checkpoint files.

#include <charconv>  // from_chars
#include <cstdio>    // snprintf
#include <cstring>   // memcpy
#include <limits>    // numeric_limits
#include <map>       // map
#include <string>    // string, to_string
#include <utility>   // move
#include <vector>    // vector

#include "tenon/io/safetensors.hpp"
#include "tenon/models/word_vectors/row_matrix.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// Checks that a text can be trained on.
///
///   throws: ValueError if the text has no words or none of them is in the vocabulary
inline void check_corpus(const char* model, const text::Corpus& corpus, index_t min_count) {
  check<ValueError>(corpus.words > 0, model, "the text has no words");
  check<ValueError>(corpus.tokens.size() > 0, model, "none of the ", corpus.words,
                    " words of the text is in the vocabulary; words must occur ", min_count,
                    " times (min_count)");
}

/// The word vectors of a vocabulary with its counts; `write(row, float*)` writes the vector of each row.
template <class Write>
WordVectors vectors_of(const text::Vocabulary& vocabulary, index_t dim, const Write& write) {
  io::WordTable table;
  table.dim = dim;
  table.values.resize(static_cast<std::size_t>(vocabulary.size() * dim));
  for (index_t i = 0; i < vocabulary.size(); ++i) {
    table.words.emplace_back(vocabulary.word(i));
    table.counts.push_back(static_cast<index_t>(vocabulary.count(i)));
    write(i, table.values.data() + i * dim);
  }
  return WordVectors(std::move(table));
}

/// The checkpoint file of a run, in safetensors: its matrices, its position, and its identity, which is the
/// options and the text that must be the same when the run is continued.
class TrainingState {
 public:
  /// `model` is the name in errors, such as "word2vec"; `identity` holds the options that affect the result,
  /// by name.
  TrainingState(const char* model, std::map<std::string, std::string> identity, const text::Corpus& corpus)
      : model_(model), identity_(std::move(identity)) {
    identity_["format"] = "tenon " + std::string(model) + " checkpoint 1";
    identity_["vocabulary"] = std::to_string(corpus.vocabulary.fingerprint());
    identity_["text"] = std::to_string(corpus.tokens.fingerprint());
  }
  /// A number as text with all its digits, for the identity.
  static std::string exact(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
  }

  /// A matrix of the state. Matrices without rows are skipped.
  template <class Matrix>
  struct Part {
    const char* name;  ///< in the file
    Matrix* matrix;    ///< the matrix
  };

  /// Writes the file, completely or not at all.    throws: IoError if it cannot be written
  void save(const std::string& path, const std::vector<Part<const RowMatrix>>& parts, index_t position) const;
  /// Fills the matrices from a file and returns the position.
  ///   throws: IoError if the file is damaged or the position exceeds `last_position`; ValueError if it
  ///           belongs to other options or another text
  index_t load(const std::string& path, const std::vector<Part<RowMatrix>>& parts,
               index_t last_position = std::numeric_limits<index_t>::max()) const;

 private:
  void check_identity(const io::SafetensorsFile& file) const;
  void load_rows(const io::SafetensorsFile& file, const Part<RowMatrix>& part) const;

  const char* model_;
  std::map<std::string, std::string> identity_;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

inline std::string metadata_of(const io::SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? std::string() : found->second;
}

}  // namespace detail

inline void TrainingState::save(const std::string& path, const std::vector<Part<const RowMatrix>>& parts,
                                index_t position) const {
  io::SafetensorsWriter writer;
  for (const auto& [name, matrix] : parts)
    if (matrix->rows() > 0) writer.add(name, {matrix->rows(), matrix->stride()}, matrix->row(0));
  for (const auto& [key, value] : identity_) writer.set_metadata(key, value);
  writer.set_metadata("position", std::to_string(position));
  writer.save(path);
}

inline index_t TrainingState::load(const std::string& path, const std::vector<Part<RowMatrix>>& parts,
                                   index_t last_position) const {
  const auto file = io::SafetensorsFile::open(path);
  check_identity(file);
  for (const auto& part : parts) load_rows(file, part);

  const std::string text = detail::metadata_of(file, "position");
  index_t position = -1;
  std::from_chars(text.data(), text.data() + text.size(), position);
  check<IoError>(position >= 0 && position <= last_position, model_, path, ": the position \"", text,
                 "\" is outside the training");
  return position;
}

inline void TrainingState::check_identity(const io::SafetensorsFile& file) const {
  const std::string& path = file.path();
  check<IoError>(detail::metadata_of(file, "format") == identity_.at("format"), model_, path,
                 " is not a checkpoint of ", model_);
  for (const auto& [key, value] : identity_) {
    const std::string saved = detail::metadata_of(file, key);
    const bool of_text = key == "text" || key == "vocabulary";
    check<ValueError>(!of_text || saved == value, model_, "the checkpoint ", path, " belongs to another ",
                      key);
    check<ValueError>(saved == value, model_, "the checkpoint ", path, " was made with ", key, " = ", saved,
                      ", this run has ", value);
  }
}

inline void TrainingState::load_rows(const io::SafetensorsFile& file, const Part<RowMatrix>& part) const {
  RowMatrix& matrix = *part.matrix;
  if (matrix.rows() == 0) return;
  const Tensor<float> stored = file.get<float>(part.name);
  const Shape shape{matrix.rows(), matrix.stride()};
  check<IoError>(stored.shape() == shape, model_, file.path(), ": ", part.name, " has shape ", stored.shape(),
                 " instead of ", shape);
  std::memcpy(matrix.row(0), stored.data(),
              static_cast<std::size_t>(matrix.rows() * matrix.stride()) * sizeof(float));
}

}  // namespace TENON_NAMESPACE::models::word_vectors
