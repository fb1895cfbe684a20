#pragma once
/// Images in memory: pixels (H, W, C) of bytes, as files store them, and planes (C, H, W) of real numbers, as
/// networks take them. All functions but make_grid also take batches, with further axes in front.

#include <algorithm>  // clamp, copy_n
#include <vector>     // vector

#include "tenon/core/parallel.hpp"
#include "tenon/ops/shape/broadcast.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE::data {

/// The scaling of bytes to real numbers: (scale byte - mean) / std, by channel.
struct PixelScale {
  double scale = 1.0 / 255;           ///< factor of the bytes
  std::vector<double> mean{}, std{};  ///< one number for each channel; empty: 0 and 1
};

/// Converts pixels to planes: converts, scales and transposes in one pass.
///
///   shapes: pixels (…, H, W, C)
///   returns: (…, C, H, W)
///   throws: ShapeError if there are fewer than 3 axes; ValueError if mean or std do not fit the channels or
///           a std is not positive
///   cost: one read, one write
template <Real T>
Tensor<T> to_planes(const Tensor<std::uint8_t>& pixels, const PixelScale& scale = {});

/// Converts planes of bytes, such as those of CIFAR-10 and, with an added axis, MNIST, to scaled real
/// numbers.
///
///   shapes: planes (…, C, H, W)
///   returns: shape of planes
///   throws: ShapeError if there are fewer than 3 axes; ValueError if mean or std do not fit the channels or
///           a std is not positive
template <Real T>
Tensor<T> scale_planes(const Tensor<std::uint8_t>& planes, const PixelScale& scale = {});

/// Converts planes of numbers in [0, 1] to pixels: 255 x, rounded. Numbers outside are clipped; NaN becomes
/// 0.
///
///   shapes: planes (…, C, H, W)
///   returns: (…, H, W, C)
///   throws: ShapeError if there are fewer than 3 axes
template <Real T>
Tensor<std::uint8_t> to_pixels(const Tensor<T>& planes);

/// Arranges images in a grid of `columns` columns, row by row, with `padding` pixels of `fill` around each.
///
///   shapes: images (N, C, H, W)
///   returns: (C, rows (H + padding) + padding, columns (W + padding) + padding)
///   throws: ShapeError if images has other axes; ValueError if columns <= 0 or padding < 0
template <Scalar T>
Tensor<T> make_grid(const Tensor<T>& images, index_t columns, index_t padding = 2,
                    std::type_identity_t<T> fill = T(0));

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// The scaling a byte + b of each channel.
template <class T>
struct ChannelScale {
  std::vector<T> a, b;

  ChannelScale(const PixelScale& scale, index_t channels, const char* op) {
    const auto fits = [&](const std::vector<double>& v) {
      return v.empty() || static_cast<index_t>(v.size()) == channels;
    };
    check<ValueError>(fits(scale.mean) && fits(scale.std), op, scale.mean.size(), " means and ",
                      scale.std.size(), " deviations for ", channels, " channels");
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
      const double mean = scale.mean.empty() ? 0 : scale.mean[c], std = scale.std.empty() ? 1 : scale.std[c];
      check<ValueError>(std > 0, op, "a deviation of ", std);
      a.push_back(static_cast<T>(scale.scale / std));
      b.push_back(static_cast<T>(-mean / std));
    }
  }
};

/// The last three extents of a shape, and the product of the others.
struct ImageExtents {
  index_t count = 1, a, b, c;
  ImageExtents(const Shape& shape, const char* op) {
    check<ShapeError>(shape.size() >= 3, op,
                      "expected an image of three axes, or a batch of them, got shape ", shape);
    for (int i = 0; i + 3 < shape.size(); ++i) count *= shape[i];
    a = shape.back(2);
    b = shape.back(1);
    c = shape.back(0);
  }
};

/// A shape with its last three extents replaced.
inline Shape with_image(Shape shape, index_t a, index_t b, index_t c) {
  const int rank = shape.size();
  shape[rank - 3] = a;
  shape[rank - 2] = b;
  shape[rank - 1] = c;
  return shape;
}

/// Scales `count` pixels of `fixed` channels (0: of `channels`) into planes at a distance of `plane`
/// elements.
template <int fixed, class T>
void scatter_channels(index_t count, index_t channels, index_t plane, const std::uint8_t* from,
                      const ChannelScale<T>& scale, T* to) {
  const index_t n = fixed > 0 ? fixed : channels;
  for (index_t c = 0; c < n; ++c) {
    const T a = scale.a[static_cast<std::size_t>(c)], b = scale.b[static_cast<std::size_t>(c)];
    for (index_t p = 0; p < count; ++p) to[c * plane + p] = static_cast<T>(from[p * n + c]) * a + b;
  }
}

