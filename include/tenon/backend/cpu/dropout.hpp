#pragma once
/// Elements dropped at random: the mask is made group by group in registers and never stored.

#include <algorithm>  // copy_n

#include "tenon/backend/philox.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// One group: 64 elements.
template <Real T>
void drop_some(const std::uint32_t* words, std::uint32_t threshold, T scale, const T* x, T* y) {
  for (int i = 0; i < philox_group_words; ++i) y[i] = words[i] >= threshold ? x[i] * scale : T(0);
}

template <Real T>
void dropout(index_t n, std::uint64_t seed, std::uint64_t first_block, std::uint32_t threshold, T scale,
             const T* x, T* y) {
  constexpr index_t group = philox_group_words;
  parallel_for((n + group - 1) / group, 1 << 8, [=](index_t begin, index_t end) {
    std::uint32_t words[group];
    for (index_t g = begin; g < end; ++g) {
      philox_group(seed, first_block + static_cast<std::uint64_t>(g * philox_group_blocks), words);
      const index_t at = g * group;
      if (n - at >= group) {
        drop_some(words, threshold, scale, x + at, y + at);
      } else {
        T some[group] = {}, dropped[group];
        std::copy_n(x + at, n - at, some);
        drop_some(words, threshold, scale, some, dropped);
        std::copy_n(dropped, n - at, y + at);
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
