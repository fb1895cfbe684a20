#pragma once
/// word2vec: vectors for the words of a text (Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546).
///
///   tn::text::FileReader text("corpus.txt.gz");
///   tn::models::WordVectors vectors = tn::models::Word2Vec::train(text, {.size = 100, .epochs = 5});

#include <algorithm>   // copy_n
#include <functional>  // function
#include <utility>     // move
#include <vector>      // vector

#include "tenon/models/block_order.hpp"
#include "tenon/models/progress_meter.hpp"
#include "tenon/models/team.hpp"
#include "tenon/models/word2vec/block_trainer.hpp"
#include "tenon/models/word2vec/checkpoint.hpp"
#include "tenon/models/word2vec/options.hpp"
#include "tenon/models/word_training.hpp"
#include "tenon/models/word_vectors.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::models {

/// What a run reports about itself.
struct Word2VecProgress {
  double fraction = 0;          ///< of the whole training that is done
  double words_per_second = 0;  ///< since this run began; words of the vocabulary
  double alpha = 0;             ///< learning rate
  double loss = 0;     ///< of a prediction with its negatives, the mean since the last report; NaN before any
  double seconds = 0;  ///< since this run began
  double seconds_left = 0;  ///< at this speed
};

/// A training run over a text that has been read. It can be stopped, saved, continued, and asked for its
/// vectors.
///
/// The text is trained in blocks. Random numbers and learning rate of a block depend only on the options and
/// the number of the block: with one thread a run that was interrupted ends with the same bits as one that
/// was not.
class Word2Vec {
 public:
  /// Called about ten times a second and at the end; training stops when it returns false.
  using Observer = std::function<bool(const Word2VecProgress&)>;

  /// Reads a text and trains to the end.
  /// throws  ValueError when options make no sense or no word is frequent enough, IoError when the text
  /// cannot be read
  static WordVectors train(text::TextReader& text, const Word2VecOptions& options = {},
                           const text::TokenizerOptions& tokens = {}) {
    options.validate();
    Word2Vec run(text::read_corpus(text, tokens, limits(options)), options);
    run.run();
    return run.vectors();
  }
  /// What of a text enters the vocabulary.
  static text::VocabularyLimits limits(const Word2VecOptions& options) {
    return {.min_count = static_cast<std::uint64_t>(options.min_count), .max_size = options.max_vocab};
  }

  /// The beginning of a run.
  /// throws  ValueError when options make no sense or the vocabulary is empty
  Word2Vec(text::Corpus corpus, const Word2VecOptions& options)
      : options_(checked(options, corpus)),
        corpus_(std::move(corpus)),
        tables_(counts(corpus_.vocabulary), options_),
        model_(corpus_.vocabulary.size(), options_),
        order_(corpus_.tokens.block_count(), options_.seed) {}

  const Word2VecOptions& options() const { return options_; }
  const text::Corpus& corpus() const { return corpus_; }
  /// Whether training has come to its end.
  bool done() const { return position_ == last_position(); }

  /// Trains until the end, or until the observer asks to stop; writes checkpoints as the options say. Returns
  /// done().
  bool run(const Observer& observer = {});

  /// throws  IoError when the file cannot be written
  void save(const std::string& path) const { save_checkpoint(path, model_, position_, options_, corpus_); }
  /// Goes to the state that was saved.
  /// throws  IoError when the file is damaged, ValueError when it belongs to other options or another text
  void load(const std::string& path) { position_ = load_checkpoint(path, model_, options_, corpus_); }

  /// The vectors as they are now.
  WordVectors vectors() const;

 private:
  static const Word2VecOptions& checked(const Word2VecOptions& options, const text::Corpus& corpus) {
    options.validate();
    check_corpus("word2vec", corpus, options.min_count);
    return options;
  }
  static std::vector<std::uint64_t> counts(const text::Vocabulary& vocabulary) {
    std::vector<std::uint64_t> counts;
    for (index_t i = 0; i < vocabulary.size(); ++i) counts.push_back(vocabulary.count(i));
    return counts;
  }

  index_t last_position() const { return corpus_.tokens.block_count() * options_.epochs; }
  /// The share of the training that is done before a position.
  double fraction(index_t position) const {
    return static_cast<double>(position) / static_cast<double>(last_position());
  }
  double alpha(double fraction) const {
    return options_.initial_alpha() + (options_.min_alpha - options_.initial_alpha()) * fraction;
  }
  /// What one thread does with a block.
  auto make_worker(ProgressMeter& meter);

  Word2VecOptions options_;
  text::Corpus corpus_;
  Word2VecTables tables_;
  Word2VecModel model_;
  BlockOrder order_;
  index_t position_ = 0;  // blocks done, over all epochs
};

inline auto Word2Vec::make_worker(ProgressMeter& meter) {
  return [this, &meter, trainer = BlockTrainer(options_, tables_, model_),
          scratch = std::vector<text::TokenStream::Token>(text::TokenStream::block_size)](
             index_t position) mutable {
    const index_t block = order_(position);
    const double first = fraction(position), last = fraction(position + 1);
    const LossSum loss = trainer.train(
        corpus_.tokens.block(block, scratch.data()), corpus_.tokens.block_length(block),
        FastRandom(options_.seed, static_cast<std::uint64_t>(position)), alpha(first), alpha(last));
    meter.add(last - first, loss);
  };
}

inline bool Word2Vec::run(const Observer& observer) {
  const double words = static_cast<double>(corpus_.known) * options_.epochs;
  ProgressMeter meter(words, fraction(position_));
  const auto go_on = [&] {
    const Progress p = meter.report();
    return !observer || observer({p.fraction, p.rate, alpha(p.fraction), p.loss, p.seconds, p.seconds_left});
  };
  for (bool stopped = false; !done() && !stopped;) {
    const double start = meter.seconds();
    position_ = work_through(
        team_size(options_.threads), position_, last_position(), [&] { return make_worker(meter); },
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
  return word_vectors(corpus_.vocabulary, options_.size,
                      [&](index_t i, float* to) { std::copy_n(model_.vectors.row(i), options_.size, to); });
}

}  // namespace TENON_NAMESPACE::models
