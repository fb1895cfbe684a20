#pragma once
/// Softmax along the middle axis of (outer, n, inner), and its gradient.

#include <cmath>  // exp, log

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void softmax(index_t outer, index_t n, index_t inner, const T* x, T* y, bool log) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      const index_t first = o * n * inner + i, last = first + n * inner;
      double m = -INFINITY, sum = 0;
      for (index_t j = first; j < last; j += inner) m = std::fmax(m, static_cast<double>(x[j]));
      for (index_t j = first; j < last; j += inner) sum += std::exp(static_cast<double>(x[j]) - m);
      for (index_t j = first; j < last; j += inner) {
        const double shifted = static_cast<double>(x[j]) - m;
        y[j] = static_cast<T>(log ? shifted - std::log(sum) : std::exp(shifted) / sum);
      }
    }
  }
}

template <class T>
void softmax_backward(index_t outer, index_t n, index_t inner, const T* y, const T* g, T* dx, bool log) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      const index_t first = o * n * inner + i, last = first + n * inner;
      double dot = 0;
      for (index_t j = first; j < last; j += inner) {
        dot += static_cast<double>(g[j]) * (log ? 1.0 : static_cast<double>(y[j]));
      }
      for (index_t j = first; j < last; j += inner) {
        const double gj = static_cast<double>(g[j]), yj = static_cast<double>(y[j]);
        dx[j] = static_cast<T>(log ? gj - std::exp(yj) * dot : yj * (gj - dot));
      }
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
