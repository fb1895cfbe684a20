#pragma once
/// What the command line may say, in word2vec.c's spelling (-size 100) and in ours and gensim's (--size,
/// --vector-size).

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tenon/io/word_vectors.hpp"
#include "tenon/models/word2vec/options.hpp"
#include "tenon/models/word_map.hpp"
#include "tenon/text/tokenizer.hpp"

namespace word2vec {

/// A wrong command line: its exit status is 2.
struct UsageError : tn::Error {
  using Error::Error;
};

struct Options {
  // The text.
  std::string train;  ///< empty: the dictionary
  tn::text::TokenizerOptions tokens;
  std::string read_vocab, save_vocab;

  // Training.
  tn::models::Word2VecOptions model;
  bool resume = false, quiet = false;

  // The result.
  std::string output, map;
  std::optional<bool> binary;
  std::string format;
  std::vector<tn::models::WordTopic> topics;

  // Questions.
  std::string load;
  std::vector<std::string> neighbours, analogy, similarity_of, odd_one_out;
  bool interactive = false;
  tn::index_t top = 10, among = 0;

  // Evaluation.
  std::string analogies;
  std::vector<std::string> similarity;
  tn::index_t restrict_vocab = 30000;

  bool trains() const { return load.empty(); }
  bool trains_on_dictionary() const { return trains() && train.empty(); }
  bool asks() const {
    return interactive || !neighbours.empty() || !analogy.empty() || !similarity_of.empty() ||
           !odd_one_out.empty();
  }
  bool evaluates() const { return !analogies.empty() || !similarity.empty(); }
  /// Not so when all that is asked for is the vocabulary.
  bool wants_vectors() const { return !output.empty() || !map.empty() || asks() || evaluates(); }
  std::string default_checkpoint() const { return output + ".checkpoint"; }
  tn::io::WordVectorFormat output_format() const;
};

/// The options, or nothing when all that was wanted is help, which is printed.
/// throws UsageError
std::optional<Options> parse_options(int argc, char** argv);

// Definitions -----------------------------------------------------------------------------------------------

inline tn::io::WordVectorFormat Options::output_format() const {
  using tn::io::WordVectorFormat;
  if (format == "text") return WordVectorFormat::text;
  if (format == "binary") return WordVectorFormat::binary;
  if (format == "safetensors") return WordVectorFormat::safetensors;
  if (binary.has_value()) return *binary ? WordVectorFormat::binary : WordVectorFormat::text;
  if (output.ends_with(".safetensors")) return WordVectorFormat::safetensors;
  return output.ends_with(".bin") ? WordVectorFormat::binary : WordVectorFormat::text;
}

namespace detail {

/// word2vec.c writes long options with one dash.
inline std::vector<std::string> with_two_dashes(int argc, char** argv) {
  constexpr const char* classic[] = {
      "-train", "-output",    "-size",  "-window", "-sample",     "-hs",         "-negative", "-threads",
      "-iter",  "-min-count", "-alpha", "-binary", "-save-vocab", "-read-vocab", "-cbow",     "-debug"};
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    arguments.emplace_back(argv[i]);
    for (const char* name : classic)
      if (arguments.back() == name) arguments.back().insert(0, "-");
  }
  return arguments;
}

/// Help with one short line for an option: names, what it takes, what it does, [default].
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(36); }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = group + "\n";
    for (const CLI::Option* option : options) text += make_option(option, is_positional);
    return text;
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_expected_max() == 0) return "";
    const std::string type = option->get_type_name();
    if (type.starts_with("INT") || type.starts_with("UINT")) return " N";
    if (type.starts_with("TEXT")) return " NAME";
    return type == "FLOAT" ? " X" : type == "BOOLEAN" ? " 0|1" : " " + type;
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    const bool has_default = option->get_expected_max() == 1 && !option->get_default_str().empty();
    return option->get_description() + (has_default ? " [" + option->get_default_str() + "]" : "");
  }
};

