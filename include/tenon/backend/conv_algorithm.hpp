#pragma once
/// The choice between ways to compute convolutions.

#include "tenon/core/atomic.hpp"

namespace TENON_NAMESPACE {

/// Ways to compute convolutions of float with 3 x 3 kernels, stride 1 and one group, and their gradients. All
/// others are computed directly.
enum class ConvAlgorithm {
  automatic,  ///< what is faster for the shape
  direct,     ///< by products of matrices
  winograd    ///< by Winograd's F(4 x 4, 3 x 3), whose error is three to six times that of `direct`: 1e-6 to
              ///< 1.6e-6 of the result's norm
};

namespace detail {
TENON_SHARED inline constinit Atomic<int> conv_algorithm_value = 0;
}

/// The way that the process uses.
inline ConvAlgorithm conv_algorithm() {
  return static_cast<ConvAlgorithm>(detail::conv_algorithm_value.load(MemoryOrder::relaxed));
}
/// Sets the way that the process uses; `automatic` at first.
inline void set_conv_algorithm(ConvAlgorithm algorithm) {
  detail::conv_algorithm_value.store(static_cast<int>(algorithm), MemoryOrder::relaxed);
}

}  // namespace TENON_NAMESPACE
