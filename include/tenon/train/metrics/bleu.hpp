#pragma once
/// Corpus BLEU (Papineni et al. 2002) of tokenised text. Values are those of sacrebleu (Post 2018) divided by
/// 100.

#include <algorithm>  // min, max
#include <array>      // array
#include <cmath>      // exp, log
#include <cstdlib>    // abs
#include <limits>     // quiet_NaN
#include <map>        // map
#include <vector>     // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::train {

/// The treatment of an order n of which no n-gram matched (Chen & Cherry 2014).
enum class BleuSmoothing {
  none,         ///< precision 0, and hence BLEU 0
  floor,        ///< counted as 0.1 matches
  add_one,      ///< one matched n-gram is added to each order but the first
  exponential,  ///< counted as 1/2 match, the next such order as 1/4, …; sacrebleu's default
};

/// Options of `Bleu`.
struct BleuOptions {
  BleuSmoothing smoothing = BleuSmoothing::exponential;  ///< treatment of orders without a match
};

/// BLEU: the geometric mean of the shares p_n of n-grams, n = 1 … 4, that occur in a reference (each counted
/// at most as often as there), times a penalty if hypotheses are shorter than references:
///
///     BLEU = min(1, exp(1 - r / c)) (p_1 p_2 p_3 p_4)^(1/4)
///
/// c is the total length of the hypotheses, r that of the references closest in length (the shorter of two
/// equally close). If no hypothesis has four tokens, BLEU is 0, except with `add_one`.
class Bleu {
 public:
  static constexpr std::size_t orders = 4;  ///< the longest n-grams

  /// A metric without texts.
  explicit Bleu(const BleuOptions& options = {}) : options_(options) {}

  /// Adds a hypothesis and its references. Tokens are of any ordered type: words, or numbers of a vocabulary.
  ///   throws: ValueError if there is no reference
  template <class Token>
  void add(const std::vector<Token>& hypothesis, const std::vector<std::vector<Token>>& references);

  /// BLEU in [0, 1]; NaN before the first text, 0 if no token matched.
  double value() const;
  /// The smoothed shares of n-grams that matched, n = 1 … 4; NaN if there were no n-grams.
  std::array<double, orders> precisions() const;
  /// The factor min(1, exp(1 - r / c)).
  double brevity_penalty() const {
    if (hypothesis_length_ >= reference_length_) return 1;
    if (hypothesis_length_ == 0) return 0;
    return std::exp(1 - static_cast<double>(reference_length_) / static_cast<double>(hypothesis_length_));
  }

 private:
  BleuOptions options_;
  bool seen_ = false;
  index_t hypothesis_length_ = 0, reference_length_ = 0;
  std::array<index_t, orders> matched_{}, counted_{};
};

namespace detail {

template <class Token>
using NgramCounts = std::map<std::vector<Token>, index_t>;

template <class Token>
NgramCounts<Token> count_ngrams(const std::vector<Token>& tokens, std::size_t n) {
  NgramCounts<Token> counts;
  for (auto first = tokens.begin(); static_cast<std::size_t>(tokens.end() - first) >= n; ++first)
    ++counts[std::vector<Token>(first, first + static_cast<std::ptrdiff_t>(n))];
  return counts;
}

}  // namespace detail

template <class Token>
void Bleu::add(const std::vector<Token>& hypothesis, const std::vector<std::vector<Token>>& references) {
  check<ValueError>(!references.empty(), "bleu", "a hypothesis needs at least one reference");
  const auto length = static_cast<index_t>(hypothesis.size());
  index_t closest = static_cast<index_t>(references[0].size());
  for (const auto& reference : references) {
    const auto candidate = static_cast<index_t>(reference.size());
    const index_t gap = std::abs(candidate - length), best = std::abs(closest - length);
    if (gap < best || (gap == best && candidate < closest)) closest = candidate;
  }
  seen_ = true;
  hypothesis_length_ += length;
  reference_length_ += closest;
  for (std::size_t n = 1; n <= orders; ++n) {
    detail::NgramCounts<Token> allowed;
    for (const auto& reference : references)
      for (const auto& [ngram, count] : detail::count_ngrams(reference, n))
        allowed[ngram] = std::max(allowed[ngram], count);
    for (const auto& [ngram, count] : detail::count_ngrams(hypothesis, n)) {
      const auto found = allowed.find(ngram);
      counted_[n - 1] += count;
      if (found != allowed.end()) matched_[n - 1] += std::min(count, found->second);
    }
  }
}

inline std::array<double, Bleu::orders> Bleu::precisions() const {
  std::array<double, orders> shares;
  double halved = 1;
  for (std::size_t n = 0; n < orders; ++n) {
    const bool one_more = options_.smoothing == BleuSmoothing::add_one && n > 0;
    double matched = static_cast<double>(matched_[n] + one_more);
    const double counted = static_cast<double>(counted_[n] + one_more);
    if (matched == 0 && options_.smoothing == BleuSmoothing::floor) matched = 0.1;
    if (matched == 0 && options_.smoothing == BleuSmoothing::exponential) matched = halved /= 2;
    shares[n] = counted > 0 ? matched / counted : std::numeric_limits<double>::quiet_NaN();
  }
  return shares;
}

inline double Bleu::value() const {
  if (!seen_) return std::numeric_limits<double>::quiet_NaN();
  if (matched_[0] == 0) return 0;
  double logarithms = 0;
  for (double share : precisions()) logarithms += share > 0 ? std::log(share) : -HUGE_VAL;
  return brevity_penalty() * std::exp(logarithms / static_cast<double>(orders));
}

}  // namespace TENON_NAMESPACE::train