/// "animals=dog,cat" as a topic.
inline tn::models::WordTopic parse_topic(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos)
    throw UsageError("--topic wants NAME=WORD,WORD,…, not \"" + text + "\"");
  tn::models::WordTopic topic{text.substr(0, equals), {}};
  for (std::size_t begin = equals + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) topic.words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return topic;
}

constexpr const char* description =
    "Trains word vectors (word2vec), asks them questions, measures and draws them.\n"
    "Without --train or --load it learns from the GNU Collaborative International Dictionary of English\n"
    "(unless told otherwise with --epochs 10 --window 8 --alpha 0.04).\n";

constexpr const char* footer = R"(
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

inline void add_text_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Text");
  app.add_option("--train", o.train, "the text: plain, gzip, or - for standard input")->type_name("FILE");
  app.add_flag("--lower", o.tokens.lowercase, "turn the text to lower case");
  app.add_flag("--split-punctuation", o.tokens.split_punctuation,
               "make punctuation marks words of their own");
  app.add_option("--min-count", o.model.min_count, "leave out words that occur less often");
  app.add_option("--max-vocab", o.model.max_vocab, "keep so many words, the most frequent; 0: all");
  app.add_option("--read-vocab", o.read_vocab, "take the vocabulary from a file")->type_name("FILE");
  app.add_option("--save-vocab", o.save_vocab, "write the vocabulary to a file")->type_name("FILE");
}

inline void add_model_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Model");
  app.add_option("--size,--vector-size", o.model.size, "dimensions of a vector");
  app.add_option("--window", o.model.window, "greatest distance of a context word");
  auto* cbow = app.add_option("--cbow", o.model.cbow, "1: predict a word from its context; 0: skip-gram");
  app.add_option_function<bool>(
         "--sg", [&o](bool skip_gram) { o.model.cbow = !skip_gram; }, "gensim's opposite of --cbow")
      ->excludes(cbow);
  app.add_option("--hs", o.model.hs, "1: hierarchical softmax, beside negative samples if any");
  app.add_option("--negative", o.model.negative, "negative samples; 0: none");
  app.add_option("--ns-exponent", o.model.ns_exponent, "negatives are drawn by count to this power");
  app.add_option("--shared-negatives", o.model.shared_negatives,
                 "so many windows of skip-gram share their negatives; 0: each pair has its own");
  app.add_option("--sample", o.model.sample, "thin out words above this share of the text; 0: none");
  app.add_option("--cbow-mean", o.model.cbow_mean, "1: average the context; 0: add it up");
}

inline void add_training_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Training");
  app.add_option("--epochs,--iter", o.model.epochs, "passes over the text");
  app.add_option("--alpha", o.model.alpha, "first learning rate; 0: 0.025, for CBOW 0.05");
  app.add_option("--min-alpha", o.model.min_alpha, "last learning rate");
  app.add_option("--threads,--workers", o.model.threads, "0: as many as the machine has");
  app.add_option("--seed", o.model.seed, "one thread and one seed give the same bits each time");
  app.add_option("--checkpoint", o.model.checkpoint, "Ctrl-C saves the state of training here")
      ->type_name("FILE");
  app.add_option("--checkpoint-interval", o.model.checkpoint_interval,
                 "seconds between further savings; 0: none");
  app.add_flag("--resume", o.resume, "go on from the checkpoint; other options as they were");
  app.add_flag("--quiet,-q", o.quiet, "no progress line");
}

inline void add_result_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Result");
  app.add_option("--output", o.output, "write the vectors to a file")->type_name("FILE");
  app.add_option("--format", o.format,
                 "text, binary or safetensors; by default what its name ends in, or text")
      ->check(CLI::IsMember({"text", "binary", "safetensors"}));
  app.add_option("--binary", o.binary, "1: --format binary; 0: --format text");
  app.add_option("--map", o.map, "draw words of some topics, as SVG")->type_name("FILE");
  app.add_option_function<std::string>(
         "--topic", [&o](const std::string& text) { o.topics.push_back(parse_topic(text)); },
         "a topic to draw, by some of its words; repeatable")
      ->type_name("NAME=WORD,...")
      ->trigger_on_parse();
}

