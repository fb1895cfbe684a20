#pragma once
/// The kernels that operations use: for each entry of the table the best there is.

#include <atomic>  // atomic

#include "tenon/backend/blas/install.hpp"
#include "tenon/backend/cpu/install.hpp"
#include "tenon/backend/reference/install.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend {

namespace detail {
/// A table that is to be used instead of the best kernels; see scoped_backend.hpp.
template <class T>
inline constinit std::atomic<const Kernels<T>*> substitute = nullptr;

template <class T, class F>
constexpr F best(F Kernels<T>::*entry) {
  return blas::install(cpu::install(reference::table<T>())).*entry;
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
