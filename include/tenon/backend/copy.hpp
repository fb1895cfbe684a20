#pragma once
/// Copies between layouts.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/reference/copy.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// dst[i...] = src[i...] over `shape`. Strides of src may be 0 or negative; positions of dst are distinct.
template <Scalar T>
struct Copy {
  using Function = void(int rank, const index_t* shape, const T* src, const index_t* src_strides, T* dst,
                        const index_t* dst_strides);
  TENON_PROVIDER(Reference, reference::copy<T>)
  TENON_PROVIDER(Cpu, cpu::copy<T>)
};

}  // namespace TENON_NAMESPACE::backend
