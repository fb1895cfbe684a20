#pragma once
/// Sampling of images at computed positions: both halves of the spatial transformer. Jaderberg et al. 2015,
/// "Spatial transformer networks", https://arxiv.org/abs/1506.02025

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/vision/interpolate.hpp"

namespace TENON_NAMESPACE {

/// How a position between pixels is read: from the 4 (or 8) pixels around it, from the nearest one, or from
/// 16.
enum class GridMode { bilinear, nearest, bicubic };
/// The pixels outside the image: zeros, the nearest edge, or the image mirrored at its edges.
enum class GridPadding { zeros, border, reflection };

/// Options of `grid_sample`.
struct GridSampleOptions {
  GridMode mode = GridMode::bilinear;        ///< how a position between pixels is read
  GridPadding padding = GridPadding::zeros;  ///< the pixels outside the image
  bool align_corners = false;                ///< whether -1 and 1 are centres of corner pixels, not edges
};

namespace detail {

/// A position brought inside an image as slope * position + shift.
struct Inside {
  double slope = 1, shift = 0;
};
inline Inside bring_inside(double position, index_t extent, const GridSampleOptions& options) {
  const double last = static_cast<double>(extent - 1);
  double slope = 1, value = position;
  if (options.padding == GridPadding::reflection) {
    const double low = options.align_corners ? 0 : -0.5, span = options.align_corners ? last : last + 1;
    const double distance = std::abs(position - low);
    const double flips = span > 0 ? std::floor(distance / span) : 0;
    const double rest = span > 0 ? distance - flips * span : 0;
    const bool even = std::fmod(flips, 2) == 0;
    slope = (position < low ? -1 : 1) * (even ? 1 : -1);
    value = low + (even ? rest : span - rest);
    if (span == 0) slope = 0;
  }
  if (options.padding != GridPadding::zeros && !(value > 0 && value < last)) {  // NaN goes to the first pixel
    slope = 0;
    value = value >= last ? last : 0;
  }
  return {slope, slope == 0 ? value : value - slope * position};
}

/// Positions along one axis, in pixels.
template <class T>
struct GridAxis {
  index_t extent;
  Tensor<T> position;  // (points), with its place in the graph
  std::vector<double> value;

  /// Positions of coordinates in [-1, 1].
  GridAxis(const Tensor<T>& coordinate, index_t pixels, const GridSampleOptions& options) : extent(pixels) {
    const T size = static_cast<T>(extent), one = options.align_corners ? T(1) : T(0);
    position = map(
        "grid_sample", [size, one](auto g) { return ((g + 1) * (size - one) - (1 - one)) * T(0.5); },
        coordinate);
    if (options.padding != GridPadding::zeros && options.mode != GridMode::bicubic) move_inside(options);
    for (T v : position) value.push_back(static_cast<double>(v));
  }

  /// The pixel `step` after the one at or before each position.
  index_t pixel(std::size_t point, index_t step) const {
    const double left = std::floor(value[point]);
    return std::abs(left) < 1e15 ? static_cast<index_t>(left) + step : -2;
  }

