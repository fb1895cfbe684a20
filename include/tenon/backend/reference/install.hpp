#pragma once
/// The table of plain loops: complete for every scalar type, and the oracle that faster kernels are tested
/// against.

#include "tenon/backend/reference/copy.hpp"
#include "tenon/backend/reference/fft.hpp"
#include "tenon/backend/reference/gemm.hpp"
#include "tenon/backend/reference/reduce.hpp"
#include "tenon/backend/reference/softmax.hpp"
#include "tenon/backend/reference/sparse.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
constexpr Kernels<T> table() {
  return {
      .gemm = gemm<T>,
      .batched_gemm = batched_gemm<T>,
      .copy = copy<T>,
      .sum = sum<T>,
      .prod = prod<T>,
      .max = max<T>,
      .min = min<T>,
      .argmax = argmax<T>,
      .argmin = argmin<T>,
      .cumsum = cumsum<T>,
      .softmax = softmax<T>,
      .softmax_backward = softmax_backward<T>,
      .gather = gather<T>,
      .scatter_add = scatter_add<T>,
      // sparse
      .csr_multiply = csr_multiply<T>,
      .csr_sample = csr_sample<T>,
      // Fourier transforms
      .fft = fft<T>,
      .rfft = rfft<T>,
      .irfft = irfft<T>,
  };
}

}  // namespace TENON_NAMESPACE::backend::reference
