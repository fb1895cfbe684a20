#pragma once
/// Transforms of images, for `map` or a training loop. Each is a small function object called with an image
/// (C, H, W) or a batch (N, C, H, W); random ones also take a generator and draw anew for each image of a
/// batch. Results are new tensors, and nothing is recorded. Transforms are composed as functions:
///
///     data::map(train, [crop = data::RandomCrop{32, 32, 4}, flip = data::RandomHorizontalFlip{}](
///                          auto element, Generator& chance) {
///       auto& [image, label] = element;
///       image = flip(crop(image, chance), chance);
///       return element;
///     });
///
/// All throw ShapeError if x has other than 3 or 4 axes.

#include <algorithm>  // clamp, copy_n, fill_n, max, min, reverse_copy
#include <cmath>      // exp, log, round, sqrt
#include <vector>     // vector

#include "tenon/core/generator.hpp"
#include "tenon/graph/mode.hpp"
#include "tenon/ops/vision/interpolate.hpp"

namespace TENON_NAMESPACE::data {

/// Crops a window at a random position of the image, which is first padded.
///
///   throws: ShapeError if the window does not fit the padded image
struct RandomCrop {
  index_t height, width;  ///< of the window, in pixels
  index_t padding = 0;    ///< pixels added at each edge before
  double fill = 0;        ///< the value of padded pixels

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Crops the window in the middle of the image.
///
///   throws: ShapeError if the window does not fit the image
struct CenterCrop {
  index_t height, width;  ///< of the window, in pixels

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Exchanges left and right with probability p.
struct RandomHorizontalFlip {
  double p = 0.5;  ///< the probability of a flip

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Resizes by `interpolate`, without antialiasing: use the mode `area` to shrink images a lot.
struct Resize {
  index_t height, width;                       ///< of the result, in pixels
  Interpolation mode = Interpolation::linear;  ///< see `Interpolation`

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Normalises each channel: (x - mean) / std.
///
///   throws: ValueError unless there is a mean and a positive std for each channel
struct Normalize {
  std::vector<double> mean, std;  ///< one number for each channel

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Changes brightness, contrast and saturation, in this order, by random factors f, uniform in
/// [max(0, 1 - a), 1 + a], a the member's value; x has colours in [0, 1]:
///
///     brightness  f x
///     contrast    f x + (1 - f) mean(grey)
///     saturation  f x + (1 - f) grey
///
/// Each is clipped to [0, 1], and grey = 0.2989 red + 0.587 green + 0.114 blue. torchvision's ColorJitter
/// differs in that it shuffles the order.
struct ColorJitter {
  double brightness = 0, contrast = 0, saturation = 0;  ///< largest deviation of each factor from 1; 0: none

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// With probability p, sets a random rectangle of the image to `value`. The ratio of its height to its width
/// is in [0.3, 3.3]. Zhong et al. 2017, https://arxiv.org/abs/1708.04896.
struct RandomErasing {
  double p = 0.5;                          ///< the probability of erasing
  double smallest = 0.02, largest = 0.33;  ///< range of the rectangle's area as a share of the image
  double value = 0;                        ///< the value of erased pixels

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// The extents of an image or a batch of images.
struct Planes {
  index_t images, channels, height, width;
  Planes(const Shape& shape, const char* op) {
    check<ShapeError>(shape.size() == 3 || shape.size() == 4, op,
                      "expected an image (C, H, W) or a batch (N, C, H, W), got shape ", shape);
    images = shape.size() == 4 ? shape[0] : 1;
    channels = shape.back(2);
    height = shape.back(1);
    width = shape.back(0);
  }
  index_t image_size() const { return channels * height * width; }
};

inline double uniform(Generator& generator, double low, double high) {
  return low + (high - low) * generator.uniform<double>();
}
inline index_t below(Generator& generator, index_t n) {
  return static_cast<index_t>(generator.below(static_cast<std::uint64_t>(n)));
}

/// Copies a window of an image whose corner is (top, left). Pixels outside the image are `fill`.
template <class T>
void copy_window(const Planes& e, const T* from, index_t top, index_t left, index_t height, index_t width,
                 T fill, T* to) {
  const index_t first = std::clamp<index_t>(-left, 0, width),    // columns before the image,
      last = std::clamp<index_t>(e.width - left, first, width);  // and up to its end
  for (index_t row = 0; row < e.channels * height; ++row, to += width) {
    const index_t y = top + row % height;
    if (y < 0 || y >= e.height) {
      std::fill_n(to, width, fill);
      continue;
    }
    const T* const source = from + (row / height * e.height + y) * e.width;
    std::fill_n(to, first, fill);
    std::copy_n(source + (left + first), last - first, to + first);
    std::fill(to + last, to + width, fill);
  }
}

/// Windows of all images of x; `place(extents)` returns (top, left) of each.
template <class T, class Place>
Tensor<T> windows(const Tensor<T>& x, index_t height, index_t width, T fill, const char* op, Place place) {
  const Planes e(x.shape(), op);
  const Tensor<T> dense = contiguous(x.detach());
  Shape shape = x.shape();
  shape[shape.size() - 2] = height;
  shape[shape.size() - 1] = width;
  Tensor<T> out = Tensor<T>::empty(shape);
  T* to = out.mutable_data();
  for (index_t n = 0; n < e.images; ++n, to += e.channels * height * width) {
    const auto [top, left] = place(e);
    copy_window(e, dense.data() + n * e.image_size(), top, left, height, width, fill, to);
  }
  return out;
}

/// x f + y (1 - f), clipped to [0, 1].
template <class T>
T blend(T x, T y, T f) {
  return std::clamp(f * x + (T(1) - f) * y, T(0), T(1));
}

/// The grey value of pixel i; `plane` is the distance between channels.
template <class T>
T grey(const T* x, index_t channels, index_t plane, index_t i) {
  if (channels < 3) return x[i];
  return static_cast<T>(0.2989) * x[i] + static_cast<T>(0.587) * x[plane + i] +
         static_cast<T>(0.114) * x[2 * plane + i];
}

}  // namespace detail

template <Scalar T>
Tensor<T> RandomCrop::operator()(const Tensor<T>& x, Generator& generator) const {
  return detail::windows(x, height, width, static_cast<T>(fill), "RandomCrop", [&](const detail::Planes& e) {
    const index_t down = e.height + 2 * padding - height, right = e.width + 2 * padding - width;
    check<ShapeError>(height > 0 && width > 0 && padding >= 0 && down >= 0 && right >= 0, "RandomCrop",
                      "no window of ", height, " by ", width, " in images of ", e.height, " by ", e.width,
                      " with padding ", padding);
    const index_t top = detail::below(generator, down + 1), left = detail::below(generator, right + 1);
    return std::pair(top - padding, left - padding);
  });
}

template <Scalar T>
Tensor<T> CenterCrop::operator()(const Tensor<T>& x) const {
  return detail::windows(x, height, width, T(0), "CenterCrop", [&](const detail::Planes& e) {
    check<ShapeError>(height > 0 && width > 0 && height <= e.height && width <= e.width, "CenterCrop",
                      "no window of ", height, " by ", width, " in images of ", e.height, " by ", e.width);
    return std::pair((e.height - height) / 2, (e.width - width) / 2);
  });
}

template <Scalar T>
Tensor<T> RandomHorizontalFlip::operator()(const Tensor<T>& x, Generator& generator) const {
  const detail::Planes e(x.shape(), "RandomHorizontalFlip");
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<T> out = Tensor<T>::empty(x.shape());
  const T* from = dense.data();
  T* to = out.mutable_data();
  for (index_t n = 0; n < e.images; ++n) {
    const bool flipped = generator.uniform<double>() < p;
    for (index_t row = 0; row < e.channels * e.height; ++row, from += e.width, to += e.width) {
      if (flipped)
        std::reverse_copy(from, from + e.width, to);
      else
        std::copy_n(from, e.width, to);
    }
  }
  return out;
}

template <Real T>
Tensor<T> Resize::operator()(const Tensor<T>& x) const {
  const NoGrad no_grad;
  const detail::Planes e(x.shape(), "Resize");
  const Tensor<T> batch = reshape(x, {e.images, e.channels, e.height, e.width});
  Shape shape = x.shape();
  shape[shape.size() - 2] = height;
  shape[shape.size() - 1] = width;
  return reshape(interpolate(batch, {.size = {height, width}, .mode = mode}), shape);
}

template <Real T>
Tensor<T> Normalize::operator()(const Tensor<T>& x) const {
  const detail::Planes e(x.shape(), "Normalize");
  const auto channels = static_cast<std::size_t>(e.channels);
  check<ValueError>(mean.size() == channels && std.size() == channels, "Normalize", mean.size(),
                    " means and ", std.size(), " deviations for ", e.channels, " channels");
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<T> out = Tensor<T>::empty(x.shape());
  const T* from = dense.data();
  T* to = out.mutable_data();
  const index_t plane = e.height * e.width;
  for (index_t i = 0; i < e.images * e.channels; ++i) {
    const auto c = static_cast<std::size_t>(i % e.channels);
    check<ValueError>(std[c] > 0, "Normalize", "a deviation of ", std[c]);
    const T a = static_cast<T>(1 / std[c]), b = static_cast<T>(mean[c]);
    for (index_t p = 0; p < plane; ++p) *to++ = (*from++ - b) * a;
  }
  return out;
}

template <Real T>
Tensor<T> ColorJitter::operator()(const Tensor<T>& x, Generator& generator) const {
  const detail::Planes e(x.shape(), "ColorJitter");
  const index_t plane = e.height * e.width;
  Tensor<T> out = clone(x.detach());
  T* image = out.mutable_data();
  const auto factor = [&](double amount) {
    return static_cast<T>(detail::uniform(generator, std::max(0.0, 1 - amount), 1 + amount));
  };
  for (index_t n = 0; n < e.images; ++n, image += e.image_size()) {
    if (brightness > 0) {
      const T f = factor(brightness);
      for (index_t i = 0; i < e.image_size(); ++i) image[i] = detail::blend(image[i], T(0), f);
    }
    if (contrast > 0) {
      const T f = factor(contrast);
      double total = 0;
      for (index_t i = 0; i < plane; ++i)
        total += static_cast<double>(detail::grey(image, e.channels, plane, i));
      const T mean = static_cast<T>(total / static_cast<double>(std::max<index_t>(plane, 1)));
      for (index_t i = 0; i < e.image_size(); ++i) image[i] = detail::blend(image[i], mean, f);
    }
    if (saturation > 0) {
      const T f = factor(saturation);
      for (index_t i = 0; i < plane && e.channels >= 3; ++i) {
        const T level = detail::grey(image, e.channels, plane, i);
        for (index_t c = 0; c < 3; ++c) image[c * plane + i] = detail::blend(image[c * plane + i], level, f);
      }
    }
  }
  return out;
}

template <Scalar T>
Tensor<T> RandomErasing::operator()(const Tensor<T>& x, Generator& generator) const {
  const detail::Planes e(x.shape(), "RandomErasing");
  Tensor<T> out = clone(x.detach());
  T* const data = out.mutable_data();
  for (index_t n = 0; n < e.images; ++n) {
    if (generator.uniform<double>() >= p) continue;
    const double area =
        detail::uniform(generator, smallest, largest) * static_cast<double>(e.height * e.width);
    const double ratio = std::exp(detail::uniform(generator, std::log(0.3), std::log(3.3)));
    const auto side = [](double length, index_t most) {
      return std::min(static_cast<index_t>(std::round(length)), most);
    };
    const index_t h = side(std::sqrt(area * ratio), e.height), w = side(std::sqrt(area / ratio), e.width),
                  top = detail::below(generator, e.height - h + 1),
                  left = detail::below(generator, e.width - w + 1);
    for (index_t row = 0; row < e.channels * h; ++row)
      std::fill_n(data + ((n * e.channels + row / h) * e.height + top + row % h) * e.width + left, w,
                  static_cast<T>(value));
  }
  return out;
}

}  // namespace TENON_NAMESPACE::data
