#pragma once
/// Matrix products by blocks that fit the caches, with short ways for the shapes that blocks do not suit.

#include <algorithm>  // max, min, fill_n

#include "tenon/backend/cpu/gemm_tile.hpp"
#include "tenon/backend/cpu/gemv.hpp"
#include "tenon/backend/cpu/transpose.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// A matrix as stored, and whether its transpose is meant.
template <class T>
struct Operand {
  const T* data;
  index_t stride;
  bool transposed;

  const T* at(index_t row, index_t column) const {
    return transposed ? data + column * stride + row : data + row * stride + column;
  }
};

/// Products with fewer multiplications than this are not worth a second thread.
inline constexpr index_t gemm_serial_work = index_t{1} << 18;

/// to(rows, k) = the part of a at (row, p), in rows of a_stride.
template <class T>
void pack_rows(const Operand<T>& a, index_t row, index_t rows, index_t p, index_t k, T* to) {
  constexpr index_t stride = GemmShape<T>::a_stride;
  if (a.transposed) {
    transpose(rows, k, a.at(row, p), a.stride, to, stride, false);
  } else {
    for (index_t i = 0; i < rows; ++i) copy_elements(k, a.at(row + i, p), to + i * stride);
  }
}

/// panel(k, tile_columns) = the part of b at (p, column), filled up with zeros.
template <class T>
void pack_panel(const Operand<T>& b, index_t p, index_t k, index_t column, index_t columns, T* panel) {
  constexpr index_t wide = GemmShape<T>::tile_columns;
  if (columns < wide) std::fill_n(panel, k * wide, T{0});
  if (b.transposed) {
    transpose(k, columns, b.at(p, column), b.stride, panel, wide, false);
  } else {
    for (index_t i = 0; i < k; ++i) copy_elements(columns, b.at(p + i, column), panel + i * wide);
  }
}

/// The product of one block: rows [row, row + rows) of c, all panels in [first, last), inner extent [p, p +
/// k).
template <class T>
struct GemmBlock {
  using Extents = GemmShape<T>;
  Operand<T> a, b;
  index_t m, n;
  T alpha, beta;
  T* c;
  index_t ldc;
  index_t p, k;
  const T* panels;  // of b, all of them; null: b is read where it is, unless a panel is incomplete

  index_t columns_of(index_t panel) const {
    return std::min<index_t>(Extents::tile_columns, n - panel * Extents::tile_columns);
  }

  void run(index_t row, index_t rows, index_t first, index_t last) const {
    Buffer<T> left(rows * Extents::a_stride);
    pack_rows(a, row, rows, p, k, left.data());
    for (index_t panel = first; panel < last; ++panel) {
      const index_t column = panel * Extents::tile_columns, columns = columns_of(panel);
      T* const to = c + row * ldc + column;
      const auto multiply = [&](const T* right, index_t stride) {
        gemm_panel(rows, k, left.data(), right, stride, alpha, beta, to, ldc, columns);
      };
      if (panels) {
        multiply(panels + panel * k * Extents::tile_columns, Extents::tile_columns);
      } else if (columns == Extents::tile_columns || columns == Extents::width) {
        multiply(b.at(p, column), b.stride);
      } else {
        Buffer<T> right(k * Extents::tile_columns);
        pack_panel(b, p, k, column, columns, right.data());
        multiply(right.data(), Extents::tile_columns);
      }
    }
  }
};

