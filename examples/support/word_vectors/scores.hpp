#pragma once
/// Scores of vectors as tables on standard output.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "../common/terminal.hpp"
#include "options.hpp"
#include "probe.hpp"
#include "tenon/models/word_vectors/word_evaluation.hpp"

namespace word_vectors {

inline std::string fraction(tn::index_t part, tn::index_t whole) {
  return grouped(part) + " of " + grouped(whole);
}

inline void print_row(const std::string& name, const std::string& covered, const std::string& score) {
  std::printf("  %s %18s   %s\n", padded(name, 38).c_str(), covered.c_str(), score.c_str());
}

inline void print_head(const char* title) {
  print_row(title, "covered", "score");
}

inline void print_similarity(const std::string& name, const tn::models::SimilarityReport& report) {
  print_row(name, fraction(report.covered, report.total),
            report.spearman ? format("%.1f  (Spearman's rank correlation, of 100)", 100 * *report.spearman)
                            : "too few pairs");
}

inline void print_accuracy(const std::string& name, const tn::models::AnalogyScore& score) {
  print_row(name, fraction(score.covered, score.total),
            score.covered > 0 ? format("%.1f %%", 100 * score.accuracy()) : "no question covered");
}

inline void print_analogies(const tn::models::AnalogyReport& report) {
  for (std::size_t i = 0; i < report.sections.size(); ++i)
    print_accuracy(report.sections[i], report.scores[i]);
  print_accuracy("all about meaning", report.semantic);
  print_accuracy("all about grammar", report.syntactic);
  print_accuracy("all analogies", report.total);
}

/// Lines of words of which the last does not belong.
inline tn::models::AnalogyScore score_odd_ones(const tn::models::WordQueries& queries,
                                               std::string_view lines) {
  tn::models::AnalogyScore score;
  tn::models::word_vectors::detail::for_each_line(lines, [&](tn::index_t, std::string_view line) {
    std::vector<std::string> words;
    bool known = true;
    for (const std::string_view word : tn::models::word_vectors::detail::fields_of(line, " ")) {
      words.emplace_back(word);
      known &= queries.vectors().contains(word);
    }
    ++score.total;
    if (!known) return;
    ++score.covered;
    score.correct += queries.odd_one_out(words) + 1 == static_cast<tn::index_t>(words.size());
  });
  return score;
}

inline void print_probe(const tn::models::WordQueries& queries) {
  using namespace tn::models;
  print_head("Evaluation (our own small probe)");
  print_similarity("similar words", evaluate_similarities(queries, parse_similarities(probe_pairs, "probe")));
  print_accuracy("odd one out of four", score_odd_ones(queries, probe_odd_ones));
  const AnalogyReport report = evaluate_analogies(queries, parse_analogies(probe_analogies, "probe"), 0);
  for (std::size_t i = 0; i < report.sections.size(); ++i)
    print_accuracy("analogies: " + report.sections[i], report.scores[i]);
}

inline std::string file_name(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

inline void evaluate(const Options& options, const tn::models::WordQueries& queries) {
  using namespace tn::models;
  if (!options.similarity.empty()) print_head("Similarity");
  for (const std::string& path : options.similarity)
    print_similarity(file_name(path), evaluate_similarities(queries, read_similarities(path)));
  if (options.analogies.empty()) return;
  print_head("Analogies");
  print_analogies(evaluate_analogies(queries, read_analogies(options.analogies), options.restrict_vocab));
}

}  // namespace word_vectors
