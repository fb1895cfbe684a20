#pragma once
/// The options of a GloVe run, under the names of Stanford's tools (vocab_count, cooccur, glove).

#include <cmath>    // isfinite
#include <cstdint>  // uint64_t
#include <string>   // string

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// The result for a word, which has two trained vectors w and w~.
enum class GloveOutput {
  sum,   ///< w + w~, as the paper does (glove: -model 2)
  word,  ///< w alone (glove: -model 1)
};

/// Options of `Glove`. The defaults are the paper's.
struct GloveOptions {
  // The model.
  index_t size = 100;                     ///< dimensions of a vector (glove: vector-size)
  double x_max = 100;                     ///< co-occurrences X >= x_max have weight 1
  double alpha = 0.75;                    ///< rarer ones have the weight (X / x_max)^alpha
  GloveOutput output = GloveOutput::sum;  ///< the result for a word (glove: model)

  // The words.
  int window = 10;  ///< largest distance of a context word, on both sides; at distance d it counts 1 / d
  index_t min_count = 5;  ///< rarer words are left out
  index_t max_vocab = 0;  ///< keep only this many of the most frequent words; 0: all
  double memory = 0.5;    ///< GB for counting co-occurrences; beyond that, temporary files are used

  // The schedule.
  int iterations = 50;     ///< passes over the co-occurrences (glove: iter)
  double eta = 0.05;       ///< initial learning rate, which AdaGrad lowers for each element
  int threads = 0;         ///< Hogwild threads; 0: one for each processor
  std::uint64_t seed = 1;  ///< with one thread, equal seeds give equal bits

  // Checkpoints.
  std::string checkpoint = "";     ///< checkpoint file; empty: none
  double checkpoint_interval = 0;  ///< seconds between checkpoints; 0: only when training is stopped

  /// Whether to write a checkpoint now.
  bool checkpoint_due(double seconds_since_last) const {
    return checkpoint_interval > 0 && seconds_since_last >= checkpoint_interval;
  }

  /// Throws ValueError with a sentence about the first invalid option.
  void validate() const {
    const auto require = [](bool holds, const auto&... sentence) {
      check<ValueError>(holds, "glove", sentence...);
    };
    require(size >= 1 && size <= 65536, "size must lie between 1 and 65536, not ", size);
    require(x_max > 0 && std::isfinite(x_max), "x_max must be a positive number, not ", x_max);
    require(alpha >= 0 && std::isfinite(alpha), "alpha must be a number of 0 or more, not ", alpha);
    require(window >= 1 && window <= 1000, "window must lie between 1 and 1000, not ", window);
    require(min_count >= 1, "min_count must be at least 1, not ", min_count);
    require(max_vocab >= 0, "max_vocab must not be negative, it is ", max_vocab);
    require(memory >= 0.001 && memory <= 1e6, "memory must lie between 0.001 and 1000000 GB, not ", memory);
    require(iterations >= 1 && iterations <= 1000000, "iterations must lie between 1 and 1000000, not ",
            iterations);
    require(eta > 0 && eta <= 10, "eta must lie between 0 and 10, not ", eta);
    require(threads >= 0 && threads <= 4096, "threads must lie between 0 and 4096, not ", threads);
    require(checkpoint_interval >= 0, "checkpoint_interval must not be negative, it is ",
            checkpoint_interval);
    require(checkpoint_interval == 0 || !checkpoint.empty(), "checkpoint_interval needs a checkpoint file");
  }
};

}  // namespace TENON_NAMESPACE::models
