#pragma once
/// What word2vec learns: a vector for each word, and those that it is multiplied with.

#include <cstdint>  // uint32_t, uint64_t

#include "tenon/backend/hogwild.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/core/generator.hpp"
#include "tenon/models/word2vec/options.hpp"

namespace TENON_NAMESPACE::models {

/// Rows of equal length on cache lines and huge pages.
class RowMatrix {
 public:
  RowMatrix(index_t rows, index_t length)
      : rows_(rows),
        length_(length),
        stride_(backend::hogwild::row_stride<float>(length)),
        values_(rows * stride_) {
    for (index_t i = 0; i < rows_ * stride_; ++i) values_[i] = 0;
  }

  index_t rows() const { return rows_; }
  index_t length() const { return length_; }
  index_t stride() const { return stride_; }  ///< from row to row; zeros fill the rest
  float* row(index_t i) { return values_.data() + i * stride_; }
  const float* row(index_t i) const { return values_.data() + i * stride_; }

 private:
  index_t rows_, length_, stride_;
  backend::Buffer<float> values_;
};

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
