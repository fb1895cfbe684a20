#pragma once
/// Rows of numbers that several threads change without locks (Niu et al. 2011, "Hogwild!").
///
/// A thread may overwrite a change that another has just made; stochastic gradient descent converges all the
/// same. These races are meant. They happen in the functions of this file only, which ThreadSanitizer is told
/// to leave alone.

#include <cstddef>  // size_t

#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::hogwild {

template <Real T>
__attribute__((no_sanitize("thread"))) inline Pack<T> load(const T* p) {
  Pack<T> pack;
  __builtin_memcpy(&pack, p, sizeof pack);
  return pack;
}

template <Real T>
__attribute__((no_sanitize("thread"))) inline void store(T* p, const Pack<T>& pack) {
  __builtin_memcpy(p, &pack, sizeof pack);
}

/// Asks for a row to be brought near, to be changed soon.
template <Real T>
inline void prefetch(const T* row, index_t length) {
  constexpr index_t line = 64 / sizeof(T);
  for (index_t i = 0; i < length; i += line) __builtin_prefetch(row + i, 1, 3);
}

/// sum_d = weight * (rows_1,d + rows_2,d + …).
template <Real T>
void sum_rows(const T* const* rows, index_t count, index_t length, T weight, T* sum) {
  for (index_t d = 0; d < length; d += Pack<T>::width) {
    Pack<T> total(0);
    for (index_t i = 0; i < count; ++i) total += load(rows[i] + d);
    (total * Pack<T>(weight)).store(sum + d);
  }
}

/// rows_i += change for each row.
template <Real T>
void add_to_rows(const T* change, index_t length, T* const* rows, index_t count) {
  for (index_t d = 0; d < length; d += Pack<T>::width) {
    const Pack<T> add = Pack<T>::load(change + d);
    for (index_t i = 0; i < count; ++i) store(rows[i] + d, load(rows[i] + d) + add);
  }
}

/// Rows of this many numbers begin on cache lines, and no pack reaches beyond a row.
template <Real T>
constexpr index_t row_stride(index_t length) {
  constexpr index_t line = 64 / sizeof(T);
  static_assert(line % Pack<T>::width == 0);
  return (length + line - 1) / line * line;
}

}  // namespace TENON_NAMESPACE::backend::hogwild
