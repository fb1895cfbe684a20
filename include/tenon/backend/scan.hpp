#pragma once
/// Running results along an axis.

#include "tenon/backend/kernel.hpp"
#include "tenon/core/number.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/scan.hpp"
#include "tenon/backend/reference/scan.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(outer, n, inner) = the running sum of x(outer, n, inner) along n. Sums of integers and booleans are of
/// 64 bits, and wrap around there.
template <Scalar T>
struct Cumsum {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y);
  TENON_PROVIDER(Reference, reference::cumsum<T>)
  TENON_PROVIDER(Cpu, cpu::cumsum<T>)
};

/// y(outer, n, inner) = the running product of x(outer, n, inner) along n.
template <Real T>
struct Cumprod {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::cumprod<T>)
  TENON_PROVIDER(Cpu, cpu::cumprod<T>)
};

/// y(outer, n, inner) = the position of the largest element so far of x(outer, n, inner) along n: the last of
/// several equal ones; NaN beats any number.
template <Scalar T>
struct Cummax {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  TENON_PROVIDER(Reference, reference::cummax<T>)
  TENON_PROVIDER(Cpu, cpu::cummax<T>)
};

/// y(outer, n, inner) = the position of the smallest element so far of x(outer, n, inner) along n: the last
/// of several equal ones; NaN beats any number.
template <Scalar T>
struct Cummin {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  TENON_PROVIDER(Reference, reference::cummin<T>)
  TENON_PROVIDER(Cpu, cpu::cummin<T>)
};

/// y_i = a_i y_(i - 1) + b_i with y_0 = b_0, for a, b and y of (outer, n, inner) along n; or its transpose,
/// y_i = a_(i + 1) y_(i + 1) + b_i from the last element on, when `reversed`.
template <Real T>
struct LinearScan {
  using Function = void(index_t outer, index_t n, index_t inner, bool reversed, const T* a, const T* b, T* y);
  TENON_PROVIDER(Reference, reference::linear_scan<T>)
  TENON_PROVIDER(Cpu, cpu::linear_scan<T>)
};

}  // namespace TENON_NAMESPACE::backend
