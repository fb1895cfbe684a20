#pragma once
/// Matrix products by Eigen.

#include <Eigen/Core>

#include "tenon/backend/cpu/gemm.hpp"

namespace TENON_NAMESPACE::backend::blas {

template <Real T>
void gemm(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
          index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  if (cpu::is_thin<T>(transpose_a, transpose_b, m, n, k))
    return cpu::gemm_thin(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Stride = Eigen::OuterStride<>;
  const auto stored = [](const T* data, index_t rows, index_t columns, index_t stride) {
    return Eigen::Map<const Matrix, 0, Stride>(data, rows, columns, Stride(stride));
  };
  const auto left = transpose_a ? stored(a, k, m, lda) : stored(a, m, k, lda);
  const auto right = transpose_b ? stored(b, n, k, ldb) : stored(b, k, n, ldb);
  Eigen::Map<Matrix, 0, Stride> result(c, m, n, Stride(ldc));
  cpu::scale_rows(m, n, beta, c, ldc);
  const auto add = [&](const auto& x, const auto& y) { result.noalias() += alpha * (x * y); };
  if (transpose_a && transpose_b) {
    add(left.transpose(), right.transpose());
  } else if (transpose_a) {
    add(left.transpose(), right);
  } else if (transpose_b) {
    add(left, right.transpose());
  } else {
    add(left, right);
  }
}

}  // namespace TENON_NAMESPACE::backend::blas
