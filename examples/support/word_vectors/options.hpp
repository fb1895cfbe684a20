#pragma once
/// What the command line of a program that trains word vectors may say, whatever the model. Long options may
/// be written with one dash where the classic tool of the model does so.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../common/help.hpp"
#include "../common/program.hpp"
#include "tenon/io/word_vectors.hpp"
#include "tenon/models/word_vectors/word_map.hpp"
#include "tenon/text/tokenizer.hpp"

namespace word_vectors {

/// All but the options of the model.
struct Options {
  // The text.
  std::string train;  ///< empty: the dictionary
  tn::text::TokenizerOptions tokens;
  std::string read_vocab, save_vocab;

  // Training.
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

/// With those of a model: `Model` is Word2VecOptions or GloveOptions.
template <class Model>
struct ModelOptions : Options {
  Model model;
};

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

/// "animals=dog,cat" as a topic.
inline tn::models::WordTopic parse_topic(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos)
    throw CLI::ValidationError("--topic wants NAME=WORD,WORD,…, not \"" + text + "\"");
  tn::models::WordTopic topic{text.substr(0, equals), {}};
  for (std::size_t begin = equals + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) topic.words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return topic;
}

/// Long options that a classic tool writes with one dash, with two.
template <class Names>
std::vector<std::string> with_two_dashes(int argc, char** argv, const Names& classic) {
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::string& argument : arguments)
    for (const char* name : classic)
      if (argument == name) argument.insert(0, "-");
  return arguments;
}

template <class Model>
void add_text_options(CLI::App& app, ModelOptions<Model>& o) {
  app.option_defaults()->group("Text");
  app.add_option("--train", o.train, "the text: plain, gzip, or - for standard input")->type_name("FILE");
  app.add_flag("--lower", o.tokens.lowercase, "turn the text to lower case, by Unicode's simple mapping");
  app.add_flag("--split-punctuation", o.tokens.split_punctuation,
               "make punctuation marks words of their own");
  app.add_flag("--join-lines,!--no-join-lines", o.tokens.join_lines,
               "sentences go on over the ends of lines; </s> still ends them");
  app.add_option("--min-count", o.model.min_count, "leave out words that occur less often");
  app.add_option("--max-vocab", o.model.max_vocab, "keep so many words, the most frequent; 0: all");
  app.add_option("--read-vocab", o.read_vocab, "take the vocabulary from a file")->type_name("FILE");
  app.add_option("--save-vocab", o.save_vocab, "write the vocabulary to a file")->type_name("FILE");
}

inline void add_result_options(CLI::App& app, Options& o) {
  app.option_defaults()->group("Result");
  app.add_option("--output", o.output, "write the vectors to a file")->type_name("FILE");
  app.add_option("--format", o.format,
                 "text, binary or safetensors; by default what its name ends in, or text")
      ->check(CLI::IsMember({"text", "binary", "safetensors"}));
  examples::bound(app.add_option("--binary", o.binary, "1: --format binary; 0: --format text"), 0, 1);
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
  examples::bound(app.add_option("--top", o.top, "answers to a question"), 1);

  examples::bound(app.add_option("--among", o.among, "answers from so many words, the most frequent; 0: all"),
                  0);

  app.option_defaults()->group("Evaluation");
  app.add_option("--analogies", o.analogies, "accuracy on questions like questions-words.txt")
      ->type_name("FILE");
  app.add_option("--similarity", o.similarity, "rank correlation with scored pairs of words")
      ->type_name("FILE");
  examples::bound(app.add_option("--restrict-vocab", o.restrict_vocab,
                                 "analogies among so many words, the most frequent; 0: all"),
                  0);
}

/// What every model has to say about a run.
template <class Model>
void add_run_options(CLI::App& app, ModelOptions<Model>& o) {
  app.add_option("--threads,--workers", o.model.threads, "0: as many as the machine has");
  examples::bound(
      app.add_option("--seed", o.model.seed, "one thread and one seed give the same bits each time"),
      std::uint64_t{0});
  app.add_option("--checkpoint", o.model.checkpoint, "Ctrl-C saves the state of training here")
      ->type_name("FILE");
  app.add_option("--checkpoint-interval", o.model.checkpoint_interval,
                 "seconds between further savings; 0: none");
  app.add_flag("--resume", o.resume, "go on from the checkpoint; other options as they were");
  app.add_flag("--quiet,-q", o.quiet, "no progress line");
}

template <class Model>
void check_usage(const ModelOptions<Model>& o) {
  const auto require = [](bool holds, const char* sentence) {
    if (!holds) throw CLI::ValidationError(sentence);
  };
  try {
    o.model.validate();
  } catch (const tn::Error& error) {
    throw CLI::ValidationError(examples::plain_message(error));
  }
  require(o.load.empty() || o.train.empty(),
          "--train and --load exclude each other: vectors are trained or loaded");
  require(o.load.empty() || o.save_vocab.empty(), "--save-vocab needs a text: it does not go with --load");
  require(!o.resume || !o.model.checkpoint.empty(), "--resume needs --checkpoint FILE");
  require(!o.trains() || o.wants_vectors() || !o.save_vocab.empty(),
          "the vectors would be lost: give --output FILE, a question or an evaluation");
  require(o.trains() || o.wants_vectors(),
          "nothing to do with the vectors: give a question, an evaluation, --map FILE or --output FILE");
}

}  // namespace detail

}  // namespace word_vectors
