#pragma once
/// Sparse rows. Entry e of row r, offsets[r] <= e < offsets[r + 1], stands in column columns[e].

#include "tenon/backend/kernel.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/cpu/sparse.hpp"
#include "tenon/backend/reference/sparse.hpp"
#endif

namespace TENON_NAMESPACE::backend {

/// y(rows, inner)[r] = the sum of values[e] x(., inner)[columns[e]] over the entries e of row r, in their
/// order.
template <Real T>
struct CsrMultiply {
  using Function = void(index_t rows, index_t inner, const index_t* offsets, const index_t* columns,
                        const T* values, const T* x, T* y);
  TENON_PROVIDER(Reference, reference::csr_multiply<T>)
  TENON_PROVIDER(Cpu, cpu::csr_multiply<T>)
};

/// values[e] = <a(rows, inner)[r], b(., inner)[columns[e]]> for each entry e of row r.
template <Real T>
struct CsrSample {
  using Function = void(index_t rows, index_t inner, const index_t* offsets, const index_t* columns,
                        const T* a, const T* b, T* values);
  TENON_PROVIDER(Reference, reference::csr_sample<T>)
  TENON_PROVIDER(Cpu, cpu::csr_sample<T>)
};

}  // namespace TENON_NAMESPACE::backend
