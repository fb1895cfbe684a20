#pragma once
/// The step of GloVe.

#include "tenon/backend/cpu/glove.hpp"
#include "tenon/backend/kernel.hpp"
#include "tenon/backend/reference/glove.hpp"

namespace TENON_NAMESPACE::backend {

/// The step that GloveRows describes. It lasts a tenth of a microsecond, so that its caller wants it inlined.
template <Real T>
struct GloveStep {
  using Function = T(const GloveRows<T>& rows);
  TENON_INLINE_PROVIDER(Reference, reference::glove_step<T>)
  TENON_INLINE_PROVIDER(Cpu, cpu::glove_step<T>)
};

}  // namespace TENON_NAMESPACE::backend
