#pragma once
/// What word2vec learns: a vector for each word, and those that it is multiplied with.

#include "tenon/core/generator.hpp"
#include "tenon/models/row_matrix.hpp"
#include "tenon/models/word2vec/options.hpp"

namespace TENON_NAMESPACE::models {

/// The parameters of a run.
struct Word2VecModel {
  RowMatrix vectors;  ///< of words: the result
  RowMatrix outputs;  ///< of words as targets, for negative sampling
  RowMatrix nodes;    ///< of inner nodes of the tree, for hierarchical softmax

  /// Vectors uniform in [-1/2, 1/2) / size, all else zero, as in word2vec.c.
  Word2VecModel(index_t words, const Word2VecOptions& options)
      : vectors(words, options.size),
        outputs(options.negative > 0 ? words : 0, options.size),
        nodes(options.hs && words > 0 ? words - 1 : 0, options.size) {
    Generator generator{options.seed};
    for (index_t i = 0; i < words; ++i)
      for (index_t d = 0; d < options.size; ++d)
        vectors.row(i)[d] = (generator.uniform<float>() - 0.5f) / static_cast<float>(options.size);
  }
};

}  // namespace TENON_NAMESPACE::models
