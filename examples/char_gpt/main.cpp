/// char_gpt: a small GPT that writes like the text it has read, character by character. See README.md, or
/// --help.

#include <charconv>
#include <cstdio>
#include <string>

#include "../support/common/cost.hpp"
#include "../support/common/words.hpp"
#include "tenon/io/model_file.hpp"
#include "training.hpp"

namespace char_gpt {
namespace {

using examples::Status;
using tn::models::GptOptions;

struct Options {
  std::string data, save, load;
  bool has_prompt = false;
  GptOptions model{.context = 64, .layers = 4, .heads = 4, .embed_dim = 128, .dropout = 0, .bias = false};
  TrainingOptions training;
  WritingOptions writing;
};

std::string text_path(const Options& options) {
  return examples::data_folder(
             options.data, "tinyshakespeare", "input.txt",
             "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt\n"
             "(or any text of your own) as input.txt") +
         "/input.txt";
}

void describe(const CharText& text, const Gpt& gpt, std::uint64_t seed) {
  using tn::train::format_count;
  std::printf("Text      %lld different characters, %s to learn from, %s to validate by\n",
              static_cast<long long>(text.characters.size()), format_count(text.train.size()).c_str(),
              format_count(text.validation.size()).c_str());
  std::printf("Network   GPT of %lld layers, %lld heads, width %lld, context %lld: %s weights, seed %llu\n",
              static_cast<long long>(gpt.options.layers), static_cast<long long>(gpt.options.heads),
              static_cast<long long>(gpt.options.embed_dim), static_cast<long long>(gpt.options.context),
              format_count(tn::nn::parameter_count(gpt)).c_str(), static_cast<unsigned long long>(seed));
  std::fflush(stdout);
}

void print_loss(double loss, const CharText& text) {
  std::printf("\n  validation loss, nats per character\n    %-56s %.4f\n",
              examples::format("this model, all of the %lld characters",
                               static_cast<long long>(text.validation.size()))
                  .c_str(),
              loss);
  if (text.is_tinyshakespeare())
    std::printf("    %-56s %.2f\n", "nanoGPT's CPU setting, on 20 batches (the default here)", 1.88);
}

void save(const std::string& path, const Gpt& gpt, const Characters& characters) {
  tn::io::save(
      path, gpt,
      {.metadata = {{"characters", characters.list()}, {"heads", std::to_string(gpt.options.heads)}}});
}

struct SavedGpt {
  Characters characters;
  Gpt gpt;
};

/// What the shapes and the metadata of a file say of its model.
GptOptions saved_options(const tn::io::SafetensorsFile& file) {
  const auto shape = [&](const std::string& name) {
    const auto at = file.entries().find(name);
    tn::check<tn::IoError>(at != file.entries().end() && at->second.shape.size() == 2, "load", file.path(),
                           " was not saved by this program: no matrix \"", name, "\" in it");
    return at->second.shape;
  };
  GptOptions o{.vocabulary = shape("wte.weight")[0],
               .context = shape("wpe.weight")[0],
               .layers = 0,
               .embed_dim = shape("wte.weight")[1],
               .dropout = 0,
               .bias = file.contains("ln_f.bias")};
  while (file.contains("h." + std::to_string(o.layers) + ".ln_1.weight")) ++o.layers;
  const std::string heads = examples::description(file, "heads");
  const char* const end = heads.data() + heads.size();
  tn::check<tn::IoError>(std::from_chars(heads.data(), end, o.heads).ptr == end, "load", file.path(), ": \"",
                         heads, "\" is no number of heads");
  return o;
}

SavedGpt load(const std::string& path) {
  const tn::io::SafetensorsFile file(path);
  SavedGpt saved{{}, Gpt(saved_options(file))};
  saved.characters.learn(examples::description(file, "characters"));
  tn::check<tn::IoError>(saved.characters.size() == saved.gpt.options.vocabulary, "load", path, " has ",
                         saved.gpt.options.vocabulary, " rows for ", saved.characters.size(), " characters");
  tn::io::load(path, saved.gpt);
  return saved;
}

Status train_new(const Options& options) {
  const tn::train::Stopwatch watch;
  // Long work whose result cannot be written should not begin.
  for (const std::string& path : {options.save, options.training.checkpoint, options.training.csv})
    if (!path.empty()) tn::io::check_writable(path);
  const CharText text = read_text(text_path(options));
  tn::check<tn::ValueError>(std::min(text.train.size(), text.validation.size()) > options.model.context,
                            "text", "the text has ", text.train.size() + text.validation.size(),
                            " characters: too few for a context of ", options.model.context);
  if (options.writing.length > 0) text.characters.find(options.writing.prompt);
  tn::manual_seed(options.training.seed);
  GptOptions model = options.model;
  model.vocabulary = text.characters.size();
  Gpt gpt(model);
  describe(text, gpt, options.training.seed);
  const std::optional<double> loss = train(gpt, text, options.training, options.writing);
  if (!loss) return examples::stopped("char_gpt", !options.training.checkpoint.empty());
  if (!options.save.empty()) save(options.save, gpt, text.characters);
  print_loss(*loss, text);
  examples::print_cost(watch);
  return examples::done;
}

Status use_saved(const Options& options) {
  const auto [characters, gpt] = load(options.load);
  if (!options.has_prompt) {
    const CharText text = read_text(text_path(options), &characters);
    print_loss(loss_per_character(gpt, text.validation), text);
    return examples::done;
  }
  for (const std::string& text : write_texts(gpt, characters, options.writing, options.training.seed))
    std::printf("%s\n%s", text.c_str(), options.writing.texts > 1 ? "---------------\n" : "");
  return examples::done;
}

void add_options(CLI::App& app, Options& o) {
  app.add_option("--data", o.data, "folder of input.txt [$TENON_DATA/tinyshakespeare]")->type_name("FOLDER");
  examples::bound(app.add_option("--layers", o.model.layers, "blocks of attention and linear maps"), 1);
  examples::bound(app.add_option("--heads", o.model.heads, "of each attention"), 1);
  examples::bound(
      app.add_option("--width", o.model.embed_dim, "numbers for a character, a multiple of the heads"), 1);
  examples::bound(app.add_option("--context", o.model.context, "characters that it sees at most"), 1);
  examples::bound(app.add_option("--dropout", o.model.dropout, "what is left out by chance in training"), 0.0,
                  1.0);
  app.add_flag("--bias,!--no-bias", o.model.bias, "with biases in linear maps and norms");
  examples::bound(app.add_option("--steps", o.training.steps, "of training"), 1);
  examples::bound(app.add_option("--every", o.training.every, "steps from one validation to the next"), 1);
  examples::bound(app.add_option("--batch", o.training.batch, "windows of the text a step"), 1);
  examples::bound(app.add_option("--lr", o.training.lr, "learning rate after the warm-up"), 0.0);
  examples::bound(app.add_option("--min-lr", o.training.min_lr, "and at the end"), 0.0);
  examples::bound(app.add_option("--warmup", o.training.warmup, "steps in which the rate rises"), 0);
  examples::bound(app.add_option("--weight-decay", o.training.weight_decay, "pull of the matrices towards 0"),
                  0.0);
  examples::bound(
      app.add_option(
          "--average", o.training.average,
          "decay of the moving average of the weights, which is what is kept; 0: the last weights"),
      0.0, 1.0);
  examples::bound(
      app.add_option("--seed", o.training.seed, "one seed gives the same figures and texts each time"),
      std::uint64_t{0});
  examples::add_checkpoint(app, o.training.checkpoint, o.training.resume, "validation");
  app.add_option("--csv", o.training.csv, "write a row for each validation")->type_name("FILE");
  app.add_option("--save", o.save, "write weights and characters (safetensors)")->type_name("FILE");
  auto* load =
      app.add_option("--load", o.load, "use saved weights: validate them, or with --prompt write text")
          ->type_name("FILE");
  app.add_option("--prompt", o.writing.prompt, "how texts begin; of samples in training, too")
      ->default_str("a new line")
      ->type_name("TEXT");
  examples::bound(
      app.add_option("--length", o.writing.length, "characters after the prompt; 0: no samples in training"),
      0);
  examples::bound(app.add_option("--texts,-n", o.writing.texts, "how many, for saved weights"), 1)
      ->needs(load);
  examples::bound(app.add_option("--temperature", o.writing.temperature,
                                 "above 1 bolder, below 1 more careful; 0: the likeliest"),
                  0.0);
  examples::bound(
      app.add_option("--top-k", o.writing.top_k, "choose among so many likeliest characters; 0: among all"),
      0);
  app.add_flag("--quiet,-q", o.training.quiet, "no progress line");
}

}  // namespace
}  // namespace char_gpt

int main(int argc, char** argv) {
  char_gpt::Options o;
  CLI::App app{"Learns to write like a text, character by character, with a small GPT.\n", "char_gpt"};
  examples::prepare(app);
  char_gpt::add_options(app, o);
  return examples::run(app, argc, argv, [&] {
    o.has_prompt = app.count("--prompt") > 0;
    return o.load.empty() ? char_gpt::train_new(o) : char_gpt::use_saved(o);
  });
}
