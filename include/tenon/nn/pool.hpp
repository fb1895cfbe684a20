#pragma once
/// Pooling layers. https://pytorch.org/docs/stable/nn.html#pooling-layers
///
///     nn::MaxPool2d(2)    nn::AvgPool2d({3, 2}, {.stride = {2}, .padding = {1}})    nn::AdaptiveAvgPool2d(1)
///
/// Holds for every layer of this file:
///   shapes: x (N, C, L) for 1d, (N, C, H, W) for 2d, (N, C, D, H, W) for 3d; each also without N
///   returns: x's shape with the spatial extents of the result
///   throws: ShapeError if x has another number of axes or a window does not fit the padded extents;
///           ValueError if kernel, stride, padding, dilation or output size is not one number or one an axis,
///           or out of range
///   cost: one operation for each element of each window

#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/adaptive_pool.hpp"
#include "tenon/ops/nn/pool.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// Members and constructors of a layer that slides a window: the kernel and options.
template <class Options>
struct Windowed {
  Dims kernel;
  Options options;

  Windowed() = default;
  Windowed(const Dims& extents, const Options& window_options = {})
      : kernel(extents), options(window_options) {}
  Windowed(index_t extent, const Options& window_options = {}) : Windowed(Dims{extent}, window_options) {}
};

/// Members and constructors of a pooling layer by norms: order, kernel and options.
struct WindowedNorm {
  double p = 2;
  Dims kernel;
  LpPoolOptions options;

  WindowedNorm() = default;
  WindowedNorm(double order, const Dims& extents, const LpPoolOptions& window_options = {})
      : p(order), kernel(extents), options(window_options) {}
  WindowedNorm(double order, index_t extent, const LpPoolOptions& window_options = {})
      : WindowedNorm(order, Dims{extent}, window_options) {}
};

/// Members and constructors of an adaptive pooling layer: the result's spatial extents.
struct ResultExtents {
  Dims output_size{1};  ///< one number, or one an axis; -1 keeps x's extent

  ResultExtents() = default;
  ResultExtents(const Dims& extents) : output_size(extents) {}
  ResultExtents(index_t extent) : output_size{extent} {}
};

}  // namespace detail

/// Defines a layer that computes `result` from x and the members of `base`.
#define TENON_POOL(name, base, result)                            \
  struct name : base {                                            \
    using is_layer = void;                                        \
    using Base = base;                                            \
    using Base::Base;                                             \
    template <Real T>                                             \
    Tensor<T> operator()(const Tensor<T>& x) const {              \
      return call_layer(*this, x, [&] { return tenon::result; }); \
    }                                                             \
  }

/// Max pooling over windows of x (N, C, L) or (C, L).
TENON_POOL(MaxPool1d, detail::Windowed<MaxPoolOptions>, max_pool1d(x, kernel, options));
/// Max pooling over windows of x (N, C, H, W) or (C, H, W).
TENON_POOL(MaxPool2d, detail::Windowed<MaxPoolOptions>, max_pool2d(x, kernel, options));
/// Max pooling over windows of x (N, C, D, H, W) or (C, D, H, W).
TENON_POOL(MaxPool3d, detail::Windowed<MaxPoolOptions>, max_pool3d(x, kernel, options));
/// Average pooling over windows of x (N, C, L) or (C, L).
TENON_POOL(AvgPool1d, detail::Windowed<AvgPoolOptions>, avg_pool1d(x, kernel, options));
/// Average pooling over windows of x (N, C, H, W) or (C, H, W).
TENON_POOL(AvgPool2d, detail::Windowed<AvgPoolOptions>, avg_pool2d(x, kernel, options));
/// Average pooling over windows of x (N, C, D, H, W) or (C, D, H, W).
TENON_POOL(AvgPool3d, detail::Windowed<AvgPoolOptions>, avg_pool3d(x, kernel, options));
/// Norm of order p, the first argument, over windows of x (N, C, L) or (C, L).
TENON_POOL(LpPool1d, detail::WindowedNorm, lp_pool1d(x, p, kernel, options));
/// Norm of order p, the first argument, over windows of x (N, C, H, W) or (C, H, W).
TENON_POOL(LpPool2d, detail::WindowedNorm, lp_pool2d(x, p, kernel, options));
/// Norm of order p, the first argument, over windows of x (N, C, D, H, W) or (C, D, H, W).
TENON_POOL(LpPool3d, detail::WindowedNorm, lp_pool3d(x, p, kernel, options));
/// Average pooling of x (N, C, L) or (C, L) to a given extent; -1 keeps x's.
TENON_POOL(AdaptiveAvgPool1d, detail::ResultExtents, adaptive_avg_pool1d(x, output_size));
/// Average pooling of x (N, C, H, W) or (C, H, W) to given extents; -1 keeps x's.
TENON_POOL(AdaptiveAvgPool2d, detail::ResultExtents, adaptive_avg_pool2d(x, output_size));
/// Average pooling of x (N, C, D, H, W) or (C, D, H, W) to given extents; -1 keeps x's.
TENON_POOL(AdaptiveAvgPool3d, detail::ResultExtents, adaptive_avg_pool3d(x, output_size));
/// Max pooling of x (N, C, L) or (C, L) to a given extent; -1 keeps x's.
TENON_POOL(AdaptiveMaxPool1d, detail::ResultExtents, adaptive_max_pool1d(x, output_size));
/// Max pooling of x (N, C, H, W) or (C, H, W) to given extents; -1 keeps x's.
TENON_POOL(AdaptiveMaxPool2d, detail::ResultExtents, adaptive_max_pool2d(x, output_size));
/// Max pooling of x (N, C, D, H, W) or (C, D, H, W) to given extents; -1 keeps x's.
TENON_POOL(AdaptiveMaxPool3d, detail::ResultExtents, adaptive_max_pool3d(x, output_size));

#undef TENON_POOL

}  // namespace TENON_NAMESPACE::nn
