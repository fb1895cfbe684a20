#pragma once
/// Evaluation of word vectors: accuracy on analogies, and rank correlation with human judgements of
/// similarity.

#include <algorithm>    // find, min, sort
#include <array>        // array
#include <charconv>     // from_chars
#include <cmath>        // isfinite, sqrt
#include <numeric>      // iota
#include <optional>     // optional
#include <span>         // span
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/io/input_file.hpp"
#include "tenon/io/utf8_mark.hpp"
#include "tenon/models/word_vectors/word_queries.hpp"
#include "tenon/text/normalize.hpp"

namespace TENON_NAMESPACE::models {

/// An analogy question: word[0] is to word[1] as word[2] is to word[3].
struct AnalogyQuestion {
  std::string word[4];
};

/// A named group of analogy questions.
struct AnalogySection {
  std::string name;                        ///< the section's name
  std::vector<AnalogyQuestion> questions;  ///< its questions
  /// Whether the section is about grammar: its name begins with "gram".
  bool syntactic() const { return name.starts_with("gram"); }
};

/// Two words with a human judgement of their similarity.
struct SimilarityPair {
  std::string a, b;  ///< the words
  double score = 0;  ///< the judgement; larger is more similar
};

/// Parses analogy questions in the format of questions-words.txt (Mikolov et al. 2013): ": section" begins a
/// section, other lines have four words. Errors call the text `name`.
///
///   throws: IoError with the line that does not fit, or if there are no questions
std::vector<AnalogySection> parse_analogies(std::string_view text, const std::string& name);

/// Parses similarity judgements in the formats of WordSim, SimLex and MEN: lines of two words and a number,
/// separated by tabs, commas, semicolons or blanks. Fields between the words and the first number and a
/// header line are skipped. Errors call the text `name`.
///
///   throws: IoError with the line that does not fit, or if there are no pairs
std::vector<SimilarityPair> parse_similarities(std::string_view text, const std::string& name);

/// Reads a file of analogy questions; `parse_analogies` gives format and errors.
std::vector<AnalogySection> read_analogies(const std::string& path);
/// Reads a file of similarity judgements; `parse_similarities` gives format and errors.
std::vector<SimilarityPair> read_similarities(const std::string& path);

/// The result of analogy questions.
struct AnalogyScore {
  index_t correct = 0, covered = 0, total = 0;  ///< right answers, questions with known words, all questions

  /// The share of right answers among the questions with known words; 0 without any.
  double accuracy() const {
    return covered ? static_cast<double>(correct) / static_cast<double>(covered) : 0;
  }
  AnalogyScore& operator+=(const AnalogyScore& other) {
    correct += other.correct;
    covered += other.covered;
    total += other.total;
    return *this;
  }
};

/// The results of analogy questions by section.
struct AnalogyReport {
  std::vector<std::string> sections;        ///< names of the sections
  std::vector<AnalogyScore> scores;         ///< one for each section
  AnalogyScore semantic, syntactic, total;  ///< sums over sections
};

/// The agreement of cosine similarities with human judgements.
struct SimilarityReport {
  std::optional<double> spearman;  ///< rank correlation; none if it is not defined
  index_t covered = 0, total = 0;  ///< pairs with known words, and all pairs
};

/// Answers every analogy question whose words are all among the `among` most frequent (0: all), by 3CosAdd
/// over these words. A word that is not in the vocabulary is looked up in lower case.
AnalogyReport evaluate_analogies(const WordQueries& queries, const std::vector<AnalogySection>& sections,
                                 index_t among = 30000);

/// Spearman's rank correlation of cosine similarities and human judgements, over the pairs of known words. A
/// word that is not in the vocabulary is looked up in lower case.
SimilarityReport evaluate_similarities(const WordQueries& queries, const std::vector<SimilarityPair>& pairs);

/// Spearman's rank correlation; equal values get the average of their ranks. None if all values of x or of y
/// are equal, or there are fewer than two.
///
///   throws: ShapeError if x and y differ in length
std::optional<double> spearman(const std::vector<double>& x, const std::vector<double>& y);

// Definitions -----------------------------------------------------------------------------------------------

namespace word_vectors::detail {

/// Calls f(number, line) for each line that is neither empty nor a comment (#, //).
template <class F>
void for_each_line(std::string_view text, F&& f) {
  text = io::without_utf8_mark(text);
  for (index_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#') && !line.starts_with("//")) f(number, line);
  }
}

inline std::vector<std::string_view> fields_of(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = line.find_first_not_of(separators); begin < line.size();) {
    const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(separators, end);
  }
  return fields;
}

inline std::optional<double> number_in(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  const bool whole = error == std::errc{} && end == field.data() + field.size() && std::isfinite(value);
  return whole ? std::optional(value) : std::nullopt;
}

/// The content of a file of at most 256 MiB.
inline std::string read_small_file(const std::string& path) {
  constexpr std::size_t limit = std::size_t{1} << 28;
  io::InputFile file(path);
  std::string text;
  for (std::string_view part = file.peek(); !part.empty(); part = file.peek()) {
    check<IoError>(text.size() + part.size() <= limit, "evaluation", path,
                   " is too large for a file of questions");
    text += part;
    file.skip(part.size());
  }
  return text;
}

inline std::optional<index_t> find_word(const WordVectors& vectors, const std::string& word) {
  const auto row = vectors.find(word);
  return row ? row : vectors.find(text::to_lower(word));
}

/// The ranks of values, from 1; equal values get the average of their ranks.
inline std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double average = static_cast<double>(first + 1 + last) / 2;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = average;
  }
  return ranks;
}

}  // namespace word_vectors::detail

