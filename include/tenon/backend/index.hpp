#pragma once
/// Rows taken and added by index.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/index.hpp"
#include "tenon/backend/reference/copy.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// dst(outer, count, inner)[o][c] = src(outer, extent, inner)[o][index[c]].
template <Scalar T>
struct Gather {
  using Function = void(index_t outer, index_t count, index_t inner, index_t extent, const T* src,
                        const index_t* index, T* dst);
  TENON_PROVIDER(Reference, reference::gather<T>)
  TENON_PROVIDER(Cpu, cpu::gather<T>)
};

/// dst(outer, extent, inner)[o][index[c]] += src(outer, count, inner)[o][c], in the order of c.
template <Scalar T>
struct ScatterAdd {
  using Function = void(index_t outer, index_t count, index_t inner, index_t extent, const index_t* index,
                        const T* src, T* dst);
  TENON_PROVIDER(Reference, reference::scatter_add<T>)
  TENON_PROVIDER(Cpu, cpu::scatter_add<T>)
};

/// dst(., inner)[index[c]] = src(count, inner)[c]; each row is named at most once.
template <Scalar T>
struct PutRows {
  using Function = void(index_t count, index_t inner, const index_t* index, const T* src, T* dst);
  TENON_PROVIDER(Reference, reference::put_rows<T>)
  TENON_PROVIDER(Cpu, cpu::put_rows<T>)
};

}  // namespace TENON_NAMESPACE::backend
