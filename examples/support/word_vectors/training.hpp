#pragma once
/// Training with a progress line, checkpoints, and an end by Ctrl-C that loses nothing.

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "../common/interrupt.hpp"
#include "../common/terminal.hpp"
#include "options.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"
#include "tenon/text/corpus.hpp"
#include "tenon/text/gcide.hpp"
#include "tenon/text/vocabulary_file.hpp"

namespace word_vectors {

using namespace examples;

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

/// Program   see run_program
template <class Program>
tn::text::Corpus read_corpus(const typename Program::Options& options) {
  StatusLine status(options.quiet);
  ReportingReader reader(open_text(options), status);
  const tn::text::VocabularyLimits limits = Program::Model::limits(options.model);
  if (options.read_vocab.empty()) return tn::text::read_corpus(reader, options.tokens, limits);
  return tn::text::read_corpus(reader, options.tokens, tn::text::read_vocabulary(options.read_vocab, limits));
}

inline void describe_text(const Options& options, const tn::text::Corpus& corpus) {
  const std::string source = options.trains_on_dictionary() ? "the dictionary " + *tn::text::find_gcide()
                             : options.train == "-"         ? "standard input"
                                                            : options.train;
  std::printf("Text      %s\n          %s lines, %s words, of which %s are in the vocabulary of %s\n",
              source.c_str(), grouped(static_cast<long long>(corpus.lines)).c_str(),
              grouped(static_cast<long long>(corpus.words)).c_str(),
              grouped(static_cast<long long>(corpus.known)).c_str(),
              grouped(corpus.vocabulary.size()).c_str());
}

/// The vectors, or nothing when Ctrl-C came first: what is then kept is said on standard error.
template <class Program>
std::optional<tn::models::WordVectors> train(const typename Program::Options& options) {
  tn::text::Corpus corpus = read_corpus<Program>(options);
  if (!options.save_vocab.empty()) tn::text::write_vocabulary(options.save_vocab, corpus.vocabulary);
  describe_text(options, corpus);
  std::printf("Training  %s\n", Program::describe(options.model).c_str());
  std::fflush(stdout);
  typename Program::Model run(std::move(corpus), options.model);
  if (options.resume) run.load(options.model.checkpoint);

  const InterruptGuard guard;
  typename Program::Report report;
  bool done = false;
  {
    StatusLine status(options.quiet);
    done = run.run([&](const auto& progress) {
      status.show(report.line(progress));
      return !guard.interrupted();
    });
  }
  if (done) {
    report.print(run);
    return run.vectors();
  }
  const std::string& kept = options.model.checkpoint;
  std::fprintf(stderr, "%s: stopped %s; %s\n", Program::name, report.where().c_str(),
               kept.empty() ? "nothing was kept, since no --checkpoint was given"
                            : ("the same command with --resume goes on from " + kept).c_str());
  return std::nullopt;
}

}  // namespace word_vectors
