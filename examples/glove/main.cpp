/// glove: vectors for the words of a text by GloVe, from the command line. See README.md, or --help.

#include "tenon/models/word_vectors/glove.hpp"

#include <cstdio>
#include <map>
#include <string>

#include "../support/word_vectors/program.hpp"

namespace {

using examples::clock_time;
using examples::format;
using examples::grouped;

struct GloveProgram {
  using Model = tn::models::Glove;
  using Options = word_vectors::ModelOptions<tn::models::GloveOptions>;

  static constexpr const char* name = "glove";
  static constexpr const char* description =
      "Trains word vectors (GloVe), asks them questions, measures and draws them.\n"
      "Without --train or --load it learns from the GNU Collaborative International Dictionary of English\n"
      "(unless told otherwise with --iterations 15 --x-max 10 --eta 0.1 --join-lines).\n";

  static constexpr const char* footer = R"(
Examples:
  glove                                        train on the dictionary; show neighbours, scores and a picture
  glove --train text.gz --output vectors.bin   train on a text: plain, gzip, or - for standard input
  glove -train text -output vectors.bin -vector-size 200 -window-size 10 -x-max 100 -iter 50 -threads 2
  glove --load vectors.bin --neighbors king violin
  glove --load vectors.bin --analogies questions-words.txt --similarity wordsim.tsv men.tsv
  glove --train text --output v.bin --checkpoint v.state --checkpoint-interval 60
  glove --train text --output v.bin --checkpoint v.state --resume

Exit status: 0 done, 1 a file or text that cannot be used, 2 a wrong command line, 130 stopped by Ctrl-C.)";

  static constexpr const char* classic[] = {
      "-train",     "-output", "-vector-size", "-window-size", "-x-max", "-alpha",  "-eta",   "-iter",
      "-min-count", "-model",  "-max-vocab",   "-threads",     "-seed",  "-memory", "-binary"};

  static void add_options(CLI::App& app, Options& o) {
    app.option_defaults()->group("Model");
    app.add_option("--size,--vector-size", o.model.size, "dimensions of a vector");
    app.add_option("--window,--window-size", o.model.window, "greatest distance of a context word");
    app.add_option("--x-max", o.model.x_max, "co-occurrences from here on weigh 1, rarer ones …");
    app.add_option("--alpha", o.model.alpha, "… (X / x-max)^alpha");
    app.add_option("--model", o.model.output, "2: the sum of a word's two vectors; 1: the first")
        ->transform(CLI::CheckedTransformer(std::map<std::string, tn::models::GloveOutput>{
            {"2", tn::models::GloveOutput::sum}, {"1", tn::models::GloveOutput::word}}))
        ->type_name("1|2")
        ->default_str("2");

    app.option_defaults()->group("Training");
    app.add_option("--iterations,--iter", o.model.iterations, "passes over the co-occurrences");
    app.add_option("--eta", o.model.eta, "first learning rate");
    app.add_option("--memory", o.model.memory, "GB for counting; what is more goes to files in TMPDIR");
  }

  /// The dictionary is small: fewer counts weigh in full, a faster first rate reaches its rare words, and the
  /// windows of its short entries reach into their neighbours, which are often about related things.
  static void set_dictionary_defaults(const CLI::App& app, Options& o) {
    if (app.count("--iterations") == 0) o.model.iterations = 15;
    if (app.count("--x-max") == 0) o.model.x_max = 10;
    if (app.count("--eta") == 0) o.model.eta = 0.1;
    if (app.count("--join-lines") == 0) o.tokens.join_lines = true;
  }

  static std::string describe(const tn::models::GloveOptions& model) {
    return format("GloVe, %lld dimensions, window %d, x-max %g, %d iteration%s",
                  static_cast<long long>(model.size), model.window, model.x_max, model.iterations,
                  model.iterations == 1 ? "" : "s");
  }

  class Report {
   public:
    std::string line(const tn::models::GloveProgress& p) {
      last_of_[p.phase] = last_ = p;
      const std::string left = "   " + clock_time(p.seconds_left) + " left";
      const std::string done = format("%5.1f %%   %.2f million ", 100 * p.fraction, p.rate / 1e6);
      if (p.phase == Phase::counting) return "counting " + done + "words/s" + left;
      if (p.phase == Phase::merging) return "merging " + done + "pairs/s" + left;
      return "training " + done + "co-occurrences/s" + format("   loss %.4f", p.loss) + left;
    }
    void print(const Model& model) {
      const auto &counting = last_of_[Phase::counting], &merging = last_of_[Phase::merging];
      const auto& training = last_of_[Phase::training];
      std::printf("Counting  %.1f s, %s words/s; %s pairs of words merged in %.1f s\n", counting.seconds,
                  grouped(static_cast<long long>(counting.rate)).c_str(), grouped(model.pair_count()).c_str(),
                  merging.seconds);
      std::printf("Training  %.1f s, %s co-occurrences/s, %.2f s an iteration, loss %.4f\n", training.seconds,
                  grouped(static_cast<long long>(training.rate)).c_str(),
                  training.seconds / model.options().iterations, training.loss);
    }
    std::string where() const {
      const char* const phase = last_.phase == Phase::counting  ? "counting"
                                : last_.phase == Phase::merging ? "merging"
                                                                : "training";
      return format("at %.1f %% of %s", 100 * last_.fraction, phase);
    }

   private:
    using Phase = tn::models::GloveProgress::Phase;
    std::map<Phase, tn::models::GloveProgress> last_of_;
    tn::models::GloveProgress last_;
  };
};

}  // namespace

int main(int argc, char** argv) {
  return word_vectors::run_program<GloveProgram>(argc, argv);
}
