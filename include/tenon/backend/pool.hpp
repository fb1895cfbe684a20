#pragma once
/// Pooling by the largest entry, and the way back.

#include "tenon/backend/kernel.hpp"
#include "tenon/backend/windows.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/pool.hpp"
#include "tenon/backend/reference/pool.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(planes, result) = the largest entry of each window of x(planes, size), NaN where there is a NaN, and
/// unless `where` is null its position in the plane, the first of several equal ones. A window that holds
/// nothing gives -infinity and its first position inside the plane.
template <Real T>
struct MaxPool {
  using Function = void(index_t planes, const Windows& windows, const T* x, T* y, index_t* where);
  TENON_PROVIDER(Reference, reference::max_pool<T>)
  TENON_PROVIDER(Cpu, cpu::max_pool<T>)
};

/// y(planes, count)[c] = x(planes, extent)[where[c]].
template <Real T>
struct MaxPoolGather {
  using Function = void(index_t planes, index_t count, index_t extent, const T* x, const index_t* where,
                        T* y);
  TENON_PROVIDER(Reference, reference::max_pool_gather<T>)
  TENON_PROVIDER(Cpu, cpu::max_pool_gather<T>)
};

/// x(planes, extent) = 0, and then y(planes, count)[c] added at where[c], in the order of c.
template <Real T>
struct MaxUnpool {
  using Function = void(index_t planes, index_t count, index_t extent, const T* y, const index_t* where,
                        T* x);
  TENON_PROVIDER(Reference, reference::max_unpool<T>)
  TENON_PROVIDER(Cpu, cpu::max_unpool<T>)
};

}  // namespace TENON_NAMESPACE::backend
