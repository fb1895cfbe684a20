#pragma once
/// Positions of extrema along an axis.

#include <algorithm>  // max, fill_n, copy_n

#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/reference/reduce.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// The first position whose value equals `value`, or is NaN when `value` is; there is one.
template <Real T>
index_t find_value(const T* x, T value) {
  index_t i = 0;
  if (value != value) {
    while (x[i] == x[i]) ++i;
  } else {
    while (x[i] != value) ++i;
  }
  return i;
}

/// y = the position of the first element that no other is `better` than. A contiguous row is read twice, by
/// packs for the extremum and then up to it; rows side by side are read once, in order.
template <class Op, class T, class Better>
void select_position(index_t outer, index_t n, index_t inner, const T* x, index_t* y, Better better) {
  parallel_for(outer, std::max<index_t>(1, reduce_task / std::max<index_t>(1, n * inner)),
               [&](index_t begin, index_t end) {
                 Buffer<T> best(inner);
                 for (index_t o = begin; o < end; ++o) {
                   const T* block = x + o * n * inner;
                   index_t* position = y + o * inner;
                   if (inner == 1) {
                     *position = find_value(block, static_cast<T>(reduce_run<Op>(n, block)));
                     continue;
                   }
                   std::fill_n(position, inner, index_t{0});
                   std::copy_n(block, inner, best.data());
                   for (index_t j = 1; j < n; ++j) {
                     for (index_t i = 0; i < inner; ++i) {
                       const T v = block[j * inner + i];
                       const bool take = better(v, best[i]);
                       best[i] = take ? v : best[i];
                       position[i] = take ? j : position[i];
                     }
                   }
                 }
               });
}

template <Real T>
void argmax(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  select_position<Max<T>>(outer, n, inner, x, y, [](T v, T best) { return reference::exceeds(v, best); });
}
template <Real T>
void argmin(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  select_position<Min<T>>(outer, n, inner, x, y, [](T v, T best) { return reference::undercuts(v, best); });
}

}  // namespace TENON_NAMESPACE::backend::cpu
