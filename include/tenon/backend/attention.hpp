#pragma once
/// Scaled dot-product attention, and its gradient.

#include "tenon/backend/attention_layout.hpp"
#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/attention.hpp"
#include "tenon/backend/reference/attention.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(batch, queries, value_depth), and log_sum(batch, queries), the logarithm of the sum of exponentials of
/// each query.
template <Real T>
struct Attention {
  using Function = void(const AttentionLayout<T>& a, T* y, T* log_sum);
  TENON_PROVIDER(Reference, reference::attention<T>)
  TENON_PROVIDER(Cpu, cpu::attention<T>)
};

/// The gradients, dense: dq(batch, queries, depth), dk(batch, keys, depth), dv(batch, keys, value_depth),
/// from the results y and log_sum and the gradient g of y.
template <Real T>
struct AttentionBackward {
  using Function = void(const AttentionLayout<T>& a, const T* y, const T* log_sum, const T* g, T* dq, T* dk,
                        T* dv);
  TENON_PROVIDER(Reference, reference::attention_backward<T>)
  TENON_PROVIDER(Cpu, cpu::attention_backward<T>)
};

}  // namespace TENON_NAMESPACE::backend
