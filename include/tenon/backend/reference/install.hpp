#pragma once
/// The table of plain loops: complete for every scalar type, and the oracle that faster kernels are tested
/// against.

#include "tenon/backend/reference/attention.hpp"
#include "tenon/backend/reference/conv.hpp"
#include "tenon/backend/reference/copy.hpp"
#include "tenon/backend/reference/ctc.hpp"
#include "tenon/backend/reference/dropout.hpp"
#include "tenon/backend/reference/fft.hpp"
#include "tenon/backend/reference/gemm.hpp"
#include "tenon/backend/reference/norm.hpp"
#include "tenon/backend/reference/pool.hpp"
#include "tenon/backend/reference/recurrence.hpp"
#include "tenon/backend/reference/reduce.hpp"
#include "tenon/backend/reference/softmax.hpp"
#include "tenon/backend/reference/sort.hpp"
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
      // Losses, sorting, random numbers
      .ctc = ctc<T>,
      .sort = sort<T>,
      .topk = topk<T>,
      .kth = kth<T>,
      .dropout = dropout<T>,
      // Windows over planes
      .conv = conv<T>,
      .conv_transpose = conv_transpose<T>,
      .conv_weight = conv_weight<T>,
      .fold = fold<T>,
      .max_pool = max_pool<T>,
      .plane_gather = plane_gather<T>,
      .plane_scatter = plane_scatter<T>,
      .moments = moments<T>,
      .paired_sums = paired_sums<T>,
      .affine_planes = affine_planes<T>,
      .norm_rows = norm_rows<T>,
      .norm_rows_backward = norm_rows_backward<T>,
      .attention = attention<T>,
      .attention_backward = attention_backward<T>,
      .recurrence = recurrence<T>,
      .recurrence_backward = recurrence_backward<T>,
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
