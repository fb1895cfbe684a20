#pragma once
/// Rows in order. Equal elements keep their order; NaN is greater than any number.

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/sort.hpp"
#include "tenon/backend/reference/sort.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// Each row of x(rows, n) in order, and where its elements stood.
template <Scalar T>
struct Sort {
  using Function = void(index_t rows, index_t n, bool descending, const T* x, T* values, index_t* indices);
  TENON_PROVIDER(Reference, reference::sort<T>)
  TENON_PROVIDER(Cpu, cpu::sort<T>)
};

/// The first k <= n elements of each row of x(rows, n) in order, and where they stood.
template <Scalar T>
struct Topk {
  using Function = void(index_t rows, index_t n, index_t k, bool descending, const T* x, T* values,
                        index_t* indices);
  TENON_PROVIDER(Reference, reference::topk<T>)
  TENON_PROVIDER(Cpu, cpu::topk<T>)
};

/// Element k < n of each row of x(rows, n) in ascending order, and where it stood.
template <Scalar T>
struct Kthvalue {
  using Function = void(index_t rows, index_t n, index_t k, const T* x, T* values, index_t* indices);
  TENON_PROVIDER(Reference, reference::kthvalue<T>)
  TENON_PROVIDER(Cpu, cpu::kthvalue<T>)
};

/// positions(rows, count) = where values(rows, count) would be inserted into ascending sequences of n
/// elements to keep them in order: before equal elements, or after them with `right`. Sequences lie
/// `distance` apart, 0 when all rows share one. NaN is greater than any
/// number.
template <Scalar T>
struct Searchsorted {
  using Function = void(index_t rows, index_t n, index_t count, bool right, const T* sequence,
                        index_t distance, const T* values, index_t* positions);
  TENON_PROVIDER(Reference, reference::searchsorted<T>)
  TENON_PROVIDER(Cpu, cpu::searchsorted<T>)
};

}  // namespace TENON_NAMESPACE::backend
