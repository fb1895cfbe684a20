#pragma once
/// Puts the SIMD and threaded kernels into a table.

#include "tenon/backend/cpu/attention.hpp"
#include "tenon/backend/cpu/conv.hpp"
#include "tenon/backend/cpu/conv_weight.hpp"
#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/cpu/ctc.hpp"
#include "tenon/backend/cpu/dropout.hpp"
#include "tenon/backend/cpu/fft.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/cpu/index.hpp"
#include "tenon/backend/cpu/norm.hpp"
#include "tenon/backend/cpu/pool.hpp"
#include "tenon/backend/cpu/recurrence.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/cpu/scan.hpp"
#include "tenon/backend/cpu/softmax.hpp"
#include "tenon/backend/cpu/sort.hpp"
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
    // Losses, sorting, random numbers
    table.ctc = ctc<T>;
    table.dropout = dropout<T>;
    // Windows over planes
    table.conv = conv<T>;
    table.conv_transpose = conv_transpose<T>;
    table.conv_weight = conv_weight<T>;
    table.fold = fold<T>;
    table.max_pool = max_pool<T>;
    table.plane_gather = plane_gather<T>;
    table.plane_scatter = plane_scatter<T>;
    table.moments = moments<T>;
    table.paired_sums = paired_sums<T>;
    table.affine_planes = affine_planes<T>;
    table.norm_rows = norm_rows<T>;
    table.norm_rows_backward = norm_rows_backward<T>;
    table.attention = attention<T>;
    table.attention_backward = attention_backward<T>;
    table.recurrence = recurrence<T>;
    table.recurrence_backward = recurrence_backward<T>;
    // sparse
    table.csr_multiply = csr_multiply<T>;
    table.csr_sample = csr_sample<T>;
    // Fourier transforms
    table.fft = fft<T>;
    table.rfft = rfft<T>;
    table.irfft = irfft<T>;
  }
  table.sort = sort<T>;
  table.topk = topk<T>;
  table.kth = kth<T>;
  return table;
}

}  // namespace TENON_NAMESPACE::backend::cpu
