#pragma once
/// Masks for dropping entries at random.

#include "tenon/ops/arithmetic.hpp"

namespace TENON_NAMESPACE::detail {

/// 0 with probability p, else 1 / (1 - p).
template <class T>
Tensor<T> keep_mask(const Shape& shape, double p, Generator& generator) {
  const T limit = static_cast<T>(p), scale = p < 1 ? static_cast<T>(1 / (1 - p)) : T(0);
  return map([limit, scale](auto u) { return select(u < limit, 0, 0 * u + scale); },
             rand<T>(shape, generator));
}

}  // namespace TENON_NAMESPACE::detail
