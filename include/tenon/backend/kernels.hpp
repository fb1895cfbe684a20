#pragma once
/// The kernels that operations use: for each entry of the table the best there is.

#include <type_traits>  // type_identity_t

#include "tenon/backend/table.hpp"
#include "tenon/core/atomic.hpp"

#if !defined(TENON_COMPILED)
#include "tenon/backend/providers.hpp"
#endif

namespace TENON_NAMESPACE::backend {

namespace detail {
/// A table that is to be used instead of the best kernels; see scoped_backend.hpp.
template <class T>
TENON_SHARED inline constinit Atomic<const Kernels<T>*> substitute = nullptr;

template <class T, class F>
F choose(F Kernels<T>::*entry, std::type_identity_t<F> best) {
  const Kernels<T>* const table = substitute<T>.load(MemoryOrder::relaxed);
  return table ? table->*entry : best;
}
template <class T, class F>
T scalar_of(F Kernels<T>::*);
template <class T, class F>
F function_of(F Kernels<T>::*);
}  // namespace detail

/// One kernel: `kernel<&Kernels<T>::sum>()(outer, n, inner, x, y)`. It is looked up by its entry and not in a
/// whole table, so that a program is compiled with those kernels alone that it uses; with TENON_COMPILED,
/// with none of them: they are then in the library tenon::compiled.
template <auto entry>
decltype(detail::function_of(entry)) kernel();

#if !defined(TENON_COMPILED)
template <auto entry>
decltype(detail::function_of(entry)) kernel() {
  return detail::choose(entry, detail::find<decltype(detail::scalar_of(entry)), entry, Provider::blas>());
}
#endif

}  // namespace TENON_NAMESPACE::backend
