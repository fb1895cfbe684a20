#pragma once
/// Layers that rearrange, pad or resize, without parameters.
/// https://pytorch.org/docs/stable/nn.html#padding-layers, #vision-layers, #utilities

#include "tenon/nn/observe.hpp"
#include "tenon/ops/fold.hpp"
#include "tenon/ops/interpolate.hpp"
#include "tenon/ops/rearrange.hpp"

namespace TENON_NAMESPACE::nn {

/// Hands its input through.
struct Identity {
  using is_layer = void;
  template <class X>
  X operator()(const X& x) const {
    return x;
  }
};

/// Axes `start` to `end`, both included, become one.
struct Flatten {
  using is_layer = void;
  index_t start = 1, end = -1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), flatten(x, start, end));
  }
};

/// One axis becomes several of the given extents, one of which may be -1.
struct Unflatten {
  using is_layer = void;
  index_t axis = 1;
  Shape extents;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), unflatten(x, axis, extents));
  }
};

/// (N, C, H, W), or (C, H, W), to the columns of its windows, (N, C KH KW, L).
struct Unfold {
  using is_layer = void;
  Dims kernel;
  FoldOptions options{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), unfold(x, kernel, options));
  }
};

/// Columns added up to images of extents `output_size`, where `Unfold` reads them.
struct Fold {
  using is_layer = void;
  Dims output_size, kernel;
  FoldOptions options{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), fold(x, output_size, kernel, options));
  }
};

/// (…, C r r, H, W) to (…, C, H r, W r). Shi et al. 2016.
struct PixelShuffle {
  using is_layer = void;
  index_t upscale_factor = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), pixel_shuffle(x, upscale_factor));
  }
};

/// The reverse of `PixelShuffle`.
struct PixelUnshuffle {
  using is_layer = void;
  index_t downscale_factor = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), pixel_unshuffle(x, downscale_factor));
  }
};

/// Resized along the spatial axes: `Upsample{.scale_factor = {2}, .mode = Interpolation::linear}`.
struct Upsample {
  using is_layer = void;
  Dims size{};                         ///< the result's spatial extents, or
  std::vector<double> scale_factor{};  ///< what the extents are multiplied by: one number, or one an axis
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), interpolate(x, {size, scale_factor, mode, align_corners}));
  }
};

namespace detail {

/// How much a layer adds before and after each of the last `axes` axes, the last one first; or one number for
/// all.
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

/// A layer that pads the last `axes` axes.
#define TENON_PAD(name, axes, mode)                                      \
  struct name : detail::Amounts<axes> {                                  \
    using is_layer = void;                                               \
    using detail::Amounts<axes>::Amounts;                                \
    template <Real T>                                                    \
    Tensor<T> operator()(const Tensor<T>& x) const {                     \
      return observed(*this, x.shape(), this->padded(x, PadMode::mode)); \
    }                                                                    \
  }

/// Zeros: `ZeroPad2d(1)`, or left, right, top and bottom, `ZeroPad2d({1, 1, 2, 0})`.
TENON_PAD(ZeroPad1d, 1, constant);
TENON_PAD(ZeroPad2d, 2, constant);
TENON_PAD(ZeroPad3d, 3, constant);
/// What a mirror at the edge shows, without the edge itself.
TENON_PAD(ReflectionPad1d, 1, reflect);
TENON_PAD(ReflectionPad2d, 2, reflect);
TENON_PAD(ReflectionPad3d, 3, reflect);
/// The edge itself.
TENON_PAD(ReplicationPad1d, 1, replicate);
TENON_PAD(ReplicationPad2d, 2, replicate);
TENON_PAD(ReplicationPad3d, 3, replicate);
/// What stands at the other end.
TENON_PAD(CircularPad1d, 1, circular);
TENON_PAD(CircularPad2d, 2, circular);
TENON_PAD(CircularPad3d, 3, circular);

#undef TENON_PAD

/// A number: `ConstantPad2d(1, 0.5)`.
#define TENON_CONSTANT_PAD(name, axes)                                                      \
  struct name : detail::Amounts<axes> {                                                     \
    using is_layer = void;                                                                  \
    double value = 0;                                                                       \
    name() = default;                                                                       \
    name(index_t all, double constant) : detail::Amounts<axes>(all), value(constant) {}     \
    name(const Dims& all, double constant) : detail::Amounts<axes>(all), value(constant) {} \
    template <Real T>                                                                       \
    Tensor<T> operator()(const Tensor<T>& x) const {                                        \
      return observed(*this, x.shape(), this->padded(x, PadMode::constant, value));         \
    }                                                                                       \
  }

TENON_CONSTANT_PAD(ConstantPad1d, 1);
TENON_CONSTANT_PAD(ConstantPad2d, 2);
TENON_CONSTANT_PAD(ConstantPad3d, 3);

#undef TENON_CONSTANT_PAD

}  // namespace TENON_NAMESPACE::nn
