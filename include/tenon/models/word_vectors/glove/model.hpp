#pragma once
/// The parameters of GloVe: two vectors and two biases for each word, with the AdaGrad state.

#include "tenon/backend/glove_rows.hpp"
#include "tenon/core/generator.hpp"
#include "tenon/models/word_vectors/glove/options.hpp"
#include "tenon/models/word_vectors/row_matrix.hpp"

namespace TENON_NAMESPACE::models::glove {

/// The parameters of a GloVe run. The four rows of a word are adjacent: its row, AdaGrad's sums of squares
/// for it, its row as a context, and the sums of squares for that. A row has size + 2 elements: the vector,
/// then the bias and a 1, or in a context row a 1 and the bias, so that the dot product of a row and a
/// context row is <w, w~> + b + b~.
class GloveModel {
 public:
  /// Initial parameters as in Stanford's tool: vectors and biases uniform in [-1/2, 1/2) / size, sums of
  /// squares 1. As in its later versions, the biases' sums of squares are eta^2, which makes their first
  /// learning rate 1 instead of eta.
  GloveModel(index_t words, const GloveOptions& options)
      : size_(options.size),
        eta_(static_cast<float>(options.eta)),
        stride_(backend::hogwild::row_stride<float>(options.size + 2)),
        words_(words, 4 * stride_) {
    Generator generator{options.seed};
    for (index_t i = 0; i < words; ++i) {
      begin_row(row(i), size_, size_ + 1, generator);
      begin_row(context(i), size_ + 1, size_, generator);
    }
  }

  /// The number of words.
  index_t words() const { return words_.rows(); }
  /// The distance between the rows of a word, in elements.
  index_t stride() const { return stride_; }
  /// The row of a word.
  float* row(index_t word) { return words_.row(word); }
  const float* row(index_t word) const { return words_.row(word); }
  /// The row of a word as a context.
  float* context(index_t word) { return words_.row(word) + 2 * stride_; }
  const float* context(index_t word) const { return words_.row(word) + 2 * stride_; }

  /// All parameters, for checkpoints.
  word_vectors::RowMatrix& matrix() { return words_; }
  const word_vectors::RowMatrix& matrix() const { return words_; }

 private:
  /// Initialises a row and its sums of squares; `bias` and `one` are the positions of the bias and of the
  /// constant 1.
  void begin_row(float* values, index_t bias, index_t one, Generator& generator) const {
    float* const squares = values + stride_;
    for (index_t d = 0; d < stride_; ++d) squares[d] = 1;
    for (index_t d = 0; d < size_ + 2; ++d)
      values[d] = d == one ? 1.0f : (generator.uniform<float>() - 0.5f) / static_cast<float>(size_);
    squares[one] = backend::fixed_squares<float>;
    squares[bias] = eta_ * eta_;
  }

  index_t size_;
  float eta_;
  index_t stride_;
  word_vectors::RowMatrix words_;
};

}  // namespace TENON_NAMESPACE::models::glove
