#pragma once
/// Sparse rows times dense ones.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void csr_multiply(index_t rows, index_t inner, const index_t* offsets, const index_t* columns,
                  const T* values, const T* x, T* y) {
  using Sum = compute_t<T>;
  for (index_t r = 0; r < rows; ++r) {
    for (index_t i = 0; i < inner; ++i) {
      Sum sum{};
      for (index_t e = offsets[r]; e < offsets[r + 1]; ++e) {
        sum =
            static_cast<Sum>(sum + static_cast<Sum>(values[e]) * static_cast<Sum>(x[columns[e] * inner + i]));
      }
      y[r * inner + i] = static_cast<T>(sum);
    }
  }
}

template <class T>
void csr_sample(index_t rows, index_t inner, const index_t* offsets, const index_t* columns, const T* a,
                const T* b, T* values) {
  using Sum = compute_t<T>;
  for (index_t r = 0; r < rows; ++r) {
    for (index_t e = offsets[r]; e < offsets[r + 1]; ++e) {
      Sum sum{};
      for (index_t i = 0; i < inner; ++i) {
        sum = static_cast<Sum>(sum + static_cast<Sum>(a[r * inner + i]) *
                                         static_cast<Sum>(b[columns[e] * inner + i]));
      }
      values[e] = static_cast<T>(sum);
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
