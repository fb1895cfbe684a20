#pragma once
/// Residual networks (He et al. 2016, https://arxiv.org/abs/1512.03385): the basic block, and the networks of
/// section 4.2 for small images.

#include <optional>  // optional

#include "tenon/nn/conv.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/nn/sequential.hpp"
#include "tenon/ops/nn/adaptive_pool.hpp"

namespace TENON_NAMESPACE::models {

/// The shortcut of a block whose input and result differ in shape: every other pixel and channels of zeros
/// (option A of the paper), or a 1 x 1 convolution with batch normalisation (option B).
enum class Shortcut { zeros, projection };

namespace detail {

/// A convolution without a bias, initialised to keep the variance of gradients (He et al. 2015).
template <class T>
nn::Conv2d<T> residual_conv(index_t in, index_t out, index_t kernel, index_t stride, Generator& generator) {
  nn::Conv2d<T> conv(in, out, kernel, {.stride = {stride}, .padding = {kernel / 2}, .bias = false},
                     generator);
  conv.weight = nn::init::kaiming_normal<T>(conv.weight.shape(),
                                            {.mode = nn::init::KaimingOptions::Mode::fan_out}, generator);
  return conv;
}

}  // namespace detail

/// The basic block: relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), with 3 x 3 convolutions.
///
///   shapes: x (N, in, H, W)
///   returns: (N, out, H / stride, W / stride), rounded up
///   throws: ShapeError if x has another shape. The constructor throws ValueError if Shortcut::zeros should
///           reduce the channels
///   source: He et al. 2016, https://arxiv.org/abs/1512.03385
template <Real T>
struct BasicBlock {
  nn::Conv2d<T> conv1;  ///< has the block's stride
  nn::BatchNorm2d<T> bn1;
  nn::Conv2d<T> conv2;
  nn::BatchNorm2d<T> bn2;
  std::optional<nn::Sequential<nn::Conv2d<T>, nn::BatchNorm2d<T>>> downsample;  ///< the projection, if any

  BasicBlock() = default;
  BasicBlock(index_t in, index_t out, index_t stride = 1, Shortcut shortcut = Shortcut::projection,
             Generator& generator = default_generator())
      : conv1(detail::residual_conv<T>(in, out, 3, stride, generator)),
        bn1(out),
        conv2(detail::residual_conv<T>(out, out, 3, 1, generator)),
        bn2(out) {
    check<ValueError>(shortcut == Shortcut::projection || out >= in, "basic_block",
                      "channels of zeros cannot make ", out, " of ", in);
    if (shortcut == Shortcut::projection && (in != out || stride != 1))
      downsample.emplace(detail::residual_conv<T>(in, out, 1, stride, generator), nn::BatchNorm2d<T>(out));
  }

  Tensor<T> operator()(const Tensor<T>& x) const {
    const Tensor<T> y = bn2(conv2(relu(bn1(conv1(x)))));
    return relu(add(y, downsample ? (*downsample)(x) : as_wide_as(y, x)));
  }
  TENON_FIELDS(conv1, bn1, conv2, bn2, downsample);

 private:
  /// x itself, or its strided pixels between channels of zeros, in the shape of y.
  Tensor<T> as_wide_as(const Tensor<T>& y, const Tensor<T>& x) const {
    if (x.shape() == y.shape()) return x;
    const index_t step = conv1.options.stride[0], more = y.extent(1) - x.extent(1);
    const Tensor<T> pixels = x(all, all, range({}, {}, step), range({}, {}, step));
    return pad(pixels, {0, 0, 0, 0, more / 2, more - more / 2});
  }
};

/// Options of `CifarResNet`.
struct CifarResNetOptions {
  index_t depth = 20;                   ///< layers with weights, 6 n + 2 for three stages of n blocks
  index_t channels = 3;                 ///< channels of the images
  index_t width = 16;                   ///< channels of the first stage; doubled in each further stage
  index_t classes = 10;                 ///< number of classes
  Shortcut shortcut = Shortcut::zeros;  ///< shortcut where the shape changes
};

/// ResNet-20, -32, -44, … for images of about 32 x 32 pixels.
///
///   shapes: x (N, channels, H, W)
///   returns: logits (N, classes)
///   throws: ShapeError if x has another shape. The constructor throws ValueError if the depth is not 8, 14,
///           20, …
///   source: He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385
template <Real T>
struct CifarResNet {
  nn::Conv2d<T> conv1;
  nn::BatchNorm2d<T> bn1;
  std::vector<BasicBlock<T>> layer1, layer2, layer3;
  nn::Linear<T> linear;

  CifarResNet() = default;
  explicit CifarResNet(const CifarResNetOptions& options, Generator& generator = default_generator())
      : conv1(detail::residual_conv<T>(options.channels, options.width, 3, 1, generator)),
        bn1(options.width),
        layer1(stage(options, 1, generator)),
        layer2(stage(options, 2, generator)),
        layer3(stage(options, 4, generator)),
        linear(4 * options.width, options.classes, true, generator) {}

  /// Logits (N, classes) of images (N, channels, H, W).
  Tensor<T> operator()(const Tensor<T>& x) const {
    Tensor<T> y = relu(bn1(conv1(x)));
    for (const auto* blocks : {&layer1, &layer2, &layer3})
      for (const BasicBlock<T>& block : *blocks) y = block(y);
    return linear(flatten(adaptive_avg_pool2d(y, {1}), 1));
  }
  TENON_FIELDS(conv1, bn1, layer1, layer2, layer3, linear);

 private:
  /// The blocks of a stage with `factor` times the width. All stages but the first begin by halving the
  /// extents.
  static std::vector<BasicBlock<T>> stage(const CifarResNetOptions& options, index_t factor,
                                          Generator& generator) {
    check<ValueError>(options.depth >= 8 && options.depth % 6 == 2, "cifar_resnet",
                      "expected a depth of 8, 14, 20, 26, …, got ", options.depth);
    const index_t width = factor * options.width;
    std::vector<BasicBlock<T>> blocks;
    for (index_t k = 0; k < options.depth / 6; ++k) {
      const bool narrower = k == 0 && factor > 1;
      blocks.emplace_back(narrower ? width / 2 : width, width, narrower ? 2 : 1, options.shortcut, generator);
    }
    return blocks;
  }
};

}  // namespace TENON_NAMESPACE::models
