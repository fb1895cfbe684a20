#pragma once
/// Transforms of images that move pixels: rotation, shear, perspective, flips and crops to another size. As
/// those of transform.hpp they are called with an image (C, H, W) or a batch (N, C, H, W), random ones also
/// with a generator, and draw anew for each image.
///
/// All throw ShapeError if x has other than 3 or 4 axes.

#include <limits>   // numeric_limits
#include <numbers>  // pi
#include <utility>  // pair

#include "tenon/data/transform.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE::data {

/// A rotation, shear, scaling and translation of an image around its centre.
struct Affine {
  double angle = 0;                             ///< degrees, clockwise
  double translate_x = 0, translate_y = 0;      ///< pixels to the right and down
  double scale = 1;                             ///< factor of all lengths
  double shear_x = 0, shear_y = 0;              ///< degrees
  Interpolation mode = Interpolation::nearest;  ///< nearest or linear
  double fill = 0;                              ///< the value outside the image

  /// The image, moved.    throws: ValueError if scale is not positive or the mode is another
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Rotates by a random angle.
///
///   throws: ValueError if degrees is negative
struct RandomRotation {
  double degrees;                               ///< largest angle, to either side
  Interpolation mode = Interpolation::nearest;  ///< nearest or linear
  double fill = 0;                              ///< the value outside the image

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Rotates, translates, scales and shears at random. Each number is uniform in its range.
///
///   throws: ValueError if a range is negative or reversed, or a scale not positive
struct RandomAffine {
  double degrees = 0;                           ///< largest angle, to either side
  double translate_x = 0, translate_y = 0;      ///< largest move as a share of width and height, rounded
  double scale_low = 1, scale_high = 1;         ///< range of the factor of all lengths
  double shear_x = 0, shear_y = 0;              ///< largest shear in degrees, to either side
  Interpolation mode = Interpolation::nearest;  ///< nearest or linear
  double fill = 0;                              ///< the value outside the image

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Moves the corners of an image to other places, and all else by the perspective that does so.
///
///   source: Heckbert 1989, "Fundamentals of texture mapping and image warping", section 2.2.3
struct Perspective {
  /// Where the corners go, (x, y) from the upper left clockwise, in pixels from the left and upper edge.
  double corners[4][2];
  Interpolation mode = Interpolation::linear;  ///< nearest or linear
  double fill = 0;                             ///< the value where no part of the image comes to lie

  /// The image, moved.    throws: ValueError if the mode is another
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

/// Views an image from a random side, with probability p: each corner moves towards the middle by up to
/// distortion / 2 of width and of height.
///
///   throws: ValueError if distortion is not in [0, 1]
struct RandomPerspective {
  double distortion = 0.5;                     ///< 0 leaves an image as it is
  double p = 0.5;                              ///< the probability that an image is changed
  Interpolation mode = Interpolation::linear;  ///< nearest or linear
  double fill = 0;                             ///< the value where no part of the image comes to lie

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Crops a random window and resizes it. Its area is a share of the image's between area_low and area_high,
/// its ratio of width to height between ratio_low and ratio_high; if ten draws do not fit, the window is the
/// largest central one with a ratio in this range.
///
///   throws: ShapeError if an image is empty; ValueError if the result is, or a range is reversed
///   source: Szegedy et al. 2015, https://arxiv.org/abs/1409.4842
struct RandomResizedCrop {
  index_t height, width;                             ///< of the result, in pixels
  double area_low = 0.08, area_high = 1;             ///< range of the window's share of the image
  double ratio_low = 3.0 / 4, ratio_high = 4.0 / 3;  ///< range of its width / height
  Interpolation mode = Interpolation::linear;        ///< see `Interpolation`

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Exchanges top and bottom with probability p.
struct RandomVerticalFlip {
  double p = 0.5;  ///< the probability of a flip

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x, Generator& generator = default_generator()) const;
};

/// Pads images: torchvision's Pad. (`Pad` is a way to collate.)
///
///   throws: ValueError for other than 1, 2 or 4 numbers, or amounts that the mode does not allow
struct PadImage {
  Dims padding;     ///< of all edges; left and right, top and bottom; or left, top, right, bottom
  double fill = 0;  ///< the value of padded pixels in mode constant
  PadMode mode = PadMode::constant;  ///< what is padded

