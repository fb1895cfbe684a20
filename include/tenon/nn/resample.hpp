#pragma once
/// Layers without parameters that rearrange, pad or resize.
/// https://pytorch.org/docs/stable/nn.html#padding-layers, #vision-layers, #utilities
///
/// Holds for the padding layers: they pad the last 1, 2 or 3 axes.
///   shapes: x of at least as many axes as are padded
///   returns: x's shape with the amounts added
///   throws: ValueError if the constructor gets neither one amount nor two for each axis; otherwise as `pad`

#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/fold.hpp"
#include "tenon/ops/shape/rearrange.hpp"
#include "tenon/ops/vision/interpolate.hpp"

namespace TENON_NAMESPACE::nn {

/// Returns its input.
struct Identity {
  using is_layer = void;
  template <class X>
  X operator()(const X& x) const {
    return x;
  }
};

/// Joins axes `start` to `end`, both included, into one; negative axes count from the end.
///
///   returns: (N, rest) by default
///   throws: IndexError if an axis is out of range
struct Flatten {
  using is_layer = void;
  index_t start = 1, end = -1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return flatten(x, start, end); });
  }
};

/// Splits one axis into several of the given extents, of which one may be -1 for the rest.
///
///   throws: ShapeError if the product of extents is not that of the axis; IndexError if the axis is out of
///           range
struct Unflatten {
  using is_layer = void;
  index_t axis = 1;  ///< the axis to split
  Shape extents;     ///< the extents of the new axes
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return unflatten(x, axis, extents); });
  }
};

/// Extracts sliding windows of an image as columns (im2col).
///
///   shapes: x (N, C, H, W) or (C, H, W)
///   returns: (N, C KH KW, L) or (C KH KW, L), L the number of windows
///   throws: ShapeError if x has other axes or the kernel does not fit; ValueError if kernel or options are
///           out of range
struct Unfold {
  using is_layer = void;
  Dims kernel;
  FoldOptions options{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return unfold(x, kernel, options); });
  }
};

/// Adds columns up to an image (col2im), each element at the place from which `Unfold` reads it.
///
///   shapes: x (N, C KH KW, L) or (C KH KW, L)
///   returns: (N, C, H, W) or (C, H, W), H and W the output_size
///   throws: ShapeError if x does not fit kernel and output size; ValueError if these are out of range
struct Fold {
  using is_layer = void;
  Dims output_size, kernel;
  FoldOptions options{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return fold(x, output_size, kernel, options); });
  }
};

/// Rearranges channels into space, r the upscale factor.
///
///   shapes: x (…, C r r, H, W)
///   returns: (…, C, H r, W r)
///   throws: ShapeError if x has fewer than 3 axes or the channels are no multiple of r r; ValueError if r <=
///           0
///   source: Shi et al. 2016, https://arxiv.org/abs/1609.05158
struct PixelShuffle {
  using is_layer = void;
  index_t upscale_factor = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return pixel_shuffle(x, upscale_factor); });
  }
};

/// Rearranges space into channels, r the downscale factor: the inverse of `PixelShuffle`.
///
///   shapes: x (…, C, H r, W r)
///   returns: (…, C r r, H, W)
///   throws: ShapeError if x has fewer than 3 axes or the planes no multiples of r as extents; ValueError if
///           r <= 0
struct PixelUnshuffle {
  using is_layer = void;
  index_t downscale_factor = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return pixel_unshuffle(x, downscale_factor); });
  }
};

/// Interleaves the channels of several groups, so that a grouped convolution after it sees channels of each:
/// channel (g, c) of (groups, C / groups) becomes channel (c, g).
///
///   shapes: x (N, C, …)
///   returns: x's shape
///   throws: ShapeError if the groups do not divide the channels
///   source: Zhang et al. 2018, "ShuffleNet", https://arxiv.org/abs/1707.01083
struct ChannelShuffle {
  using is_layer = void;
  index_t groups = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return channel_shuffle(x, groups); });
  }
};

/// Resizes the spatial axes: `Upsample{.scale_factor = {2}, .mode = Interpolation::linear}`.
///
///   shapes: x (N, C, L), (N, C, H, W) or (N, C, D, H, W)
///   returns: (N, C, …) with the new extents
///   throws: ShapeError if x has other axes; ValueError unless either size or scale_factor is given, if they
///           leave nothing, or if align_corners is set for another mode than linear or bicubic
struct Upsample {
  using is_layer = void;
  Dims size{};                                  ///< the result's spatial extents; empty: scale_factor decides
  std::vector<double> scale_factor{};           ///< factors of the extents, one for all or one an axis
  Interpolation mode = Interpolation::nearest;  ///< see `Interpolation`
  bool align_corners = false;  ///< map corner elements onto corner elements; linear and bicubic only
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return interpolate(x, {size, scale_factor, mode, align_corners}); });
  }
};

