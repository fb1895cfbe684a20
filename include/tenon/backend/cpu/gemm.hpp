#pragma once
/// Matrix products by blocks that fit the caches, with short ways for the shapes that blocks do not suit.

#include <algorithm>  // clamp, fill_n, max, min

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

/// panels(count, k, tile_columns) = the part of b at (p, column), filled up with zeros.
template <class T>
void pack_panels(const Operand<T>& b, index_t p, index_t k, index_t column, index_t columns, T* panels) {
  constexpr index_t wide = GemmShape<T>::tile_columns;
  const index_t whole = columns / wide, rest = columns % wide;
  if (rest > 0) std::fill_n(panels + whole * k * wide, k * wide, T{0});
  if (b.transposed) {
    for (index_t j = 0; j < columns; j += wide)
      transpose(k, std::min(wide, columns - j), b.at(p, column + j), b.stride, panels + j * k, wide, false);
    return;
  }
  for (index_t i = 0; i < k; ++i) {  // row by row, as b lies
    const T* const from = b.at(p + i, column);
    T* const to = panels + i * wide;
    for (index_t j = 0; j < whole; ++j) {
      for (index_t c = 0; c < wide; c += Pack<T>::width)
        Pack<T>::load(from + j * wide + c).store(to + j * k * wide + c);
    }
    copy_elements(rest, from + whole * wide, to + whole * k * wide);
  }
}

/// A product by blocks, and how its work is cut into tasks: blocks of rows times groups of panels of b.
template <class T>
struct BlockedGemm {
  using Extents = GemmShape<T>;
  static constexpr index_t wide = Extents::tile_columns;

  Operand<T> a, b;
  index_t m, n, k;
  T alpha, beta;
  T* c;
  index_t ldc;

  /// b is rearranged into panels unless it is used too little, a copied block by block.
  void run() const {
    const bool rearrange = b.transposed || m > 4 * Extents::tile_rows;
    const Tasks tasks(*this);
    // As much of the inner extent at once as panels of this many bytes allow: each step is two loops.
    constexpr index_t most = (index_t{1} << 22) / sizeof(T);
    const index_t fitting = std::max<index_t>(1, most / (tasks.panels * wide * Extents::depth));
    const index_t step = rearrange ? fitting * Extents::depth : k;
    Buffer<T> panels(rearrange ? tasks.panels * wide * std::min(k, step) : 0);
    for (index_t p = 0; p < k; p += step) {
      const index_t depth = std::min(step, k - p);
      if (rearrange) pack_b(p, depth, tasks, panels.data());
      parallel_for(tasks.count(), tasks.serial ? tasks.count() : 1, [&](index_t begin, index_t end) {
        for (index_t task = begin; task < end; ++task)
          multiply(p, depth, tasks, task, rearrange ? panels.data() : nullptr);
      });
    }
  }

 private:
  struct Tasks {
    bool serial;
    index_t panels, block_rows, row_blocks, group, groups;

    explicit Tasks(const BlockedGemm& g)
        : serial(g.m * g.n * g.k < gemm_serial_work || num_threads() == 1), panels((g.n + wide - 1) / wide) {
      // Rows are divided as far as a panel of b is still used often, then panels as far as a copy of a is.
      constexpr index_t least_rows = Extents::block_rows / 2, least_panels = 4;
      const index_t wanted = serial ? 1 : 4 * num_threads();
      const index_t needed = (g.m + Extents::block_rows - 1) / Extents::block_rows;
      const index_t blocks = std::max(needed, std::min(wanted, g.m / least_rows));
      const index_t even = (g.m + blocks - 1) / blocks, tile = Extents::tile_rows;
      block_rows = (even + tile - 1) / tile * tile;
      row_blocks = (g.m + block_rows - 1) / block_rows;
      const index_t parts = std::clamp<index_t>((wanted + row_blocks - 1) / row_blocks, 1,
                                                std::max<index_t>(1, panels / least_panels));
      group = (panels + parts - 1) / parts;
      groups = (panels + group - 1) / group;
    }
    index_t count() const { return row_blocks * groups; }
  };

  void pack_b(index_t p, index_t depth, const Tasks& tasks, T* panels) const {
    parallel_for(tasks.panels, tasks.serial ? tasks.panels : 8, [&](index_t begin, index_t end) {
      const index_t column = begin * wide, columns = std::min(end * wide, n) - column;
      for (index_t q = 0; q < depth; q += Extents::depth) {
        const index_t deep = std::min(Extents::depth, depth - q);
        pack_panels(b, p + q, deep, column, columns, panels + q * tasks.panels * wide + column * deep);
      }
    });
  }

  /// One task: its rows of c, its panels of b, the inner extent [p, p + depth).
  void multiply(index_t p, index_t depth, const Tasks& tasks, index_t task, const T* panels) const {
    const index_t row = task / tasks.groups * tasks.block_rows, rows = std::min(tasks.block_rows, m - row);
    const index_t first = task % tasks.groups * tasks.group,
                  last = std::min(first + tasks.group, tasks.panels);
    Buffer<T> left(rows * Extents::a_stride);
    for (index_t q = 0; q < depth; q += Extents::depth) {
      const index_t deep = std::min(Extents::depth, depth - q);
      pack_rows(a, row, rows, p + q, deep, left.data());
      for (index_t panel = first; panel < last; ++panel) {
        const index_t column = panel * wide, columns = std::min(wide, n - column);
        const auto by = [&](const T* right, index_t stride) {
          gemm_panel(rows, deep, left.data(), right, stride, alpha, p + q == 0 ? beta : T{1},
                     c + row * ldc + column, ldc, columns);
        };
        if (panels) {
          by(panels + q * tasks.panels * wide + column * deep, wide);
        } else if (columns == wide || columns == Extents::width) {
          by(b.at(p + q, column), b.stride);
        } else {
          Buffer<T> right(deep * wide);
          pack_panels(b, p + q, deep, column, columns, right.data());
          by(right.data(), wide);
        }
      }
    }
  }
};

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
  BlockedGemm<T>{{a, lda, transpose_a}, {b, ldb, transpose_b}, m, n, k, alpha, beta, c, ldc}.run();
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
