#pragma once
/// Running results along an axis.

#include <algorithm>  // max, fill_n, copy_n

#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/reference/scan.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// The running total is kept in double, one for each column.
template <Real T>
void cumsum_block(index_t n, index_t inner, const T* x, T* y) {
  if (inner == 1) {
    double total = 0;
    for (index_t j = 0; j < n; ++j) y[j] = static_cast<T>(total += static_cast<double>(x[j]));
    return;
  }
  Buffer<double> totals(inner);
  std::fill_n(totals.data(), inner, 0.0);
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < inner; ++i) {
      totals[i] += static_cast<double>(x[j * inner + i]);
      y[j * inner + i] = static_cast<T>(totals[i]);
    }
  }
}

/// Calls f(o) for the blocks (n, inner) of an array, from several threads.
template <class F>
void each_scan_block(index_t outer, index_t n, index_t inner, F&& f) {
  const index_t grain = std::max<index_t>(1, reduce_task / std::max<index_t>(1, n * inner));
  parallel_for(outer, grain, [&](index_t begin, index_t end) {
    for (index_t o = begin; o < end; ++o) f(o);
  });
}

template <Real T>
void cumsum(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  const index_t block = n * inner;
  each_scan_block(outer, n, inner, [&](index_t o) { cumsum_block(n, inner, x + o * block, y + o * block); });
}

template <Real T>
void cumprod(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  each_scan_block(outer, n, inner, [&](index_t o) {
    const index_t at = o * n * inner, end = at + n * inner;
    if (n > 0) std::copy_n(x + at, inner, y + at);
    for (index_t i = at + inner; i < end; ++i) y[i] = y[i - inner] * x[i];
  });
}

template <class T>
void cummax(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  const index_t block = n * inner;
  each_scan_block(outer, n, inner,
                  [&](index_t o) { reference::cummax(1, n, inner, x + o * block, y + o * block); });
}

template <class T>
void cummin(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  const index_t block = n * inner;
  each_scan_block(outer, n, inner,
                  [&](index_t o) { reference::cummin(1, n, inner, x + o * block, y + o * block); });
}

/// Rows of a block from the first to the last, or the other way round.
template <Real T>
void linear_scan(index_t outer, index_t n, index_t inner, bool reversed, const T* a, const T* b, T* y) {
  each_scan_block(outer, n, inner, [&](index_t o) {
    for (index_t j = 0; j < n; ++j) {
      const index_t row = o * n + (reversed ? n - 1 - j : j);
      const T* const factor = a + (reversed ? row + 1 : row) * inner;
      const T* const before = y + (reversed ? row + 1 : row - 1) * inner;
      const T* const term = b + row * inner;
      T* const to = y + row * inner;
      if (j == 0)
        std::copy_n(term, inner, to);
      else
        for (index_t i = 0; i < inner; ++i) to[i] = factor[i] * before[i] + term[i];
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
