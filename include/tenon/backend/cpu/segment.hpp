#pragma once
/// Extrema of rows that share an id: segments shared among threads, rows read from left to right.

#include <algorithm>  // max, fill_n, copy_n

#include "tenon/core/parallel.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <class T, class Better>
void segment_extremum(index_t count, index_t inner, const index_t* offsets, const index_t* order, const T* x,
                      T* y, Better better) {
  if (count == 0) return;
  const index_t work = std::max<index_t>(1, offsets[count] * inner / count);
  parallel_for(count, std::max<index_t>(1, (index_t{1} << 15) / work), [&](index_t begin, index_t end) {
    for (index_t s = begin; s < end; ++s) {
      T* const row = y + s * inner;
      if (offsets[s] == offsets[s + 1]) {
        std::fill_n(row, inner, T(0));
        continue;
      }
      std::copy_n(x + order[offsets[s]] * inner, inner, row);
      for (index_t e = offsets[s] + 1; e < offsets[s + 1]; ++e) {
        const T* const from = x + order[e] * inner;
        for (index_t i = 0; i < inner; ++i)
          row[i] = better(from[i], row[i]) || from[i] != from[i] ? from[i] : row[i];
      }
    }
  });
}

template <Real T>
void segment_max(index_t count, index_t inner, const index_t* offsets, const index_t* order, const T* x,
                 T* y) {
  segment_extremum(count, inner, offsets, order, x, y, [](T a, T b) { return a > b; });
}

template <Real T>
void segment_min(index_t count, index_t inner, const index_t* offsets, const index_t* order, const T* x,
                 T* y) {
  segment_extremum(count, inner, offsets, order, x, y, [](T a, T b) { return a < b; });
}

}  // namespace TENON_NAMESPACE::backend::cpu
