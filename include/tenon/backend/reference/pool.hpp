#pragma once
/// Maxima of windows, and reading and writing at one position of a plane each.

#include <limits>  // numeric_limits

#include "tenon/backend/reference/conv.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// The lowest value there is: -infinity where T has one.
template <class T>
constexpr T lowest() {
  if constexpr (Real<T>)
    return -std::numeric_limits<T>::infinity();
  else if constexpr (std::is_same_v<T, bfloat16>)
    return T(-std::numeric_limits<float>::infinity());
  else
    return std::numeric_limits<T>::lowest();
}

template <class T>
void max_pool(index_t planes, const Windows& w, const T* x, T* y, index_t* where) {
  const index_t count = w.positions();
  for (index_t p = 0; p < planes; ++p, x += w.elements(), y += count) {
    for (index_t r = 0; r < count; ++r) y[r] = lowest<T>();
    for (index_t r = 0; where && r < count; ++r) where[r] = -1;
    each_entry(w, [&](index_t r, index_t, index_t i) {
      if (where && where[r] < 0) where[r] = i;
      if (!(x[i] > y[r] || x[i] != x[i])) return;
      if (y[r] != y[r]) return;
      y[r] = x[i];
      if (where) where[r] = i;
    });
    for (index_t r = 0; where && r < count; ++r)
      if (where[r] < 0) where[r] = 0;
    if (where) where += count;
  }
}

template <class T>
void max_pool_gather(index_t planes, index_t count, index_t extent, const T* x, const index_t* where, T* y) {
  for (index_t p = 0; p < planes; ++p, x += extent)
    for (index_t c = 0; c < count; ++c) *y++ = x[*where++];
}

template <class T>
void max_unpool(index_t planes, index_t count, index_t extent, const T* y, const index_t* where, T* x) {
  for (index_t p = 0; p < planes; ++p, x += extent) {
    for (index_t i = 0; i < extent; ++i) x[i] = T(0);
    for (index_t c = 0; c < count; ++c, ++where) x[*where] = static_cast<T>(x[*where] + *y++);
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
