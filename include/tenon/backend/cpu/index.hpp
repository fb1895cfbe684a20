#pragma once
/// Rows taken and added by index.

#include <algorithm>  // max, min

#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/cpu/loop.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// About the number of elements that one task is worth.
inline constexpr index_t index_task = index_t{1} << 15;
/// Rows are fetched into the cache this many ahead of their turn.
inline constexpr index_t rows_ahead = 8;

/// dst(count, inner)[c] = src[index[c]].
template <class T>
void gather_rows(index_t count, index_t inner, const T* src, const index_t* index, T* dst) {
  if (inner == 1) {
#pragma GCC unroll 8
    for (index_t c = 0; c < count; ++c) dst[c] = src[index[c]];
    return;
  }
  for (index_t c = 0; c < count; ++c) {
    if (c + rows_ahead < count) prefetch_run(inner, src + index[c + rows_ahead] * inner);
    copy_run(inner, src + index[c] * inner, dst + c * inner, false);
  }
}

template <class T>
void gather(index_t outer, index_t count, index_t inner, index_t extent, const T* src, const index_t* index,
            T* dst) {
  const index_t rows = std::max<index_t>(1, index_task / std::max<index_t>(1, inner));  // a task
  const index_t cuts = (count + rows - 1) / rows;
  parallel_for(outer * cuts, std::max<index_t>(1, rows / std::max<index_t>(1, count)),
               [&](index_t begin, index_t end) {
                 for (index_t i = begin; i < end; ++i) {
                   const index_t o = i / cuts, first = i % cuts * rows;
                   gather_rows(std::min(rows, count - first), inner, src + o * extent * inner, index + first,
                               dst + (o * count + first) * inner);
                 }
               });
}

/// dst[index[c]] += src[c], over `columns` of the rows, which lie `inner` apart.
template <Real T>
void add_rows(index_t count, index_t columns, index_t inner, const index_t* index, const T* src, T* dst) {
  if (columns == 1) {
    for (index_t c = 0; c < count; ++c) dst[index[c] * inner] += src[c * inner];
    return;
  }
  for (index_t c = 0; c < count; ++c) {
    if (c + rows_ahead < count) prefetch_run(columns, dst + index[c + rows_ahead] * inner);
    T* const to = dst + index[c] * inner;
    const T* const from = src + c * inner;
    each_pack<T>(0, columns, [&](auto lanes) { lanes.store(to, lanes.load(to) + lanes.load(from)); });
  }
}

/// Threads share the outer blocks, or else the columns: each element is added to by one thread, in the order
/// of c.
template <Real T>
void scatter_add(index_t outer, index_t count, index_t inner, index_t extent, const index_t* index,
                 const T* src, T* dst) {
  const index_t block = std::max<index_t>(1, count * inner);
  if (outer > 1) {
    parallel_for(outer, std::max<index_t>(1, index_task / block), [&](index_t begin, index_t end) {
      for (index_t o = begin; o < end; ++o) {
        add_rows(count, inner, inner, index, src + o * count * inner, dst + o * extent * inner);
      }
    });
    return;
  }
  constexpr index_t line = 64 / sizeof(T);
  const index_t lines_each = (inner / line + num_threads() - 1) / num_threads();
  const index_t columns = block <= index_task ? inner : std::max<index_t>(1, lines_each) * line;
  parallel_for(inner, std::max<index_t>(1, columns), [&](index_t begin, index_t end) {
    add_rows(count, end - begin, inner, index, src + begin, dst + begin);
  });
}

template <class T>
void put_rows(index_t count, index_t inner, const index_t* index, const T* src, T* dst) {
  parallel_for(count, std::max<index_t>(1, index_task / std::max<index_t>(1, inner)),
               [&](index_t begin, index_t end) {
                 for (index_t c = begin; c < end; ++c)
                   copy_run(inner, src + c * inner, dst + index[c] * inner, false);
               });
}

}  // namespace TENON_NAMESPACE::backend::cpu
