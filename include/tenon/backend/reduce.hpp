#pragma once
/// Reductions along an axis.

#include "tenon/backend/kernel.hpp"
#include "tenon/core/number.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/argmax.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/reference/reduce.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(outer, inner) = the sum of x(outer, n, inner) along n. Sums of integers and booleans are of 64 bits, and
/// wrap around there.
template <Scalar T>
struct Sum {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, sum_t<T>* y);
  TENON_PROVIDER(Reference, reference::sum<T>)
  TENON_PROVIDER(Cpu, cpu::sum<T>)
};

/// y(outer, inner) = the largest element of x(outer, n, inner) along n >= 1; NaN where there is a NaN.
template <Scalar T>
struct Max {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::max<T>)
  TENON_PROVIDER(Cpu, cpu::max<T>)
};

/// y(outer, inner) = the smallest element of x(outer, n, inner) along n >= 1; NaN where there is a NaN.
template <Scalar T>
struct Min {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::min<T>)
  TENON_PROVIDER(Cpu, cpu::min<T>)
};

/// y(outer, inner) = the position of the largest element of x(outer, n, inner) along n >= 1. The first of
/// several equal ones; NaN beats any number.
template <Scalar T>
struct Argmax {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  TENON_PROVIDER(Reference, reference::argmax<T>)
  TENON_PROVIDER(Cpu, cpu::argmax<T>)
};

/// y(outer, inner) = the position of the smallest element of x(outer, n, inner) along n >= 1. The first of
/// several equal ones; NaN beats any number.
template <Scalar T>
struct Argmin {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, index_t* y);
  TENON_PROVIDER(Reference, reference::argmin<T>)
  TENON_PROVIDER(Cpu, cpu::argmin<T>)
};

}  // namespace TENON_NAMESPACE::backend
