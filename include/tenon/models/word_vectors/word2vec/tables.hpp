#pragma once
/// The tables of word2vec: subsampling probabilities, the distribution of negatives, and the Huffman tree.

#include <algorithm>  // min
#include <cmath>      // pow, sqrt
#include <cstdint>    // uint32_t, uint64_t
#include <optional>   // optional
#include <vector>     // vector

#include "tenon/models/word_vectors/word2vec/alias_table.hpp"
#include "tenon/models/word_vectors/word2vec/huffman_tree.hpp"
#include "tenon/models/word_vectors/word2vec/options.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// The tables of a word2vec run, made once from the words' counts and read by all threads.
struct Word2VecTables {
  std::vector<std::uint32_t> keep;      ///< a word is kept if 32 random bits are at most this
  std::optional<AliasTable> negatives;  ///< negatives by count^ns_exponent; none without negative sampling
  std::optional<HuffmanTree> tree;      ///< none without hierarchical softmax

  /// The tables of words with these counts, in falling order.
  Word2VecTables(const std::vector<std::uint64_t>& counts, const Word2VecOptions& options) {
    double total = 0;
    std::vector<double> weights;
    for (const std::uint64_t count : counts) {
      total += static_cast<double>(count);
      weights.push_back(std::pow(static_cast<double>(count), options.ns_exponent));
    }
    for (const std::uint64_t count : counts)
      keep.push_back(threshold(keep_probability(static_cast<double>(count) / total, options.sample)));
    if (options.negative > 0) negatives.emplace(weights);
    if (options.hs) tree.emplace(counts);
  }

  /// The probability with which subsampling keeps a word of share f of the text, as in word2vec.c:
  /// min(1, sqrt(t / f) + t / f), t the option `sample`.
  static double keep_probability(double share, double sample) {
    if (sample == 0) return 1;
    return std::min(1.0, std::sqrt(sample / share) + sample / share);
  }

 private:
  static std::uint32_t threshold(double probability) {
    return static_cast<std::uint32_t>(std::min(probability * 0x1p32, 0x1p32 - 1));
  }
};

}  // namespace TENON_NAMESPACE::models::word2vec
