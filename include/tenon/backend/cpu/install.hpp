#pragma once
/// Puts the SIMD and threaded kernels into a table.

#include "tenon/backend/cpu/attention.hpp"
#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/cpu/index.hpp"
#include "tenon/backend/cpu/norm.hpp"
#include "tenon/backend/cpu/recurrence.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/cpu/scan.hpp"
#include "tenon/backend/cpu/softmax.hpp"
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
    table.moments = moments<T>;
    table.paired_sums = paired_sums<T>;
    table.affine_planes = affine_planes<T>;
    table.norm_rows = norm_rows<T>;
    table.norm_rows_backward = norm_rows_backward<T>;
    table.attention = attention<T>;
    table.attention_backward = attention_backward<T>;
    table.recurrence = recurrence<T>;
    table.recurrence_backward = recurrence_backward<T>;
  }
  return table;
}

}  // namespace TENON_NAMESPACE::backend::cpu
