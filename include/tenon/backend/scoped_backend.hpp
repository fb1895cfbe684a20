#pragma once
/// Swapping kernels, for tests and benchmarks. A program that includes this is compiled with every kernel of
/// every scalar type.

#include <cstdint>  // int32_t, int64_t, uint8_t

#include "tenon/backend/kernels.hpp"

namespace TENON_NAMESPACE::backend {

namespace detail {
template <class T, Provider provider>
constexpr Kernels<T> make_table() {
  using K = Kernels<T>;
  return {
      .gemm = find<T, &K::gemm, provider>(),
      .batched_gemm = find<T, &K::batched_gemm, provider>(),
      .copy = find<T, &K::copy, provider>(),
      .sum = find<T, &K::sum, provider>(),
      .prod = find<T, &K::prod, provider>(),
      .max = find<T, &K::max, provider>(),
      .min = find<T, &K::min, provider>(),
      .argmax = find<T, &K::argmax, provider>(),
      .argmin = find<T, &K::argmin, provider>(),
      .cumsum = find<T, &K::cumsum, provider>(),
      .softmax = find<T, &K::softmax, provider>(),
      .softmax_backward = find<T, &K::softmax_backward, provider>(),
      .gather = find<T, &K::gather, provider>(),
      .scatter_add = find<T, &K::scatter_add, provider>(),
      .ctc = find<T, &K::ctc, provider>(),
      .sort = find<T, &K::sort, provider>(),
      .topk = find<T, &K::topk, provider>(),
      .kth = find<T, &K::kth, provider>(),
      .dropout = find<T, &K::dropout, provider>(),
      .conv = find<T, &K::conv, provider>(),
      .conv_transpose = find<T, &K::conv_transpose, provider>(),
      .conv_weight = find<T, &K::conv_weight, provider>(),
      .fold = find<T, &K::fold, provider>(),
      .max_pool = find<T, &K::max_pool, provider>(),
      .plane_gather = find<T, &K::plane_gather, provider>(),
      .plane_scatter = find<T, &K::plane_scatter, provider>(),
      .moments = find<T, &K::moments, provider>(),
      .paired_sums = find<T, &K::paired_sums, provider>(),
      .affine_planes = find<T, &K::affine_planes, provider>(),
      .norm_rows = find<T, &K::norm_rows, provider>(),
      .norm_rows_backward = find<T, &K::norm_rows_backward, provider>(),
      .attention = find<T, &K::attention, provider>(),
      .attention_backward = find<T, &K::attention_backward, provider>(),
      .recurrence = find<T, &K::recurrence, provider>(),
      .recurrence_backward = find<T, &K::recurrence_backward, provider>(),
      .csr_multiply = find<T, &K::csr_multiply, provider>(),
      .csr_sample = find<T, &K::csr_sample, provider>(),
      .fft = find<T, &K::fft, provider>(),
      .rfft = find<T, &K::rfft, provider>(),
      .irfft = find<T, &K::irfft, provider>(),
  };
}
template <Scalar T>
inline constexpr Kernels<T> tables[] = {make_table<T, Provider::reference>(), make_table<T, Provider::cpu>(),
                                        make_table<T, Provider::blas>()};
inline constinit std::atomic<Provider> active_provider = Provider::blas;

template <Scalar... T>
void substitute_tables(Provider provider) {
  (substitute<T>.store(&tables<T>[static_cast<int>(provider)]), ...);
}
}  // namespace detail

/// All kernels of the layers up to `provider`.
template <Scalar T>
constexpr const Kernels<T>& table(Provider provider) {
  return detail::tables<T>[static_cast<int>(provider)];
}

/// The provider of the innermost scope.
inline Provider active_provider() {
  return detail::active_provider;
}

/// Makes all threads use the layers up to `provider` until the end of the scope: operations of other threads
/// see the change at once.
class ScopedBackend {
 public:
  explicit ScopedBackend(Provider provider) : previous_(use(provider)) {}
  ~ScopedBackend() { use(previous_); }
  ScopedBackend(const ScopedBackend&) = delete;
  ScopedBackend& operator=(const ScopedBackend&) = delete;

 private:
  static Provider use(Provider provider) {
    detail::substitute_tables<float, double, bfloat16, std::int64_t, std::int32_t, std::uint8_t, bool>(
        provider);
    return detail::active_provider.exchange(provider);
  }

  Provider previous_;
};

}  // namespace TENON_NAMESPACE::backend
