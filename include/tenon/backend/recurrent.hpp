#pragma once
/// The steps of a recurrent layer, and their gradient.

#include "tenon/backend/kernel.hpp"
#include "tenon/backend/recurrent_layout.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/recurrent.hpp"
#include "tenon/backend/reference/recurrent.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// Runs the steps. `gates` hold W_ih x + b (of a gru its first three parts) and become their activations.
/// weight(gates hidden, hidden) and bias(gates hidden) are those of the state, bias of a gru only.
/// states(steps + 1, ...) hold the initial state in the first slot that is read; so do cells, of an lstm
/// only.
template <Real T>
struct Recurrent {
  using Function = void(const RecurrentLayout& r, const T* weight, const T* bias, T* gates, T* states,
                        T* cells);
  TENON_PROVIDER(Reference, reference::recurrent<T>)
  TENON_PROVIDER(Cpu, cpu::recurrent<T>)
};

/// dgates, from the gradient g of all slots but the initial one. dh(batch, hidden) and dc hold the gradients
/// of the last state and cell besides, and receive the gradients of the initial ones. weight as of Recurrent.
template <Real T>
struct RecurrentBackward {
  using Function = void(const RecurrentLayout& r, const T* weight, const T* gates, const T* states,
                        const T* cells, const T* g, T* dgates, T* dh, T* dc);
  TENON_PROVIDER(Reference, reference::recurrent_backward<T>)
  TENON_PROVIDER(Cpu, cpu::recurrent_backward<T>)
};

}  // namespace TENON_NAMESPACE::backend
