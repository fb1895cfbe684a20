#pragma once
/// What a GloVe run may be told, under the names of Stanford's tools (vocab_count, cooccur, glove).

#include <cmath>    // isfinite
#include <cstdint>  // uint64_t
#include <string>   // string

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// Which of the two vectors of a word becomes its vector.
enum class GloveOutput {
  sum,   ///< w + w~, as the paper does (glove: -model 2)
  word,  ///< w alone (glove: -model 1)
};

/// Hyper-parameters and arrangements of one training run; the defaults are the paper's.
struct GloveOptions {
  // The model.
  index_t size = 100;                     ///< dimensions of a vector (glove: vector-size)
  double x_max = 100;                     ///< co-occurrences from here on weigh 1, rarer ones …
  double alpha = 0.75;                    ///< … (X / x_max)^alpha
  GloveOutput output = GloveOutput::sum;  ///< (glove: model)

  // The words.
  int window = 10;        ///< largest distance of a context word, on both sides; a word d away counts 1 / d
  index_t min_count = 5;  ///< rarer words are dropped
  index_t max_vocab = 0;  ///< keep only so many of the most frequent words; 0: all
  double memory = 0.5;    ///< GB for counting co-occurrences; what is more waits in temporary files

  // The schedule.
  int iterations = 50;     ///< passes over the co-occurrences (glove: iter)
  double eta = 0.05;       ///< first learning rate; AdaGrad lowers it for each coordinate
  int threads = 0;         ///< Hogwild threads; 0: as many as the machine has
  std::uint64_t seed = 1;  ///< one thread and one seed give the same bits each run

  // Checkpoints.
  std::string checkpoint = "";     ///< file of the saved state; empty: none
  double checkpoint_interval = 0;  ///< seconds between checkpoints; 0: only when training is stopped

  bool checkpoint_due(double seconds_since_last) const {
    return checkpoint_interval > 0 && seconds_since_last >= checkpoint_interval;
  }

  /// Throws ValueError with a sentence about the first option that makes no sense.
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
