#pragma once
/// A matrix of floats that training changes row by row.

#include "tenon/backend/hogwild.hpp"
#include "tenon/backend/memory.hpp"

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

}  // namespace TENON_NAMESPACE::models
