#pragma once
/// Convolutions and transposed convolutions over one, two or three axes.
/// https://pytorch.org/docs/stable/nn.html#convolution-layers
///
/// Holds for every layer of this file:
///   throws: ShapeError if x has another number of axes or channels, or the kernel does not fit the padded
///           extents; ValueError if stride, padding, dilation or output padding is not one number or one an
///           axis, or out of range. The constructor throws ValueError if `in` or `out` is not positive or not
///           a multiple of groups, or the kernel is not one number or one an axis

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/conv.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of `Conv1d`, `Conv2d` and `Conv3d`. An empty list stands for the default, one number for every
/// axis.
struct ConvLayerOptions {
  Dims stride{};       ///< step of the kernel; default 1
  Dims padding{};      ///< elements added at both ends; default 0
  Dims dilation{};     ///< distance of the kernel's elements; default 1
  bool same = false;   ///< pad so that stride 1 keeps x's extents, in place of `padding`
  index_t groups = 1;  ///< groups of channels that are convolved apart
  bool bias = true;    ///< with a bias
  PadMode padding_mode = PadMode::constant;  ///< the padded values; default zeros
};

/// Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`. An empty list stands for the
/// default, one number for every axis.
struct ConvTransposeLayerOptions {
  Dims stride{};          ///< step of the kernel over the result; default 1
  Dims padding{};         ///< padding of the convolution that is transposed; default 0
  Dims output_padding{};  ///< elements added at the result's end; default 0
  Dims dilation{};        ///< distance of the kernel's elements; default 1
  index_t groups = 1;     ///< groups of channels that are convolved apart
  bool bias = true;       ///< with a bias
};

namespace detail {

inline void check_channels(const char* layer, index_t in, index_t out, index_t groups) {
  check<ValueError>(in > 0 && out > 0, layer, "expected positive numbers of channels, got ", in, " and ",
                    out);
  check<ValueError>(groups > 0 && in % groups == 0 && out % groups == 0, layer, in, " and ", out,
                    " channels do not fall into ", groups, " groups");
}

/// (rows, columns, kernel…)
template <int axes>
Shape conv_weight_shape(const char* layer, index_t rows, index_t columns, const Dims& kernel) {
  check<ValueError>(kernel.size() == 1 || kernel.size() == axes, layer, "expected a kernel of one number or ",
                    axes, ", got ", kernel);
  Shape shape{rows, columns};
  for (int axis = 0; axis < axes; ++axis) {
    shape.push_back(kernel[kernel.size() == 1 ? 0 : axis]);
    check<ValueError>(shape.back() > 0, layer, "expected positive extents of the kernel, got ", kernel);
  }
  return shape;
}

/// Draws weight and bias uniform within 1 / sqrt(n), n the elements of a row of the weight.
template <class T>
void draw_conv(Parameter<T>& weight, Parameter<T>& bias, const Shape& shape, index_t outputs, bool with_bias,
               Generator& generator) {
  const double bound = fan_bound("conv", element_count(shape) / shape[0]);
  weight = init::uniform<T>(shape, -bound, bound, generator);
  if (with_bias) bias = init::uniform<T>({outputs}, -bound, bound, generator);
}

template <Real T, int axes>
struct Conv {
  Parameter<T> weight;  ///< (out, in / groups, kernel…)
  Parameter<T> bias;    ///< (out); or undefined
  ConvLayerOptions options;

  Conv() = default;
  Conv(index_t in, index_t out, const Dims& kernel, const ConvLayerOptions& conv_options = {},
       Generator& generator = default_generator())
      : options(conv_options) {
    check_channels("conv", in, out, options.groups);
    const Shape shape = conv_weight_shape<axes>("conv", out, in / options.groups, kernel);
    draw_conv(weight, bias, shape, out, options.bias, generator);
  }
  Conv(index_t in, index_t out, index_t kernel, const ConvLayerOptions& conv_options = {},
       Generator& generator = default_generator())
      : Conv(in, out, Dims{kernel}, conv_options, generator) {}

