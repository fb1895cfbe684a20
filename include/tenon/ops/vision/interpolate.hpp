#pragma once
/// Resizing of the spatial axes. Every mode treats one axis after the other, and along an axis each entry
/// of the result is a weighted sum of a few entries.

#include "tenon/ops/nn/adaptive_pool.hpp"

namespace TENON_NAMESPACE {

/// How an entry of the result is computed. Linear is bilinear over two axes and trilinear over three;
/// nearest_exact takes the pixel whose centre is nearest, nearest rounds down; area takes means.
enum class Interpolation { nearest, nearest_exact, linear, bicubic, area };

/// Options of `interpolate`. Either `size` or `scale_factor` is given.
struct InterpolateOptions {
  Dims size{};                                  ///< spatial extents of the result: one, or one an axis
  std::vector<double> scale_factor{};           ///< factors of the extents of x: one, or one an axis
  Interpolation mode = Interpolation::nearest;  ///< how entries are computed
  bool align_corners = false;                   ///< linear, bicubic: whether outermost entries stay
};

namespace detail {

/// Along one axis, the entries that a result reads and their weights: `count` of each for every result.
template <class T>
struct Taps {
  int count = 1;
  Tensor<index_t> at[4];
  std::vector<T> weight[4];
};

/// The positions of results among the entries of an axis, by left edges, centres or corners of pixels.
struct AxisResize {
  index_t from, to;
  double ratio;  // in / out, or 1 / scale factor

