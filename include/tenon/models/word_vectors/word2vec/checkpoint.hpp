#pragma once
/// Checkpoint files of Word2Vec runs.

#include <string>  // string, to_string

#include "tenon/models/word_vectors/word2vec/model.hpp"
#include "tenon/models/word_vectors/word2vec/options.hpp"
#include "tenon/models/word_vectors/word_training.hpp"

namespace TENON_NAMESPACE::models::word2vec {

namespace detail {

inline word_vectors::TrainingState training_state(const Word2VecOptions& options,
                                                  const text::Corpus& corpus) {
  const auto exact = word_vectors::TrainingState::exact;
  return {"word2vec",
          {{"size", std::to_string(options.size)},
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
           {"seed", std::to_string(options.seed)}},
          corpus};
}

}  // namespace detail

/// Writes a checkpoint, completely or not at all. `position` is the number of blocks done, over all epochs.
///
///   throws: IoError if the file cannot be written
inline void save_checkpoint(const std::string& path, const Word2VecModel& model, index_t position,
                            const Word2VecOptions& options, const text::Corpus& corpus) {
  detail::training_state(options, corpus)
      .save(path, {{"vectors", &model.vectors}, {"outputs", &model.outputs}, {"nodes", &model.nodes}},
            position);
}

/// Reads a checkpoint into the model and returns its position.
///
///   throws: IoError if the file is damaged, ValueError if it belongs to other options or another text
inline index_t load_checkpoint(const std::string& path, Word2VecModel& model, const Word2VecOptions& options,
                               const text::Corpus& corpus) {
  return detail::training_state(options, corpus)
      .load(path, {{"vectors", &model.vectors}, {"outputs", &model.outputs}, {"nodes", &model.nodes}},
            corpus.tokens.block_count() * options.epochs);
}

}  // namespace TENON_NAMESPACE::models::word2vec