  index_t macs(const Shape&, const Shape& y) const {
    return element_count(y) * (weight.size() / weight.extent(0));
  }
  TENON_FIELDS(weight, bias, options);

  /// The output with another weight in the place of the layer's, as `WeightNorm` asks for it.
  Tensor<T> with_weight(const Tensor<T>& w, const Tensor<T>& x) const {
    const bool zeros = options.padding_mode == PadMode::constant;
    const Tensor<T> input = zeros ? x : pad(x, amounts(w.shape()), options.padding_mode);
    const tenon::ConvOptions rest{.stride = options.stride,
                                  .padding = zeros ? options.padding : Dims{},
                                  .dilation = options.dilation,
                                  .groups = options.groups,
                                  .same = zeros && options.same};
    if constexpr (axes == 1)
      return conv1d(input, w, bias, rest);
    else if constexpr (axes == 2)
      return conv2d(input, w, bias, rest);
    else
      return conv3d(input, w, bias, rest);
  }

 private:
  /// The amounts that `pad` adds before and after each axis, from the last axis to the first.
  std::vector<index_t> amounts(const Shape& kernel) const {
    constexpr const char* op = axes == 1 ? "conv1d" : axes == 2 ? "conv2d" : "conv3d";
    const Dims dilation = tenon::detail::per_axis(options.dilation, axes, 1, 1, op, "dilation"),
               padding = tenon::detail::per_axis(options.padding, axes, 0, 0, op, "padding"),
               stride = tenon::detail::per_axis(options.stride, axes, 1, 1, op, "stride");
    std::vector<index_t> all;
    for (int axis = axes; axis-- > 0;) {
      const index_t reach = dilation[axis] * (kernel[axis + 2] - 1);
      if (options.same) {
        check<ValueError>(options.padding.empty(), op, "padding ", options.padding, " is given besides same");
        check<ValueError>(stride[axis] == 1, op, "padding to the same extents needs stride 1, got ", stride);
      }
      const index_t before = options.same ? reach / 2 : padding[axis];
      all.push_back(before);
      all.push_back(options.same ? reach - before : before);
    }
    return all;
  }
};

template <Real T, int axes>
struct ConvTranspose {
  static constexpr index_t output_axis = 1;  ///< the axis of the weight that belongs to the output

  Parameter<T> weight;  ///< (in, out / groups, kernel…)
  Parameter<T> bias;    ///< (out); or undefined
  ConvTransposeLayerOptions options;

  ConvTranspose() = default;
  ConvTranspose(index_t in, index_t out, const Dims& kernel,
                const ConvTransposeLayerOptions& conv_options = {},
                Generator& generator = default_generator())
      : options(conv_options) {
    check_channels("conv_transpose", in, out, options.groups);
    const Shape shape = conv_weight_shape<axes>("conv_transpose", in, out / options.groups, kernel);
    draw_conv(weight, bias, shape, out, options.bias, generator);
  }
  ConvTranspose(index_t in, index_t out, index_t kernel, const ConvTransposeLayerOptions& conv_options = {},
                Generator& generator = default_generator())
      : ConvTranspose(in, out, Dims{kernel}, conv_options, generator) {}

  index_t macs(const Shape& x, const Shape&) const {
    return element_count(x) * (weight.size() / weight.extent(0));
  }
  TENON_FIELDS(weight, bias, options);

  /// The output with another weight in the place of the layer's, as `WeightNorm` asks for it.
  Tensor<T> with_weight(const Tensor<T>& w, const Tensor<T>& x) const {
    const tenon::ConvTransposeOptions rest{.stride = options.stride,
                                           .padding = options.padding,
                                           .output_padding = options.output_padding,
                                           .groups = options.groups,
                                           .dilation = options.dilation};
    if constexpr (axes == 1)
      return conv_transpose1d(x, w, bias, rest);
    else if constexpr (axes == 2)
      return conv_transpose2d(x, w, bias, rest);
    else
      return conv_transpose3d(x, w, bias, rest);
  }
};

}  // namespace detail

