#pragma once
/// Pooling layers, and the reverse of max pooling. https://pytorch.org/docs/stable/nn.html#pooling-layers
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
#include "tenon/ops/nn/fractional_pool.hpp"
#include "tenon/ops/nn/pool.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of the layers of unpooling: those of the pooling that they reverse.
struct MaxUnpoolOptions {
  Dims stride{};   ///< the step of the windows; default: the extents of the kernel
  Dims padding{};  ///< the padding at both ends; default 0
};

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

/// Members and constructors of a layer of unpooling over `axes` axes.
template <int axes>
struct Unpool {
  Dims kernel;
  MaxUnpoolOptions options;

  Unpool() = default;
  Unpool(const Dims& extents, const MaxUnpoolOptions& window_options = {})
      : kernel(extents), options(window_options) {}
  Unpool(index_t extent, const MaxUnpoolOptions& window_options = {})
      : Unpool(Dims{extent}, window_options) {}

 protected:
  /// The least extents of which pooling makes those of x, unless others are given.
  Dims extents(const Shape& x, const Dims& given, const char* op) const {
    if (!given.empty()) return given;
    check<ShapeError>(x.size() > axes, op, "expected x of ", axes + 2, " axes, or ", axes + 1,
                      " without a batch, got shape ", x);
    const Dims k = tenon::detail::per_axis(kernel, axes, 1, 1, op, "kernel"),
               s = options.stride.empty() ? k
                                          : tenon::detail::per_axis(options.stride, axes, 1, 1, op, "stride"),
               p = tenon::detail::per_axis(options.padding, axes, 0, 0, op, "padding");
    Dims size;
    for (int i = 0; i < axes; ++i) size.push_back((x[x.size() - axes + i] - 1) * s[i] - 2 * p[i] + k[i]);
    return size;
  }
};

/// The samples of a fractional pooling, and the extents of its result from ratios or as given.
template <int axes, class T>
struct Fraction {
  Dims size;
  Tensor<T> samples;

  Fraction(const char* op, const Tensor<T>& x, const Dims& output_size, const std::vector<double>& ratios)
      : size(output_size) {
    const int spatial = x.rank() - axes;
    check<ShapeError>(spatial == 1 || spatial == 2, op, "expected x of ", axes + 2, " axes, or ", axes + 1,
                      " without a batch, got shape ", x.shape());
    check<ValueError>(output_size.empty() != ratios.empty(), op,
                      "expected either output_size or output_ratio");
    check<ValueError>(ratios.size() <= 1 || ratios.size() == axes, op, ratios.size(),
                      " ratios are not one number or ", axes);
    for (int i = 0; !ratios.empty() && i < axes; ++i) {
      const double ratio = ratios[ratios.size() == 1 ? 0 : static_cast<std::size_t>(i)];
      check<ValueError>(ratio > 0 && ratio < 1, op, "ratio ", ratio, " is not between 0 and 1");
      size.push_back(static_cast<index_t>(static_cast<double>(x.shape()[spatial + i]) * ratio));
    }
    samples = rand<T>({spatial == 2 ? x.shape()[0] : 1, x.shape()[spatial - 1], axes});
  }
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

/// Defines a layer that puts x at the positions of maxima.
#define TENON_UNPOOL(name, axes, op)                                                                        \
  struct name : detail::Unpool<axes> {                                                                      \
    using is_layer = void;                                                                                  \
    using detail::Unpool<axes>::Unpool;                                                                     \
    template <Real T>                                                                                       \
    Tensor<T> operator()(const Tensor<T>& x, const Tensor<index_t>& indices,                                \
                         const Dims& output_size = {}) const {                                              \
      return call_layer(*this, x,                                                                           \
                        [&] { return tenon::op(x, indices, this->extents(x.shape(), output_size, #op)); }); \
    }                                                                                                       \
  }

/// Reverse of `MaxPool1d`, by the positions of `max_pool1d_with_indices`: x (N, C, L) or (C, L) to extents
/// (L - 1) stride - 2 padding + kernel, or to those that are given.
TENON_UNPOOL(MaxUnpool1d, 1, max_unpool1d);
/// Reverse of `MaxPool2d`, by the positions of `max_pool2d_with_indices`; see `MaxUnpool1d`.
TENON_UNPOOL(MaxUnpool2d, 2, max_unpool2d);
/// Reverse of `MaxPool3d`, by the positions of `max_pool3d_with_indices`; see `MaxUnpool1d`.
TENON_UNPOOL(MaxUnpool3d, 3, max_unpool3d);

#undef TENON_UNPOOL

/// Defines a layer of max pooling over windows at random distances.
#define TENON_FRACTIONAL_POOL(name, axes, op)                                                             \
  struct name {                                                                                           \
    using is_layer = void;                                                                                \
    Dims kernel{};                                                                                        \
    Dims output_size{};                                                                                   \
    std::vector<double> output_ratio{};                                                                   \
    template <Real T>                                                                                     \
    Tensor<T> operator()(const Tensor<T>& x) const {                                                      \
      const detail::Fraction<axes, T> fraction(#op, x, output_size, output_ratio);                        \
      return call_layer(*this, x, [&] { return tenon::op(x, kernel, fraction.size, fraction.samples); }); \
    }                                                                                                     \
  }

/// Max pooling of x (N, C, H, W) or (C, H, W) to extents that are given, or are a ratio of x's, over windows
/// whose distances are drawn from `default_generator()`: `FractionalMaxPool2d{.kernel = {2}, .output_ratio =
/// {0.7}}`. Graham 2014.
TENON_FRACTIONAL_POOL(FractionalMaxPool2d, 2, fractional_max_pool2d);
/// Max pooling of x (N, C, D, H, W) or (C, D, H, W) over windows at random distances; see
/// `FractionalMaxPool2d`.
TENON_FRACTIONAL_POOL(FractionalMaxPool3d, 3, fractional_max_pool3d);

#undef TENON_FRACTIONAL_POOL

}  // namespace TENON_NAMESPACE::nn
