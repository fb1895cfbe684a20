#pragma once
/// The softmax along an axis, and its gradient.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/softmax.hpp"
#include "tenon/backend/reference/softmax.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(outer, n, inner) = exp(x - m) / sum exp(x - m) along n, with m = max x; or its logarithm.
template <Real T>
struct Softmax {
  using Function = void(index_t outer, index_t n, index_t inner, const T* x, T* y, bool log);
  TENON_PROVIDER(Reference, reference::softmax<T>)
  TENON_PROVIDER(Cpu, cpu::softmax<T>)
};

/// dx = y (g - <g, y>) along n, from the result y and its gradient g; of the logarithm, dx = g - exp(y) sum
/// g.
template <Real T>
struct SoftmaxBackward {
  using Function = void(index_t outer, index_t n, index_t inner, const T* y, const T* g, T* dx, bool log);
  TENON_PROVIDER(Reference, reference::softmax_backward<T>)
  TENON_PROVIDER(Cpu, cpu::softmax_backward<T>)
};

}  // namespace TENON_NAMESPACE::backend