/// Convolution over one axis:
/// y[n, o, l] = bias[o] + sum_{i, k} weight[o, i, k] x[n, i, l stride + k dilation - padding].
///
///     nn::Conv1d<float> conv{in, out, kernel, {.stride = {2}, .padding = {1}}};
///
///   shapes: x (N, in, L) or (in, L); weight (out, in / groups, K); bias (out); both initially uniform within
///           1 / sqrt(in / groups K)
///   returns: (N, out, L') or (out, L'), L' = (L + 2 padding - dilation (K - 1) - 1) / stride + 1, rounded
///            down
///   cost: N L' out (in / groups) K multiply-adds
template <Real T>
struct Conv1d : detail::Conv<T, 1> {
  using detail::Conv<T, 1>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};
/// Convolution over two axes; `Conv1d` gives the formula.
///
///   shapes: x (N, in, H, W) or (in, H, W); weight (out, in / groups, KH, KW); bias (out); both initially
///           uniform within 1 / sqrt(in / groups KH KW)
///   returns: (N, out, H', W') or (out, H', W')
///   cost: N H' W' out (in / groups) KH KW multiply-adds
template <Real T>
struct Conv2d : detail::Conv<T, 2> {
  using detail::Conv<T, 2>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};
/// Convolution over three axes; `Conv1d` gives the formula.
///
///   shapes: x (N, in, D, H, W) or (in, D, H, W); weight (out, in / groups, KD, KH, KW); bias (out); both
///           initially uniform within 1 / sqrt(in / groups KD KH KW)
///   returns: (N, out, D', H', W') or (out, D', H', W')
///   cost: N D' H' W' out (in / groups) KD KH KW multiply-adds
template <Real T>
struct Conv3d : detail::Conv<T, 3> {
  using detail::Conv<T, 3>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};

/// Transposed convolution over one axis, the gradient of a convolution with respect to its input:
/// y[n, o, l stride + k dilation - padding] sums weight[i, o, k] x[n, i, l] over i, k, l, plus bias[o].
///
///   shapes: x (N, in, L) or (in, L); weight (in, out / groups, K); bias (out); both initially uniform within
///           1 / sqrt(out / groups K)
///   returns: (N, out, L') or (out, L'),
///            L' = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1
///   cost: N L in (out / groups) K multiply-adds
template <Real T>
struct ConvTranspose1d : detail::ConvTranspose<T, 1> {
  using detail::ConvTranspose<T, 1>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};
/// Transposed convolution over two axes; `ConvTranspose1d` gives the formula.
///
///   shapes: x (N, in, H, W) or (in, H, W); weight (in, out / groups, KH, KW); bias (out); both initially
///           uniform within 1 / sqrt(out / groups KH KW)
///   returns: (N, out, H', W') or (out, H', W')
///   cost: N H W in (out / groups) KH KW multiply-adds
template <Real T>
struct ConvTranspose2d : detail::ConvTranspose<T, 2> {
  using detail::ConvTranspose<T, 2>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};
/// Transposed convolution over three axes; `ConvTranspose1d` gives the formula.
///
///   shapes: x (N, in, D, H, W) or (in, D, H, W); weight (in, out / groups, KD, KH, KW); bias (out); both
///           initially uniform within 1 / sqrt(out / groups KD KH KW)
///   returns: (N, out, D', H', W') or (out, D', H', W')
///   cost: N D H W in (out / groups) KD KH KW multiply-adds
template <Real T>
struct ConvTranspose3d : detail::ConvTranspose<T, 3> {
  using detail::ConvTranspose<T, 3>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return this->with_weight(this->weight, x); });
  }
};

}  // namespace TENON_NAMESPACE::nn
