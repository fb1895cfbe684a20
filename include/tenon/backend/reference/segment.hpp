#pragma once
/// Extrema of rows that share an id.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T, class Better>
void segment_extremum(index_t count, index_t inner, const index_t* offsets, const index_t* order, const T* x,
                      T* y, Better better) {
  for (index_t s = 0; s < count; ++s) {
    for (index_t i = 0; i < inner; ++i) {
      T best = 0;
      for (index_t e = offsets[s]; e < offsets[s + 1]; ++e) {
        const T v = x[order[e] * inner + i];
        if (e == offsets[s] || better(v, best) || v != v) best = v;
      }
      y[s * inner + i] = best;
    }
  }
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

}  // namespace TENON_NAMESPACE::backend::reference
