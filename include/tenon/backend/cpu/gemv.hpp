#pragma once
/// Products of a vector and a matrix, which run at the speed of memory.

#include <algorithm>  // max, min

#include "tenon/backend/cpu/gemm_tile.hpp"
#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// About the number of elements of a matrix that one task reads.
inline constexpr index_t gemv_task = index_t{1} << 16;

template <class T>
void copy_elements(index_t n, const T* from, T* to) {
  each_pack<T>(0, n, [&](auto lanes) { lanes.store(to, lanes.load(from)); });
}

/// c(m, n) = beta c, without reading c when beta is 0.
template <class T>
void scale_rows(index_t m, index_t n, T beta, T* c, index_t ldc) {
  for (index_t i = 0; i < m; ++i) {
    T* row = c + i * ldc;
    each_pack<T>(0, n, [&](auto lanes) {
      lanes.store(row, beta != 0 ? Pack<T>(beta) * lanes.load(row) : Pack<T>(0));
    });
  }
}

/// y(n) = sum over p of x[p] b[p](n), four rows at a time while y stays in the first-level cache.
template <class T>
void add_scaled_rows(index_t n, index_t k, const T* x, const T* b, index_t ldb, T* y) {
  std::fill_n(y, n, T{0});
  index_t p = 0;
  for (; p + 4 <= k; p += 4) {
    const T *b0 = b + p * ldb, *b1 = b0 + ldb, *b2 = b1 + ldb, *b3 = b2 + ldb;
    const Pack<T> x0(x[p]), x1(x[p + 1]), x2(x[p + 2]), x3(x[p + 3]);
    each_pack<T>(0, n, [&](auto lanes) {
      const Pack<T> first = fma(x1, lanes.load(b1), x0 * lanes.load(b0));
      const Pack<T> second = fma(x3, lanes.load(b3), x2 * lanes.load(b2));
      lanes.store(y, lanes.load(y) + (first + second));
    });
  }
  for (; p < k; ++p) {
    each_pack<T>(0, n, [&](auto lanes) {
      lanes.store(y, fma(Pack<T>(x[p]), lanes.load(b + p * ldb), lanes.load(y)));
    });
  }
}

/// c(n) = alpha x(k) op(b) + beta c, with elements of x and c at any distance.
template <class T>
void vector_times_matrix(index_t n, index_t k, T alpha, const T* x, index_t x_stride, const T* b, index_t ldb,
                         bool transposed, T beta, T* c, index_t c_stride) {
  Buffer<T> dense(x_stride == 1 ? 0 : k);
  if (x_stride != 1) {
    for (index_t p = 0; p < k; ++p) dense[p] = x[p * x_stride];
    x = dense.data();
  }
  if (transposed) {
    constexpr index_t tile = 16;
    parallel_for(n, std::max<index_t>(1, gemv_task / (tile * k)) * tile, [&](index_t begin, index_t end) {
      for (index_t j = begin; j < end; j += tile) {
        gemm_dot_tile<T, 1, tile>(1, std::min(tile, end - j), k, alpha, x, 0, b + j * ldb, ldb, beta,
                                  c + j * c_stride, 0, c_stride);
      }
    });
    return;
  }
  constexpr index_t widest = 2048;
  parallel_for(n, std::clamp<index_t>(n / 8 / 64 * 64, 256, widest), [&](index_t begin, index_t end) {
    T y[widest];
    add_scaled_rows(end - begin, k, x, b + begin, ldb, y);
    for (index_t j = begin; j < end; ++j) {
      T& out = c[j * c_stride];
      const T value = alpha * y[j - begin];
      out = beta != 0 ? value + beta * out : value;
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
