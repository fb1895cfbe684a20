#pragma once
/// The sum of windows at the places that they were read from.

#include <algorithm>  // fill_n

#include "tenon/backend/reference/conv.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void fold(index_t planes, const Windows& w, const T* columns, T* x) {
  for (index_t i = 0; i < planes * w.elements(); ++i) x[i] = T(0);
  for (index_t p = 0; p < planes; ++p, x += w.elements(), columns += w.taps() * w.positions()) {
    each_entry(w, [&](index_t r, index_t k, index_t i) {
      x[i] = static_cast<T>(x[i] + columns[k * w.positions() + r]);
    });
  }
}

template <Real T>
void overlap_add(index_t batch, index_t count, index_t size, index_t hop, index_t length, const T* x, T* y) {
  std::fill_n(y, batch * length, T(0));
  for (index_t b = 0; b < batch; ++b) {
    for (index_t f = 0; f < count; ++f) {
      for (index_t i = 0; i < size; ++i) y[b * length + f * hop + i] += x[(b * count + f) * size + i];
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
