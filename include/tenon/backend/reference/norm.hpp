#pragma once
/// Means, variances and what normalisation does with them.

#include <cmath>  // sqrt

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void moments(index_t outer, index_t n, index_t inner, const T* x, T* mean, T* variance) {
  const double count = static_cast<double>(outer * inner);
  for (index_t k = 0; k < n; ++k) {
    double sum = 0, squares = 0;
    const auto each = [&](auto&& f) {
      for (index_t o = 0; o < outer; ++o) {
        for (index_t i = 0; i < inner; ++i) f(static_cast<double>(x[(o * n + k) * inner + i]));
      }
    };
    each([&](double v) { sum += v; });
    each([&](double v) { squares += (v - sum / count) * (v - sum / count); });
    mean[k] = static_cast<T>(sum / count);
    variance[k] = static_cast<T>(squares / count);
  }
}

template <class T>
void norm_backward_sums(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* mean,
                        T* sum_g, T* sum_gx) {
  for (index_t k = 0; k < n; ++k) {
    double total_g = 0, total_gx = 0;
    for (index_t o = 0; o < outer; ++o) {
      for (index_t i = 0; i < inner; ++i) {
        const index_t at = (o * n + k) * inner + i;
        const double gi = static_cast<double>(g[at]);
        total_g += gi;
        total_gx += gi * (static_cast<double>(x[at]) - static_cast<double>(mean[k]));
      }
    }
    sum_g[k] = static_cast<T>(total_g);
    sum_gx[k] = static_cast<T>(total_gx);
  }
}

template <class T>
void scale_shift(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* centre, const T* a,
                 const T* b, const T* c, T* y) {
  for (index_t at = 0; at < outer * n * inner; ++at) {
    const index_t k = at / inner % n;
    const double d = static_cast<double>(x[at]) - static_cast<double>(centre[k]);
    const double pulled = g ? static_cast<double>(g[at]) * static_cast<double>(c[k]) : 0;
    y[at] = static_cast<T>(d * static_cast<double>(a[k]) + static_cast<double>(b[k]) + pulled);
  }
}

template <class T>
void norm_rows(index_t rows, index_t n, const T* x, const T* weight, const T* bias, double eps, bool centred,
               T* y, T* mean, T* scale) {
  for (index_t r = 0; r < rows; ++r, x += n, y += n) {
    double m = 0, squares = 0;
    for (index_t i = 0; i < n && centred; ++i) m += static_cast<double>(x[i]) / static_cast<double>(n);
    for (index_t i = 0; i < n; ++i)
      squares += (static_cast<double>(x[i]) - m) * (static_cast<double>(x[i]) - m);
    const double s = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
    mean[r] = static_cast<T>(m);
    scale[r] = static_cast<T>(s);
    for (index_t i = 0; i < n; ++i) {
      const double w = weight ? static_cast<double>(weight[i]) : 1,
                   b = bias ? static_cast<double>(bias[i]) : 0;
      y[i] = static_cast<T>((static_cast<double>(x[i]) - m) * s * w + b);
    }
  }
}

template <class T>
void norm_rows_backward(index_t rows, index_t n, const T* x, const T* g, const T* weight, const T* mean,
                        const T* scale, bool centred, T* dx, T* dweight, T* dbias) {
  for (index_t i = 0; i < n; ++i) dweight[i] = dbias[i] = T(0);
  for (index_t r = 0; r < rows; ++r, x += n, g += n, dx += n) {
    const double m = static_cast<double>(mean[r]), s = static_cast<double>(scale[r]);
    const auto standard = [&](index_t i) { return (static_cast<double>(x[i]) - m) * s; };
    const auto weighted = [&](index_t i) {
      return static_cast<double>(g[i]) * (weight ? static_cast<double>(weight[i]) : 1);
    };
    double sum = 0, dot = 0;
    for (index_t i = 0; i < n; ++i) {
      sum += centred ? weighted(i) : 0;
      dot += weighted(i) * standard(i);
      dweight[i] = static_cast<T>(static_cast<double>(dweight[i]) + static_cast<double>(g[i]) * standard(i));
      dbias[i] = static_cast<T>(static_cast<double>(dbias[i]) + static_cast<double>(g[i]));
    }
    const double count = static_cast<double>(n);
    for (index_t i = 0; i < n; ++i)
      dx[i] = static_cast<T>(s * (weighted(i) - sum / count - standard(i) * dot / count));
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
