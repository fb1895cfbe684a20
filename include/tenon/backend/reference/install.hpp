#pragma once
/// The table of plain loops: complete for every scalar type, and the oracle that faster kernels are tested
/// against.

#include "tenon/backend/reference/attention.hpp"
#include "tenon/backend/reference/copy.hpp"
#include "tenon/backend/reference/gemm.hpp"
#include "tenon/backend/reference/norm.hpp"
#include "tenon/backend/reference/recurrence.hpp"
#include "tenon/backend/reference/reduce.hpp"
#include "tenon/backend/reference/softmax.hpp"
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
      .moments = moments<T>,
      .paired_sums = paired_sums<T>,
      .affine_planes = affine_planes<T>,
      .norm_rows = norm_rows<T>,
      .norm_rows_backward = norm_rows_backward<T>,
      .attention = attention<T>,
      .attention_backward = attention_backward<T>,
      .recurrence = recurrence<T>,
      .recurrence_backward = recurrence_backward<T>,
  };
}

}  // namespace TENON_NAMESPACE::backend::reference
