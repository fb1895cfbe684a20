#pragma once
/// Discrete Fourier transforms as their definition reads. Complex numbers are pairs.

#include <cmath>    // cos, sin
#include <numbers>  // pi

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// 2 pi j k / n, reduced before it is rounded.
inline double fft_angle(index_t j, index_t k, index_t n) {
  return 2 * std::numbers::pi * static_cast<double>(j * k % n) / static_cast<double>(n);
}

template <class T>
void fft(index_t rows, index_t n, bool inverse, const T* x, T* y) {
  for (index_t r = 0; r < rows; ++r, x += 2 * n, y += 2 * n) {
    for (index_t k = 0; k < n; ++k) {
      double re = 0, im = 0;
      for (index_t j = 0; j < n; ++j) {
        const double angle = fft_angle(j, k, n), c = std::cos(angle),
                     s = inverse ? std::sin(angle) : -std::sin(angle);
        const auto a = static_cast<double>(x[2 * j]), b = static_cast<double>(x[2 * j + 1]);
        re += a * c - b * s;
        im += a * s + b * c;
      }
      y[2 * k] = static_cast<T>(re);
      y[2 * k + 1] = static_cast<T>(im);
    }
  }
}

template <class T>
void rfft(index_t rows, index_t n, const T* x, T* y) {
  for (index_t r = 0; r < rows; ++r, x += n) {
    for (index_t k = 0; k <= n / 2; ++k, y += 2) {
      double re = 0, im = 0;
      for (index_t j = 0; j < n; ++j) {
        re += static_cast<double>(x[j]) * std::cos(fft_angle(j, k, n));
        im -= static_cast<double>(x[j]) * std::sin(fft_angle(j, k, n));
      }
      y[0] = static_cast<T>(re);
      y[1] = static_cast<T>(k == 0 || 2 * k == n ? 0.0 : im);
    }
  }
}

template <class T>
void irfft(index_t rows, index_t n, const T* x, T* y) {
  const index_t bins = n / 2 + 1;
  for (index_t r = 0; r < rows; ++r, x += 2 * bins) {
    for (index_t j = 0; j < n; ++j, ++y) {
      double sum = 0;
      for (index_t k = 0; k < bins; ++k) {
        const bool alone = k == 0 || 2 * k == n;
        const double re = static_cast<double>(x[2 * k]), im = static_cast<double>(x[2 * k + 1]);
        sum += alone ? re * std::cos(fft_angle(j, k, n))
                     : 2 * (re * std::cos(fft_angle(j, k, n)) - im * std::sin(fft_angle(j, k, n)));
      }
      *y = static_cast<T>(sum);
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