inline void add_question_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Questions");
  app.add_option("--load", o.load, "vectors from a file of any format, instead of training")
      ->type_name("FILE");
  app.add_option("--neighbors,--neighbours", o.neighbours, "the words nearest to each of these")
      ->type_name("WORD...");
  app.add_option("--analogy", o.analogy, "A is to B as C is to what?")->expected(3)->type_name("A B C");
  app.add_option("--similarity-of", o.similarity_of, "the cosine of two words")
      ->expected(2)
      ->type_name("A B");
  app.add_option("--odd-one-out", o.odd_one_out, "which of these does not belong?")
      ->expected(2, 1000)
      ->type_name("WORD...");
  app.add_flag("--interactive", o.interactive, "ask as long as you like");
  app.add_option("--top", o.top, "answers to a question")->check(CLI::PositiveNumber);

  app.add_option("--among", o.among, "answers from so many words, the most frequent; 0: all");

  app.option_defaults()->group("Evaluation");
  app.add_option("--analogies", o.analogies, "accuracy on questions like questions-words.txt")
      ->type_name("FILE");
  app.add_option("--similarity", o.similarity, "rank correlation with scored pairs of words")
      ->type_name("FILE");
  app.add_option("--restrict-vocab", o.restrict_vocab,
                 "analogies among so many words, the most frequent; 0: all");
}

/// The dictionary is small: more passes, wider windows and faster learning than a large text needs.
inline void set_dictionary_defaults(const CLI::App& app, Options& o) {
  if (app.count("--epochs") == 0) o.model.epochs = 10;
  if (app.count("--window") == 0) o.model.window = 8;
  if (app.count("--alpha") == 0 && !o.model.cbow) o.model.alpha = 0.04;
  if (o.output.empty()) o.output = "dictionary-vectors.bin";
  if (o.map.empty()) o.map = "dictionary-map.svg";
}

inline void check_usage(const Options& o) {
  const auto require = [](bool holds, const char* sentence) {
    if (!holds) throw UsageError(sentence);
  };
  try {
    o.model.validate();
  } catch (const tn::Error& error) {
    throw UsageError(error.what());
  }
  require(o.load.empty() || o.train.empty(),
          "--train and --load exclude each other: vectors are trained or loaded");
  require(o.load.empty() || o.save_vocab.empty(), "--save-vocab needs a text: it does not go with --load");
  require(!o.resume || !o.model.checkpoint.empty(), "--resume needs --checkpoint FILE");
  require(!o.trains() || o.wants_vectors() || !o.save_vocab.empty(),
          "the vectors would be lost: give --output FILE, a question or an evaluation");
  require(o.trains() || o.wants_vectors(),
          "nothing to do with the vectors: give a question, an evaluation, --map FILE or --output FILE");
  require(o.restrict_vocab >= 0 && o.among >= 0, "--restrict-vocab and --among must not be negative");
}

}  // namespace detail

inline std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  int debug = 1;
  CLI::App app{detail::description, "word2vec"};
  app.formatter(std::make_shared<detail::HelpFormatter>());
  app.footer(detail::footer);
  app.option_defaults()->always_capture_default();
  detail::add_text_options(app, o);
  detail::add_model_options(app, o);
  detail::add_training_options(app, o);
  detail::add_result_options(app, o);
  detail::add_question_options(app, o);
  app.add_option("--debug", debug, "word2vec.c's: 0 is --quiet")->group("");

  std::vector<std::string> arguments = detail::with_two_dashes(argc, argv);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  o.quiet |= debug == 0;
  if (o.trains_on_dictionary()) detail::set_dictionary_defaults(app, o);
  if (!o.output.empty() && o.model.checkpoint.empty() && o.trains())
    o.model.checkpoint = o.default_checkpoint();
  detail::check_usage(o);
  return o;
}

}  // namespace word2vec
