#pragma once
/// A matrix of floats that training changes row by row.

#include "tenon/backend/hogwild.hpp"
#include "tenon/backend/memory.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// A matrix whose rows begin at cache lines, in huge pages where the system has them.
class RowMatrix {
 public:
  /// A matrix of zeros.
  RowMatrix(index_t rows, index_t length)
      : rows_(rows),
        length_(length),
        stride_(backend::hogwild::row_stride<float>(length)),
        values_(rows * stride_) {
    for (index_t i = 0; i < rows_ * stride_; ++i) values_[i] = 0;
  }

  /// The number of rows.
  index_t rows() const { return rows_; }
  /// The number of elements in a row.
  index_t length() const { return length_; }
  /// The distance between rows in elements. Elements after the row's length are padding.
  index_t stride() const { return stride_; }
  /// Row i.
  float* row(index_t i) { return values_.data() + i * stride_; }
  const float* row(index_t i) const { return values_.data() + i * stride_; }

 private:
  index_t rows_, length_, stride_;
  backend::Buffer<float> values_;
};

}  // namespace TENON_NAMESPACE::models::word_vectors