inline constexpr index_t pixels_at_once = 1024;  // few enough for the first-level cache

}  // namespace detail

template <Real T>
Tensor<T> to_planes(const Tensor<std::uint8_t>& pixels, const PixelScale& scale) {
  const detail::ImageExtents e(pixels.shape(), "to_planes");
  const index_t channels = e.c, plane = e.a * e.b;
  const detail::ChannelScale<T> each(scale, channels, "to_planes");
  const Tensor<std::uint8_t> dense = contiguous(pixels);
  Tensor<T> out = Tensor<T>::empty(detail::with_image(pixels.shape(), channels, e.a, e.b));
  const std::uint8_t* const from = dense.data();
  T* const to = out.mutable_data();
  const index_t cuts = (plane + detail::pixels_at_once - 1) / detail::pixels_at_once;
  parallel_for(e.count * cuts, 32, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const index_t image = i / cuts, first = i % cuts * detail::pixels_at_once,
                    count = std::min(detail::pixels_at_once, plane - first);
      const std::uint8_t* const src = from + (image * plane + first) * channels;
      T* const dst = to + image * channels * plane + first;
      if (channels == 1)
        detail::scatter_channels<1>(count, 1, plane, src, each, dst);
      else if (channels == 3)
        detail::scatter_channels<3>(count, 3, plane, src, each, dst);
      else
        detail::scatter_channels<0>(count, channels, plane, src, each, dst);
    }
  });
  return out;
}

template <Real T>
Tensor<T> scale_planes(const Tensor<std::uint8_t>& planes, const PixelScale& scale) {
  const detail::ImageExtents e(planes.shape(), "scale_planes");
  const index_t channels = e.a, plane = e.b * e.c;
  const detail::ChannelScale<T> each(scale, channels, "scale_planes");
  const Tensor<std::uint8_t> dense = contiguous(planes);
  Tensor<T> out = Tensor<T>::empty(planes.shape());
  const std::uint8_t* const from = dense.data();
  T* const to = out.mutable_data();
  parallel_for(e.count * channels, 32, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const auto c = static_cast<std::size_t>(i % channels);
      const T a = each.a[c], b = each.b[c];
      for (index_t p = i * plane; p < (i + 1) * plane; ++p) to[p] = static_cast<T>(from[p]) * a + b;
    }
  });
  return out;
}

template <Real T>
Tensor<std::uint8_t> to_pixels(const Tensor<T>& planes) {
  const detail::ImageExtents e(planes.shape(), "to_pixels");
  const index_t channels = e.a, plane = e.b * e.c;
  const Tensor<T> dense = contiguous(planes.detach());
  Tensor<std::uint8_t> out =
      Tensor<std::uint8_t>::empty(detail::with_image(planes.shape(), e.b, e.c, channels));
  const T* from = dense.data();
  std::uint8_t* to = out.mutable_data();
  for (index_t image = 0; image < e.count; ++image) {
    for (index_t c = 0; c < channels; ++c)
      for (index_t p = 0; p < plane; ++p) {
        const T x = *from++;
        to[p * channels + c] = static_cast<std::uint8_t>((x > 0 ? std::min(x, T(1)) : T(0)) * 255 + T(0.5));
      }
    to += channels * plane;
  }
  return out;
}

template <Scalar T>
Tensor<T> make_grid(const Tensor<T>& images, index_t columns, index_t padding, std::type_identity_t<T> fill) {
  check<ShapeError>(images.rank() == 4, "make_grid", "expected images of shape (N, C, H, W), got ",
                    images.shape());
  check<ValueError>(columns > 0 && padding >= 0, "make_grid", columns, " columns with ", padding,
                    " pixels between them");
  const index_t n = images.shape()[0], channels = images.shape()[1], h = images.shape()[2],
                w = images.shape()[3], rows = (n + columns - 1) / columns,
                height = rows * (h + padding) + padding, width = columns * (w + padding) + padding;
  const Tensor<T> dense = contiguous(images.detach());
  Tensor<T> grid = full<T>({channels, height, width}, fill);
  const T* from = dense.data();
  T* const to = grid.mutable_data();
  for (index_t i = 0; i < n; ++i) {
    const index_t top = i / columns * (h + padding) + padding, left = i % columns * (w + padding) + padding;
    for (index_t c = 0; c < channels; ++c)
      for (index_t y = 0; y < h; ++y, from += w)
        std::copy_n(from, w, to + (c * height + top + y) * width + left);
  }
  return grid;
}

}  // namespace TENON_NAMESPACE::data
