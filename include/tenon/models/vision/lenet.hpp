#pragma once
/// Small networks for handwritten digits: LeNet-5 (LeCun et al. 1998, "Gradient-based learning applied to
/// document recognition") and a convolutional network with published weights.

#include "tenon/nn/conv.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/ops/nn/pool.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `LeNet5`.
struct LeNetOptions {
  index_t channels = 1;  ///< channels of the images
  index_t size = 28;     ///< height and width of the images: a multiple of 4, at least 12
  index_t classes = 10;  ///< number of classes
  bool classic = false;  ///< scaled tanh and average pooling, as in 1998, instead of ReLU and max pooling
};

/// LeNet-5: two convolutions, each followed by pooling, and three linear layers. Left out are the paper's
/// trained pooling gains, its radial basis units at the end, and its partial connections between conv1 and
/// conv2.
///
///   shapes: x (N, channels, size, size)
///   returns: logits (N, classes)
///   throws: ShapeError if x has another shape. The constructor throws ValueError for an invalid size
///   source: LeCun et al. 1998
template <Real T>
struct LeNet5 {
  nn::Conv2d<T> conv1, conv2;
  nn::Linear<T> fc1, fc2, fc3;
  LeNetOptions options;

  LeNet5() = default;
  explicit LeNet5(const LeNetOptions& net_options, Generator& generator = default_generator())
      : options(net_options) {
    check<ValueError>(options.size % 4 == 0 && options.size >= 12, "lenet5",
                      "expected images of a size that is a multiple of 4, at least 12, got ", options.size);
    const index_t side = (options.size / 2 - 4) / 2;
    conv1 = nn::Conv2d<T>(options.channels, 6, 5, {.padding = {2}}, generator);
    conv2 = nn::Conv2d<T>(6, 16, 5, {}, generator);
    fc1 = nn::Linear<T>(16 * side * side, 120, true, generator);
    fc2 = nn::Linear<T>(120, 84, true, generator);
    fc3 = nn::Linear<T>(84, options.classes, true, generator);
  }

  /// Logits (N, classes) of images (N, channels, size, size).
  Tensor<T> operator()(const Tensor<T>& x) const {
    const Tensor<T> y = halved(active(conv2(halved(active(conv1(x))))));
    return fc3(active(fc2(active(fc1(flatten(y, 1))))));
  }
  TENON_FIELDS(conv1, conv2, fc1, fc2, fc3, options);

 private:
  Tensor<T> active(const Tensor<T>& x) const {
    if (!options.classic) return relu(x);
    return map([](auto v) { return 1.7159 * tanh(v * (2.0 / 3)); }, x);
  }
  Tensor<T> halved(const Tensor<T>& x) const {
    return options.classic ? avg_pool2d(x, {2}) : max_pool2d(x, {2});
  }
};

/// The network of burn's example import-model-weights (https://github.com/tracel-ai/burn).
///
///   shapes: x (N, 1, 28, 28)
///   returns: log-probabilities (N, 10)
template <Real T>
struct MnistCnn {
  nn::Conv2d<T> conv1{1, 8, 3}, conv2{8, 16, 3}, conv3{16, 24, 3};
  nn::BatchNorm2d<T> norm1{24};
  nn::Linear<T> fc1{24 * 22 * 22, 32}, fc2{32, 10};
  nn::BatchNorm1d<T> norm2{10};

  Tensor<T> operator()(const Tensor<T>& x) const {
    const Tensor<T> features = norm1(relu(conv3(relu(conv2(relu(conv1(x)))))));
    return log_softmax(norm2(fc2(relu(fc1(flatten(features, 1))))), 1);
  }
};

}  // namespace TENON_NAMESPACE::models
