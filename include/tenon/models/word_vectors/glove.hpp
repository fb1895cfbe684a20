#pragma once
/// GloVe: vectors for the words of a text from the co-occurrence counts of pairs of words (Pennington, Socher
/// and Manning 2014, "GloVe: Global vectors for word representation").
///
///     tn::text::FileReader text("corpus.txt.gz");
///     tn::models::WordVectors vectors = tn::models::Glove::train(text, {.size = 100, .iterations = 25});

#include <algorithm>   // min
#include <atomic>      // atomic
#include <functional>  // function
#include <memory>      // unique_ptr
#include <string>      // string, to_string
#include <utility>     // move
#include <vector>      // vector

#include "tenon/models/word_vectors/block_order.hpp"
#include "tenon/models/word_vectors/fast_random.hpp"
#include "tenon/models/word_vectors/glove/cooccurrence.hpp"
#include "tenon/models/word_vectors/glove/options.hpp"
#include "tenon/models/word_vectors/glove/trainer.hpp"
#include "tenon/models/word_vectors/progress_meter.hpp"
#include "tenon/models/word_vectors/team.hpp"
#include "tenon/models/word_vectors/word_training.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"
#include "tenon/text/corpus.hpp"

namespace TENON_NAMESPACE::models {

/// The progress of a Glove run.
struct GloveProgress {
  /// A phase of a run.
  enum class Phase {
    counting,  ///< pairs of words are counted in the text
    merging,   ///< the counts of all threads are merged
    training,  ///< the vectors are trained on the pairs, in both directions
  };
  Phase phase = Phase::counting;  ///< the current phase
  double fraction = 0;            ///< share of the phase that is done
  double rate = 0;                ///< words, pairs or trained co-occurrences per second in this phase
  double loss = 0;          ///< mean loss of a co-occurrence since the last report; NaN before the first
  double seconds = 0;       ///< since this phase began
  double seconds_left = 0;  ///< estimate for this phase
};

/// A GloVe training run over a text that has been read. It can be stopped, saved and continued, and its
/// vectors can be read at any time.
///
/// Several threads count pairs of words, each in a table that is sorted by a pseudorandom permutation of all
/// pairs. Full tables become sorted runs. Merging the runs therefore shuffles the pairs, in memory that does
/// not grow with the text. The pairs, their counts and their order depend only on text, options and seed.
class Glove {
 public:
  /// A function called about ten times a second and at the end of a phase; the run stops when it returns
  /// false.
  using Observer = std::function<bool(const GloveProgress&)>;

  /// Reads a text and trains to the end.
  ///   throws: ValueError for invalid options or if no word is frequent enough; IoError if the text cannot be
  ///           read
  static WordVectors train(text::TextReader& text, const GloveOptions& options = {},
                           const text::TokenizerOptions& tokens = {}) {
    options.validate();
    Glove run(text::read_corpus(text, tokens, limits(options)), options);
    run.run();
    return run.vectors();
  }
  /// The limits of the vocabulary that the options set.
  static text::VocabularyLimits limits(const GloveOptions& options) {
    return {.min_count = static_cast<std::uint64_t>(options.min_count), .max_size = options.max_vocab};
  }

  /// Begins a run.
  ///   throws: ValueError for invalid options or an empty vocabulary
  Glove(text::Corpus corpus, const GloveOptions& options)
      : options_(checked(options, corpus)),
        corpus_(std::move(corpus)),
        model_(corpus_.vocabulary.size(), options_) {}

  /// The options.
  const GloveOptions& options() const { return options_; }
  /// The text and its vocabulary.
  const text::Corpus& corpus() const { return corpus_; }
  /// The number of unordered pairs of words that occur; 0 before they are counted.
  index_t pair_count() const { return pairs_.size(); }
  /// Whether all iterations are done.
  bool done() const { return counted_ && position_ == last_position(); }

  /// Counts and trains to the end or until the observer returns false, and writes the checkpoints of the
  /// options. Returns done().
  ///   throws: IoError if a checkpoint or temporary file cannot be written
  bool run(const Observer& observer = {});

  /// Writes a checkpoint, without the pairs.    throws: IoError if the file cannot be written
  void save(const std::string& path) const { state().save(path, {{"words", &model_.matrix()}}, position_); }
  /// Continues from a checkpoint. Pairs are counted again.
  ///   throws: IoError if the file is damaged, ValueError if it belongs to other options or another text
  void load(const std::string& path) { position_ = state().load(path, {{"words", &model_.matrix()}}); }

  /// The current vectors.
  WordVectors vectors() const;

 private:
  using Phase = GloveProgress::Phase;

  static const GloveOptions& checked(const GloveOptions& options, const text::Corpus& corpus) {
    options.validate();
    word_vectors::check_corpus("glove", corpus, options.min_count);
    return options;
  }
  index_t last_position() const { return pairs_.block_count() * options_.iterations; }
  /// A share of the memory for counting, in bytes.
  std::size_t bytes(double share) const { return static_cast<std::size_t>(share * options_.memory * 1e9); }
  word_vectors::TrainingState state() const;
  glove::PairOrder order() const { return glove::PairOrder(word_vectors::FastRandom(options_.seed, 0)()); }

  static bool report(const Observer& observer, Phase phase, word_vectors::ProgressMeter& meter) {
    const word_vectors::Progress p = meter.report();
    return !observer || observer({phase, p.fraction, p.rate, p.loss, p.seconds, p.seconds_left});
  }
  bool count(const Observer& observer);
  bool merge(std::vector<std::unique_ptr<glove::PairCounter>> counters, const Observer& observer);
  bool train_pairs(const Observer& observer);

