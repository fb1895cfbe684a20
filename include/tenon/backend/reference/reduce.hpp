#pragma once
/// Reductions along the middle axis of (outer, n, inner), one output after the other.

#include <type_traits>  // conditional_t, is_integral_v

#include "tenon/core/number.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// What sums are held in: double for real numbers, and for integers a type that wraps around by definition.
template <class T>
using Total = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

/// y = the fold of step(total, x) from `start` along n.
template <class T, class Y, class Start, class Step>
void fold(index_t outer, index_t n, index_t inner, const T* x, Y* y, Start start, Step step) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      Start total = start;
      for (index_t j = 0; j < n; ++j) total = step(total, x[(o * n + j) * inner + i]);
      y[o * inner + i] = static_cast<Y>(total);
    }
  }
}

template <class T>
void sum(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y) {
  fold(outer, n, inner, x, y, Total<T>{0},
       [](Total<T> total, T v) { return total + static_cast<Total<T>>(v); });
}

/// Whether v comes before the best so far; NaN comes before any number.
template <class T>
bool exceeds(T v, T best) {
  return v > best || (v != v && best == best);
}
template <class T>
bool undercuts(T v, T best) {
  return v < best || (v != v && best == best);
}

/// y = the position along n of the first element that no other is `better` than.
template <class T, class Better>
void select_position(index_t outer, index_t n, index_t inner, const T* x, index_t* y, Better better) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      const T* column = x + o * n * inner + i;
      index_t best = 0;
      for (index_t j = 1; j < n; ++j) {
        if (better(column[j * inner], column[best * inner])) best = j;
      }
      y[o * inner + i] = best;
    }
  }
}

template <class T>
void argmax(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  select_position(outer, n, inner, x, y, exceeds<T>);
}

template <class T>
void argmin(index_t outer, index_t n, index_t inner, const T* x, index_t* y) {
  select_position(outer, n, inner, x, y, undercuts<T>);
}

/// y = that element itself.
template <class T, class Better>
void select_value(index_t outer, index_t n, index_t inner, const T* x, T* y, Better better) {
  for (index_t o = 0; o < outer; ++o) {
    for (index_t i = 0; i < inner; ++i) {
      T best = x[o * n * inner + i];
      for (index_t j = 1; j < n; ++j) {
        const T v = x[(o * n + j) * inner + i];
        if (better(v, best)) best = v;
      }
      y[o * inner + i] = best;
    }
  }
}

template <class T>
void max(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  select_value(outer, n, inner, x, y, exceeds<T>);
}

template <class T>
void min(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  select_value(outer, n, inner, x, y, undercuts<T>);
}

}  // namespace TENON_NAMESPACE::backend::reference
