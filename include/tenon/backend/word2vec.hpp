#pragma once
/// The step of word2vec by the active provider.

#include "tenon/backend/cpu/word2vec.hpp"
#include "tenon/backend/kernels.hpp"
#include "tenon/backend/reference/word2vec.hpp"

namespace TENON_NAMESPACE::backend {

/// Not an entry of the table: a step lasts a third of a microsecond, and its caller wants it inlined.
template <Real T>
void pair_step(const PairGrid<T>& grid) {
  if (detail::active_provider.load(std::memory_order_relaxed) == Provider::reference)
    return reference::pair_step(grid);
  cpu::pair_step(grid);
}

}  // namespace TENON_NAMESPACE::backend
