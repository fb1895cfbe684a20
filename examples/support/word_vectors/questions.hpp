#pragma once
/// Questions to vectors and their answers on standard output.

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "../common/terminal.hpp"
#include "options.hpp"
#include "tenon/io/utf8_mark.hpp"
#include "tenon/models/word_vectors/word_queries.hpp"
#include "tenon/text/normalize.hpp"

namespace word_vectors {

using namespace examples;

/// The word as the vocabulary has it: as it was typed, or in lower case.
inline std::string known_form(const tn::models::WordVectors& vectors, const std::string& word) {
  return vectors.contains(word)                       ? word
         : vectors.contains(tn::text::to_lower(word)) ? tn::text::to_lower(word)
                                                      : word;
}
inline std::vector<std::string> known_forms(const tn::models::WordVectors& vectors,
                                            std::vector<std::string> words) {
  for (std::string& word : words) word = known_form(vectors, word);
  return words;
}

inline void print_answers(const tn::models::WordQueries& queries,
                          const std::vector<tn::models::Neighbour>& answers) {
  for (const auto& answer : answers)
    std::printf("  %s %.3f\n", padded(queries.vectors().word(answer.row), 24).c_str(),
                static_cast<double>(answer.similarity));
}

inline void ask_neighbours(const tn::models::WordQueries& queries, const std::string& typed,
                           const Options& options) {
  const std::string word = known_form(queries.vectors(), typed);
  const auto answers = queries.neighbours(word, options.top, options.among);
  std::printf("nearest to %s\n", word.c_str());
  print_answers(queries, answers);
}

inline void ask_analogy(const tn::models::WordQueries& queries, const std::vector<std::string>& typed,
                        const Options& options) {
  const auto words = known_forms(queries.vectors(), typed);
  const auto answers = queries.analogy(words[0], words[1], words[2], options.top, options.among);
  std::printf("%s is to %s as %s is to\n", words[0].c_str(), words[1].c_str(), words[2].c_str());
  print_answers(queries, answers);
}

inline void ask_similarity(const tn::models::WordQueries& queries, const std::vector<std::string>& typed) {
  const auto words = known_forms(queries.vectors(), typed);
  const float cosine = queries.similarity(words[0], words[1]);
  std::printf("similarity of %s and %s\n  %.3f\n", words[0].c_str(), words[1].c_str(),
              static_cast<double>(cosine));
}

inline void ask_odd_one_out(const tn::models::WordQueries& queries, const std::vector<std::string>& typed) {
  const auto words = known_forms(queries.vectors(), typed);
  const auto odd = static_cast<std::size_t>(queries.odd_one_out(words));
  std::printf("odd one out of");
  for (const std::string& word : words) std::printf(" %s", word.c_str());
  std::printf("\n  %s\n", words[odd].c_str());
}

/// A line of words is a question by how many there are.
inline void ask_line(const tn::models::WordQueries& queries, const std::vector<std::string>& words,
                     const Options& options) {
  if (words.size() == 1) ask_neighbours(queries, words[0], options);
  if (words.size() == 2) ask_similarity(queries, words);
  if (words.size() == 3) ask_analogy(queries, words, options);
  if (words.size() >= 4) ask_odd_one_out(queries, words);
}

/// Lines from standard input until it ends. A question without an answer is no reason to stop.
inline void converse(const tn::models::WordQueries& queries, const Options& options) {
  const bool terminal = ::isatty(STDIN_FILENO);
  if (terminal)
    std::puts(
        "One word: its neighbours. Two: their similarity. Three, a b c: a is to b as c is to what?\n"
        "Four or more: the odd one out. An empty line ends.");
  const auto prompt = [&] {
    if (terminal) std::fputs("> ", stdout);
    std::fflush(stdout);
  };
  std::string line;
  bool first = true;
  for (prompt(); std::getline(std::cin, line); prompt()) {
    if (std::exchange(first, false)) line = tn::io::without_utf8_mark(line);
    std::vector<std::string> words;
    for (std::size_t begin = line.find_first_not_of(" \t\r"); begin < line.size();) {
      const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
      words.push_back(line.substr(begin, end - begin));
      begin = line.find_first_not_of(" \t\r", end);
    }
    if (words.empty() && terminal) break;
    try {
      ask_line(queries, words, options);
    } catch (const tn::Error& error) {
      std::printf("  %s\n", plain_message(error).c_str());
    }
  }
}

inline void answer_questions(const Options& options, const tn::models::WordQueries& queries) {
  for (const std::string& word : options.neighbours) ask_neighbours(queries, word, options);
  if (!options.analogy.empty()) ask_analogy(queries, options.analogy, options);
  if (!options.similarity_of.empty()) ask_similarity(queries, options.similarity_of);
  if (!options.odd_one_out.empty()) ask_odd_one_out(queries, options.odd_one_out);
  if (options.interactive) converse(queries, options);
}

}  // namespace word_vectors
