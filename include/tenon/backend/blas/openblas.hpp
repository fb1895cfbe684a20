#pragma once
/// Matrix products by OpenBLAS, through prototypes of our own: no foreign header, and no clash with one that
/// a user includes.

#include <algorithm>  // max
#include <climits>    // INT_MAX

#include "tenon/backend/cpu/gemm.hpp"

namespace TENON_NAMESPACE::backend::blas {

namespace detail {
void cblas_sgemm(int layout, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float* a, int lda, const float* b, int ldb, float beta, float* c,
                 int ldc) __asm__("cblas_sgemm");
void cblas_dgemm(int layout, int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double* a, int lda, const double* b, int ldb, double beta, double* c,
                 int ldc) __asm__("cblas_dgemm");
void openblas_set_num_threads(int count) __asm__("openblas_set_num_threads");

/// The work is shared out by our loops, so that OpenBLAS's own threads, if its flavour has any, must not
/// compete with them.
inline const bool openblas_is_serial = (openblas_set_num_threads(1), true);
}  // namespace detail

template <Real T>
void gemm(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
          index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  if (cpu::is_thin<T>(transpose_a, transpose_b, m, n, k))
    return cpu::gemm_thin(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  if (std::max({m, n, k, lda, ldb, ldc}) > INT_MAX) {  // beyond OpenBLAS's integers: row by row
    for (index_t i = 0; i < m; ++i)
      cpu::gemm_thin(transpose_a, transpose_b, 1, n, k, alpha, a + i * (transpose_a ? 1 : lda), lda, b, ldb,
                     beta, c + i * ldc, ldc);
    return;
  }
  constexpr int row_major = 101, as_is = 111, transposed = 112;
  const auto narrow = [](index_t extent) { return static_cast<int>(extent); };
  const auto block = [&](index_t row, index_t rows, index_t column, index_t columns) {
    const auto call = [&](auto&& cblas_gemm) {
      cblas_gemm(row_major, transpose_a ? transposed : as_is, transpose_b ? transposed : as_is, narrow(rows),
                 narrow(columns), narrow(k), alpha, a + row * (transpose_a ? 1 : lda), narrow(lda),
                 b + column * (transpose_b ? ldb : 1), narrow(ldb), beta, c + row * ldc + column,
                 narrow(ldc));
    };
    if constexpr (sizeof(T) == sizeof(float)) {
      call(detail::cblas_sgemm);
    } else {
      call(detail::cblas_dgemm);
    }
  };
  const index_t longer = std::max(m, n), parts = m * n * k < cpu::gemm_serial_work ? 1 : num_threads();
  parallel_for(longer, (longer + parts - 1) / parts, [&](index_t begin, index_t end) {
    if (m >= n) {
      block(begin, end - begin, 0, n);
    } else {
      block(0, m, begin, end - begin);
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::blas