  GloveOptions options_;
  text::Corpus corpus_;
  glove::GloveModel model_;
  glove::CooccurrenceStream pairs_{0};
  bool counted_ = false;
  index_t position_ = 0;  // blocks of pairs done, over all iterations
};

inline bool Glove::run(const Observer& observer) {
  if (!counted_ && !count(observer)) {
    if (!options_.checkpoint.empty()) save(options_.checkpoint);
    return false;
  }
  return done() || train_pairs(observer);
}

/// Counts the pairs of the text; each thread counts some blocks in its own table.
inline bool Glove::count(const Observer& observer) {
  const index_t blocks = corpus_.tokens.block_count();
  const int threads = static_cast<int>(std::min<index_t>(word_vectors::team_size(options_.threads), blocks));
  std::vector<std::unique_ptr<glove::PairCounter>> counters(static_cast<std::size_t>(threads));
  std::atomic<std::size_t> next = 0;
  word_vectors::ProgressMeter meter(static_cast<double>(corpus_.known));
  const auto make_worker = [&] {
    std::unique_ptr<glove::PairCounter>& counter = counters[next++];
    counter = std::make_unique<glove::PairCounter>(options_.window, order(), bytes(0.5) / counters.size());
    return [&](index_t block) {
      counter->count(corpus_.tokens, block);
      meter.add(1 / static_cast<double>(blocks));
    };
  };
  const auto go_on = [&] { return report(observer, Phase::counting, meter); };
  if (word_vectors::work_through(threads, 0, blocks, make_worker, go_on) < blocks || !go_on()) return false;
  for (auto& counter : counters) counter->finish();
  return merge(std::move(counters), observer);
}

/// Merges the counts of all threads into pairs in the order of training.
inline bool Glove::merge(std::vector<std::unique_ptr<glove::PairCounter>> counters,
                         const Observer& observer) {
  constexpr index_t between_reports = index_t{1} << 18;
  std::vector<glove::PairRuns::Reader> readers;
  for (const auto& counter : counters) counter->runs().add_readers(readers);
  glove::MergedRuns merged(std::move(readers));
  word_vectors::ProgressMeter meter(static_cast<double>(merged.size()));
  glove::CooccurrenceStream pairs(bytes(0.25) / glove::CooccurrenceStream::block_bytes);
  while (!merged.at_end()) {
    const index_t before = merged.taken();
    while (!merged.at_end() && merged.taken() - before < between_reports)
      pairs.append(glove::PairCounter::result(order(), merged.next()));
    meter.add(static_cast<double>(merged.taken() - before) / static_cast<double>(merged.size()));
    if (!report(observer, Phase::merging, meter)) return false;
  }
  counters.clear();
  backend::memory::release_cached();
  pairs_ = std::move(pairs);
  return counted_ = true;
}

inline bool Glove::train_pairs(const Observer& observer) {
  check<ValueError>(position_ <= last_position(), "glove", "the checkpoint's position ", position_,
                    " is outside the training of ", last_position(), " blocks");
  const word_vectors::BlockOrder blocks(pairs_.block_count(), options_.seed);
  const auto fraction = [&](index_t position) {
    return static_cast<double>(position) / static_cast<double>(last_position());
  };
  word_vectors::ProgressMeter meter(2 * static_cast<double>(pairs_.size()) * options_.iterations,
                                    fraction(position_));
  const auto make_worker = [&] {
    return [&, trainer = glove::CooccurrenceTrainer(options_, model_),
            scratch = std::vector<glove::Cooccurrence>(glove::CooccurrenceStream::block_size)](
               index_t position) mutable {
      const index_t block = blocks(position);
      const word_vectors::LossSum loss =
          trainer.train(pairs_.block(block, scratch.data()), pairs_.block_length(block));
      meter.add(fraction(1), loss);
    };
  };
  const auto go_on = [&] { return report(observer, Phase::training, meter); };
  for (bool stopped = false; !done() && !stopped;) {
    const double start = meter.seconds();
    position_ = word_vectors::work_through(
        word_vectors::team_size(options_.threads), position_, last_position(), make_worker, [&] {
          stopped = !go_on();
          return !stopped && !options_.checkpoint_due(meter.seconds() - start);
        });
    if (!options_.checkpoint.empty() && !done()) save(options_.checkpoint);
  }
  if (done()) go_on();
  return done();
}

inline word_vectors::TrainingState Glove::state() const {
  const auto exact = word_vectors::TrainingState::exact;
  return {"glove",
          {{"size", std::to_string(options_.size)},
           {"x_max", exact(options_.x_max)},
           {"alpha", exact(options_.alpha)},
           {"window", std::to_string(options_.window)},
           {"iterations", std::to_string(options_.iterations)},
           {"eta", exact(options_.eta)},
           {"seed", std::to_string(options_.seed)}},
          corpus_};
}

inline WordVectors Glove::vectors() const {
  const bool both = options_.output == GloveOutput::sum;
  return word_vectors::vectors_of(corpus_.vocabulary, options_.size, [&](index_t i, float* to) {
    for (index_t d = 0; d < options_.size; ++d)
      to[d] = model_.row(i)[d] + (both ? model_.context(i)[d] : 0.0f);
  });
}

}  // namespace TENON_NAMESPACE::models
