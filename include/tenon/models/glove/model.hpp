#pragma once
/// What GloVe learns: two vectors and two biases for each word, and what AdaGrad remembers of them.

#include "tenon/backend/glove_rows.hpp"
#include "tenon/core/generator.hpp"
#include "tenon/models/glove/options.hpp"
#include "tenon/models/row_matrix.hpp"

namespace TENON_NAMESPACE::models {

/// All of a word lies together: its row, the squares of that, its row as a context, the squares of that. Of
/// size + 2 coordinates, those after the vector are the word's bias and a 1 for the other's bias, in the
/// context row a 1 and the bias: the product of two rows is <w, w~> + b + b~.
class GloveModel {
 public:
  /// Vectors and biases uniform in [-1/2, 1/2) / size, sums of squares 1, as Stanford's tool begins. A sum of
  /// eta^2 makes the first learning rate of the biases 1 instead of eta, as in the tool's later versions.
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

  index_t words() const { return words_.rows(); }
  index_t stride() const { return stride_; }
  float* row(index_t word) { return words_.row(word); }
  const float* row(index_t word) const { return words_.row(word); }
  float* context(index_t word) { return words_.row(word) + 2 * stride_; }
  const float* context(index_t word) const { return words_.row(word) + 2 * stride_; }

  /// Everything, as checkpoints keep it.
  RowMatrix& matrix() { return words_; }
  const RowMatrix& matrix() const { return words_; }

 private:
  /// bias, one   the coordinates of the word's bias and of what stays 1
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
  RowMatrix words_;
};

}  // namespace TENON_NAMESPACE::models
