/// word2vec: vectors for the words of a text, from the command line. See README.md, or --help.

#include "tenon/models/word_vectors/word2vec.hpp"

#include <cstdio>
#include <string>

#include "../support/word_vectors/program.hpp"

namespace {

using examples::clock_time;
using examples::format;
using examples::grouped;

struct Word2VecProgram {
  using Model = tn::models::Word2Vec;
  using Options = word_vectors::ModelOptions<tn::models::Word2VecOptions>;

  static constexpr const char* name = "word2vec";
  static constexpr const char* description =
      "Trains word vectors (word2vec), asks them questions, measures and draws them.\n"
      "Without --train or --load it learns from the GNU Collaborative International Dictionary of English\n"
      "(unless told otherwise with --epochs 10 --window 8 --alpha 0.04).\n";

  static constexpr const char* footer = R"(
Examples:
  word2vec                                        train on the dictionary; show neighbours, scores and a picture
  word2vec --train text.gz --output vectors.bin   train on a text: plain, gzip, or - for standard input
  word2vec -train text -output vectors.bin -size 200 -window 5 -negative 5 -hs 0 -sample 1e-4 \
           -threads 2 -iter 5 -min-count 5 -cbow 0 -binary 1
  word2vec --load vectors.bin --neighbors king violin
  word2vec --load vectors.bin --analogy man king woman
  word2vec --load vectors.bin --interactive
  word2vec --load vectors.bin --analogies questions-words.txt --similarity wordsim.tsv men.tsv
  word2vec --train text --output v.bin --checkpoint v.state --checkpoint-interval 60
  word2vec --train text --output v.bin --checkpoint v.state --resume

Exit status: 0 done, 1 a file or text that cannot be used, 2 a wrong command line, 130 stopped by Ctrl-C.)";

  static constexpr const char* classic[] = {
      "-train", "-output",    "-size",  "-window", "-sample",     "-hs",         "-negative", "-threads",
      "-iter",  "-min-count", "-alpha", "-binary", "-save-vocab", "-read-vocab", "-cbow",     "-debug"};

  static void add_options(CLI::App& app, Options& o) {
    app.option_defaults()->group("Model");
    app.add_option("--size,--vector-size", o.model.size, "dimensions of a vector");
    app.add_option("--window", o.model.window, "greatest distance of a context word");
    auto* cbow = examples::bound(
        app.add_option("--cbow", o.model.cbow, "1: predict a word from its context; 0: skip-gram"), 0, 1);
    examples::bound(
        app.add_option_function<bool>(
            "--sg", [&o](bool skip_gram) { o.model.cbow = !skip_gram; }, "gensim's opposite of --cbow"),
        0, 1)
        ->excludes(cbow);
    examples::bound(
        app.add_option("--hs", o.model.hs, "1: hierarchical softmax, beside negative samples if any"), 0, 1);
    app.add_option("--negative", o.model.negative, "negative samples; 0: none");
    app.add_option("--ns-exponent", o.model.ns_exponent, "negatives are drawn by count to this power");
    app.add_option("--shared-negatives", o.model.shared_negatives,
                   "so many windows of skip-gram share their negatives; 0: each pair has its own");
    app.add_option("--sample", o.model.sample, "thin out words above this share of the text; 0: none");
    examples::bound(app.add_option("--cbow-mean", o.model.cbow_mean, "1: average the context; 0: add it up"),
                    0, 1);

    app.option_defaults()->group("Training");
    app.add_option("--epochs,--iter", o.model.epochs, "passes over the text");
    app.add_option("--alpha", o.model.alpha, "first learning rate; 0: 0.025, for CBOW 0.05");
    app.add_option("--min-alpha", o.model.min_alpha, "last learning rate");
    app.add_option_function<int>(
           "--debug", [&o](int level) { o.quiet |= level == 0; }, "word2vec.c's: 0 is --quiet")
        ->group("");
  }

  /// The dictionary is small: more passes, wider windows and faster learning than a large text needs.
  static void set_dictionary_defaults(const CLI::App& app, Options& o) {
    if (app.count("--epochs") == 0) o.model.epochs = 10;
    if (app.count("--window") == 0) o.model.window = 8;
    if (app.count("--alpha") == 0 && !o.model.cbow) o.model.alpha = 0.04;
  }

  static std::string describe(const tn::models::Word2VecOptions& model) {
    return format("%s, %lld dimensions, window %d, %s%s, %d epoch%s", model.cbow ? "CBOW" : "skip-gram",
                  static_cast<long long>(model.size), model.window,
                  model.negative > 0 ? format("%d negative samples", model.negative).c_str() : "",
                  model.hs ? (model.negative > 0 ? " and hierarchical softmax" : "hierarchical softmax") : "",
                  model.epochs, model.epochs == 1 ? "" : "s");
  }

  class Report {
   public:
    std::string line(const tn::models::Word2VecProgress& p) {
      last_ = p;
      return format("training %5.1f %%   %.2f million words/s   learning rate %.4f   loss %.3f   %s left",
                    100 * p.fraction, p.words_per_second / 1e6, p.alpha, p.loss,
                    clock_time(p.seconds_left).c_str());
    }
    void print(const Model&) const {
      std::printf("          %.1f s, %s words/s\n", last_.seconds,
                  grouped(static_cast<long long>(last_.words_per_second)).c_str());
    }
    std::string where() const { return format("at %.1f %%", 100 * last_.fraction); }

   private:
    tn::models::Word2VecProgress last_;
  };
};

}  // namespace

int main(int argc, char** argv) {
  return word_vectors::run_program<Word2VecProgram>(argc, argv);
}
