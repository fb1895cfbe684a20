#pragma once
/// Normalisation of channels and of rows.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/norm.hpp"
#include "tenon/backend/reference/norm.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// Mean and variance (of all, not of a sample) of x(outer, n, inner) over outer and inner: n of each.
template <Real T>
struct Moments {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, T* mean, T* variance);
  TENON_PROVIDER(Reference, reference::moments<T>)
  TENON_PROVIDER(Cpu, cpu::moments<T>)
};

/// The sums of g and of g (x - mean), of arrays (outer, n, inner), over outer and inner: n of each.
template <Real T>
struct NormBackwardSums {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* mean,
                        T* sum_g, T* sum_gx);
  TENON_PROVIDER(Reference, reference::norm_backward_sums<T>)
  TENON_PROVIDER(Cpu, cpu::norm_backward_sums<T>)
};

/// y(outer, n, inner) = (x - centre) a + b + g c with centre, a, b, c of n. g may be null, then c is not
/// read.
template <Real T>
struct ScaleShift {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* centre,
                        const T* a, const T* b, const T* c, T* y);
  TENON_PROVIDER(Reference, reference::scale_shift<T>)
  TENON_PROVIDER(Cpu, cpu::scale_shift<T>)
};

/// y = (x - m) s weight + bias for each row of x(rows, n), with s = 1 / sqrt(mean (x - m)^2 + eps); m is the
/// mean, or 0 unless `centred`. mean(rows) and scale(rows) receive m and s. weight(n) and bias(n) may be
/// null: 1 and 0.
template <Real T>
struct NormRows {
  using Function = void(index_t rows, index_t n, const T* x, const T* weight, const T* bias, double eps,
                        bool centred, T* y, T* mean, T* scale);
  TENON_PROVIDER(Reference, reference::norm_rows<T>)
  TENON_PROVIDER(Cpu, cpu::norm_rows<T>)
};

/// The gradients of NormRows by x, weight and bias, from the m and s that it gave and the gradient g of y.
template <Real T>
struct NormRowsBackward {
  using Function = void(index_t rows, index_t n, const T* x, const T* g, const T* weight, const T* mean,
                        const T* scale, bool centred, T* dx, T* dweight, T* dbias);
  TENON_PROVIDER(Reference, reference::norm_rows_backward<T>)
  TENON_PROVIDER(Cpu, cpu::norm_rows_backward<T>)
};

}  // namespace TENON_NAMESPACE::backend
