#pragma once
/// Swapping kernels, for tests and benchmarks. A program that includes this is compiled with every kernel of
/// every scalar type, unless it is linked with tenon::compiled.

#include <atomic>   // atomic
#include <cstdint>  // int32_t, int64_t, uint8_t

#include "tenon/backend/all_kernels.hpp"

namespace TENON_NAMESPACE::backend {

namespace detail {
inline constinit std::atomic<Provider> active_provider = Provider::blas;
}  // namespace detail

/// The provider of the innermost scope.
inline Provider active_provider() {
  return detail::active_provider;
}

/// Makes all threads use the layers up to `provider` until the end of the scope: operations of other threads
/// see the change at once.
class ScopedBackend {
 public:
  [[nodiscard]] explicit ScopedBackend(Provider provider) : previous_(use(provider)) {}
  ~ScopedBackend() { use(previous_); }
  ScopedBackend(const ScopedBackend&) = delete;
  ScopedBackend& operator=(const ScopedBackend&) = delete;

 private:
  template <Scalar T>
  static void substitute(Provider provider) {
#define TENON_SUBSTITUTE(K) detail::substitute<K<T>>.store(kernel<K<T>>(provider), MemoryOrder::release);
    TENON_FOR_EACH_SCALAR_KERNEL(TENON_SUBSTITUTE)
    if constexpr (Real<T>) {
      TENON_FOR_EACH_REAL_KERNEL(TENON_SUBSTITUTE)
    }
#undef TENON_SUBSTITUTE
  }

  static Provider use(Provider provider) {
    substitute<float>(provider);
    substitute<double>(provider);
    substitute<bfloat16>(provider);
    substitute<std::int64_t>(provider);
    substitute<std::int32_t>(provider);
    substitute<std::uint8_t>(provider);
    substitute<bool>(provider);
    return detail::active_provider.exchange(provider);
  }

  Provider previous_;
};

}  // namespace TENON_NAMESPACE::backend
