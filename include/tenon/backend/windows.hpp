#pragma once
/// The geometry that convolution, pooling and folding share: windows that slide over up to three spatial axes
/// (depth, height, width).

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

/// Along each axis window r, of `result`, has its entry k, of `kernel`, at r * stride + k * dilation -
/// padding; outside [0, size) there is nothing. Axes that are not there come first and have extent 1.
/// `padding` is what precedes an axis; what follows it shows in `result`.
struct Windows {
  index_t size[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1}, padding[3] = {},
          dilation[3] = {1, 1, 1}, result[3] = {1, 1, 1};

  index_t elements() const { return size[0] * size[1] * size[2]; }
  index_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  index_t positions() const { return result[0] * result[1] * result[2]; }
};

/// x(batch, groups, in, size), w(groups, out, in, kernel), y(batch, groups, out, result).
struct ConvShape {
  index_t batch, groups, in, out;
  Windows windows;
};

}  // namespace TENON_NAMESPACE::backend
