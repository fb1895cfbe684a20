#pragma once
/// Fourier transforms of rows, not divided by n. Complex numbers are pairs.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/fft.hpp"
#include "tenon/backend/reference/fft.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(rows, n, 2)[k] = sum_j x(rows, n, 2)[j] exp(-2 pi i j k / n), or with +2 for the inverse.
template <Real T>
struct Fft {
  using Function = void(index_t rows, index_t n, bool inverse, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::fft<T>)
  TENON_PROVIDER(Cpu, cpu::fft<T>)
};

/// The first n / 2 + 1 results of Fft for real x(rows, n).
template <Real T>
struct Rfft {
  using Function = void(index_t rows, index_t n, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::rfft<T>)
  TENON_PROVIDER(Cpu, cpu::rfft<T>)
};

/// y(rows, n) = the inverse transform of x(rows, n / 2 + 1, 2) and its mirrored conjugate. Imaginary parts
/// that can only be 0 are not looked at.
template <Real T>
struct Irfft {
  using Function = void(index_t rows, index_t n, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::irfft<T>)
  TENON_PROVIDER(Cpu, cpu::irfft<T>)
};

}  // namespace TENON_NAMESPACE::backend
