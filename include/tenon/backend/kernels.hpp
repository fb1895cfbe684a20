#pragma once
/// The kernels that operations use: for each entry of the table the best there is.

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

/// All kernels of the layers up to `provider`.
template <Scalar T>
constexpr Kernels<T> table(Provider provider) {
  Kernels<T> kernels = reference::table<T>();
  if (provider >= Provider::cpu) kernels = cpu::install(kernels);
  if (provider >= Provider::blas) kernels = blas::install(kernels);
  return kernels;
}

namespace detail {
/// A table that is to be used instead of the best kernels; see scoped_backend.hpp.
template <class T>
inline constinit std::atomic<const Kernels<T>*> substitute = nullptr;

template <class T, class F>
constexpr F best(F Kernels<T>::*entry) {
  return table<T>(Provider::blas).*entry;
}
template <class T, class F>
F choose(F Kernels<T>::*entry, F best) {
  const Kernels<T>* const table = substitute<T>.load(std::memory_order_relaxed);
  return table ? table->*entry : best;
}
}  // namespace detail

/// One kernel: `kernel<&Kernels<T>::sum>()(outer, n, inner, x, y)`. It is looked up by its entry and not in a
/// whole table, so that a program is compiled with those kernels alone that it uses.
template <auto entry>
auto kernel() {
  constexpr auto best = detail::best(entry);
  return detail::choose(entry, best);
}

}  // namespace TENON_NAMESPACE::backend
