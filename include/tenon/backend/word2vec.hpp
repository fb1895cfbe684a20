#pragma once
/// The step of word2vec.

#include "tenon/backend/cpu/word2vec.hpp"
#include "tenon/backend/kernel.hpp"
#include "tenon/backend/reference/word2vec.hpp"

namespace TENON_NAMESPACE::backend {

/// The step that SgnsBatch describes. It lasts a third of a microsecond, so that its caller wants it inlined.
template <Real T>
struct SgnsStep {
  using Function = void(const SgnsBatch<T>& batch);
  TENON_INLINE_PROVIDER(Reference, reference::sgns_step<T>)
  TENON_INLINE_PROVIDER(Cpu, cpu::sgns_step<T>)
};

}  // namespace TENON_NAMESPACE::backend
