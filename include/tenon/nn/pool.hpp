#pragma once
/// Pooling layers. https://pytorch.org/docs/stable/nn.html#pooling-layers
///
///     nn::MaxPool2d(2)    nn::AvgPool2d({3, 2}, {.stride = {2}, .padding = {1}})    nn::AdaptiveAvgPool2d(1)

#include "tenon/nn/observe.hpp"
#include "tenon/ops/adaptive_pool.hpp"
#include "tenon/ops/pool.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// What a layer of windows is made with.
template <class Options>
struct Windowed {
  Dims kernel;
  Options options;

  Windowed() = default;
  Windowed(const Dims& extents, const Options& window_options = {})
      : kernel(extents), options(window_options) {}
  Windowed(index_t extent, const Options& window_options = {}) : Windowed(Dims{extent}, window_options) {}
};

/// The same with the order of a norm.
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

/// Extents that a result shall have.
struct ResultExtents {
  Dims output_size{1};  ///< -1 keeps an extent

  ResultExtents() = default;
  ResultExtents(const Dims& extents) : output_size(extents) {}
  ResultExtents(index_t extent) : output_size{extent} {}
};

}  // namespace detail

/// A layer that computes `result` of x and of the members of `base`.
#define TENON_POOL(name, base, result)                  \
  struct name : base {                                  \
    using is_layer = void;                              \
    using Base = base;                                  \
    using Base::Base;                                   \
    template <Real T>                                   \
    Tensor<T> operator()(const Tensor<T>& x) const {    \
      return observed(*this, x.shape(), tenon::result); \
    }                                                   \
  }

/// The largest element of each window of (N, C, L), (N, C, H, W), (N, C, D, H, W), or without N.
TENON_POOL(MaxPool1d, detail::Windowed<MaxPoolOptions>, max_pool1d(x, kernel, options));
TENON_POOL(MaxPool2d, detail::Windowed<MaxPoolOptions>, max_pool2d(x, kernel, options));
TENON_POOL(MaxPool3d, detail::Windowed<MaxPoolOptions>, max_pool3d(x, kernel, options));
/// Their means.
TENON_POOL(AvgPool1d, detail::Windowed<AvgPoolOptions>, avg_pool1d(x, kernel, options));
TENON_POOL(AvgPool2d, detail::Windowed<AvgPoolOptions>, avg_pool2d(x, kernel, options));
TENON_POOL(AvgPool3d, detail::Windowed<AvgPoolOptions>, avg_pool3d(x, kernel, options));
/// Their norms of order p, which is the first argument.
TENON_POOL(LpPool1d, detail::WindowedNorm, lp_pool1d(x, p, kernel, options));
TENON_POOL(LpPool2d, detail::WindowedNorm, lp_pool2d(x, p, kernel, options));
TENON_POOL(LpPool3d, detail::WindowedNorm, lp_pool3d(x, p, kernel, options));
/// Means of bins, as many as the result shall have entries; -1 keeps an extent of x.
TENON_POOL(AdaptiveAvgPool1d, detail::ResultExtents, adaptive_avg_pool1d(x, output_size));
TENON_POOL(AdaptiveAvgPool2d, detail::ResultExtents, adaptive_avg_pool2d(x, output_size));
TENON_POOL(AdaptiveAvgPool3d, detail::ResultExtents, adaptive_avg_pool3d(x, output_size));
/// Their maxima.
TENON_POOL(AdaptiveMaxPool1d, detail::ResultExtents, adaptive_max_pool1d(x, output_size));
TENON_POOL(AdaptiveMaxPool2d, detail::ResultExtents, adaptive_max_pool2d(x, output_size));
TENON_POOL(AdaptiveMaxPool3d, detail::ResultExtents, adaptive_max_pool3d(x, output_size));

#undef TENON_POOL

}  // namespace TENON_NAMESPACE::nn
