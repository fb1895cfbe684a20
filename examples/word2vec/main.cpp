/// word2vec: vectors for the words of a text, from the command line. See README.md, or --help.

#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "options.hpp"
#include "questions.hpp"
#include "scores.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/io/word_vectors.hpp"
#include "tenon/models/word_map.hpp"
#include "tenon/models/word_queries.hpp"
#include "topics.hpp"
#include "training.hpp"

namespace word2vec {
namespace {

enum Status { done = 0, failed = 1, wrong_usage = 2, interrupted = 130 };

/// Long work whose result cannot be written, or whose questions cannot be read, should not begin.
void check_files(const Options& options) {
  for (const std::string& path :
       {options.output, options.map, options.save_vocab, options.trains() ? options.model.checkpoint : ""})
    if (!path.empty()) tn::io::check_writable(path);
  for (const std::string& path : options.similarity) tn::models::read_similarities(path);
  if (!options.analogies.empty()) tn::models::read_analogies(options.analogies);
}

tn::models::WordVectors load(const Options& options) {
  tn::models::WordVectors vectors(tn::io::read_word_vectors(options.load));
  std::printf("Vectors   %s: %s words of %lld dimensions\n", options.load.c_str(),
              grouped(vectors.size()).c_str(), static_cast<long long>(vectors.dim()));
  return vectors;
}

void draw(const Options& options, const tn::models::WordQueries& queries) {
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
void show_neighbours(const tn::models::WordQueries& queries) {
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

void name_files(const Options& options) {
  if (!options.output.empty()) std::printf("Vectors   %s\n", options.output.c_str());
  if (!options.map.empty()) std::printf("Picture   %s (open it in a browser)\n", options.map.c_str());
}

Status run(const Options& options) {
  check_files(options);
  if (!options.wants_vectors()) {
    tn::text::write_vocabulary(options.save_vocab, read_corpus(options).vocabulary);
    return done;
  }
  std::optional<tn::models::WordVectors> vectors = options.trains() ? train(options) : load(options);
  if (!vectors) return interrupted;
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

Status complain(const std::string& sentence, Status status) {
  std::fprintf(stderr, "word2vec: %s\n", sentence.c_str());
  return status;
}

Status run(int argc, char** argv) try {
  const std::optional<Options> options = parse_options(argc, argv);
  const Status status = options ? run(*options) : done;
  if (std::fflush(stdout) != 0)
    return complain("cannot write standard output: " + tn::io::system_reason(), failed);
  return status;
} catch (const UsageError& error) {
  return complain(plain_message(error) + " (word2vec --help tells more)", wrong_usage);
} catch (const std::bad_alloc&) {
  return complain("out of memory", failed);
} catch (const std::exception& error) {
  return complain(plain_message(error), failed);
}

}  // namespace
}  // namespace word2vec

int main(int argc, char** argv) {
  return word2vec::run(argc, argv);
}
