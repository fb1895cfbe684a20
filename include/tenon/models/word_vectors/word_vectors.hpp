#pragma once
/// Word vectors: a vocabulary with a vector for each word, the result of Word2Vec and Glove.

#include <algorithm>    // copy
#include <optional>     // optional
#include <span>         // span
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/io/word_table.hpp"
#include "tenon/tensor/create.hpp"
#include "tenon/text/vocabulary.hpp"

namespace TENON_NAMESPACE::models {

/// V words, their D-dimensional vectors, and an index from words to rows. Immutable.
class WordVectors {
 public:
  /// No words.
  WordVectors() = default;

  /// Takes ownership of a table. Of a word that occurs twice the first row is kept, as in gensim.
  ///   throws: ValueError if the numbers of words, values and counts do not fit
  explicit WordVectors(io::WordTable table) : table_(std::move(table)) {
    check_parts();
    build_index();
  }

  /// The number of words V.
  index_t size() const { return static_cast<index_t>(table_.words.size()); }
  /// The number of dimensions D.
  index_t dim() const { return table_.dim; }

  /// The words, in the order of their rows.
  const std::vector<std::string>& words() const { return table_.words; }
  /// The word of a row.
  const std::string& word(index_t row) const { return table_.words[static_cast<std::size_t>(row)]; }
  /// The number of occurrences of each word in the training text; empty if not known.
  const std::vector<index_t>& counts() const { return table_.counts; }
  /// The V × D matrix of vectors, row-major.
  const std::vector<float>& values() const { return table_.values; }
  /// A copy of the matrix of vectors as a tensor (V, D).
  Tensor<float> matrix() const { return from(table_.values, {size(), dim()}); }
  /// The table, for writing to a file.
  const io::WordTable& table() const { return table_; }

  /// The vector of a row.
  std::span<const float> vector(index_t row) const {
    return {table_.values.data() + row * dim(), static_cast<std::size_t>(dim())};
  }

  /// The row of a word; none if it is not in the vocabulary.
  std::optional<index_t> find(std::string_view word) const {
    const text::Vocabulary::Id row = index_.find(word);
    return row == text::Vocabulary::unknown ? std::nullopt : std::optional<index_t>(row);
  }
  /// Whether a word is in the vocabulary.
  bool contains(std::string_view word) const { return find(word).has_value(); }

  /// The row of a word.    throws: ValueError with the word if it is not in the vocabulary
  index_t row(std::string_view word) const {
    const auto found = find(word);
    check<ValueError>(found.has_value(), "word vectors", "\"", word, "\" is not in the vocabulary of ",
                      size(), " words");
    return *found;
  }

 private:
  void check_parts() const {
    const std::size_t n = table_.words.size();
    check<ValueError>(table_.dim >= 1 || n == 0, "word vectors", "the dimension must be positive, not ",
                      table_.dim);
    check<ValueError>(table_.values.size() == n * static_cast<std::size_t>(table_.dim), "word vectors", n,
                      " words of ", table_.dim, " dimensions need ", n * static_cast<std::size_t>(table_.dim),
                      " values, not ", table_.values.size());
    check<ValueError>(table_.counts.empty() || table_.counts.size() == n, "word vectors", n, " words but ",
                      table_.counts.size(), " counts");
  }

  void build_index() {
    std::size_t kept = 0;
    for (std::size_t row = 0; row < table_.words.size(); ++row) {
      if (contains(table_.words[row])) continue;
      index_.add(table_.words[row]);
      if (kept != row) move_row(row, kept);
      ++kept;
    }
    table_.words.resize(kept);
    table_.values.resize(kept * static_cast<std::size_t>(table_.dim));
    if (!table_.counts.empty()) table_.counts.resize(kept);
  }

  void move_row(std::size_t from, std::size_t to) {
    table_.words[to] = std::move(table_.words[from]);
    if (!table_.counts.empty()) table_.counts[to] = table_.counts[from];
    const auto dim = static_cast<std::ptrdiff_t>(table_.dim);
    const auto first = table_.values.begin() + static_cast<std::ptrdiff_t>(from) * dim;
    std::copy(first, first + dim, table_.values.begin() + static_cast<std::ptrdiff_t>(to) * dim);
  }

  io::WordTable table_;
  text::Vocabulary index_;  // the number of a word is its row
};

}  // namespace TENON_NAMESPACE::models
