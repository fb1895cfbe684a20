#pragma once
/// Running results along an axis.

#include "tenon/backend/reference/reduce.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void cumsum(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      Total<T> total{0};
      for (index_t j = 0; j < n; ++j) {
        const index_t at = (o * n + j) * inner + i;
        total += static_cast<Total<T>>(x[at]);
        y[at] = static_cast<sum_t<T>>(total);
      }
    }
  }
}

/// Calls f(first, distance) for each run of an array (outer, n, inner) along n: its first element and how far
/// apart the others are.
template <class F>
void each_run(index_t outer, index_t n, index_t inner, F&& f) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) f(o * n * inner + i, inner);
  }
}

template <Real T>
void cumprod(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  each_run(outer, n, inner, [&](index_t first, index_t distance) {
    T product = 1;
    for (index_t j = 0; j < n; ++j) y[first + j * distance] = product *= x[first + j * distance];
  });
}

template <class T, class Better>
void running_position(index_t outer, index_t n, index_t inner, const T* x, index_t* y, Better better) {
  each_run(outer, n, inner, [&](index_t first, index_t distance) {
    index_t best = 0;
    for (index_t j = 0; j < n; ++j) {
      const T held = x[first + best * distance], v = x[first + j * distance];
      if (v != v || (held == held && (better(v, held) || v == held))) best = j;
      y[first + j * distance] = best;
    }
  });
}

template <class T>
void cummax(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  running_position(outer, n, inner, x, y, [](T a, T b) { return a > b; });
}

template <class T>
void cummin(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  running_position(outer, n, inner, x, y, [](T a, T b) { return a < b; });
}

template <Real T>
void linear_scan(index_t outer, index_t n, index_t inner, bool reversed, const T* a, const T* b, T* y) {
  each_run(outer, n, inner, [&](index_t first, index_t distance) {
    T state = 0;
    for (index_t j = 0; j < n; ++j) {
      const index_t at = first + (reversed ? n - 1 - j : j) * distance;
      state = j == 0 ? b[at] : a[reversed ? at + distance : at] * state + b[at];
      y[at] = state;
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::reference
