#pragma once
/// Elements dropped at random.

#include "tenon/backend/philox.hpp"

namespace TENON_NAMESPACE::backend::reference {

template <class T>
void dropout(index_t n, std::uint64_t seed, std::uint64_t first_block, std::uint32_t threshold, T scale,
             const T* x, T* y) {
  for (index_t i = 0; i < n; ++i) {
    const bool kept = philox_word(seed, first_block, static_cast<std::uint64_t>(i)) >= threshold;
    y[i] = kept ? static_cast<T>(x[i] * scale) : T(0);
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
