#pragma once
/// word2vec: vectors for the words of a text (Mikolov et al. 2013, https://arxiv.org/abs/1301.3781 and
/// https://arxiv.org/abs/1310.4546).
///
///     tn::text::FileReader text("corpus.txt.gz");
///     tn::models::WordVectors vectors = tn::models::Word2Vec::train(text, {.size = 100, .epochs = 5});

#include <algorithm>   // copy_n
#include <functional>  // function
#include <utility>     // move
#include <vector>      // vector

#include "tenon/models/word_vectors/block_order.hpp"
#include "tenon/models/word_vectors/progress_meter.hpp"
#include "tenon/models/word_vectors/team.hpp"
#include "tenon/models/word_vectors/word2vec/block_trainer.hpp"
#include "tenon/models/word_vectors/word2vec/checkpoint.hpp"
#include "tenon/models/word_vectors/word2vec/options.hpp"
#include "tenon/models/word_vectors/word_training.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::models {

/// The progress of a Word2Vec run.
struct Word2VecProgress {
  double fraction = 0;          ///< share of the whole training that is done
  double words_per_second = 0;  ///< words of the vocabulary, since this run began
  double alpha = 0;             ///< current learning rate
  double loss = 0;              ///< mean loss of a prediction since the last report; NaN before the first
  double seconds = 0;           ///< since this run began
  double seconds_left = 0;      ///< estimate at the speed of this run
};

/// A word2vec training run over a text that has been read. It can be stopped, saved and continued, and its
/// vectors can be read at any time.
///
/// The text is trained in blocks. The random numbers and learning rate of a block depend only on the options
/// and the block's number, so with one thread an interrupted run ends with the same bits as an uninterrupted
/// one.
class Word2Vec {
 public:
  /// A function called about ten times a second and at the end; training stops when it returns false.
  using Observer = std::function<bool(const Word2VecProgress&)>;

  /// Reads a text and trains to the end.
  ///   throws: ValueError for invalid options or if no word is frequent enough; IoError if the text cannot be
  ///           read
  static WordVectors train(text::TextReader& text, const Word2VecOptions& options = {},
                           const text::TokenizerOptions& tokens = {}) {
    options.validate();
    Word2Vec run(text::read_corpus(text, tokens, limits(options)), options);
    run.run();
    return run.vectors();
  }
  /// The limits of the vocabulary that the options set.
  static text::VocabularyLimits limits(const Word2VecOptions& options) {
    return {.min_count = static_cast<std::uint64_t>(options.min_count), .max_size = options.max_vocab};
  }

  /// Begins a run.
  ///   throws: ValueError for invalid options or an empty vocabulary
  Word2Vec(text::Corpus corpus, const Word2VecOptions& options)
      : options_(checked(options, corpus)),
        corpus_(std::move(corpus)),
        tables_(counts(corpus_.vocabulary), options_),
        model_(corpus_.vocabulary.size(), options_),
        order_(corpus_.tokens.block_count(), options_.seed) {}

  /// The options.
  const Word2VecOptions& options() const { return options_; }
  /// The text and its vocabulary.
  const text::Corpus& corpus() const { return corpus_; }
  /// Whether all epochs are done.
  bool done() const { return position_ == last_position(); }

  /// Trains to the end or until the observer returns false, and writes the checkpoints of the options.
  /// Returns done().
  ///   throws: IoError if a checkpoint cannot be written
  bool run(const Observer& observer = {});

  /// Writes a checkpoint.    throws: IoError if the file cannot be written
  void save(const std::string& path) const {
    word2vec::save_checkpoint(path, model_, position_, options_, corpus_);
  }
  /// Continues from a checkpoint.
  ///   throws: IoError if the file is damaged, ValueError if it belongs to other options or another text
  void load(const std::string& path) {
    position_ = word2vec::load_checkpoint(path, model_, options_, corpus_);
  }

  /// The current vectors.
  WordVectors vectors() const;

 private:
  static const Word2VecOptions& checked(const Word2VecOptions& options, const text::Corpus& corpus) {
    options.validate();
    word_vectors::check_corpus("word2vec", corpus, options.min_count);
    return options;
  }
  static std::vector<std::uint64_t> counts(const text::Vocabulary& vocabulary) {
    std::vector<std::uint64_t> counts;
    for (index_t i = 0; i < vocabulary.size(); ++i) counts.push_back(vocabulary.count(i));
    return counts;
  }

  index_t last_position() const { return corpus_.tokens.block_count() * options_.epochs; }
  /// The share of the training before a position.
  double fraction(index_t position) const {
    return static_cast<double>(position) / static_cast<double>(last_position());
  }
  double alpha(double fraction) const {
    return options_.initial_alpha() + (options_.min_alpha - options_.initial_alpha()) * fraction;
  }
  /// The function with which a thread trains a block.
  auto make_worker(word_vectors::ProgressMeter& meter);

  Word2VecOptions options_;
  text::Corpus corpus_;
  word2vec::Word2VecTables tables_;
  word2vec::Word2VecModel model_;
  word_vectors::BlockOrder order_;
  index_t position_ = 0;  // blocks done, over all epochs
};

inline auto Word2Vec::make_worker(word_vectors::ProgressMeter& meter) {
  return [this, &meter, trainer = word2vec::BlockTrainer(options_, tables_, model_),
          scratch = std::vector<text::TokenStream::Token>(text::TokenStream::block_size)](
             index_t position) mutable {
    const index_t block = order_(position);
    const double first = fraction(position), last = fraction(position + 1);
    const word_vectors::LossSum loss =
        trainer.train(corpus_.tokens.block(block, scratch.data()), corpus_.tokens.block_length(block),
                      word_vectors::FastRandom(options_.seed, static_cast<std::uint64_t>(position)),
                      alpha(first), alpha(last));
    meter.add(last - first, loss);
  };
}

inline bool Word2Vec::run(const Observer& observer) {
  const double words = static_cast<double>(corpus_.known) * options_.epochs;
  word_vectors::ProgressMeter meter(words, fraction(position_));
  const auto go_on = [&] {
    const word_vectors::Progress p = meter.report();
    return !observer || observer({p.fraction, p.rate, alpha(p.fraction), p.loss, p.seconds, p.seconds_left});
  };
  for (bool stopped = false; !done() && !stopped;) {
    const double start = meter.seconds();
    position_ = word_vectors::work_through(
        word_vectors::team_size(options_.threads), position_, last_position(),
        [&] { return make_worker(meter); },
        [&] {
          stopped = !go_on();
          return !stopped && !options_.checkpoint_due(meter.seconds() - start);
        });
    if (!options_.checkpoint.empty() && !done()) save(options_.checkpoint);
  }
  if (done()) go_on();
  return done();
}

inline WordVectors Word2Vec::vectors() const {
  return word_vectors::vectors_of(corpus_.vocabulary, options_.size, [&](index_t i, float* to) {
    std::copy_n(model_.vectors.row(i), options_.size, to);
  });
}

}  // namespace TENON_NAMESPACE::models
