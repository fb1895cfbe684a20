#pragma once
/// Products of matrices.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/blas/gemm.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/reference/gemm.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// c = alpha op(a) op(b) + beta c with op(a) of shape (m, k) and op(b) of shape (k, n); op transposes where
/// asked. Where beta is 0, c is only written: NaN in it does not spread.
template <Scalar T>
struct Gemm {
  using Function = void(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha,
                        const T* a, index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc);
  TENON_PROVIDER(Reference, reference::gemm<T>)
  TENON_PROVIDER(Cpu, cpu::gemm<T>)
#if defined(TENON_HAS_BLAS)
  TENON_PROVIDER(Blas, blas::gemm<T>)
#endif
};

/// `batch` products as of Gemm, of matrices at the given offsets from a, b and c. Results do not overlap.
template <Scalar T>
struct BatchedGemm {
  using Function = void(index_t batch, const index_t* a_offset, const index_t* b_offset,
                        const index_t* c_offset, bool transpose_a, bool transpose_b, index_t m, index_t n,
                        index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb, T beta, T* c,
                        index_t ldc);
  TENON_PROVIDER(Reference, reference::batched_gemm<T>)
  TENON_PROVIDER(Cpu, cpu::batched_gemm<T>)
#if defined(TENON_HAS_BLAS)
  TENON_PROVIDER(Blas, blas::batched_gemm<T>)
#endif
};

}  // namespace TENON_NAMESPACE::backend
