#pragma once
/// The innermost loop of matrix products: a tile of c held in registers while the inner extent runs by.
///
/// Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication".

#include <utility>  // integer_sequence

#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Extents of tiles and blocks for one scalar type.
template <Real T>
struct GemmShape {
  static constexpr int width = Pack<T>::width;
  static constexpr int registers = width * sizeof(T) == 64 ? 32 : 16;
  static constexpr int tile_rows = registers == 32 ? 12 : 6;
  static constexpr index_t tile_columns = 2 * width;
  /// Inner extent of a block: a row of a's copy, and a panel of b that stays near the first-level cache.
  static constexpr index_t depth = 1024 / sizeof(T);
  /// Rows of a's copy lie this far apart: constant, so that one pointer reaches all rows of a tile, and
  /// uneven, so that they do not compete for the same places of the cache.
  static constexpr index_t a_stride = depth + 64 / sizeof(T);
  static constexpr index_t block_rows = 16 * tile_rows;
};

/// One tile: c(rows, columns) = alpha a b + beta c, with a(rows, k) at the stride above, b(k, packs * width).
template <class T, int rows, int packs>
void gemm_tile(index_t k, const T* a, const T* b, index_t b_stride, T alpha, T beta, T* c, index_t ldc,
               index_t columns) {
  constexpr index_t stride = GemmShape<T>::a_stride, width = Pack<T>::width, prefetch_rows = 32;
  Pack<T> sum[rows][packs];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    // Rows of c lie far apart, where no hardware looks ahead.
    __builtin_prefetch(c + i * ldc, 1);
    __builtin_prefetch(c + i * ldc + columns - 1, 1);
#pragma GCC unroll 2
    for (int j = 0; j < packs; ++j) sum[i][j] = Pack<T>(0);
  }
  for (index_t p = 0; p < k; ++p, b += b_stride) {
    Pack<T> right[packs];
#pragma GCC unroll 2
    for (int j = 0; j < packs; ++j) __builtin_prefetch(b + prefetch_rows * b_stride + j * width);
#pragma GCC unroll 2
    for (int j = 0; j < packs; ++j) right[j] = Pack<T>::load(b + j * width);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const Pack<T> left(a[i * stride + p]);
#pragma GCC unroll 2
      for (int j = 0; j < packs; ++j) sum[i][j] = fma(left, right[j], sum[i][j]);
    }
  }
  const Pack<T> scale(alpha), keep(beta);
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < packs; ++j) {
      T* const to = c + i * ldc + j * width;
      const index_t left = columns - j * width;
      const bool whole = left >= width;
      Pack<T> value = sum[i][j] * scale;
      if (beta != 0) value = fma(keep, whole ? Pack<T>::load(to) : Pack<T>::load_some(to, left), value);
      if (whole) {
        value.store(to);
      } else {
        value.store_some(to, left);
      }
    }
  }
}

/// All rows of a block against one panel of b, by the tallest tiles that fit: 12, 8, 4, 2, 1.
template <class T, int packs, int... Rows>
void gemm_panel(std::integer_sequence<int, Rows...>, index_t rows, index_t k, const T* a, const T* b,
                index_t b_stride, T alpha, T beta, T* c, index_t ldc, index_t columns) {
  index_t i = 0;
  const auto by = [&]<int tile>(std::integral_constant<int, tile>) {
    for (; i + tile <= rows; i += tile) {
      gemm_tile<T, tile, packs>(k, a + i * GemmShape<T>::a_stride, b, b_stride, alpha, beta, c + i * ldc, ldc,
                                columns);
    }
  };
  (by(std::integral_constant<int, Rows>{}), ...);
}

template <class T>
void gemm_panel(index_t rows, index_t k, const T* a, const T* b, index_t b_stride, T alpha, T beta, T* c,
                index_t ldc, index_t columns) {
  using Tall = std::integer_sequence<int, 12, 8, 4, 2, 1>;
  using Short = std::integer_sequence<int, 6, 4, 2, 1>;
  constexpr std::conditional_t<GemmShape<T>::tile_rows == 12, Tall, Short> tiles;
  if (columns > Pack<T>::width) {
    gemm_panel<T, 2>(tiles, rows, k, a, b, b_stride, alpha, beta, c, ldc, columns);
  } else {
    gemm_panel<T, 1>(tiles, rows, k, a, b, b_stride, alpha, beta, c, ldc, columns);
  }
}

/// A small tile of c = alpha a b^T + beta c, rows of a and of b contiguous: sixteen dot products side by
/// side, for shapes where b is used too little to be worth rearranging. Of the tile, `rows` and `columns` are
/// wanted.
template <class T, int tile_rows, int tile_columns>
void gemm_dot_tile(index_t rows, index_t columns, index_t k, T alpha, const T* a, index_t lda, const T* b,
                   index_t ldb, T beta, T* c, index_t c_row, index_t c_column) {
  constexpr int dots = tile_rows * tile_columns;
  constexpr index_t width = Pack<T>::width;
  const T *left[tile_rows], *right[tile_columns];  // what is not there is computed as a copy of the last
  for (int i = 0; i < tile_rows; ++i) left[i] = a + (i < rows ? i : rows - 1) * lda;
  for (int j = 0; j < tile_columns; ++j) right[j] = b + (j < columns ? j : columns - 1) * ldb;
  Pack<T> sum[dots];
#pragma GCC unroll 16
  for (int i = 0; i < dots; ++i) sum[i] = Pack<T>(0);
  const auto step = [&](auto load) {
    Pack<T> x[tile_rows];
#pragma GCC unroll 4
    for (int i = 0; i < tile_rows; ++i) x[i] = load(left[i]);
#pragma GCC unroll 16
    for (int j = 0; j < tile_columns; ++j) {
      const Pack<T> y = load(right[j]);
#pragma GCC unroll 4
      for (int i = 0; i < tile_rows; ++i) sum[i * tile_columns + j] = fma(x[i], y, sum[i * tile_columns + j]);
    }
  };
  index_t p = 0;
  for (; p + width <= k; p += width) step([&](const T* row) { return Pack<T>::load(row + p); });
  if (p < k) step([&](const T* row) { return Pack<T>::load_some(row + p, k - p); });
  Pack<T> sums[dots];  // a copy, so that the loop above keeps its own in registers
#pragma GCC unroll 16
  for (int i = 0; i < dots; ++i) sums[i] = sum[i];
  T total[dots];
  for (int i = 0; i < dots; i += static_cast<int>(width)) reduce_add_each(sums + i).store(total + i);
  for (index_t i = 0; i < rows; ++i) {
    for (index_t j = 0; j < columns; ++j) {
      T& out = c[i * c_row + j * c_column];
      const T value = alpha * total[i * tile_columns + j];
      out = beta != 0 ? value + beta * out : value;
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::cpu
