#pragma once
/// Convolutions and transposed convolutions over one, two or three axes.
/// https://pytorch.org/docs/stable/nn.html#convolution-layers

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/conv.hpp"
#include "tenon/ops/pad.hpp"

namespace TENON_NAMESPACE::nn {

/// Of lists, an empty one stands for the default, a single number for every axis.
struct ConvLayerOptions {
  Dims stride{};      ///< 1
  Dims padding{};     ///< at both ends: 0
  Dims dilation{};    ///< 1
  bool same = false;  ///< pad so that the result has x's extents
  index_t groups = 1;
  bool bias = true;
  PadMode padding_mode = PadMode::constant;  ///< what is padded: zeros
};

struct ConvTransposeLayerOptions {
  Dims stride{};          ///< 1
  Dims padding{};         ///< what the convolution that is transposed pads: 0
  Dims output_padding{};  ///< elements added at the end: 0
  Dims dilation{};        ///< 1
  index_t groups = 1;
  bool bias = true;
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

/// Weight and bias, uniform within 1 / sqrt(elements of the weight's rows).
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

 protected:
  Tensor<T> forward(const Tensor<T>& x) const {
    const bool zeros = options.padding_mode == PadMode::constant;
    const Tensor<T> input = zeros ? x : pad(x, amounts(), options.padding_mode);
    const tenon::ConvOptions rest{.stride = options.stride,
                                  .padding = zeros ? options.padding : Dims{},
                                  .dilation = options.dilation,
                                  .groups = options.groups,
                                  .same = zeros && options.same};
    if constexpr (axes == 1)
      return conv1d(input, weight, bias, rest);
    else if constexpr (axes == 2)
      return conv2d(input, weight, bias, rest);
    else
      return conv3d(input, weight, bias, rest);
  }

 private:
  /// What `pad` adds, from the last axis to the first.
  std::vector<index_t> amounts() const {
    const auto of_axis = [](const Dims& given, int axis, index_t otherwise) {
      return given.empty() ? otherwise : given.size() == 1 ? given[0] : given[axis];
    };
    std::vector<index_t> all;
    for (int axis = axes; axis-- > 0;) {
      const index_t reach = of_axis(options.dilation, axis, 1) * (weight.extent(axis + 2) - 1);
      const index_t before = options.same ? reach / 2 : of_axis(options.padding, axis, 0);
      all.push_back(before);
      all.push_back(options.same ? reach - before : before);
    }
    return all;
  }
};

template <Real T, int axes>
struct ConvTranspose {
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

 protected:
  Tensor<T> forward(const Tensor<T>& x) const {
    const tenon::ConvTransposeOptions rest{.stride = options.stride,
                                           .padding = options.padding,
                                           .output_padding = options.output_padding,
                                           .groups = options.groups,
                                           .dilation = options.dilation};
    if constexpr (axes == 1)
      return conv_transpose1d(x, weight, bias, rest);
    else if constexpr (axes == 2)
      return conv_transpose2d(x, weight, bias, rest);
    else
      return conv_transpose3d(x, weight, bias, rest);
  }
};

}  // namespace detail

/// Convolution of x (N, in, L), or (in, L), to (N, out, L').
///
///     nn::Conv1d<float> conv{in, out, kernel, {.stride = {2}, .padding = {1}}};
///
///   weight (out, in / groups, kernel…), bias (out): uniform within 1 / sqrt(in / groups kernel…)
template <Real T>
struct Conv1d : detail::Conv<T, 1> {
  using detail::Conv<T, 1>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};
/// The same of (N, in, H, W).
template <Real T>
struct Conv2d : detail::Conv<T, 2> {
  using detail::Conv<T, 2>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};
/// The same of (N, in, D, H, W).
template <Real T>
struct Conv3d : detail::Conv<T, 3> {
  using detail::Conv<T, 3>::Conv;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};

/// Transposed convolution of x (N, in, L), or (in, L), to (N, out, L').
///   weight (in, out / groups, kernel…), bias (out): uniform within 1 / sqrt(out / groups kernel…)
template <Real T>
struct ConvTranspose1d : detail::ConvTranspose<T, 1> {
  using detail::ConvTranspose<T, 1>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};
/// The same of (N, in, H, W).
template <Real T>
struct ConvTranspose2d : detail::ConvTranspose<T, 2> {
  using detail::ConvTranspose<T, 2>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};
/// The same of (N, in, D, H, W).
template <Real T>
struct ConvTranspose3d : detail::ConvTranspose<T, 3> {
  using detail::ConvTranspose<T, 3>::ConvTranspose;
  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), this->forward(x)); }
};

}  // namespace TENON_NAMESPACE::nn