  template <Scalar T>
  Tensor<T> operator()(const Tensor<T>& x) const;
};

// Definitions -----------------------------------------------------------------------------------------------

namespace detail {

/// The batch of f(image) for each image of x, or f(x) if x is one image.
template <class T, class F>
Tensor<T> per_image(const Tensor<T>& x, const char* op, const F& f) {
  const NoGrad no_grad;
  const Planes e(x.shape(), op);
  if (x.rank() == 3) return f(x.detach());
  std::vector<Tensor<T>> images;
  for (index_t n = 0; n < e.images; ++n) images.push_back(f(select(x.detach(), 0, n)));
  return images.empty() ? clone(x.detach()) : stack(images);
}

/// The linear map from places of the result to places of the source, both relative to the centre.
struct InverseAffine {
  double xx, xy, yx, yy;

  explicit InverseAffine(const Affine& a) {
    const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
    const double turn = radians(a.angle), x = radians(a.shear_x), y = radians(a.shear_y);
    const double p = std::cos(turn - y) / std::cos(y), r = std::sin(turn - y) / std::cos(y);
    xx = (std::cos(turn) - r * std::tan(x)) / a.scale;
    xy = (p * std::tan(x) + std::sin(turn)) / a.scale;
    yx = -r / a.scale;
    yy = p / a.scale;
  }
};

/// The map from places of the result to places of the source that undoes `Perspective`, in shares of width and
/// height: the adjugate of the matrix that takes the unit square to the corners.
class InversePerspective {
 public:
  InversePerspective(const double (&to)[4][2], double width, double height) {
    const auto x = [&](int k) { return to[k][0] / width; };
    const auto y = [&](int k) { return to[k][1] / height; };
    const double px = x(1) - x(2), py = y(1) - y(2), qx = x(3) - x(2), qy = y(3) - y(2);
    const double sx = x(0) - x(1) + x(2) - x(3), sy = y(0) - y(1) + y(2) - y(3);
    const double area = px * qy - qx * py, g = (sx * qy - qx * sy) / area, h = (px * sy - sx * py) / area;
    const double a = x(1) - x(0) + g * x(1), b = x(3) - x(0) + h * x(3), c = x(0);
    const double d = y(1) - y(0) + g * y(1), e = y(3) - y(0) + h * y(3), f = y(0);
    const double m[3][3] = {{e - f * h, c * h - b, b * f - c * e},
                            {f * g - d, a - c * g, c * d - a * f},
                            {d * h - e * g, b * g - a * h, a * e - b * d}};
    const double determinant = a * m[0][0] + b * m[1][0] + c * m[2][0];
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) inverse_[i][j] = m[i][j] / determinant;
  }
  /// The place of the source that comes to lie at (x, y); NaN if none does.
  std::pair<double, double> operator()(double x, double y) const {
    const auto row = [&](int i) { return inverse_[i][0] * x + inverse_[i][1] * y + inverse_[i][2]; };
    const double depth = row(2);
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return depth > 0 ? std::pair(row(0) / depth, row(1) / depth) : std::pair(none, none);
  }

