#pragma once
/// The step of word2vec in plain loops: the oracle of its tests.

#include <cmath>  // exp, log1p

#include "tenon/backend/sgns_batch.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// log(1 + e^s) without overflow.
template <Real T>
T softplus(T s) {
  return (s > 0 ? s : T{0}) + std::log1p(std::exp(-std::abs(s)));
}

template <Real T>
void sgns_step(const SgnsBatch<T>& grid) {
  const index_t m = grid.input_count, n = grid.output_count;
  T* const g = grid.scratch->numbers();
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      T score = 0;
      for (index_t d = 0; d < grid.stride; ++d) score += grid.inputs[i][d] * grid.outputs[j][d];
      g[i * n + j] = grid.rate * (grid.labels[j] - 1 / (1 + std::exp(-score)));
      if (grid.loss) *grid.loss += static_cast<double>(softplus(score) - grid.labels[j] * score);
    }
  }
  const T* const* const old_input = grid.scratch->copy(grid.inputs, m, grid.stride);
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j)
      for (index_t d = 0; d < grid.stride; ++d) grid.updates[i][d] += g[i * n + j] * grid.outputs[j][d];
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < m; ++i)
      for (index_t d = 0; d < grid.stride; ++d) grid.outputs[j][d] += g[i * n + j] * old_input[i][d];
}

}  // namespace TENON_NAMESPACE::backend::reference
