#pragma once
/// The kernels that operations use: for each entry of the table the best there is.

#include <atomic>       // atomic
#include <type_traits>  // is_same_v, type_identity_t

#include "tenon/backend/blas/find.hpp"
#include "tenon/backend/cpu/find.hpp"
#include "tenon/backend/reference/find.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend {

/// Layers of kernels; each has what it does better than the one before.
enum class Provider {
  reference,  ///< plain loops
  cpu,        ///< SIMD and threads
  blas,       ///< matrix products by OpenBLAS or Eigen, where the build chose one
};

namespace detail {
/// A table that is to be used instead of the best kernels; see scoped_backend.hpp.
template <class T>
inline constinit std::atomic<const Kernels<T>*> substitute = nullptr;

/// The kernel of the highest layer up to `provider` that has it.
template <class T, auto entry, Provider provider>
constexpr auto find() {
  constexpr auto has = [](auto kernel) { return !std::is_same_v<decltype(kernel), NoKernel>; };
  if constexpr (provider >= Provider::blas && has(blas::find<T, entry>()))
    return blas::find<T, entry>();
  else if constexpr (provider >= Provider::cpu && has(cpu::find<T, entry>()))
    return cpu::find<T, entry>();
  else
    return reference::find<T, entry>();
}

template <class T, class F>
F choose(F Kernels<T>::*entry, std::type_identity_t<F> best) {
  const Kernels<T>* const table = substitute<T>.load(std::memory_order_relaxed);
  return table ? table->*entry : best;
}
template <class T, class F>
T scalar_of(F Kernels<T>::*);
}  // namespace detail

/// One kernel: `kernel<&Kernels<T>::sum>()(outer, n, inner, x, y)`. It is looked up by its entry and not in a
/// whole table, so that a program is compiled with those kernels alone that it uses.
template <auto entry>
auto kernel() {
  return detail::choose(entry, detail::find<decltype(detail::scalar_of(entry)), entry, Provider::blas>());
}

}  // namespace TENON_NAMESPACE::backend