 private:
  double inverse_[3][3];
};

/// The value of a plane at (y, x), between pixels; `fill` outside.
template <class T>
T sample_plane(const T* plane, const Planes& e, double y, double x, bool linear, T fill) {
  const auto pixel = [&](double row, double column) {
    const bool inside = row >= 0 && column >= 0 && row < static_cast<double>(e.height) &&
                        column < static_cast<double>(e.width);
    return inside ? plane[static_cast<index_t>(row) * e.width + static_cast<index_t>(column)] : fill;
  };
  if (!(y > -1 && x > -1 && y < static_cast<double>(e.height) && x < static_cast<double>(e.width)))
    return fill;
  if (!linear) return pixel(std::nearbyint(y), std::nearbyint(x));
  const double top = std::floor(y), left = std::floor(x);
  const T down = static_cast<T>(y - top), right = static_cast<T>(x - left);
  const auto mix = [](T a, T b, T share) { return a + share * (b - a); };
  return mix(mix(pixel(top, left), pixel(top, left + 1), right),
             mix(pixel(top + 1, left), pixel(top + 1, left + 1), right), down);
}

/// The image whose pixel in a row and a column is that of x at the place, (x, y), that `source` returns.
template <class T, class Source>
Tensor<T> resample(const Tensor<T>& x, const char* op, Interpolation mode, double fill,
                   const Source& source) {
  check<ValueError>(mode == Interpolation::nearest || mode == Interpolation::linear, op,
                    "expected the mode nearest or linear");
  const bool linear = mode == Interpolation::linear;
  const Planes e(x.shape(), op);
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<T> out = Tensor<T>::empty(x.shape());
  const T* plane = dense.data();
  T* to = out.mutable_data();
  for (index_t c = 0; c < e.images * e.channels; ++c, plane += e.height * e.width)
    for (index_t row = 0; row < e.height; ++row)
      for (index_t column = 0; column < e.width; ++column) {
        const auto [u, v] = source(static_cast<double>(column), static_cast<double>(row));
        *to++ = sample_plane(plane, e, v, u, linear, static_cast<T>(fill));
      }
  return out;
}

inline void check_range(const char* op, const char* what, double low, double high) {
  check<ValueError>(low <= high, op, "the range of ", what, " from ", low, " to ", high, " is reversed");
}

}  // namespace detail

template <Real T>
Tensor<T> Affine::operator()(const Tensor<T>& x) const {
  check<ValueError>(scale > 0, "Affine", "expected a positive scale, got ", scale);
  const detail::InverseAffine m(*this);
  const detail::Planes e(x.shape(), "Affine");
  const double middle_x = static_cast<double>(e.width - 1) / 2,
               middle_y = static_cast<double>(e.height - 1) / 2;
  return detail::resample(x, "Affine", mode, fill, [&](double column, double row) {
    const double u = column - middle_x - translate_x, v = row - middle_y - translate_y;
    return std::pair(m.xx * u + m.xy * v + middle_x, m.yx * u + m.yy * v + middle_y);
  });
}

template <Real T>
Tensor<T> RandomRotation::operator()(const Tensor<T>& x, Generator& generator) const {
  check<ValueError>(degrees >= 0, "RandomRotation", "expected degrees >= 0, got ", degrees);
  return detail::per_image(x, "RandomRotation", [&](const Tensor<T>& image) {
    return Affine{.angle = detail::uniform(generator, -degrees, degrees), .mode = mode, .fill = fill}(image);
  });
}

template <Real T>
Tensor<T> RandomAffine::operator()(const Tensor<T>& x, Generator& generator) const {
  check<ValueError>(degrees >= 0 && translate_x >= 0 && translate_y >= 0 && shear_x >= 0 && shear_y >= 0,
                    "RandomAffine", "the largest angle, move and shear must not be negative");
  detail::check_range("RandomAffine", "scales", scale_low, scale_high);
  return detail::per_image(x, "RandomAffine", [&](const Tensor<T>& image) {
    const detail::Planes e(image.shape(), "RandomAffine");
    const auto either_side = [&](double most) { return detail::uniform(generator, -most, most); };
    const double angle = either_side(degrees);
    const double right = std::round(either_side(translate_x * static_cast<double>(e.width))),
                 down = std::round(either_side(translate_y * static_cast<double>(e.height)));
    const double scale = detail::uniform(generator, scale_low, scale_high);
    const double x_shear = either_side(shear_x), y_shear = either_side(shear_y);
    return Affine{angle, right, down, scale, x_shear, y_shear, mode, fill}(image);
  });
}

template <Real T>
Tensor<T> Perspective::operator()(const Tensor<T>& x) const {
  const detail::Planes e(x.shape(), "Perspective");
  const double width = static_cast<double>(e.width), height = static_cast<double>(e.height);
  const detail::InversePerspective inverse(corners, width, height);
  return detail::resample(x, "Perspective", mode, fill, [&](double column, double row) {
    const auto [u, v] = inverse((column + 0.5) / width, (row + 0.5) / height);  // from edges to centres
    return std::pair(u * width - 0.5, v * height - 0.5);
  });
}

template <Real T>
Tensor<T> RandomPerspective::operator()(const Tensor<T>& x, Generator& generator) const {
  check<ValueError>(distortion >= 0 && distortion <= 1, "RandomPerspective",
                    "expected a distortion in [0, 1], got ", distortion);
  return detail::per_image(x, "RandomPerspective", [&](const Tensor<T>& image) {
    if (generator.uniform<double>() >= p) return clone(image);
    const double extent[] = {static_cast<double>(image.extent(2)), static_cast<double>(image.extent(1))};
    Perspective view{{{0, 0}, {extent[0], 0}, {extent[0], extent[1]}, {0, extent[1]}}, mode, fill};
    for (auto& corner : view.corners)
      for (int k = 0; k < 2; ++k) {
        const double inwards = detail::uniform(generator, 0, distortion * extent[k] / 2);
        corner[k] += corner[k] == 0 ? inwards : -inwards;
      }
    return view(image);
  });
}

template <Real T>
Tensor<T> RandomResizedCrop::operator()(const Tensor<T>& x, Generator& generator) const {
  detail::check_range("RandomResizedCrop", "areas", area_low, area_high);
  detail::check_range("RandomResizedCrop", "ratios", ratio_low, ratio_high);
  check<ValueError>(height > 0 && width > 0, "RandomResizedCrop", "expected a result with pixels, got ",
                    height, " by ", width);
  return detail::per_image(x, "RandomResizedCrop", [&](const Tensor<T>& image) {
    const detail::Planes e(image.shape(), "RandomResizedCrop");
    check<ShapeError>(e.height > 0 && e.width > 0, "RandomResizedCrop", "there are no pixels in shape ",
                      x.shape());
    const Resize resize{height, width, mode};
    const auto window = [&](index_t top, index_t left, index_t h, index_t w) {
      return resize(narrow(narrow(image, 1, top, h), 2, left, w));
    };
    const auto whole_pixels = [](double length) { return static_cast<index_t>(std::round(length)); };
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double area =
          detail::uniform(generator, area_low, area_high) * static_cast<double>(e.height * e.width);
      const double ratio = std::exp(detail::uniform(generator, std::log(ratio_low), std::log(ratio_high)));
      const index_t w = whole_pixels(std::sqrt(area * ratio)), h = whole_pixels(std::sqrt(area / ratio));
      if (w <= 0 || h <= 0 || w > e.width || h > e.height) continue;
      const index_t top = detail::below(generator, e.height - h + 1);
      return window(top, detail::below(generator, e.width - w + 1), h, w);
    }
    const double whole = static_cast<double>(e.width) / static_cast<double>(e.height);
    const index_t w = whole > ratio_high ? whole_pixels(static_cast<double>(e.height) * ratio_high) : e.width,
                  h = whole < ratio_low ? whole_pixels(static_cast<double>(e.width) / ratio_low) : e.height;
    return window((e.height - h) / 2, (e.width - w) / 2, h, w);
  });
}

template <Scalar T>
Tensor<T> RandomVerticalFlip::operator()(const Tensor<T>& x, Generator& generator) const {
  const detail::Planes e(x.shape(), "RandomVerticalFlip");
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<T> out = Tensor<T>::empty(x.shape());
  const T* from = dense.data();
  T* to = out.mutable_data();
  for (index_t n = 0; n < e.images; ++n) {
    const bool flipped = generator.uniform<double>() < p;
    for (index_t c = 0; c < e.channels; ++c, from += e.height * e.width)
      for (index_t row = 0; row < e.height; ++row, to += e.width)
        std::copy_n(from + (flipped ? e.height - 1 - row : row) * e.width, e.width, to);
  }
  return out;
}

template <Scalar T>
Tensor<T> PadImage::operator()(const Tensor<T>& x) const {
  const NoGrad no_grad;
  detail::Planes(x.shape(), "PadImage");
  const int count = padding.size();
  check<ValueError>(count == 1 || count == 2 || count == 4, "PadImage", "expected 1, 2 or 4 amounts, got ",
                    padding);
  const auto amount = [&](int edge) { return padding[edge % count]; };
  return pad(x.detach(), {amount(0), amount(2), amount(1), amount(3)}, mode, static_cast<T>(fill));
}

}  // namespace TENON_NAMESPACE::data
