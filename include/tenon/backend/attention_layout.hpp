#pragma once
/// What the kernels of attention are told: extents, and where rows of queries, keys, values and masks lie.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

/// For each item of a batch, scores s = scale q k^T + mask with q(queries, depth), k(keys, depth), and y =
/// softmax(s) v with v(keys, value_depth). Elements of a row are neighbours; rows and items lie anywhere.
template <class T>
struct AttentionLayout {
  index_t batch, queries, keys, depth, value_depth;
  T scale;
  bool causal;  ///< query i sees keys 0 … i only
  const T *q, *k, *v;
  index_t q_row, k_row, v_row;
  const index_t *q_offset, *k_offset, *v_offset;
  const T* mask = nullptr;  ///< added to the scores; null: none
  index_t mask_row = 0;
  const index_t* mask_offset = nullptr;

  /// How many of the keys [first, first + count) query i sees.
  index_t seen(index_t i, index_t first, index_t count) const {
    const index_t limit = i + 1 - first;
    return !causal || limit >= count ? count : limit > 0 ? limit : 0;
  }
};

}  // namespace TENON_NAMESPACE::backend
