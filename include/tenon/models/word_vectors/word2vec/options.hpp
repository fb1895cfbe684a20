#pragma once
/// The options of a word2vec run, under the names of word2vec.c and gensim.

#include <cmath>    // isfinite
#include <cstdint>  // uint64_t
#include <string>   // string

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `Word2Vec`.
struct Word2VecOptions {
  // The model.
  index_t size = 100;     ///< dimensions of a vector (gensim: vector_size)
  bool cbow = false;      ///< predict the word from its window, rather than the window from the word
  bool cbow_mean = true;  ///< CBOW averages its window; false: sums it
  bool hs = false;        ///< hierarchical softmax over a Huffman tree, in addition to `negative`
  int negative = 5;       ///< negative samples for each positive one; 0: none
  /// The number of neighbouring skip-gram windows that share a set of negatives: with 1, each window has its
  /// own, as in Ji et al. 2016; for more, see Rengasamy et al. 2017, "Optimizing Word2Vec performance on
  /// multicore systems". With 0, each pair of words has its own, as in word2vec.c. A CBOW window is one pair.
  index_t shared_negatives = 2;
  double ns_exponent = 0.75;  ///< a negative's probability is proportional to count^ns_exponent

  // The words.
  int window = 5;         ///< largest distance of a context word; each centre draws one from 1 … window
  double sample = 1e-4;   ///< words above this share of the text are subsampled; 0: none
  index_t min_count = 5;  ///< rarer words are left out
  index_t max_vocab = 0;  ///< keep only this many of the most frequent words; 0: all

  // The schedule.
  int epochs = 5;           ///< passes over the text (word2vec.c: iter)
  double alpha = 0;         ///< first learning rate; 0: 0.025 for skip-gram, 0.05 for CBOW
  double min_alpha = 1e-4;  ///< last learning rate, reached linearly
  int threads = 0;          ///< Hogwild threads; 0: one for each processor
  std::uint64_t seed = 1;   ///< with one thread, equal seeds give equal bits

  // Checkpoints.
  std::string checkpoint = "";     ///< checkpoint file; empty: none
  double checkpoint_interval = 0;  ///< seconds between checkpoints; 0: only when training is stopped

  /// The first learning rate: `alpha` or its default.
  double initial_alpha() const { return alpha > 0 ? alpha : (cbow ? 0.05 : 0.025); }

  /// Whether to write a checkpoint now.
  bool checkpoint_due(double seconds_since_last) const {
    return checkpoint_interval > 0 && seconds_since_last >= checkpoint_interval;
  }

  /// Throws ValueError with a sentence about the first invalid option.
  void validate() const {
    const auto require = [](bool holds, const auto&... sentence) {
      check<ValueError>(holds, "word2vec", sentence...);
    };
    require(size >= 1 && size <= 65536, "size must lie between 1 and 65536, not ", size);
    require(window >= 1 && window <= 1000, "window must lie between 1 and 1000, not ", window);
    require(negative >= 0 && negative <= 1000, "negative must lie between 0 and 1000, not ", negative);
    require(shared_negatives >= 0 && shared_negatives <= 1000,
            "shared_negatives must lie between 0 and 1000, not ", shared_negatives);
    require(hs || negative > 0,
            "nothing to train: give negative samples (negative > 0) or hierarchical softmax (hs)");
    require(std::isfinite(ns_exponent), "ns_exponent must be a finite number, not ", ns_exponent);
    require(sample >= 0 && sample <= 1, "sample must lie between 0 and 1, not ", sample);
    require(min_count >= 1, "min_count must be at least 1, not ", min_count);
    require(max_vocab >= 0, "max_vocab must not be negative, it is ", max_vocab);
    require(epochs >= 1 && epochs <= 1000000, "epochs must lie between 1 and 1000000, not ", epochs);
    require(alpha >= 0 && alpha <= 10, "alpha must lie between 0 and 10, not ", alpha);
    require(min_alpha >= 0 && min_alpha <= initial_alpha(), "min_alpha must lie between 0 and alpha (",
            initial_alpha(), "), not ", min_alpha);
    require(threads >= 0 && threads <= 4096, "threads must lie between 0 and 4096, not ", threads);
    require(checkpoint_interval >= 0, "checkpoint_interval must not be negative, it is ",
            checkpoint_interval);
    require(checkpoint_interval == 0 || !checkpoint.empty(), "checkpoint_interval needs a checkpoint file");
  }
};

}  // namespace TENON_NAMESPACE::models