  double corner(index_t k) const {
    return to > 1 ? static_cast<double>(k) * static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0;
  }
  double centre(index_t k) const { return (static_cast<double>(k) + 0.5) * ratio - 0.5; }
  /// The nearest entry, computed in float as PyTorch does it.
  index_t nearest(index_t k, float shift) const {
    const float position = (static_cast<float>(k) + shift) * static_cast<float>(ratio);
    return std::clamp<index_t>(static_cast<index_t>(std::floor(position)), 0, from - 1);
  }
};

/// Keys 1981, "Cubic convolution interpolation", with a = -0.75.
inline void cubic_weights(double t, double* w) {
  constexpr double a = -0.75;
  const auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  w[0] = far(t + 1);
  w[1] = near(t);
  w[2] = near(1 - t);
  w[3] = far(2 - t);
}

template <class T>
Taps<T> axis_taps(const AxisResize& axis, const InterpolateOptions& options) {
  Taps<T> taps;
  const bool linear = options.mode == Interpolation::linear, cubic = options.mode == Interpolation::bicubic;
  taps.count = linear ? 2 : cubic ? 4 : 1;
  index_t* at[4] = {};
  for (int t = 0; t < taps.count; ++t) {
    taps.at[t] = Tensor<index_t>::empty({axis.to});
    at[t] = taps.at[t].mutable_data();
  }
  for (index_t k = 0; k < axis.to; ++k) {
    if (taps.count == 1) {
      *at[0]++ = axis.nearest(k, options.mode == Interpolation::nearest ? 0.0f : 0.5f);
      continue;
    }
    double position = options.align_corners ? axis.corner(k) : axis.centre(k);
    if (linear) position = std::max(position, 0.0);
    const double left = std::floor(position);
    double weights[4] = {1 - (position - left), position - left};
    if (cubic) cubic_weights(position - left, weights);
    for (int t = 0; t < taps.count; ++t) {
      const index_t entry = static_cast<index_t>(left) + t - (cubic ? 1 : 0);
      *at[t]++ = std::clamp<index_t>(entry, 0, axis.from - 1);
      taps.weight[t].push_back(static_cast<T>(weights[t]));
    }
  }
  return taps;
}

template <class T>
Tensor<T> resize_axis(const Tensor<T>& x, int axis, const Taps<T>& taps) {
  if (taps.count == 1) return index_select(x, axis, taps.at[0]);
  Shape along = Dims::filled(x.rank(), 1);
  along[axis] = taps.at[0].size();
  const auto weights = [&](int t) { return from(taps.weight[t], along); };
  const auto pair = [&](int t) {
    return map(
        "interpolate", [](auto a, auto b, auto u, auto v) { return a * u + b * v; },
        index_select(x, axis, taps.at[t]), index_select(x, axis, taps.at[t + 1]), weights(t), weights(t + 1));
  };
  return taps.count == 2 ? pair(0) : add(pair(0), pair(2));
}

/// The result's spatial extents.
template <class T>
Dims resized_extents(const Tensor<T>& x, const InterpolateOptions& options) {
  const int spatial = x.rank() - 2;
  const auto factors = static_cast<int>(options.scale_factor.size());
  check<ValueError>(options.size.empty() != (factors == 0), "interpolate",
                    "expected either a size or scale factors");
  if (factors == 0) {
    const Dims size = per_axis(options.size, spatial, 1, 0, "interpolate", "size");
    for (index_t extent : size)
      check<ValueError>(extent > 0, "interpolate", "size ", size, " leaves nothing");
    return size;
  }
  check<ValueError>(factors == 1 || factors == spatial, "interpolate", factors, " scale factors for ",
                    spatial, " spatial axes");
  Dims size;
  for (int i = 0; i < spatial; ++i) {
    const double factor = options.scale_factor[static_cast<std::size_t>(factors == 1 ? 0 : i)];
    const double extent = std::floor(static_cast<double>(x.shape()[i + 2]) * factor);
    check<ValueError>(factor > 0 && extent >= 1 && extent < static_cast<double>(window_limit), "interpolate",
                      "scale factor ", factor, " leaves nothing or too much of extent ", x.shape()[i + 2]);
    size.push_back(static_cast<index_t>(extent));
  }
  return size;
}

template <class T>
Tensor<T> resize_by_area(const Tensor<T>& x, const Dims& size) {
  if (size.size() == 1) return adaptive_avg_pool1d(x, size);
  return size.size() == 2 ? adaptive_avg_pool2d(x, size) : adaptive_avg_pool3d(x, size);
}

}  // namespace detail

/// Resizes images or volumes. With r = in / out for a size, or 1 / factor for a scale factor, entry k of an
/// axis is the entry floor(k r) in mode nearest and floor((k + 1/2) r) in mode nearest_exact. In mode
/// linear it lies between the two entries around (k + 1/2) r - 1/2, or with aligned corners around k (in -
/// 1) / (out - 1); in mode bicubic it is a sum over four entries (Keys 1981). In mode area it is the mean
/// of an adaptive bin.
///
///   shapes: x (N, C, L), (N, C, H, W) or (N, C, D, H, W); for bicubic (N, C, H, W)
///   returns: N, C, and the resized spatial extents
///   throws: ShapeError if x has another rank or an empty spatial axis; ValueError if not exactly one of
///     `size` and `scale_factor` is given, it is out of range or has another number of entries, or corners
///     are aligned in another mode than linear and bicubic
///   keeps: the positions; linear and bicubic also two and four tensors of the shape of the result for each
///     axis, area what adaptive pooling keeps
///   cost: one pass an axis, for linear three, for bicubic seven; linear in x and differentiable to any order
template <Real T>
Tensor<T> interpolate(const Tensor<T>& x, const InterpolateOptions& options) {
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, "interpolate", "expected x of 3 to 5 axes, got shape ",
                    x.shape());
  const bool smooth = options.mode == Interpolation::linear || options.mode == Interpolation::bicubic;
  check<ValueError>(!options.align_corners || smooth, "interpolate",
                    "corners are aligned in the modes linear and bicubic only");
  check<ShapeError>(options.mode != Interpolation::bicubic || x.rank() == 4, "interpolate",
                    "the mode bicubic expects x of 4 axes, got shape ", x.shape());
  const Dims size = detail::resized_extents(x, options);
  for (int axis = 2; axis < x.rank(); ++axis)
    check<ShapeError>(x.shape()[axis] > 0, "interpolate", "nothing to resize in shape ", x.shape());
  if (options.mode == Interpolation::area) return detail::resize_by_area(x, size);
  Tensor<T> y = x;
  for (int axis = 2; axis < x.rank(); ++axis) {
    const auto factors = options.scale_factor.size();
    const index_t from = x.shape()[axis], to = size[axis - 2];
    const double ratio =
        factors == 0 ? static_cast<double>(from) / static_cast<double>(to)
                     : 1 / options.scale_factor[factors == 1 ? 0 : static_cast<std::size_t>(axis - 2)];
    if (from == to && (ratio == 1 || options.align_corners)) continue;
    y = detail::resize_axis(y, axis, detail::axis_taps<T>({from, to, ratio}, options));
  }
  return y;
}

}  // namespace TENON_NAMESPACE