inline std::vector<AnalogySection> parse_analogies(std::string_view text, const std::string& name) {
  std::vector<AnalogySection> sections;
  word_vectors::detail::for_each_line(text, [&](index_t number, std::string_view line) {
    if (line.front() == ':') {
      const std::size_t begin = std::min(line.find_first_not_of(" \t", 1), line.size());
      sections.push_back({std::string(line.substr(begin)), {}});
      return;
    }
    const auto fields = word_vectors::detail::fields_of(line, " \t");
    check<IoError>(fields.size() == 4, "analogies", name, ", line ", number,
                   ": expected four words or \": section\", not ", fields.size(),
                   fields.size() == 1 ? " word" : " words");
    if (sections.empty()) sections.push_back({"(no section)", {}});
    AnalogyQuestion question;
    for (std::size_t i = 0; i < 4; ++i) question.word[i] = fields[i];
    sections.back().questions.push_back(std::move(question));
  });
  check<IoError>(!sections.empty(), "analogies", name, " holds no questions");
  return sections;
}

inline std::vector<SimilarityPair> parse_similarities(std::string_view text, const std::string& name) {
  std::vector<SimilarityPair> pairs;
  word_vectors::detail::for_each_line(text, [&](index_t number, std::string_view line) {
    const std::string_view separators = line.find('\t') != line.npos  ? "\t"
                                        : line.find(',') != line.npos ? ","
                                        : line.find(';') != line.npos ? ";"
                                                                      : " ";
    const auto fields = word_vectors::detail::fields_of(line, separators);
    std::optional<double> score;
    for (std::size_t i = 2; i < fields.size() && !score; ++i)
      score = word_vectors::detail::number_in(fields[i]);
    if (!score && pairs.empty() && number == 1 && fields.size() >= 3) return;  // a header line
    check<IoError>(score.has_value(), "similarity", name, ", line ", number,
                   ": expected two words and a number");
    pairs.push_back({std::string(fields[0]), std::string(fields[1]), *score});
  });
  check<IoError>(!pairs.empty(), "similarity", name, " holds no pairs");
  return pairs;
}

inline std::vector<AnalogySection> read_analogies(const std::string& path) {
  return parse_analogies(word_vectors::detail::read_small_file(path), path);
}
inline std::vector<SimilarityPair> read_similarities(const std::string& path) {
  return parse_similarities(word_vectors::detail::read_small_file(path), path);
}

namespace word_vectors::detail {

inline AnalogyScore score_section(const WordQueries& queries, const AnalogySection& section, index_t among) {
  const WordVectors& vectors = queries.vectors();
  const auto dim = static_cast<std::size_t>(vectors.dim());
  std::vector<std::array<index_t, 4>> covered;
  for (const AnalogyQuestion& question : section.questions) {
    std::array<index_t, 4> rows{};
    bool known = true;
    for (std::size_t i = 0; i < 4 && known; ++i) {
      const auto row = find_word(vectors, question.word[i]);
      known = row.has_value() && *row < among;
      if (known) rows[i] = *row;
    }
    if (known) covered.push_back(rows);
  }
  std::vector<float> questions(covered.size() * dim);
  for (std::size_t i = 0; i < covered.size(); ++i)
    queries.analogy_question(covered[i][0], covered[i][1], covered[i][2], questions.data() + i * dim);

  AnalogyScore score{0, static_cast<index_t>(covered.size()), static_cast<index_t>(section.questions.size())};
  const auto answers = queries.nearest(questions, 4, among);  // three may be the question's own words
  for (std::size_t i = 0; i < covered.size(); ++i) {
    const auto asked = std::span(covered[i]).first(3);
    for (const Neighbour& answer : answers[i]) {
      if (std::find(asked.begin(), asked.end(), answer.row) != asked.end()) continue;
      score.correct += answer.row == covered[i][3];
      break;
    }
  }
  return score;
}

}  // namespace word_vectors::detail

inline AnalogyReport evaluate_analogies(const WordQueries& queries,
                                        const std::vector<AnalogySection>& sections, index_t among) {
  if (among <= 0) among = queries.vectors().size();
  AnalogyReport report;
  for (const AnalogySection& section : sections) {
    const AnalogyScore score = word_vectors::detail::score_section(queries, section, among);
    report.sections.push_back(section.name);
    report.scores.push_back(score);
    (section.syntactic() ? report.syntactic : report.semantic) += score;
    report.total += score;
  }
  return report;
}

inline SimilarityReport evaluate_similarities(const WordQueries& queries,
                                              const std::vector<SimilarityPair>& pairs) {
  std::vector<double> cosines, scores;
  for (const SimilarityPair& pair : pairs) {
    const auto a = word_vectors::detail::find_word(queries.vectors(), pair.a),
               b = word_vectors::detail::find_word(queries.vectors(), pair.b);
    if (!a || !b) continue;
    cosines.push_back(static_cast<double>(queries.similarity(*a, *b)));
    scores.push_back(pair.score);
  }
  return {spearman(cosines, scores), static_cast<index_t>(cosines.size()),
          static_cast<index_t>(pairs.size())};
}

inline std::optional<double> spearman(const std::vector<double>& x, const std::vector<double>& y) {
  check<ShapeError>(x.size() == y.size(), "spearman", x.size(), " values against ", y.size());
  const std::vector<double> a = word_vectors::detail::ranks_of(x), b = word_vectors::detail::ranks_of(y);
  const double mean = (static_cast<double>(x.size()) + 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  return aa > 0 && bb > 0 ? std::optional(ab / std::sqrt(aa * bb)) : std::nullopt;
}

}  // namespace TENON_NAMESPACE::models
