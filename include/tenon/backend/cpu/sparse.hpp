#pragma once
/// Sparse rows times dense ones: threads share the rows, and a row's sums stay in registers.

#include <algorithm>  // max, min

#include "tenon/backend/cpu/index.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Rows that make one task, of which a row has `inner` columns and on average total / rows entries.
inline index_t csr_grain(index_t rows, index_t inner, index_t total) {
  const index_t work = std::max<index_t>(1, (total / std::max<index_t>(1, rows) + 1) * inner);
  return std::max<index_t>(1, index_task / work);
}

/// One row's sums over `packs` packs of columns from `at`, the last of them perhaps incomplete. Entries end
/// at `limit`: rows of x are fetched into the cache ahead of their turn.
template <int packs, Real T>
void csr_multiply_columns(index_t at, index_t inner, index_t begin, index_t end, index_t limit,
                          const index_t* columns, const T* values, const T* x, T* y) {
  const auto lanes = [&](int k) {
    const index_t start = at + k * Pack<T>::width;
    return Lanes<T>{start, inner - start};
  };
  Pack<T> sums[packs];
  for (Pack<T>& sum : sums) sum = Pack<T>(0);
  for (index_t e = begin; e < end; ++e) {
    if (at == 0 && e + rows_ahead < limit) prefetch_run(inner, x + columns[e + rows_ahead] * inner);
    const T* const row = x + columns[e] * inner;
    const Pack<T> value(values[e]);
    for (int k = 0; k < packs; ++k) sums[k] = fma(value, lanes(k).load(row), sums[k]);
  }
  for (int k = 0; k < packs; ++k) lanes(k).store(y, sums[k]);
}

template <Real T>
void csr_multiply(index_t rows, index_t inner, const index_t* offsets, const index_t* columns,
                  const T* values, const T* x, T* y) {
  constexpr int packs = 4;
  constexpr index_t block = packs * Pack<T>::width;
  parallel_for(rows, csr_grain(rows, inner, offsets[rows]), [&](index_t first, index_t last) {
    const index_t limit = offsets[last];
    for (index_t r = first; r < last; ++r) {
      const index_t begin = offsets[r], end = offsets[r + 1];
      index_t at = 0;
      for (; at + block <= inner; at += block)
        csr_multiply_columns<packs>(at, inner, begin, end, limit, columns, values, x, y + r * inner);
      for (; at < inner; at += Pack<T>::width)
        csr_multiply_columns<1>(at, inner, begin, end, limit, columns, values, x, y + r * inner);
    }
  });
}

template <Real T>
void csr_sample(index_t rows, index_t inner, const index_t* offsets, const index_t* columns, const T* a,
                const T* b, T* values) {
  parallel_for(rows, csr_grain(rows, inner, offsets[rows]), [&](index_t first, index_t last) {
    for (index_t r = first; r < last; ++r) {
      for (index_t e = offsets[r]; e < offsets[r + 1]; ++e) {
        const T* const row = b + columns[e] * inner;
        Pack<T> sum(0);
        each_pack<T>(0, inner,
                     [&](auto lanes) { sum = fma(lanes.load(a + r * inner), lanes.load(row), sum); });
        values[e] = reduce_add(sum);
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
