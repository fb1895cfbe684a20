/// language_model: the next word of a text. See README.md, or --help.

#include <cstdint>
#include <cstdio>
#include <string>

#include "../support/common/cost.hpp"
#include "../support/common/words.hpp"
#include "training.hpp"
#include "writing.hpp"

namespace language_model {
namespace {

using examples::Status;

struct Options {
  std::string data, save, load;
  std::uint64_t seed = 1;
  TrainingOptions training;
  WritingOptions writing;
};

std::string folder_of(const Options& options) {
  return examples::data_folder(options.data, "wikitext-2", "",
                               "WikiText-2 (wiki.train.tokens, wiki.valid.tokens, wiki.test.tokens,\n"
                               "github.com/pytorch/examples, word_language_model/data), or any three files\n"
                               "*.train.*, *.valid.* and *.test.* of words between blanks");
}

/// Of a text in windows of one stream, so that each word is predicted from all that stand before it.
double test_perplexity(const Model& model, const Corpus& corpus) {
  return tn::models::perplexity(model, tn::data::token_windows(corpus.test, 1, 100));
}

void describe(const Corpus& corpus) {
  using tn::train::format_count;
  std::printf("Text      %s: %s words to learn from, %s to choose the epoch by, %s to test; %s different\n",
              corpus.name.c_str(), format_count(corpus.train.size()).c_str(),
              format_count(corpus.validation.size()).c_str(), format_count(corpus.test.size()).c_str(),
              format_count(corpus.vocabulary.size()).c_str());
}

void print_figures(const Corpus& corpus, const Recipe& recipe, double perplexity) {
  const auto line = [](const std::string& who, double figure) {
    std::printf("    %-44s %.1f\n", who.c_str(), figure);
  };
  std::printf("\n  test perplexity\n");
  line(std::string("this run, ") + recipe.name + " LSTM", perplexity);
  for (const Published& other : published)
    if (other.text == corpus.name && other.test_words == corpus.test.size())
      line(other.who, other.perplexity);
}

Status train_and_test(const Options& options, const tn::train::Stopwatch& watch) {
  const tn::train::Interrupt interrupt;
  const Corpus corpus = read_corpus(folder_of(options), options.training.limit);
  describe(corpus);
  if (corpus.is_beginning)
    std::printf("          a beginning of it, for a first look; --limit 0 learns from all\n");
  const Recipe& recipe = options.training.recipe();
  tn::models::LstmLanguageModelOptions shape = recipe.model;
  shape.words = corpus.vocabulary.size();
  Model model(shape);
  std::printf("Network   %s LSTM of %s weights, seed %llu\n", recipe.name,
              tn::train::format_count(tn::nn::parameter_count(model)).c_str(),
              static_cast<unsigned long long>(options.seed));
  const auto best = train(std::move(model), corpus, options.training, interrupt);
  if (!best) return examples::stopped("language_model", !options.training.checkpoint.empty());
  print_figures(corpus, recipe, test_perplexity(*best, corpus));
  std::printf("\n  what it writes\n%s\n", wrapped(write(*best, corpus.vocabulary, options.writing)).c_str());
  if (!options.save.empty()) {
    tn::io::save(options.save, *best,
                 {.metadata = {{"words", examples::join_words(corpus.vocabulary)}, {"model", recipe.name}}});
    std::printf("\nWeights   %s\n", options.save.c_str());
  }
  std::printf("\n");
  examples::print_cost(watch);
  return examples::done;
}

/// Writes text by saved weights, or tests them where a folder of data is given.
Status use_saved(const Options& options) {
  const tn::io::SafetensorsFile file(options.load);
  const Vocabulary words = examples::split_words(examples::description(file, "words"));
  tn::models::LstmLanguageModelOptions shape = recipe_called(examples::description(file, "model")).model;
  shape.words = words.size();
  Model model(shape);
  tn::io::load(options.load, model);
  if (options.data.empty()) {
    std::printf("%s\n", write(model, words, options.writing).c_str());
    return examples::done;
  }
  const Corpus corpus = read_corpus(options.data, options.training.limit);
  tn::check<tn::ValueError>(examples::join_words(corpus.vocabulary) == examples::join_words(words), "data",
                            options.data, " has other words than ", options.load, " was trained on");
  describe(corpus);
  print_figures(corpus, recipe_called(examples::description(file, "model")), test_perplexity(model, corpus));
  return examples::done;
}

Status run(const Options& options) {
  const tn::train::Stopwatch watch;
  // Long work whose result cannot be written should not begin.
  for (const std::string& path : {options.save, options.training.checkpoint, options.training.csv})
    if (!path.empty()) tn::io::check_writable(path);
  tn::manual_seed(options.seed);
  return options.load.empty() ? train_and_test(options, watch) : use_saved(options);
}

void add_options(CLI::App& app, Options& o) {
  app.add_option("--data", o.data,
                 "folder of three texts *.train.*, *.valid.* and *.test.* [$TENON_DATA/wikitext-2]")
      ->type_name("FOLDER");
  examples::bound(app.add_option("--limit", o.training.limit, "learn from so many words only; 0: all"), 0);
  app.add_option("--model", o.training.model, "small (2 layers of 200) or medium (2 layers of 650, dropout)")
      ->check(CLI::IsMember({"small", "medium"}))
      ->type_name("NAME");
  examples::bound(app.add_option("--epochs", o.training.epochs,
                                 "passes over the text; 0: small 13, medium 39, over its beginning alone 3"),
                  0);
  examples::bound(app.add_option("--batch", o.training.batch, "streams that are read side by side"), 1);
  examples::bound(app.add_option("--seed", o.seed, "one seed gives the same figures each time"),
                  std::uint64_t{0});
  examples::add_checkpoint(app, o.training.checkpoint, o.training.resume, "epoch");
  app.add_option("--csv", o.training.csv, "write a row for each epoch")->type_name("FILE");
  app.add_option("--save", o.save, "write weights and words of the best epoch (safetensors)")
      ->type_name("FILE");
  app.add_option("--load", o.load, "write text by saved weights instead of training; with --data, test them")
      ->type_name("FILE");
  app.add_option("--prompt", o.writing.prompt, "words that the text begins with")->type_name("WORDS");
  examples::bound(app.add_option("--length", o.writing.length, "words to be written after these"), 0);
  examples::bound(app.add_option("--temperature", o.writing.temperature,
                                 "below 1: likelier words, above: more of a surprise; 0: the likeliest"),
                  0.0);
  app.add_flag("--quiet,-q", o.training.quiet, "no progress line");
}

}  // namespace
}  // namespace language_model

int main(int argc, char** argv) {
  language_model::Options o;
  CLI::App app{"Learns to predict the next word of a text, and writes text of its own.\n", "language_model"};
  examples::prepare(app);
  language_model::add_options(app, o);
  return examples::run(app, argc, argv, [&] { return language_model::run(o); });
}
