#pragma once
/// A program that trains word vectors, asks them questions, measures and draws them.

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../common/program.hpp"
#include "options.hpp"
#include "questions.hpp"
#include "scores.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/word_vectors.hpp"
#include "tenon/models/word_vectors/word_map.hpp"
#include "tenon/models/word_vectors/word_queries.hpp"
#include "topics.hpp"
#include "training.hpp"

namespace word_vectors {

/// Long work whose result cannot be written, or whose questions cannot be read, should not begin.
template <class Model>
void check_files(const ModelOptions<Model>& options) {
  for (const std::string& path :
       {options.output, options.map, options.save_vocab, options.trains() ? options.model.checkpoint : ""})
    if (!path.empty()) tn::io::check_writable(path);
  for (const std::string& path : options.similarity) tn::models::read_similarities(path);
  if (!options.analogies.empty()) tn::models::read_analogies(options.analogies);
}

inline tn::models::WordVectors load(const Options& options) {
  tn::models::WordVectors vectors(tn::io::read_word_vectors(options.load));
  std::printf("Vectors   %s: %s words of %lld dimensions\n", options.load.c_str(),
              grouped(vectors.size()).c_str(), static_cast<long long>(vectors.dim()));
  return vectors;
}

inline void draw(const Options& options, const tn::models::WordQueries& queries) {
  tn::models::WordMapOptions map;
  if (options.trains_on_dictionary()) {
    map.title = "A dictionary, drawn from its own words";
    map.note = "GNU Collaborative International Dictionary of English";
  }
  const auto topics =
      tn::models::gather_topics(queries, options.topics.empty() ? default_topics() : options.topics);
  const std::string svg = tn::models::word_map_svg(queries, topics, map);
  tn::io::AtomicFile file(options.map);
  file.write(svg);
  file.commit();
}

/// What a run without any wish of the user's shows.
inline void show_neighbours(const tn::models::WordQueries& queries) {
  constexpr tn::index_t count = 7, among = 15000;  // rarer words are known less well
  std::puts("\n  Nearest neighbours");
  for (const char* word : {"king", "france", "violin", "physician", "river", "anger", "gold", "seven"}) {
    if (!queries.vectors().contains(word)) continue;
    std::printf("  %s", padded(word, 12).c_str());
    for (const auto& neighbour : queries.neighbours(word, count, among))
      std::printf(" %s", queries.vectors().word(neighbour.row).c_str());
    std::puts("");
  }
  std::puts("");
}

inline void name_files(const Options& options) {
  if (!options.output.empty()) std::printf("Vectors   %s\n", options.output.c_str());
  if (!options.map.empty()) std::printf("Picture   %s (open it in a browser)\n", options.map.c_str());
}

/// What the command line asks for.
template <class Program>
Status work(const typename Program::Options& options) {
  check_files(options);
  if (!options.wants_vectors()) {
    tn::text::write_vocabulary(options.save_vocab, read_corpus<Program>(options).vocabulary);
    return done;
  }
  std::optional<tn::models::WordVectors> vectors = options.trains() ? train<Program>(options) : load(options);
  if (!vectors) return interrupted;
  std::fflush(stdout);  // which --output may be
  if (!options.output.empty())
    tn::io::write_word_vectors(options.output, vectors->table(), options.output_format());
  if (options.model.checkpoint == options.default_checkpoint()) std::remove(options.model.checkpoint.c_str());

  const bool showcase = options.trains_on_dictionary() && !options.asks() && !options.evaluates();
  std::optional<tn::models::WordQueries>
      queries;  // costs as much memory as the vectors: only where it is used
  if (showcase || options.asks() || options.evaluates() || !options.map.empty())
    queries.emplace(std::move(*vectors));
  if (!options.map.empty()) draw(options, *queries);
  if (showcase) {
    show_neighbours(*queries);
    print_probe(*queries);
    std::puts("");
  }
  if (options.evaluates()) evaluate(options, *queries);
  name_files(options);
  if (options.asks()) answer_questions(options, *queries);
  return done;
}

/// Reads the command line and does the work; returns the exit status. A `Program` says what its model is:
///   Model, Options          Word2Vec, say, and ModelOptions<Word2VecOptions>
///   name, description, footer, classic    of the command line; `classic` are long options with one dash
///   add_options(app, options), set_dictionary_defaults(app, options), describe(model options)
///   Report                  line(progress) is the progress line, print(model) the figures at the end,
///                           where() says how far the run has come
template <class Program>
int run_program(int argc, char** argv) {
  typename Program::Options o;
  CLI::App app{Program::description, Program::name};
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(Program::footer);
  app.option_defaults()->always_capture_default();
  detail::add_text_options(app, o);
  Program::add_options(app, o);
  detail::add_run_options(app, o);
  detail::add_result_options(app, o);
  detail::add_question_options(app, o);

  const std::vector<std::string> arguments = detail::with_two_dashes(argc, argv, Program::classic);
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  return examples::run(app, argc, pointers.data(), [&] {
    if (o.trains_on_dictionary()) {
      Program::set_dictionary_defaults(app, o);
      if (o.output.empty()) o.output = "dictionary-vectors.bin";
      if (o.map.empty()) o.map = "dictionary-map.svg";
    }
    if (!o.output.empty() && o.model.checkpoint.empty() && o.trains())
      o.model.checkpoint = o.default_checkpoint();
    detail::check_usage(o);
    return work<Program>(o);
  });
}

}  // namespace word_vectors
