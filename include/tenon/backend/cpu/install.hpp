#pragma once
/// Puts the SIMD and threaded kernels into a table.

#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/cpu/fft.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/cpu/index.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/cpu/scan.hpp"
#include "tenon/backend/cpu/softmax.hpp"
#include "tenon/backend/cpu/sparse.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <class T>
constexpr Kernels<T> install(Kernels<T> table) {
  table.copy = copy<T>;
  table.gather = gather<T>;
  if constexpr (Real<T>) {
    table.gemm = gemm<T>;
    table.batched_gemm = batched_gemm<T>;
    table.sum = sum<T>;
    table.max = max<T>;
    table.min = min<T>;
    table.argmax = argmax<T>;
    table.argmin = argmin<T>;
    table.cumsum = cumsum<T>;
    table.softmax = softmax<T>;
    table.softmax_backward = softmax_backward<T>;
    table.scatter_add = scatter_add<T>;
    // sparse
    table.csr_multiply = csr_multiply<T>;
    table.csr_sample = csr_sample<T>;
    // Fourier transforms
    table.fft = fft<T>;
    table.rfft = rfft<T>;
    table.irfft = irfft<T>;
  }
  return table;
}

}  // namespace TENON_NAMESPACE::backend::cpu
