#pragma once
/// The provider of plain loops: complete for every scalar type, and the oracle that faster kernels are tested
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

/// The kernel of an entry. The others are not compiled.
template <class T, auto entry>
constexpr auto find() {
  using K = Kernels<T>;
  if constexpr (same_entry<entry, &K::gemm>)
    return gemm<T>;
  else if constexpr (same_entry<entry, &K::batched_gemm>)
    return batched_gemm<T>;
  else if constexpr (same_entry<entry, &K::copy>)
    return copy<T>;
  else if constexpr (same_entry<entry, &K::sum>)
    return sum<T>;
  else if constexpr (same_entry<entry, &K::max>)
    return max<T>;
  else if constexpr (same_entry<entry, &K::min>)
    return min<T>;
  else if constexpr (same_entry<entry, &K::argmax>)
    return argmax<T>;
  else if constexpr (same_entry<entry, &K::argmin>)
    return argmin<T>;
  else if constexpr (same_entry<entry, &K::cumsum>)
    return cumsum<T>;
  else if constexpr (same_entry<entry, &K::softmax>)
    return softmax<T>;
  else if constexpr (same_entry<entry, &K::softmax_backward>)
    return softmax_backward<T>;
  else if constexpr (same_entry<entry, &K::gather>)
    return gather<T>;
  else if constexpr (same_entry<entry, &K::scatter_add>)
    return scatter_add<T>;
  else if constexpr (same_entry<entry, &K::ctc>)
    return ctc<T>;
  else if constexpr (same_entry<entry, &K::sort>)
    return sort<T>;
  else if constexpr (same_entry<entry, &K::topk>)
    return topk<T>;
  else if constexpr (same_entry<entry, &K::kth>)
    return kth<T>;
  else if constexpr (same_entry<entry, &K::dropout>)
    return dropout<T>;
  else if constexpr (same_entry<entry, &K::conv>)
    return conv<T>;
  else if constexpr (same_entry<entry, &K::conv_transpose>)
    return conv_transpose<T>;
  else if constexpr (same_entry<entry, &K::conv_weight>)
    return conv_weight<T>;
  else if constexpr (same_entry<entry, &K::fold>)
    return fold<T>;
  else if constexpr (same_entry<entry, &K::max_pool>)
    return max_pool<T>;
  else if constexpr (same_entry<entry, &K::plane_gather>)
    return plane_gather<T>;
  else if constexpr (same_entry<entry, &K::plane_scatter>)
    return plane_scatter<T>;
  else if constexpr (same_entry<entry, &K::moments>)
    return moments<T>;
  else if constexpr (same_entry<entry, &K::paired_sums>)
    return paired_sums<T>;
  else if constexpr (same_entry<entry, &K::affine_planes>)
    return affine_planes<T>;
  else if constexpr (same_entry<entry, &K::norm_rows>)
    return norm_rows<T>;
  else if constexpr (same_entry<entry, &K::norm_rows_backward>)
    return norm_rows_backward<T>;
  else if constexpr (same_entry<entry, &K::attention>)
    return attention<T>;
  else if constexpr (same_entry<entry, &K::attention_backward>)
    return attention_backward<T>;
  else if constexpr (same_entry<entry, &K::recurrence>)
    return recurrence<T>;
  else if constexpr (same_entry<entry, &K::recurrence_backward>)
    return recurrence_backward<T>;
  else if constexpr (same_entry<entry, &K::csr_multiply>)
    return csr_multiply<T>;
  else if constexpr (same_entry<entry, &K::csr_sample>)
    return csr_sample<T>;
  else if constexpr (same_entry<entry, &K::fft>)
    return fft<T>;
  else if constexpr (same_entry<entry, &K::rfft>)
    return rfft<T>;
  else if constexpr (same_entry<entry, &K::irfft>)
    return irfft<T>;
}

}  // namespace TENON_NAMESPACE::backend::reference
