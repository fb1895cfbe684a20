#pragma once
/// Transforms of images in grey and blurred, several in a row (`Compose`) or by chance (`RandomApply`,
/// `RandomChoice`), mixtures of the samples of a batch (`MixUp`, `CutMix`), and boxes drawn into images.

#include <tuple>    // tuple, apply
#include <utility>  // pair, move

#include "tenon/data/geometry_transform.hpp"

namespace TENON_NAMESPACE::data {

namespace detail {
/// The result of a transform, which is given the generator if it takes one.
template <class Transform, class X>
auto apply_transform(const Transform& transform, const X& x, Generator& generator) {
  if constexpr (std::is_invocable_v<const Transform&, const X&, Generator&>)
    return transform(x, generator);
  else
    return transform(x);
}
}  // namespace detail

/// Transforms in a row: `Compose{RandomCrop{32, 32, 4}, RandomHorizontalFlip{}, Normalize{mean, std}}`. The
/// random ones get the generator, one after the other.
template <class... Transforms>
class Compose {
 public:
  explicit Compose(Transforms... transforms) : transforms_(std::move(transforms)...) {}

  /// The result of the last transform.
  template <class X>
  auto operator()(const X& x, Generator& generator = default_generator()) const {
    return apply_from<0>(x, generator);
  }

 private:
  template <std::size_t k, class X>
  auto apply_from(const X& x, Generator& generator) const {
    if constexpr (k == sizeof...(Transforms))
      return x;
    else
      return apply_from<k + 1>(detail::apply_transform(std::get<k>(transforms_), x, generator), generator);
  }
  std::tuple<Transforms...> transforms_;
};

/// Applies a transform to an image with probability p: `RandomApply{GaussianBlur{5}, 0.3}`.
template <class Transform>
struct RandomApply {
  Transform transform;  ///< several: a `Compose`
  double p = 0.5;       ///< the probability that an image is transformed

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Applies one of several transforms to each image, each as likely as the others:
/// `RandomChoice{RandomRotation{10}, GaussianBlur{5}}`.
template <class... Transforms>
class RandomChoice {
 public:
  explicit RandomChoice(Transforms... transforms) : transforms_(std::move(transforms)...) {}

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;

 private:
  std::tuple<Transforms...> transforms_;
};

/// The grey values 0.2989 red + 0.587 green + 0.114 blue of images of three channels.
///
///   returns: (…, channels, H, W) of equal channels
///   throws: ShapeError if x has other axes or channels; ValueError if channels is not positive
struct Grayscale {
  index_t channels = 1;  ///< of the result

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Makes an image of three channels grey with probability p. It keeps three channels, which are equal then.
///
///   throws: ShapeError if x has other axes or channels
struct RandomGrayscale {
  double p = 0.1;  ///< the probability that an image becomes grey

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Blurs by a Gaussian whose standard deviation is uniform in [sigma_low, sigma_high] pixels. Images are
/// reflected at their edges.
///
///   throws: ValueError if kernel_size is even or does not fit the reflected image, or the range is reversed or
///           not positive
struct GaussianBlur {
  index_t kernel_size;                     ///< pixels that are averaged along each axis, an odd number
  double sigma_low = 0.1, sigma_high = 2;  ///< range of the standard deviation

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Mixes each sample of a batch with the one before it: x = lam x + (1 - lam) x', targets likewise, with lam
/// from Beta(alpha, alpha), one number for the batch.
///
///   returns: the mixed batch, and targets (N, classes) of probabilities for `cross_entropy`
///   throws: ShapeError if there is not a label for each sample; ValueError if alpha is not positive; IndexError
///           if a label is not a class
///   source: Zhang et al. 2018, https://arxiv.org/abs/1710.09412
struct MixUp {
  index_t classes;   ///< number of classes
  double alpha = 1;  ///< small: mixtures that are mostly one sample

