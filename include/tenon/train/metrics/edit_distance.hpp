#pragma once
/// Edit distance (Levenshtein 1966), and the error rates of speech and text recognition based on it.

#include <algorithm>    // min
#include <cstdint>      // uint32_t
#include <numeric>      // iota
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/scalar.hpp"
#include "tenon/text/normalize.hpp"

namespace TENON_NAMESPACE::train {

/// Edit distance: the least number of insertions, deletions and substitutions that turn one sequence into the
/// other.
///
///   cost: O(|a| |b|) time, O(|b|) memory
template <class Sequence>
index_t edit_distance(const Sequence& a, const Sequence& b) {
  std::vector<index_t> row(b.size() + 1);  // distances of the part of a read so far to each prefix of b
  std::iota(row.begin(), row.end(), index_t{0});
  for (const auto& symbol : a) {
    index_t diagonal = row[0]++;
    std::size_t at = 0;
    for (const auto& other : b) {
      const index_t replaced = diagonal + (symbol == other ? 0 : 1);
      diagonal = row[++at];
      row[at] = std::min({replaced, diagonal + 1, row[at - 1] + 1});
    }
  }
  return row.back();
}

/// Error rate: the edits of all sequences divided by the symbols of all references (not the mean of the
/// sequences' rates). It may exceed 1; it is infinite if the references are empty and the hypotheses are not.
class ErrorRate {
 public:
  /// Adds a recognised sequence and the true one.
  template <class Sequence>
  void add(const Sequence& hypothesis, const Sequence& reference) {
    edits_ += edit_distance(hypothesis, reference);
    symbols_ += static_cast<index_t>(reference.size());
  }

  /// The error rate; NaN without symbols and edits.
  double value() const { return static_cast<double>(edits_) / static_cast<double>(symbols_); }
  /// The number of edits so far.
  index_t edits() const { return edits_; }
  /// The number of symbols in the references so far.
  index_t symbols() const { return symbols_; }

 private:
  index_t edits_ = 0, symbols_ = 0;
};

/// The words of a text: its parts between white space.
inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view space = " \t\n\r\f\v";
  for (std::size_t at = text.find_first_not_of(space); at != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(space, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(space, end);
  }
  return words;
}
/// The characters of UTF-8 text, spaces included.
inline std::vector<std::uint32_t> characters_of(std::string_view text) {
  std::vector<std::uint32_t> characters;
  while (!text.empty()) {
    const text::CodePoint c = text::decode_utf8(text);
    characters.push_back(c.value);
    text.remove_prefix(static_cast<std::size_t>(c.bytes));
  }
  return characters;
}

/// Word error rate of texts with words separated by white space. Case and punctuation are significant.
class WordErrorRate : public ErrorRate {
 public:
  /// Adds a recognised text and the true one.
  void add(std::string_view hypothesis, std::string_view reference) {
    ErrorRate::add(words_of(hypothesis), words_of(reference));
  }
};

/// Character error rate of UTF-8 texts, spaces included.
class CharacterErrorRate : public ErrorRate {
 public:
  /// Adds a recognised text and the true one.
  void add(std::string_view hypothesis, std::string_view reference) {
    ErrorRate::add(characters_of(hypothesis), characters_of(reference));
  }
};

}  // namespace TENON_NAMESPACE::train