 private:
  void move_inside(const GridSampleOptions& options) {
    Tensor<T> slope = Tensor<T>::empty(position.shape()), shift = Tensor<T>::empty(position.shape());
    T *s = slope.mutable_data(), *t = shift.mutable_data();
    for (T v : position) {
      const Inside inside = bring_inside(static_cast<double>(v), extent, options);
      *s++ = static_cast<T>(inside.slope);
      *t++ = static_cast<T>(inside.shift);
    }
    position = map(
        "grid_sample", [](auto p, auto a, auto b) { return select(a == 0, b, p * a + b); }, position, slope,
        shift);
  }
};

/// The weight that `axis` gives the pixel `step` after the one at or before each position.
template <class T>
Tensor<T> pixel_weights(const GridAxis<T>& axis, index_t step, GridMode mode) {
  Tensor<T> floor = Tensor<T>::empty(axis.position.shape());
  T* to = floor.mutable_data();
  for (double v : axis.value) *to++ = static_cast<T>(std::floor(v));
  if (mode == GridMode::bicubic) {
    const T s = static_cast<T>(step);
    return map(
        "grid_sample",
        [s, a = T(-0.75)](auto p, auto f) {
          const auto d = abs(p - f - s);
          return select(d <= 1, ((a + 2) * d - (a + 3)) * d * d + 1,
                        ((a * d - 5 * a) * d + 8 * a) * d - 4 * a);
        },
        axis.position, floor);
  }
  if (step == 0) return map("grid_sample", [](auto p, auto f) { return 1 - (p - f); }, axis.position, floor);
  return map("grid_sample", [](auto p, auto f) { return p - f; }, axis.position, floor);
}

/// The rows (points, C) of the pixels that are `steps` after each position, times their weights.
template <class T>
Tensor<T> weighted_pixels(const Tensor<T>& rows, const std::vector<GridAxis<T>>& axes, const index_t* steps,
                          index_t images, const GridSampleOptions& options) {
  const auto points = static_cast<index_t>(axes[0].value.size());
  Tensor<index_t> at = Tensor<index_t>::empty({points});
  Tensor<T> seen = Tensor<T>::empty({points});
  index_t* row = at.mutable_data();
  T* inside = seen.mutable_data();
  for (index_t p = 0; p < points; ++p) {
    index_t flat = p / (points / images);
    bool visible = true;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const index_t extent = axes[k].extent;
      index_t pixel = options.mode == GridMode::nearest
                          ? static_cast<index_t>(std::clamp(
                                std::nearbyint(axes[k].value[static_cast<std::size_t>(p)]), -2.0, 1e15))
                          : axes[k].pixel(static_cast<std::size_t>(p), steps[k]);
      if (options.mode == GridMode::bicubic && options.padding != GridPadding::zeros) {
        const Inside in = bring_inside(static_cast<double>(pixel), extent, options);
        pixel = static_cast<index_t>(std::nearbyint(in.slope * static_cast<double>(pixel) + in.shift));
      }
      visible &= pixel >= 0 && pixel < extent;
      flat = flat * extent + std::clamp<index_t>(pixel, 0, extent - 1);
    }
    *row++ = flat;
    *inside++ = visible ? T(1) : T(0);
  }
  Tensor<T> weight = seen;
  if (options.mode == GridMode::nearest)  // steps: recorded, with derivative 0
    weight = map("grid_sample", [](auto s, auto p) { return select(s >= 0, s, p); }, seen, axes[0].position);
  for (std::size_t k = 0; k < axes.size() && options.mode != GridMode::nearest; ++k)
    weight = map(
        "grid_sample",  // only pixels outside are left out: a weight of 0 may have a derivative that is not 0
        [](auto s, auto w, auto v) { return select(s == 0, 0, w * v); }, seen, weight,
        pixel_weights(axes[k], steps[k], options.mode));
  return mul(index_select(rows, 0, at), unsqueeze(weight, 1));
}

/// (N, C, pixels…) as rows of channels, one for each pixel.
template <class T>
Tensor<T> rows_of_channels(const Tensor<T>& x) {
  Dims axes{0};
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  axes.push_back(1);
  return flatten(permute(x, axes), 0, -2);
}

}  // namespace detail

