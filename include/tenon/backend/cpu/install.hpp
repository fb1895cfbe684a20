#pragma once
/// Puts the SIMD and threaded kernels into a table.

#include "tenon/backend/cpu/copy.hpp"
#include "tenon/backend/table.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <class T>
constexpr Kernels<T> install(Kernels<T> table) {
  table.copy = copy<T>;
  return table;
}

}  // namespace TENON_NAMESPACE::backend::cpu
