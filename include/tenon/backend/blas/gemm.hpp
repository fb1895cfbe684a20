#pragma once
/// Products of matrices by the library that the build chose, if it chose one.

#if defined(TENON_USE_OPENBLAS)
#include "tenon/backend/blas/openblas.hpp"
#define TENON_HAS_BLAS
#elif defined(TENON_USE_EIGEN)
#include "tenon/backend/blas/eigen.hpp"
#define TENON_HAS_BLAS
#endif

#if defined(TENON_HAS_BLAS)
namespace TENON_NAMESPACE::backend::blas {

template <Real T>
void batched_gemm(index_t batch, const index_t* a_offset, const index_t* b_offset, const index_t* c_offset,
                  bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
                  index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  cpu::each_product(batch, m * n * k, [&](index_t i) {
    gemm(transpose_a, transpose_b, m, n, k, alpha, a + a_offset[i], lda, b + b_offset[i], ldb, beta,
         c + c_offset[i], ldc);
  });
}

}  // namespace TENON_NAMESPACE::backend::blas
#endif
