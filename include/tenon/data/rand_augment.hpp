#pragma once
/// RandAugment: a few changes of an image, drawn at random and all of one strength (Cubuk et al. 2020).

#include <array>    // array
#include <cstdint>  // uint8_t

#include "tenon/data/geometry_transform.hpp"

namespace TENON_NAMESPACE::data {

/// Changes each image by `num_ops` of fourteen functions: none, shear, move (along both axes), rotation, brightness,
/// saturation, contrast, sharpness, fewer bits, inversion of bright pixels, stretched contrast and equal
/// frequencies. Strengths are those of torchvision; shears are around the centre. x has colours in [0, 1].
///
///   throws: ShapeError if x has other than 3 or 4 axes; ValueError unless num_ops >= 0 and 0 <= magnitude <
///           num_magnitude_bins, of which there are at least 2
///   source: Cubuk et al. 2020, https://arxiv.org/abs/1909.13719
struct RandAugment {
  index_t num_ops = 2;                          ///< changes of an image
  index_t magnitude = 9;                        ///< strength of every change, of num_magnitude_bins
  index_t num_magnitude_bins = 31;              ///< number of strengths from none to the largest
  Interpolation mode = Interpolation::nearest;  ///< nearest or linear
  double fill = 0;                              ///< the value outside the image

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// The number of a function of RandAugment, in torchvision's order.
enum class Augmentation : index_t {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  color,
  contrast,
  sharpness,
  posterize,
  solarize,
  auto_contrast,
  equalize
};
inline constexpr index_t augmentations = 14;

/// Replaces each element by f(element, channel, pixel).
template <class T, class F>
void each_pixel(Tensor<T>& image, const F& f) {
  const index_t plane = image.extent(1) * image.extent(2);
  T* const data = image.mutable_data();
  for (index_t c = 0; c < image.extent(0); ++c)
    for (index_t i = 0; i < plane; ++i) data[c * plane + i] = f(data[c * plane + i], c, i);
}

/// factor x + (1 - factor) y, clipped: saturation with y grey, contrast with y the mean grey.
template <class T>
void blend_with_grey(Tensor<T>& image, double factor, bool mean) {
  const index_t channels = image.extent(0), plane = image.extent(1) * image.extent(2);
  std::vector<T> level(static_cast<std::size_t>(plane));
  double total = 0;
  for (index_t i = 0; i < plane; ++i) {
    level[static_cast<std::size_t>(i)] = grey(image.data(), channels, plane, i);
    total += static_cast<double>(level[static_cast<std::size_t>(i)]);
  }
  if (mean)
    level.assign(level.size(), static_cast<T>(total / static_cast<double>(std::max<index_t>(plane, 1))));
  each_pixel(image, [&](T v, index_t, index_t i) {
    return blend(v, level[static_cast<std::size_t>(i)], static_cast<T>(factor));
  });
}

/// factor x + (1 - factor) blurred(x), clipped; pixels at the edge stay.
template <class T>
void sharpen(Tensor<T>& image, double factor) {
  const index_t height = image.extent(1), width = image.extent(2);
  const Tensor<T> before = clone(image);
  each_pixel(image, [&](T v, index_t c, index_t i) {
    const index_t y = i / width, x = i % width;
    if (y == 0 || x == 0 || y == height - 1 || x == width - 1) return v;
    const T* const middle = before.data() + c * height * width + i;
    T sum = 4 * v;
    for (index_t down = -1; down <= 1; ++down)
      for (index_t right = -1; right <= 1; ++right) sum += middle[down * width + right];
    return blend(v, sum / 13, static_cast<T>(factor));
  });
}

template <class T>
index_t level_of(T x) {
  return std::clamp<index_t>(static_cast<index_t>(std::lround(static_cast<double>(x) * 255)), 0, 255);
}

/// Stretches each channel to [0, 1].
template <class T>
void stretch_contrast(Tensor<T>& image) {
  const index_t plane = image.extent(1) * image.extent(2);
  const Tensor<T> before = clone(image);
  std::vector<std::pair<T, T>> range;
  for (index_t c = 0; c < image.extent(0) && plane > 0; ++c) {
    const auto [low, high] = std::minmax_element(before.data() + c * plane, before.data() + (c + 1) * plane);
    range.emplace_back(*low, *high);
  }
  each_pixel(image, [&](T v, index_t c, index_t) {
    const auto [low, high] = range[static_cast<std::size_t>(c)];
    return high > low ? (v - low) / (high - low) : v;
  });
}

/// The new level of each of the 256 levels of a channel, so that they become equally frequent. The rounding is
/// that of the Python Imaging Library.
template <class T>
std::array<index_t, 256> equal_frequencies(const T* channel, index_t plane) {
  std::array<index_t, 256> count{}, level{};
  for (index_t i = 0; i < plane; ++i) ++count[static_cast<std::size_t>(level_of(channel[i]))];
  std::size_t last = 255;
  while (last > 0 && count[last] == 0) --last;
  const index_t step = (plane - count[last]) / 255;
  index_t below = step / 2;
  for (std::size_t k = 0; k < 256; ++k) {
    level[k] = step == 0 ? static_cast<index_t>(k) : std::min<index_t>(below / step, 255);
    below += count[k];
  }
  return level;
}

template <class T>
void equalize(Tensor<T>& image) {
  const index_t plane = image.extent(1) * image.extent(2);
  for (index_t c = 0; c < image.extent(0); ++c) {
    T* const channel = image.mutable_data() + c * plane;
    const std::array<index_t, 256> level = equal_frequencies(channel, plane);
    for (index_t i = 0; i < plane; ++i)
      channel[i] = static_cast<T>(level[static_cast<std::size_t>(level_of(channel[i]))]) / 255;
  }
}

/// One change; `strength` in [0, 1], with a sign for those that have two directions.
template <class T>
Tensor<T> augment(const Tensor<T>& x, Augmentation kind, double strength, double sign, Interpolation mode,
                  double fill) {
  const double degrees = 180 / std::numbers::pi, s = sign * strength;
  Affine move{.mode = mode, .fill = fill};
  const auto pixels = [&](int axis) {
    return std::trunc(s * 150 / 331 * static_cast<double>(x.extent(axis)));
  };
  switch (kind) {
    case Augmentation::shear_x:
      move.shear_x = std::atan(0.3 * s) * degrees;
      return move(x);
    case Augmentation::shear_y:
      move.shear_y = std::atan(0.3 * s) * degrees;
      return move(x);
    case Augmentation::translate_x:
      move.translate_x = pixels(2);
      return move(x);
    case Augmentation::translate_y:
      move.translate_y = pixels(1);
      return move(x);
    case Augmentation::rotate:
      move.angle = -30 * s;
      return move(x);
    default:
      break;
  }
  Tensor<T> y = clone(x);
  const double factor = 1 + 0.9 * s;
  const index_t bits = 8 - static_cast<index_t>(std::nearbyint(4 * strength));
  switch (kind) {
    case Augmentation::brightness:
      each_pixel(y, [&](T v, index_t, index_t) { return blend(v, T(0), static_cast<T>(factor)); });
      break;
    case Augmentation::color:
      if (y.extent(0) >= 3) blend_with_grey(y, factor, false);
      break;
    case Augmentation::contrast:
      blend_with_grey(y, factor, true);
      break;
    case Augmentation::sharpness:
      sharpen(y, factor);
      break;
    case Augmentation::posterize:
      each_pixel(y, [&](T v, index_t, index_t) {
        return static_cast<T>(level_of(v) >> (8 - bits) << (8 - bits)) / 255;
      });
      break;
    case Augmentation::solarize:
      each_pixel(y, [&](T v, index_t, index_t) { return v >= static_cast<T>(1 - strength) ? 1 - v : v; });
      break;
    case Augmentation::auto_contrast:
      stretch_contrast(y);
      break;
    case Augmentation::equalize:
      equalize(y);
      break;
    default:
      break;
  }
  return y;
}

}  // namespace detail

template <Real T>
Tensor<T> RandAugment::operator()(const Tensor<T>& x, Generator& generator) const {
  check<ValueError>(
      num_ops >= 0 && num_magnitude_bins >= 2 && magnitude >= 0 && magnitude < num_magnitude_bins,
      "RandAugment", "expected num_ops >= 0 and a magnitude below num_magnitude_bins, got ", num_ops, ", ",
      magnitude, " and ", num_magnitude_bins);
  const double strength = static_cast<double>(magnitude) / static_cast<double>(num_magnitude_bins - 1);
  return detail::per_image(x, "RandAugment", [&](const Tensor<T>& image) {
    Tensor<T> y = clone(image);
    for (index_t k = 0; k < num_ops; ++k) {
      const auto kind = static_cast<detail::Augmentation>(detail::below(generator, detail::augmentations));
      const double sign = detail::below(generator, 2) == 0 ? 1 : -1;
      y = detail::augment(y, kind, strength, sign, mode, fill);
    }
    return y;
  });
}

}  // namespace TENON_NAMESPACE::data
