#pragma once
/// The sum of windows, over up to three spatial axes.

#include "tenon/backend/kernel.hpp"
#include "tenon/backend/windows.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/fold.hpp"
#include "tenon/backend/reference/fold.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// x(planes, size) = the sum of columns(planes, kernel, result) at the places that windows read them from.
template <Real T>
struct Fold {
  using Function = void(index_t planes, const Windows& windows, const T* columns, T* x);
  TENON_PROVIDER(Reference, reference::fold<T>)
  TENON_PROVIDER(Cpu, cpu::fold<T>)
};

/// y(batch, length) = the sum of x(batch, count, size) where its frames lie, `hop` apart.
template <Real T>
struct OverlapAdd {
  using Function = void(index_t batch, index_t count, index_t size, index_t hop, index_t length, const T* x,
                        T* y);
  TENON_PROVIDER(Reference, reference::overlap_add<T>)
  TENON_PROVIDER(Cpu, cpu::overlap_add<T>)
};

}  // namespace TENON_NAMESPACE::backend
