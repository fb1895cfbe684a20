#pragma once
/// Random zeros.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/dropout.hpp"
#include "tenon/backend/reference/dropout.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y[i] = scale x[i], or 0 where random word i is below `threshold`. Words are those of `philox_word`.
template <Real T>
struct Dropout {
  using Function = void(index_t n, std::uint64_t seed, std::uint64_t first_block, std::uint32_t threshold,
                        T scale, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::dropout<T>)
  TENON_PROVIDER(Cpu, cpu::dropout<T>)
};

}  // namespace TENON_NAMESPACE::backend
