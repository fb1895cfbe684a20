#pragma once
/// The parameters of word2vec: a vector for each word, and the output vectors of words or tree nodes with
/// which it is multiplied.

#include "tenon/core/generator.hpp"
#include "tenon/models/word_vectors/row_matrix.hpp"
#include "tenon/models/word_vectors/word2vec/options.hpp"

namespace TENON_NAMESPACE::models::word2vec {

/// The parameters of a word2vec run.
struct Word2VecModel {
  word_vectors::RowMatrix vectors;  ///< the words' vectors, which are the result
  word_vectors::RowMatrix outputs;  ///< output vectors of words, for negative sampling
  word_vectors::RowMatrix nodes;    ///< output vectors of the tree's inner nodes, for hierarchical softmax

  /// Initial parameters as in word2vec.c: vectors uniform in [-1/2, 1/2) / size, outputs and nodes 0.
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

}  // namespace TENON_NAMESPACE::models::word2vec