/// The general way: b is rearranged into panels unless it is used too little, a copied block by block.
template <class T>
void gemm_blocked(const Operand<T>& a, const Operand<T>& b, index_t m, index_t n, index_t k, T alpha, T beta,
                  T* c, index_t ldc) {
  using Extents = GemmShape<T>;
  const index_t panel_count = (n + Extents::tile_columns - 1) / Extents::tile_columns;
  const bool rearrange = b.transposed || m > 4 * Extents::tile_rows;
  Buffer<T> panels(rearrange ? panel_count * Extents::tile_columns * std::min(k, Extents::depth) : 0);
  const bool serial = m * n * k < gemm_serial_work || num_threads() == 1;
  // Tasks are blocks of rows times groups of panels; of the latter no more than it takes to have tasks for
  // all.
  const index_t block_rows = std::min(m, Extents::block_rows), row_blocks = (m + block_rows - 1) / block_rows;
  const index_t wanted = serial ? 1 : (4 * num_threads() + row_blocks - 1) / row_blocks;
  const index_t group = std::max<index_t>(8, (panel_count + wanted - 1) / wanted);
  const index_t groups = (panel_count + group - 1) / group;
  for (index_t p = 0; p < k; p += Extents::depth) {
    const index_t depth = std::min(Extents::depth, k - p);
    const GemmBlock<T> block{
        a, b, m, n, alpha, p == 0 ? beta : T{1}, c, ldc, p, depth, rearrange ? panels.data() : nullptr};
    if (rearrange) {
      parallel_for(panel_count, serial ? panel_count : 8, [&](index_t begin, index_t end) {
        for (index_t panel = begin; panel < end; ++panel) {
          pack_panel(b, p, depth, panel * Extents::tile_columns, block.columns_of(panel),
                     panels.data() + panel * depth * Extents::tile_columns);
        }
      });
    }
    parallel_for(row_blocks * groups, serial ? row_blocks * groups : 1, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t row = task / groups * block_rows, first = task % groups * group;
        block.run(row, std::min(block_rows, m - row), first, std::min(first + group, panel_count));
      }
    });
  }
}

/// Few rows against a matrix whose rows are contiguous along k.
template <class T>
void gemm_by_dots(index_t m, index_t n, index_t k, T alpha, const T* a, index_t lda, const T* b, index_t ldb,
                  T beta, T* c, index_t ldc) {
  constexpr index_t tile = 4;
  const index_t grain = std::max<index_t>(1, gemm_serial_work / (tile * m * k));
  parallel_for((n + tile - 1) / tile, grain, [&](index_t begin, index_t end) {
    for (index_t j = tile * begin; j < std::min(n, tile * end); j += tile) {
      for (index_t i = 0; i < m; i += tile) {
        gemm_dot_tile<T, tile, tile>(std::min(tile, m - i), std::min(tile, n - j), k, alpha, a + i * lda, lda,
                                     b + j * ldb, ldb, beta, c + i * ldc + j, ldc, 1);
      }
    }
  });
}

/// Products that are not worth packing, nor a BLAS library's call: empty ones, vectors, and a few rows
/// against a transposed matrix.
template <Real T>
bool is_thin(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k) {
  const bool few_rows = m <= GemmShape<T>::tile_rows && k >= 4 * Pack<T>::width;
  return m <= 1 || n <= 1 || k <= 0 || (transpose_b && !transpose_a && few_rows);
}

template <Real T>
void gemm_thin(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
               index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) return scale_rows(m, n, beta, c, ldc);
  if (m == 1)
    return vector_times_matrix(n, k, alpha, a, transpose_a ? lda : 1, b, ldb, transpose_b, beta, c, 1);
  if (n == 1)
    return vector_times_matrix(m, k, alpha, b, transpose_b ? 1 : ldb, a, lda, !transpose_a, beta, c, ldc);
  gemm_by_dots(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

template <Real T>
void gemm(bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
          index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  if (is_thin<T>(transpose_a, transpose_b, m, n, k))
    return gemm_thin(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  gemm_blocked(Operand<T>{a, lda, transpose_a}, Operand<T>{b, ldb, transpose_b}, m, n, k, alpha, beta, c,
               ldc);
}

/// Small products are shared out whole; each large one is shared among the threads.
template <class Gemm>
void each_product(index_t batch, index_t work, Gemm&& multiply) {
  const index_t grain = work < 4 * gemm_serial_work
                            ? std::max<index_t>(1, gemm_serial_work / std::max<index_t>(1, work))
                            : batch;
  parallel_for(batch, grain, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) multiply(i);
  });
}

template <Real T>
void batched_gemm(index_t batch, const index_t* a_offset, const index_t* b_offset, const index_t* c_offset,
                  bool transpose_a, bool transpose_b, index_t m, index_t n, index_t k, T alpha, const T* a,
                  index_t lda, const T* b, index_t ldb, T beta, T* c, index_t ldc) {
  each_product(batch, m * n * k, [&](index_t i) {
    gemm(transpose_a, transpose_b, m, n, k, alpha, a + a_offset[i], lda, b + b_offset[i], ldb, beta,
         c + c_offset[i], ldc);
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
