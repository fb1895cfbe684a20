#pragma once
/// Connectionist temporal classification. Graves et al. 2006.

#include "tenon/backend/ctc_batch.hpp"
#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/ctc.hpp"
#include "tenon/backend/reference/ctc.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// nll(batch) = the negative log-likelihood of label sequences under log-probabilities x(frames, batch,
/// classes), infinite where a sequence has too few frames; and its gradient by x, of the shape of x, unless
/// null (0 where the likelihood is infinite).
template <Real T>
struct Ctc {
  using Function = void(const CtcBatch& batch, const T* x, T* nll, T* gradient);
  TENON_PROVIDER(Reference, reference::ctc<T>)
  TENON_PROVIDER(Cpu, cpu::ctc<T>)
};

}  // namespace TENON_NAMESPACE::backend