namespace detail {

/// The amounts that a padding layer adds before and after each of the last `axes` axes, the last axis first;
/// or one number for all.
template <int axes>
struct Amounts {
  Dims amounts;

  Amounts() = default;
  Amounts(const Dims& all) : amounts(all) {
    check<ValueError>(amounts.size() == 2 * axes, "pad", "expected ", 2 * axes, " amounts, got ", amounts);
  }
  Amounts(index_t all) : amounts(Dims::filled(2 * axes, all)) {}

 protected:
  template <Real T>
  Tensor<T> padded(const Tensor<T>& x, PadMode mode, double value = 0) const {
    return pad(x, std::vector<index_t>(amounts.begin(), amounts.end()), mode, static_cast<T>(value));
  }
};

}  // namespace detail

/// Defines a layer that pads the last `axes` axes.
#define TENON_PAD(name, axes, mode)                                                \
  struct name : detail::Amounts<axes> {                                            \
    using is_layer = void;                                                         \
    using detail::Amounts<axes>::Amounts;                                          \
    template <Real T>                                                              \
    Tensor<T> operator()(const Tensor<T>& x) const {                               \
      return call_layer(*this, x, [&] { return this->padded(x, PadMode::mode); }); \
    }                                                                              \
  }

/// Pads the last axis with zeros: `ZeroPad1d(1)`, or before and after, `ZeroPad1d({1, 2})`.
TENON_PAD(ZeroPad1d, 1, constant);
/// Pads the last two axes with zeros: `ZeroPad2d(1)`, or left, right, top and bottom, `ZeroPad2d({1, 1, 2,
/// 0})`.
TENON_PAD(ZeroPad2d, 2, constant);
/// Pads the last three axes with zeros.
TENON_PAD(ZeroPad3d, 3, constant);
/// Pads the last axis with its mirror image, without repeating the edge.
TENON_PAD(ReflectionPad1d, 1, reflect);
/// Pads the last two axes with their mirror images, without repeating the edges.
TENON_PAD(ReflectionPad2d, 2, reflect);
/// Pads the last three axes with their mirror images, without repeating the edges.
TENON_PAD(ReflectionPad3d, 3, reflect);
/// Pads the last axis with copies of its edge elements.
TENON_PAD(ReplicationPad1d, 1, replicate);
/// Pads the last two axes with copies of their edge elements.
TENON_PAD(ReplicationPad2d, 2, replicate);
/// Pads the last three axes with copies of their edge elements.
TENON_PAD(ReplicationPad3d, 3, replicate);
/// Pads the last axis with the elements of its other end.
TENON_PAD(CircularPad1d, 1, circular);
/// Pads the last two axes with the elements of their other ends.
TENON_PAD(CircularPad2d, 2, circular);
/// Pads the last three axes with the elements of their other ends.
TENON_PAD(CircularPad3d, 3, circular);

#undef TENON_PAD

/// Defines a layer that pads the last `axes` axes with a number.
#define TENON_CONSTANT_PAD(name, axes)                                                        \
  struct name : detail::Amounts<axes> {                                                       \
    using is_layer = void;                                                                    \
    double value = 0;                                                                         \
    name() = default;                                                                         \
    name(index_t all, double constant) : detail::Amounts<axes>(all), value(constant) {}       \
    name(const Dims& all, double constant) : detail::Amounts<axes>(all), value(constant) {}   \
    template <Real T>                                                                         \
    Tensor<T> operator()(const Tensor<T>& x) const {                                          \
      return call_layer(*this, x, [&] { return this->padded(x, PadMode::constant, value); }); \
    }                                                                                         \
  }

/// Pads the last axis with a number: `ConstantPad1d(1, 0.5)`.
TENON_CONSTANT_PAD(ConstantPad1d, 1);
/// Pads the last two axes with a number: `ConstantPad2d(1, 0.5)`.
TENON_CONSTANT_PAD(ConstantPad2d, 2);
/// Pads the last three axes with a number: `ConstantPad3d(1, 0.5)`.
TENON_CONSTANT_PAD(ConstantPad3d, 3);

#undef TENON_CONSTANT_PAD

}  // namespace TENON_NAMESPACE::nn
