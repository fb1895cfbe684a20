#pragma once
/// The state of a training run as a safetensors file: the matrices, the position, and what it belongs to.

#include <charconv>  // from_chars
#include <cstdio>    // snprintf
#include <cstring>   // memcpy
#include <map>       // map
#include <string>    // string

#include "tenon/io/safetensors.hpp"
#include "tenon/models/word2vec/model.hpp"
#include "tenon/models/word2vec/options.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

inline constexpr const char* checkpoint_format = "tenon word2vec checkpoint 1";

inline std::string exact(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

/// What must be the same when a run is continued: options that change the result, and the text.
inline std::map<std::string, std::string> checkpoint_identity(const Word2VecOptions& options,
                                                              const text::Corpus& corpus) {
  return {{"format", checkpoint_format},
          {"size", std::to_string(options.size)},
          {"cbow", std::to_string(options.cbow)},
          {"cbow_mean", std::to_string(options.cbow_mean)},
          {"hs", std::to_string(options.hs)},
          {"negative", std::to_string(options.negative)},
          {"shared_negatives", std::to_string(options.shared_negatives)},
          {"ns_exponent", exact(options.ns_exponent)},
          {"window", std::to_string(options.window)},
          {"sample", exact(options.sample)},
          {"epochs", std::to_string(options.epochs)},
          {"alpha", exact(options.initial_alpha())},
          {"min_alpha", exact(options.min_alpha)},
          {"seed", std::to_string(options.seed)},
          {"vocabulary", std::to_string(corpus.vocabulary.fingerprint())},
          {"text", std::to_string(corpus.tokens.fingerprint())}};
}

inline void load_rows(io::SafetensorsFile& file, const char* name, RowMatrix& matrix) {
  if (matrix.rows() == 0) return;
  const Tensor<float> stored = file.get<float>(name);
  check<IoError>(stored.shape() == Shape{matrix.rows(), matrix.stride()}, "word2vec", file.path(), ": ", name,
                 " has shape ", stored.shape(), " instead of ", Shape{matrix.rows(), matrix.stride()});
  std::memcpy(matrix.row(0), stored.data(),
              static_cast<std::size_t>(matrix.rows() * matrix.stride()) * sizeof(float));
}

}  // namespace detail

/// Writes a checkpoint, complete or not at all.
/// position   blocks of text done, over all epochs
/// throws     IoError when the file cannot be written
inline void save_checkpoint(const std::string& path, const Word2VecModel& model, index_t position,
                            const Word2VecOptions& options, const text::Corpus& corpus) {
  io::SafetensorsWriter writer;
  const auto add = [&](const char* name, const RowMatrix& matrix) {
    if (matrix.rows() > 0) writer.add(name, {matrix.rows(), matrix.stride()}, matrix.row(0));
  };
  add("vectors", model.vectors);
  add("outputs", model.outputs);
  add("nodes", model.nodes);
  for (auto& [key, value] : detail::checkpoint_identity(options, corpus)) writer.set_metadata(key, value);
  writer.set_metadata("position", std::to_string(position));
  writer.save(path);
}

/// Reads a checkpoint into the model and returns its position.
/// throws   IoError when the file is damaged, ValueError when it belongs to other options or another text
inline index_t load_checkpoint(const std::string& path, Word2VecModel& model, const Word2VecOptions& options,
                               const text::Corpus& corpus) {
  auto file = io::SafetensorsFile::open(path);
  const auto saved = [&](const std::string& key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  check<IoError>(saved("format") == detail::checkpoint_format, "word2vec", path,
                 " is not a checkpoint of word2vec");
  for (const auto& [key, value] : detail::checkpoint_identity(options, corpus)) {
    const bool of_text = key == "text" || key == "vocabulary";
    check<ValueError>(!of_text || saved(key) == value, "word2vec", "the checkpoint ", path,
                      " belongs to another ", key);
    check<ValueError>(saved(key) == value, "word2vec", "the checkpoint ", path, " was made with ", key, " = ",
                      saved(key), ", this run has ", value);
  }
  detail::load_rows(file, "vectors", model.vectors);
  detail::load_rows(file, "outputs", model.outputs);
  detail::load_rows(file, "nodes", model.nodes);

  const std::string text = saved("position");
  index_t position = -1;
  std::from_chars(text.data(), text.data() + text.size(), position);
  const index_t last = corpus.tokens.block_count() * options.epochs;
  check<IoError>(position >= 0 && position <= last, "word2vec", path, ": the position \"", text,
                 "\" is outside the training");
  return position;
}

}  // namespace TENON_NAMESPACE::models
