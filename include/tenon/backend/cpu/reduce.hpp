#pragma once
/// Reductions along the middle axis of (outer, n, inner), whose bits do not depend on the number of threads:
/// work is cut by size, and the results of parts are combined in order.

#include <algorithm>  // max, min, fill_n

#include "tenon/backend/cpu/reduction.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// About the number of elements that one task of a parallel loop is worth.
inline constexpr index_t reduce_task = index_t{1} << 16;

/// y(outer) from x(outer, n).
template <class T>
void reduce_rows(const Reduction<T>& op, index_t outer, index_t n, const T* x, T* y) {
  if (n <= reduce_task) {
    return parallel_for(outer, reduce_task / std::max<index_t>(n, 1), [&](index_t begin, index_t end) {
      op.rows(end - begin, n, x + begin * n, y + begin);
    });
  }
  const index_t pieces = (n + reduce_task - 1) / reduce_task;
  Buffer<double> partial(outer * pieces);
  parallel_for(outer * pieces, 1, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const index_t first = i % pieces * reduce_task;
      partial[i] = op.run(std::min(reduce_task, n - first), x + i / pieces * n + first);
    }
  });
  for (index_t o = 0; o < outer; ++o) {
    double* total = partial.data() + o * pieces;
    op.combine(pieces - 1, 1, total + 1, total);
    y[o] = static_cast<T>(*total);
  }
}

/// partial(outer, pieces, inner) from x(outer, n, inner), the rows of each piece reduced to one.
template <class T>
void reduce_pieces(const Reduction<T>& op, index_t outer, index_t n, index_t inner, const T* x,
                   index_t outer_stride, index_t piece_rows, index_t pieces, double* partial) {
  const index_t chunks = (inner + column_chunk - 1) / column_chunk;
  const index_t task = std::min(piece_rows, n) * std::min(column_chunk, inner);
  parallel_for(
      outer * pieces * chunks, std::max<index_t>(1, reduce_task / task), [&](index_t begin, index_t end) {
        for (index_t i = begin; i < end; ++i) {
          const index_t row = i / chunks, first_column = i % chunks * column_chunk;
          const index_t first_row = row % pieces * piece_rows;
          op.columns(std::min(piece_rows, n - first_row), std::min(column_chunk, inner - first_column),
                     x + row / pieces * outer_stride + first_row * inner + first_column, inner,
                     partial + row * inner + first_column);
        }
      });
}

/// y(outer, inner) from x(outer, n, inner).
template <class T>
void reduce_middle(const Reduction<T>& op, index_t outer, index_t n, index_t inner, const T* x, T* y) {
  // Short rows are taken several at a time, as one long row whose parts are combined at the end.
  constexpr index_t long_row = 256;
  const index_t fold = std::max<index_t>(1, std::min(long_row / inner, n));
  const index_t rows = n / fold, wide = fold * inner;
  const index_t piece_rows = std::max<index_t>(256, 4 * reduce_task / wide / 256 * 256);
  const index_t pieces = (rows + piece_rows - 1) / piece_rows;
  Buffer<double> partial(outer * pieces * wide);
  reduce_pieces(op, outer, rows, wide, x, n * inner, piece_rows, pieces, partial.data());
  const index_t left = (n - rows * fold) * inner;  // elements that did not fill a long row
  parallel_for(outer, std::max<index_t>(1, reduce_task / (pieces * wide)), [&](index_t begin, index_t end) {
    for (index_t o = begin; o < end; ++o) {
      double* total = partial.data() + o * pieces * wide;
      op.combine(pieces - 1, wide, total + wide, total);
      if (left > 0) {
        double last[long_row];
        op.columns(1, left, x + (o * n + rows * fold) * inner, left, last);
        op.combine(1, left, last, total);
      }
      op.combine(fold - 1, inner, total + inner, total);
      for (index_t i = 0; i < inner; ++i) y[o * inner + i] = static_cast<T>(total[i]);
    }
  });
}

template <class T>
void reduce(const Reduction<T>& op, index_t outer, index_t n, index_t inner, const T* x, T* y) {
  if (n == 0) {
    std::fill_n(y, outer * inner, op.identity);
  } else if (inner == 1) {
    reduce_rows(op, outer, n, x, y);
  } else if (outer * inner > 0) {
    reduce_middle(op, outer, n, inner, x, y);
  }
}

template <Real T>
void sum(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce(reduction<Sum<T>, T>, outer, n, inner, x, y);
}
template <Real T>
void max(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce(reduction<Max<T>, T>, outer, n, inner, x, y);
}
template <Real T>
void min(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce(reduction<Min<T>, T>, outer, n, inner, x, y);
}

}  // namespace TENON_NAMESPACE::backend::cpu
