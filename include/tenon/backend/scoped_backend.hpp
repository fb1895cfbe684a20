#pragma once
/// Swapping kernels, for tests and benchmarks. A program that includes this is compiled with every kernel of
/// every scalar type.

#include <atomic>   // atomic
#include <cstdint>  // int32_t, int64_t, uint8_t

#include "tenon/backend/entries.hpp"
#include "tenon/backend/kernels.hpp"
#include "tenon/backend/providers.hpp"

namespace TENON_NAMESPACE::backend {

namespace detail {
template <class T, Provider provider>
constexpr Kernels<T> make_table() {
#define TENON_ENTRY(entry) .entry = find<T, &Kernels<T>::entry, provider>(),
  return {TENON_FOR_EACH_KERNEL(TENON_ENTRY)};
#undef TENON_ENTRY
}
template <Scalar T>
inline constexpr Kernels<T> tables[] = {make_table<T, Provider::reference>(), make_table<T, Provider::cpu>(),
                                        make_table<T, Provider::blas>()};
inline constinit std::atomic<Provider> active_provider = Provider::blas;

template <Scalar... T>
void substitute_tables(Provider provider) {
  (substitute<T>.store(&tables<T>[static_cast<int>(provider)], MemoryOrder::release), ...);
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
  [[nodiscard]] explicit ScopedBackend(Provider provider) : previous_(use(provider)) {}
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
