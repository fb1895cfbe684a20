#pragma once
/// Training with a progress line, checkpoints, and an end by Ctrl-C that loses nothing.

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "options.hpp"
#include "tenon/models/word2vec.hpp"
#include "tenon/text/corpus.hpp"
#include "tenon/text/gcide.hpp"
#include "tenon/text/vocabulary_file.hpp"
#include "terminal.hpp"

namespace word2vec {

/// Notes Ctrl-C while it lives. A second one ends the program at once.
class InterruptGuard {
 public:
  InterruptGuard() {
    received() = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { received() = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  ~InterruptGuard() { ::sigaction(SIGINT, &before_, nullptr); }

  bool interrupted() const { return received() != 0; }

 private:
  static volatile std::sig_atomic_t& received() {
    static volatile std::sig_atomic_t flag = 0;
    return flag;
  }
  struct sigaction before_ {};
};

/// Passes a text on and shows how much of it was read.
class ReportingReader : public tn::text::TextReader {
 public:
  ReportingReader(std::unique_ptr<TextReader> source, StatusLine& status)
      : source_(std::move(source)), status_(status) {}

  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = source_->read(buffer, capacity);
    bytes_ += static_cast<double>(count);
    if (watch_.seconds() > shown_ + 0.1) {
      shown_ = watch_.seconds();
      status_.show(format("reading  %.0f MB", bytes_ / 1e6));
    }
    return count;
  }

 private:
  std::unique_ptr<TextReader> source_;
  StatusLine& status_;
  Stopwatch watch_;
  double bytes_ = 0, shown_ = 0;
};

/// throws IoError with both remedies where the dictionary is not installed
inline std::unique_ptr<tn::text::TextReader> open_text(const Options& options) {
  if (!options.trains_on_dictionary()) return std::make_unique<tn::text::FileReader>(options.train);
  const auto path = tn::text::find_gcide();
  tn::check<tn::IoError>(
      path.has_value(), "train",
      "the GNU Collaborative International Dictionary of English is not installed: install it "
      "(Debian: apt install dict-gcide), or train on a text of your own (--train FILE)");
  return std::make_unique<tn::text::GcideReader>(*path);
}

inline tn::text::Corpus read_corpus(const Options& options) {
  StatusLine status(options.quiet);
  ReportingReader reader(open_text(options), status);
  const tn::text::VocabularyLimits limits = tn::models::Word2Vec::limits(options.model);
  if (options.read_vocab.empty()) return tn::text::read_corpus(reader, options.tokens, limits);
  return tn::text::read_corpus(reader, options.tokens, tn::text::read_vocabulary(options.read_vocab, limits));
}

inline std::string progress_text(const tn::models::Word2VecProgress& p) {
  return format("training %5.1f %%   %.2f million words/s   learning rate %.4f   loss %.3f   %s left",
                100 * p.fraction, p.words_per_second / 1e6, p.alpha, p.loss,
                clock_time(p.seconds_left).c_str());
}

inline void describe_run(const Options& options, const tn::text::Corpus& corpus) {
  const auto& model = options.model;
  const std::string source = options.trains_on_dictionary() ? "the dictionary " + *tn::text::find_gcide()
                             : options.train == "-"         ? "standard input"
                                                            : options.train;
  std::printf("Text      %s\n          %s lines, %s words, of which %s are in the vocabulary of %s\n",
              source.c_str(), grouped(static_cast<long long>(corpus.lines)).c_str(),
              grouped(static_cast<long long>(corpus.words)).c_str(),
              grouped(static_cast<long long>(corpus.vocabulary.total())).c_str(),
              grouped(corpus.vocabulary.size()).c_str());
  std::printf("Training  %s, %lld dimensions, window %d, %s%s, %d epoch%s\n",
              model.cbow ? "CBOW" : "skip-gram", static_cast<long long>(model.size), model.window,
              model.negative > 0 ? format("%d negative samples", model.negative).c_str() : "",
              model.hs ? (model.negative > 0 ? " and hierarchical softmax" : "hierarchical softmax") : "",
              model.epochs, model.epochs == 1 ? "" : "s");
  std::fflush(stdout);
}

/// The vectors, or nothing when Ctrl-C came first: what is then kept is said on standard error.
inline std::optional<tn::models::WordVectors> train(const Options& options) {
  tn::text::Corpus corpus = read_corpus(options);
  if (!options.save_vocab.empty()) tn::text::write_vocabulary(options.save_vocab, corpus.vocabulary);
  describe_run(options, corpus);
  tn::models::Word2Vec run(std::move(corpus), options.model);
  if (options.resume) run.load(options.model.checkpoint);

  const InterruptGuard guard;
  tn::models::Word2VecProgress last;
  bool done = false;
  {
    StatusLine status(options.quiet);
    done = run.run([&](const tn::models::Word2VecProgress& progress) {
      last = progress;
      status.show(progress_text(progress));
      return !guard.interrupted();
    });
  }
  if (done) {
    std::printf("          %.1f s, %s words/s\n", last.seconds,
                grouped(static_cast<long long>(last.words_per_second)).c_str());
    return run.vectors();
  }
  const std::string& kept = options.model.checkpoint;
  std::fprintf(stderr, "word2vec: stopped at %.1f %%; %s\n", 100 * last.fraction,
               kept.empty() ? "nothing was kept, since no --checkpoint was given"
                            : ("the same command with --resume goes on from " + kept).c_str());
  return std::nullopt;
}

}  // namespace word2vec
