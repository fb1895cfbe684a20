#pragma once
/// Matrix products as their definition reads.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void gemm(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
          index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  using Sum = compute_t<T>;
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      Sum sum{};
      for (index_t p = 0; p < k; ++p) {
        const T left = transpose_a ? a[p * lda + i] : a[i * lda + p];
        const T right = transpose_b ? b[j * ldb + p] : b[p * ldb + j];
        sum = static_cast<Sum>(sum + static_cast<Sum>(left) * static_cast<Sum>(right));
      }
      T& out = c[i * ldc + j];
      const Sum kept = beta == T{} ? Sum{} : static_cast<Sum>(static_cast<Sum>(beta) * static_cast<Sum>(out));
      out = static_cast<T>(static_cast<Sum>(alpha) * sum + kept);
    }
  }
}

template <class T>
void batched_gemm(index_t batch, const index_t* a_offset, const index_t* b_offset, const index_t* c_offset,
                  bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
                  index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  for (index_t i = 0; i < batch; ++i) {
    gemm(transpose_a, transpose_b, m, n, k, alpha, a + a_offset[i], lda, b + b_offset[i], ldb, beta,
         c + c_offset[i], ldc);
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
