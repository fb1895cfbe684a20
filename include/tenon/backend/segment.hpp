#pragma once
/// Extrema of rows that share an id. The rows of segment s are order[e] for offsets[s] <= e < offsets[s + 1].

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/segment.hpp"
#include "tenon/backend/reference/segment.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(count, inner)[s] = the largest elements of the rows of x(., inner) that are in segment s, NaN where
/// there is a NaN; 0 where no row is.
template <Real T>
struct SegmentMax {
  using Function = void(index_t count, index_t inner, const index_t* offsets, const index_t* order,
                        const T* x, T* y);
  TENON_PROVIDER(Reference, reference::segment_max<T>)
  TENON_PROVIDER(Cpu, cpu::segment_max<T>)
};

/// y(count, inner)[s] = the smallest elements of the rows of x(., inner) that are in segment s, NaN where
/// there is a NaN; 0 where no row is.
template <Real T>
struct SegmentMin {
  using Function = void(index_t count, index_t inner, const index_t* offsets, const index_t* order,
                        const T* x, T* y);
  TENON_PROVIDER(Reference, reference::segment_min<T>)
  TENON_PROVIDER(Cpu, cpu::segment_min<T>)
};

}  // namespace TENON_NAMESPACE::backend
