#pragma once
/// Queries of word vectors: nearest neighbours, analogies, similarity, the odd one out.

#include <algorithm>    // find, min, min_element, pop_heap, push_heap, sort
#include <cmath>        // sqrt
#include <span>         // span
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move
#include <vector>       // vector

#include "tenon/backend/gemm.hpp"
#include "tenon/core/error.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/models/word_vectors/word_vectors.hpp"

namespace TENON_NAMESPACE::models {

/// A word found by a query.
struct Neighbour {
  index_t row = 0;       ///< the word's row
  float similarity = 0;  ///< cosine similarity, or the dot product with a question of another length
};

/// Word vectors prepared for queries: each row is divided by its length, so that dot products are cosines.
///
/// Answers are exact: all words are compared, for many questions at a time as blocks of a matrix product.
/// Words of equal similarity rank by row. Queries throw ValueError for a word that is not in the vocabulary.
class WordQueries {
 public:
  /// Normalises a copy of the vectors.
  explicit WordQueries(WordVectors vectors);

  /// The vectors as given.
  const WordVectors& vectors() const { return vectors_; }
  /// The vector of a row, divided by its length.
  std::span<const float> unit(index_t row) const {
    return {unit_.data() + row * vectors_.dim(), static_cast<std::size_t>(vectors_.dim())};
  }

  /// The cosine similarity of two words.
  float similarity(std::string_view a, std::string_view b) const {
    return similarity(vectors_.row(a), vectors_.row(b));
  }
  /// The cosine similarity of two rows.
  float similarity(index_t a, index_t b) const { return cosine(unit(a), unit(b)); }

  /// The k words nearest to a word, without the word itself, best first; with `among` > 0, only of this many
  /// most frequent words.
  ///   throws: ValueError if the word is not in the vocabulary or k < 1
  std::vector<Neighbour> neighbours(std::string_view word, index_t k, index_t among = 0) const;

  /// The k words d for which "a is to b as c is to d" holds best: those nearest to b - a + c (3CosAdd,
  /// Mikolov et al. 2013), without a, b and c, best first; with `among` > 0, only of this many most frequent
  /// words.
  ///   throws: ValueError if a word is not in the vocabulary or k < 1
  std::vector<Neighbour> analogy(std::string_view a, std::string_view b, std::string_view c, index_t k,
                                 index_t among = 0) const;

  /// The position of the word farthest from the mean of all, in a list of two or more.
  ///   throws: ValueError if a word is not in the vocabulary or there are fewer than two
  index_t odd_one_out(std::span<const std::string> words) const;

  /// For each of N questions (N, D), row-major, the k words with the largest dot products, best first; with
  /// `among` > 0, only of this many most frequent words.
  ///   throws: ShapeError if the questions are no multiple of D values; ValueError if k < 1
  std::vector<std::vector<Neighbour>> nearest(std::span<const float> questions, index_t k,
                                              index_t among = 0) const;

  /// Writes the vector of an analogy, b - a + c for normalised rows, to D floats.
  void analogy_question(index_t a, index_t b, index_t c, float* question) const {
    for (std::size_t i = 0; i < unit(a).size(); ++i) question[i] = unit(b)[i] - unit(a)[i] + unit(c)[i];
  }

 private:
  static float cosine(std::span<const float> a, std::span<const float> b) {
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }
  /// Answers `count` questions among the first `rows` words.
  void answer(const float* questions, index_t count, index_t k, index_t rows,
              std::vector<Neighbour>* answers) const;
  /// The words nearest to a question, without some rows.
  std::vector<Neighbour> ask(std::vector<float> question, index_t k, index_t among,
                             std::span<const index_t> without) const;

  WordVectors vectors_;
  std::vector<float> unit_;
};

namespace word_vectors::detail {

/// Divides a vector by its length; a zero vector is not changed.
inline void normalize(std::span<float> x) {
  double squares = 0;
  for (const float v : x) squares += static_cast<double>(v) * v;
  if (squares == 0) return;
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (float& v : x) v *= scale;
}

/// Keeps the k best of a stream of scores with ascending rows.
class TopK {
 public:
  explicit TopK(index_t k) : k_(static_cast<std::size_t>(k)) {}

  /// Adds `count` scores, of the rows from `first` on. Blocks without a score above the worst kept one, which
  /// are nearly all, are skipped.
  void offer(const float* scores, index_t count, index_t first) {
    constexpr index_t block = 32;
    for (index_t begin = 0; begin < count; begin += block) {
      const index_t end = begin + block < count ? begin + block : count;
      if (best_.size() == k_ && !any_above(scores + begin, end - begin, best_.front().similarity)) continue;
      for (index_t i = begin; i < end; ++i) offer({first + i, scores[i]});
    }
  }

  std::vector<Neighbour> sorted() && {
    std::sort(best_.begin(), best_.end(), better);
    return std::move(best_);
  }

 private:
  static bool better(const Neighbour& a, const Neighbour& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
  }
  static bool any_above(const float* scores, index_t count, float bound) {
    int above = 0;
    for (index_t i = 0; i < count; ++i) above |= scores[i] > bound;
    return above != 0;
  }

