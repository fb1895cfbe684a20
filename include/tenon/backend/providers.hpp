#pragma once
/// Who provides which kernel: the choice is made when a program is compiled.

#include <type_traits>  // is_same_v

#include "tenon/backend/blas/find.hpp"
#include "tenon/backend/cpu/find.hpp"
#include "tenon/backend/reference/find.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend {

namespace detail {

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

}  // namespace detail

}  // namespace TENON_NAMESPACE::backend
