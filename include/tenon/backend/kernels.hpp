#pragma once
/// The active table of kernels, and how to swap it.

#include <atomic>  // atomic

#include "tenon/backend/blas/install.hpp"
#include "tenon/backend/cpu/install.hpp"
#include "tenon/backend/reference/install.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend {

/// Layers of kernels; each fills in what it does better than the one before.
enum class Provider {
  reference,  ///< plain loops
  cpu,        ///< SIMD and threads
  blas,       ///< matrix products by OpenBLAS or Eigen, where the build chose one
};

namespace detail {
inline constinit std::atomic<Provider> active_provider = Provider::blas;

template <class T>
inline constexpr Kernels<T> tables[] = {
    reference::table<T>(),
    cpu::install(reference::table<T>()),
    blas::install(cpu::install(reference::table<T>())),
};
}  // namespace detail

/// The table that operations use.
template <Scalar T>
const Kernels<T>& kernels() {
  return detail::tables<T>[static_cast<int>(detail::active_provider.load(std::memory_order_relaxed))];
}

/// Makes all threads use the layers up to `provider` until the end of the scope. For tests and benchmarks:
/// operations of other threads see the change at once.
class ScopedBackend {
 public:
  explicit ScopedBackend(Provider provider) : previous_(detail::active_provider.exchange(provider)) {}
  ~ScopedBackend() { detail::active_provider.store(previous_); }
  ScopedBackend(const ScopedBackend&) = delete;
  ScopedBackend& operator=(const ScopedBackend&) = delete;

 private:
  Provider previous_;
};

}  // namespace TENON_NAMESPACE::backend