/// Reads images or volumes at the positions in `grid`: coordinates from -1 to 1, that of the last axis of
/// the image first. A pixel outside is replaced as the options say.
///
///   shapes: x (N, C, H, W) and grid (N, h, w, 2), or x (N, C, D, H, W) and grid (N, d, h, w, 3)
///   returns: (N, C, h, w) or (N, C, d, h, w)
///   throws: ShapeError if the shapes do not fit or a spatial axis is empty; ValueError for bicubic over
///     three axes
///   keeps: for each of the 4, 8, 16 or 1 pixels of a position its channels and weight; differentiable
///     twice in x and grid
///   cost: three passes over the result for each of these pixels
template <Real T>
Tensor<T> grid_sample(const Tensor<T>& x, const Tensor<T>& grid, const GridSampleOptions& options = {}) {
  const int spatial = x.rank() - 2;
  check<ShapeError>((spatial == 2 || spatial == 3) && grid.rank() == x.rank() &&
                        grid.shape().back() == spatial && grid.shape()[0] == x.shape()[0],
                    "grid_sample",
                    "expected x (N, C, H, W) and a grid (N, h, w, 2), or both with a depth, got ", x.shape(),
                    " and ", grid.shape());
  check<ValueError>(options.mode != GridMode::bicubic || spatial == 2, "grid_sample",
                    "the mode bicubic expects images of two axes, got x of shape ", x.shape());
  for (int i = 0; i < spatial; ++i)
    check<ShapeError>(x.shape()[i + 2] > 0, "grid_sample", "nothing to sample in x of shape ", x.shape());
  Shape shape(grid.shape().begin(), grid.shape().end() - 1);
  shape.push_back(x.shape()[1]);
  const Tensor<T> points = flatten(grid, 0, -2), rows = detail::rows_of_channels(x);
  std::vector<detail::GridAxis<T>> axes;
  for (int i = 0; i < spatial; ++i)
    axes.emplace_back(select(points, 1, spatial - 1 - i), x.shape()[i + 2], options);
  const index_t width = options.mode == GridMode::bicubic ? 4 : options.mode == GridMode::nearest ? 1 : 2;
  Tensor<T> y;
  const index_t last = spatial == 2 ? width * width : width * width * width;
  for (index_t corner = 0; corner < last && points.size() > 0; ++corner) {
    index_t steps[3], rest = corner;
    for (int i = spatial; i-- > 0; rest /= width)
      steps[i] = rest % width - (options.mode == GridMode::bicubic ? 1 : 0);
    const Tensor<T> part = detail::weighted_pixels(rows, axes, steps, x.shape()[0], options);
    y = y.defined() ? add(y, part) : part;
  }
  if (!y.defined()) y = zeros<T>({0, x.shape()[1]});
  Dims order{0, spatial + 1};
  for (int i = 1; i <= spatial; ++i) order.push_back(i);
  return permute(reshape(y, shape), order);
}

/// Grid of an affine map, for `grid_sample`: the positions theta (x, y, 1) of the pixels (x, y) of an image
/// of `size`, with `align_corners` as in `GridSampleOptions`.
///
///   shapes: theta (N, 2, 3) for size (N, C, H, W), (N, 3, 4) for size (N, C, D, H, W)
///   returns: (N, H, W, 2) or (N, D, H, W, 3)
///   throws: ShapeError if theta and size do not fit
///   keeps: theta and the positions of the pixels
///   cost: one matrix product
template <Real T>
Tensor<T> affine_grid(const Tensor<T>& theta, const Shape& size, bool align_corners = false) {
  const int spatial = size.size() - 2;
  check<ShapeError>((spatial == 2 || spatial == 3) && theta.shape() == Shape{size[0], spatial, spatial + 1},
                    "affine_grid",
                    "expected theta (N, 2, 3) for (N, C, H, W), or (N, 3, 4) with a depth, got ",
                    theta.shape(), " for ", size);
  element_count(size, "affine_grid");
  index_t pixels = 1;
  for (int i = 0; i < spatial; ++i) pixels *= size[i + 2];
  Tensor<T> places = Tensor<T>::empty({1, pixels, spatial + 1});
  T* to = places.mutable_data();
  for (index_t p = 0; p < pixels; ++p) {
    index_t rest = p;
    for (int i = 0; i < spatial; ++i) {
      const index_t extent = size[spatial + 1 - i], k = rest % extent;
      rest /= extent;
      const double steps = static_cast<double>(align_corners ? extent - 1 : extent);
      const double at = 2 * static_cast<double>(k) + (align_corners ? 0 : 1);
      *to++ = steps > 0 ? static_cast<T>(at / steps - 1) : T(0);
    }
    *to++ = T(1);
  }
  Shape shape{size[0]};
  for (int i = 0; i < spatial; ++i) shape.push_back(size[i + 2]);
  shape.push_back(spatial);
  return reshape(matmul(places, transpose(theta, 1, 2)), shape);
}

}  // namespace TENON_NAMESPACE