  template <Real T>
  std::pair<Tensor<T>, Tensor<T>> operator()(const Tensor<T>& x, const Tensor<index_t>& labels,
                                             Generator& generator = default_generator()) const;
};

/// Pastes a window of the sample before into each image of a batch. The window's share of the image is 1 - lam,
/// lam from Beta(alpha, alpha), as far as it does not lie outside; targets are mixed by the share that it has.
///
///   shapes: x (N, C, H, W); labels (N)
///   returns: the mixed batch, and targets (N, classes) of probabilities for `cross_entropy`
///   throws: ShapeError if x has other axes or there is not a label for each image; ValueError if alpha is not
///           positive; IndexError if a label is not a class
///   source: Yun et al. 2019, https://arxiv.org/abs/1905.04899
struct CutMix {
  index_t classes;   ///< number of classes
  double alpha = 1;  ///< 1: a uniform share

  template <Real T>
  std::pair<Tensor<T>, Tensor<T>> operator()(const Tensor<T>& x, const Tensor<index_t>& labels,
                                             Generator& generator = default_generator()) const;
};

/// An image with the outlines of boxes (x1, y1, x2, y2) drawn into it, both ends included. Parts outside the
/// image are left out.
///
///   shapes: image (C, H, W); boxes (N, 4)
///   returns: a new image
///   throws: ShapeError if the shapes do not fit; ValueError if width is not positive, an edge is not finite,
///           or there is neither one colour nor one for each box, of a number for each channel
template <Scalar T, Real B>
Tensor<T> draw_bounding_boxes(const Tensor<T>& image, const Tensor<B>& boxes,
                              const std::vector<std::vector<double>>& colors, index_t width = 1);

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// A number from Beta(alpha, alpha). Jöhnk 1964, in logarithms, since powers of small numbers underflow.
inline double symmetric_beta(double alpha, Generator& generator) {
  for (;;) {
    const double a = std::log1p(-generator.uniform<double>()) / alpha,
                 b = std::log1p(-generator.uniform<double>()) / alpha, most = std::max(a, b);
    const double x = std::exp(a - most), y = std::exp(b - most);
    if (most + std::log(x + y) <= 0) return x / (x + y);
  }
}

/// The probabilities of classes: lam of the own label, 1 - lam of that of the sample before.
template <class T>
Tensor<T> mixed_targets(const char* op, const Tensor<index_t>& labels, index_t samples, index_t classes,
                        double lam) {
  check<ShapeError>(labels.shape() == Shape{samples}, op, "expected a label for each of ", samples,
                    " samples, got shape ", labels.shape());
  Tensor<T> targets = zeros<T>({samples, classes});
  T* row = targets.mutable_data();
  const std::vector<index_t> label = labels.to_vector();
  const auto add = [&](index_t sample, double share) {
    const index_t k = label[static_cast<std::size_t>(sample)];
    check<IndexError>(k >= 0 && k < classes, op, "label ", k, " is not one of ", classes, " classes");
    row[k] += static_cast<T>(share);
  };
  for (index_t n = 0; n < samples; ++n, row += classes) {
    add(n, lam);
    add((n + samples - 1) % samples, 1 - lam);
  }
  return targets;
}

}  // namespace detail

template <class Transform>
template <Scalar T>
Tensor<T> RandomApply<Transform>::operator()(const Tensor<T>& x, Generator& generator) const {
  return detail::per_image(x, "RandomApply", [&](const Tensor<T>& image) -> Tensor<T> {
    const bool applied = generator.uniform<double>() < p;
    return applied ? detail::apply_transform(transform, image, generator) : clone(image);
  });
}

template <class... Transforms>
template <Scalar T>
Tensor<T> RandomChoice<Transforms...>::operator()(const Tensor<T>& x, Generator& generator) const {
  static_assert(sizeof...(Transforms) > 0, "a choice needs something to choose from");
  return detail::per_image(x, "RandomChoice", [&](const Tensor<T>& image) {
    index_t chosen = detail::below(generator, sizeof...(Transforms));
    Tensor<T> y;
    const auto try_one = [&](const auto& transform) {
      if (chosen-- == 0) y = detail::apply_transform(transform, image, generator);
    };
    std::apply([&](const auto&... transform) { (try_one(transform), ...); }, transforms_);
    return y;
  });
}

template <Real T>
Tensor<T> Grayscale::operator()(const Tensor<T>& x) const {
  const detail::Planes e(x.shape(), "Grayscale");
  check<ShapeError>(e.channels == 3, "Grayscale", "expected 3 channels, got ", e.channels);
  check<ValueError>(channels > 0, "Grayscale", "a result of ", channels, " channels");
  const Tensor<T> dense = contiguous(x.detach());
  Shape shape = x.shape();
  shape[shape.size() - 3] = channels;
  Tensor<T> out = Tensor<T>::empty(shape);
  T* to = out.mutable_data();
  const index_t plane = e.height * e.width;
  for (index_t n = 0; n < e.images; ++n)
    for (index_t c = 0; c < channels; ++c)
      for (index_t i = 0; i < plane; ++i)
        *to++ = detail::grey(dense.data() + n * e.image_size(), e.channels, plane, i);
  return out;
}

template <Real T>
Tensor<T> RandomGrayscale::operator()(const Tensor<T>& x, Generator& generator) const {
  return RandomApply{Grayscale{3}, p}(x, generator);
}

template <Real T>
Tensor<T> GaussianBlur::operator()(const Tensor<T>& x, Generator& generator) const {
  check<ValueError>(kernel_size > 0 && kernel_size % 2 == 1, "GaussianBlur",
                    "expected an odd kernel_size, got ", kernel_size);
  detail::check_range("GaussianBlur", "sigma", sigma_low, sigma_high);
  check<ValueError>(sigma_low > 0, "GaussianBlur", "expected a positive sigma, got ", sigma_low);
  const index_t reach = kernel_size / 2;
  return detail::per_image(x, "GaussianBlur", [&](const Tensor<T>& image) {
    const double sigma = detail::uniform(generator, sigma_low, sigma_high);
    std::vector<double> weights;
    double total = 0;
    for (index_t i = -reach; i <= reach; ++i) {
      weights.push_back(std::exp(-0.5 * static_cast<double>(i * i) / (sigma * sigma)));
      total += weights.back();
    }
    const auto along = [&](const Tensor<T>& padded, index_t axis) {
      Tensor<T> sum;
      const index_t extent = padded.extent(axis) - 2 * reach;
      for (index_t i = 0; i < kernel_size; ++i) {
        const Tensor<T> part = mul(narrow(padded, axis, i, extent),
                                   static_cast<T>(weights[static_cast<std::size_t>(i)] / total));
        sum = i == 0 ? part : add(sum, part);
      }
      return sum;
    };
    return along(along(pad(image, {reach, reach, reach, reach}, PadMode::reflect), 2), 1);
  });
}

template <Real T>
std::pair<Tensor<T>, Tensor<T>> MixUp::operator()(const Tensor<T>& x, const Tensor<index_t>& labels,
                                                  Generator& generator) const {
  const NoGrad no_grad;
  check<ValueError>(alpha > 0, "MixUp", "expected a positive alpha, got ", alpha);
  check<ShapeError>(x.rank() >= 1, "MixUp", "expected a batch (N, …), got shape ", x.shape());
  const double lam = detail::symmetric_beta(alpha, generator);
  Tensor<T> targets = detail::mixed_targets<T>("MixUp", labels, x.extent(0), classes, lam);
  const T own = static_cast<T>(lam), other = static_cast<T>(1 - lam);
  return {
      tenon::map([=](auto a, auto b) { return own * a + other * b; }, x.detach(), roll(x.detach(), {1}, {0})),
      targets};
}

template <Real T>
std::pair<Tensor<T>, Tensor<T>> CutMix::operator()(const Tensor<T>& x, const Tensor<index_t>& labels,
                                                   Generator& generator) const {
  check<ValueError>(alpha > 0, "CutMix", "expected a positive alpha, got ", alpha);
  check<ShapeError>(x.rank() == 4, "CutMix", "expected a batch (N, C, H, W), got shape ", x.shape());
  const detail::Planes e(x.shape(), "CutMix");
  const double half = 0.5 * std::sqrt(1 - detail::symmetric_beta(alpha, generator));
  // The part of the window around a random place that lies in the image.
  const auto window = [&](index_t extent) {
    const index_t middle = detail::below(generator, std::max<index_t>(extent, 1)),
                  reach = static_cast<index_t>(half * static_cast<double>(extent));
    return std::pair(std::max<index_t>(middle - reach, 0), std::min(middle + reach, extent));
  };
  const auto [left, right] = window(e.width);
  const auto [top, bottom] = window(e.height);
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<T> out = clone(dense);
  for (index_t n = 0; n < e.images; ++n) {
    const T* const before = dense.data() + (n + e.images - 1) % e.images * e.image_size();
    T* const to = out.mutable_data() + n * e.image_size();
    for (index_t c = 0; c < e.channels; ++c)
      for (index_t y = top; y < bottom; ++y) {
        const index_t at = (c * e.height + y) * e.width + left;
        std::copy_n(before + at, right - left, to + at);
      }
  }
  const double pixels = static_cast<double>(std::max<index_t>(e.height * e.width, 1)),
               lam = 1 - static_cast<double>((right - left) * (bottom - top)) / pixels;
  return {out, detail::mixed_targets<T>("CutMix", labels, e.images, classes, lam)};
}

template <Scalar T, Real B>
Tensor<T> draw_bounding_boxes(const Tensor<T>& image, const Tensor<B>& boxes,
                              const std::vector<std::vector<double>>& colors, index_t width) {
  constexpr const char* op = "draw_bounding_boxes";
  check<ShapeError>(image.rank() == 3, op, "expected an image (C, H, W), got shape ", image.shape());
  check<ShapeError>(boxes.rank() == 2 && boxes.extent(1) == 4, op, "expected boxes of shape (N, 4), got ",
                    boxes.shape());
  const auto count = static_cast<std::size_t>(boxes.extent(0));
  check<ValueError>(width > 0, op, "a line of ", width, " pixels");
  check<ValueError>(colors.size() == 1 || colors.size() == count, op, colors.size(), " colours for ", count,
                    " boxes");
  for (const auto& color : colors)
    check<ValueError>(static_cast<index_t>(color.size()) == image.extent(0), op, "a colour of ", color.size(),
                      " numbers for ", image.extent(0), " channels");
  const detail::Planes e(image.shape(), op);
  Tensor<T> out = clone(image.detach());
  const std::vector<B> side = boxes.to_vector();
  for (std::size_t k = 0; k < count; ++k) {
    const auto& color = colors[colors.size() == 1 ? 0 : k];
    const auto edge = [&](std::size_t i) {
      const auto at = static_cast<double>(side[4 * k + i]);
      check<ValueError>(std::isfinite(at), op, "box ", k, " has an edge at ", at);
      return static_cast<index_t>(std::clamp(std::round(at), -1e15, 1e15));
    };
    const index_t left = edge(0), top = edge(1), right = edge(2), bottom = edge(3);
    for (index_t y = std::max<index_t>(top, 0); y <= std::min(bottom, e.height - 1); ++y)
      for (index_t x = std::max<index_t>(left, 0); x <= std::min(right, e.width - 1); ++x) {
        const bool inside =
            x >= left + width && x <= right - width && y >= top + width && y <= bottom - width;
        for (index_t c = 0; c < e.channels && !inside; ++c)
          out.mutable_data()[(c * e.height + y) * e.width + x] =
              static_cast<T>(color[static_cast<std::size_t>(c)]);
      }
  }
  return out;
}

}  // namespace TENON_NAMESPACE::data