  void offer(Neighbour candidate) {
    if (best_.size() == k_) {
      if (!better(candidate, best_.front())) return;
      std::pop_heap(best_.begin(), best_.end(), better);
      best_.back() = candidate;
    } else {
      best_.push_back(candidate);
    }
    std::push_heap(best_.begin(), best_.end(), better);
  }

  std::size_t k_;
  std::vector<Neighbour> best_;  // a heap with the worst at the top
};

}  // namespace word_vectors::detail

inline WordQueries::WordQueries(WordVectors vectors)
    : vectors_(std::move(vectors)), unit_(vectors_.values()) {
  const auto dim = static_cast<std::size_t>(vectors_.dim());
  parallel_for(vectors_.size(), 1024, [&](index_t begin, index_t end) {
    for (index_t row = begin; row < end; ++row)
      word_vectors::detail::normalize({unit_.data() + static_cast<std::size_t>(row) * dim, dim});
  });
}

inline std::vector<std::vector<Neighbour>> WordQueries::nearest(std::span<const float> questions, index_t k,
                                                                index_t among) const {
  check<ValueError>(k >= 1, "nearest", "k must be positive, not ", k);
  const index_t dim = vectors_.dim(), rows = among > 0 ? std::min(among, vectors_.size()) : vectors_.size();
  const auto total = dim > 0 ? static_cast<index_t>(questions.size()) / dim : 0;
  check<ShapeError>(total * dim == static_cast<index_t>(questions.size()), "nearest", questions.size(),
                    " values are not questions of ", dim, " dimensions");
  constexpr index_t question_block = 128;
  std::vector<std::vector<Neighbour>> answers(static_cast<std::size_t>(total));
  parallel_for(total, question_block, [&](index_t begin, index_t end) {
    answer(questions.data() + begin * dim, end - begin, k, rows, answers.data() + begin);
  });
  return answers;
}

inline void WordQueries::answer(const float* questions, index_t count, index_t k, index_t rows,
                                std::vector<Neighbour>* answers) const {
  constexpr index_t scores_at_once = index_t{1} << 17;  // few enough for the cache
  const index_t dim = vectors_.dim(), row_block = scores_at_once / count;
  std::vector<float> scores(static_cast<std::size_t>(count * std::min(row_block, rows)));
  std::vector<word_vectors::detail::TopK> best(static_cast<std::size_t>(count),
                                               word_vectors::detail::TopK(std::min(k, rows)));
  for (index_t first = 0; first < rows; first += row_block) {
    const index_t width = std::min(row_block, rows - first);
    backend::kernel<backend::Gemm<float>>()(false, true, count, width, dim, 1.0f, questions, dim,
                                            unit_.data() + first * dim, dim, 0.0f, scores.data(), width);
    for (std::size_t q = 0; q < best.size(); ++q)
      best[q].offer(scores.data() + static_cast<index_t>(q) * width, width, first);
  }
  for (std::size_t q = 0; q < best.size(); ++q) answers[q] = std::move(best[q]).sorted();
}

inline std::vector<Neighbour> WordQueries::ask(std::vector<float> question, index_t k, index_t among,
                                               std::span<const index_t> without) const {
  check<ValueError>(k >= 1, "nearest", "k must be positive, not ", k);
  word_vectors::detail::normalize(question);
  const index_t wanted = std::min(k, vectors_.size()) + static_cast<index_t>(without.size());
  auto answer = nearest(question, wanted, among).front();
  std::erase_if(answer, [&](const Neighbour& n) {
    return std::find(without.begin(), without.end(), n.row) != without.end();
  });
  if (static_cast<index_t>(answer.size()) > k) answer.resize(static_cast<std::size_t>(k));
  return answer;
}

inline std::vector<Neighbour> WordQueries::neighbours(std::string_view word, index_t k, index_t among) const {
  const index_t row = vectors_.row(word);
  return ask({unit(row).begin(), unit(row).end()}, k, among, {&row, 1});
}

inline std::vector<Neighbour> WordQueries::analogy(std::string_view a, std::string_view b, std::string_view c,
                                                   index_t k, index_t among) const {
  const index_t rows[] = {vectors_.row(a), vectors_.row(b), vectors_.row(c)};
  std::vector<float> question(static_cast<std::size_t>(vectors_.dim()));
  analogy_question(rows[0], rows[1], rows[2], question.data());
  return ask(std::move(question), k, among, rows);
}

inline index_t WordQueries::odd_one_out(std::span<const std::string> words) const {
  check<ValueError>(words.size() >= 2, "odd one out", "needs two words or more, not ", words.size());
  std::vector<float> mean(static_cast<std::size_t>(vectors_.dim()));
  std::vector<index_t> rows;
  for (const std::string& word : words) {
    rows.push_back(vectors_.row(word));
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += unit(rows.back())[i];
  }
  const auto farther = [&](index_t a, index_t b) { return cosine(unit(a), mean) < cosine(unit(b), mean); };
  return std::min_element(rows.begin(), rows.end(), farther) - rows.begin();
}

}  // namespace TENON_NAMESPACE::models
