#pragma once
/// Layers of networks for images, under the names of torchvision.ops.

#include "tenon/nn/activation.hpp"
#include "tenon/nn/conv.hpp"
#include "tenon/ops/nn/adaptive_pool.hpp"
#include "tenon/ops/nn/norm.hpp"
#include "tenon/ops/vision/stochastic_depth.hpp"

namespace TENON_NAMESPACE::nn {

/// Stochastic depth: in training x, or each sample of x, is 0 with probability p and otherwise divided by
/// 1 - p; in evaluation it is x.
///
///   shapes: x (N, ...)
///   returns: shape of x
///   throws: ShapeError if x has no axes; ValueError if p is not in [0, 1]
///   source: Huang et al. 2016, https://arxiv.org/abs/1603.09382
struct StochasticDepth {
  double p = 0.5;                                       ///< the probability of leaving out
  StochasticDepthMode drop = StochasticDepthMode::row;  ///< what is left out together
  Mode mode{};                                          ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return stochastic_depth(x, p, drop, mode.training()); });
  }
};

/// Squeeze and excitation: y = x scale(fc2(activation(fc1(mean of x over positions)))), a factor for each
/// channel. fc1 and fc2 are 1 x 1 convolutions.
///
///   shapes: x (N, C, H, W)
///   returns: shape of x
///   throws: ShapeError if x has other axes or channels. The constructor throws ValueError if a number of
///           channels is not positive
///   source: Hu et al. 2018, https://arxiv.org/abs/1709.01507
template <Real T, class Activation = Relu, class Scale = Sigmoid>
struct SqueezeExcitation {
  Conv2d<T> fc1;             ///< C to squeezed channels
  Conv2d<T> fc2;             ///< squeezed channels to C
  Activation activation{};   ///< after fc1
  Scale scale_activation{};  ///< after fc2

  SqueezeExcitation() = default;
  SqueezeExcitation(index_t input_channels, index_t squeeze_channels,
                    Generator& generator = default_generator())
      : fc1(input_channels, squeeze_channels, 1, {}, generator),
        fc2(squeeze_channels, input_channels, 1, {}, generator) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      const Tensor<T> squeezed = activation(fc1(adaptive_avg_pool2d(x, 1)));
      return mul(x, scale_activation(fc2(squeezed)));
    });
  }
  TENON_FIELDS(fc1, fc2, activation, scale_activation);
};

/// Batch normalisation with statistics, weight and bias that never change: y = (x - running_mean) /
/// sqrt(running_var + eps) weight + bias. Loaded from the state of a `BatchNorm2d`, whose count of batches it
/// does not have.
///
///   shapes: x (N, C, H, W)
///   returns: shape of x
///   throws: ShapeError if x has other axes or channels. The constructor throws ValueError if channels <= 0
///   cost: one pass over x
template <Real T>
struct FrozenBatchNorm2d {
  Buffer<T> weight, bias, running_mean, running_var;  ///< (C), initially 1, 0, 0 and 1
  double eps = 1e-5;                                  ///< added to the variance

  FrozenBatchNorm2d() = default;
  explicit FrozenBatchNorm2d(index_t channels, double variance_eps = 1e-5)
      : weight(constants(channels, 1)),
        bias(constants(channels, 0)),
        running_mean(constants(channels, 0)),
        running_var(constants(channels, 1)),
        eps(variance_eps) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      check<ShapeError>(x.rank() == 4, "frozen_batch_norm2d", "expected x of 4 axes, got shape ", x.shape());
      return batch_norm(x, running_mean, running_var, weight, bias,
                        {.training = false, .momentum = 0, .eps = eps});
    });
  }
  TENON_FIELDS(weight, bias, running_mean, running_var, eps);

 private:
  static Tensor<T> constants(index_t channels, T value) {
    check<ValueError>(channels > 0, "frozen_batch_norm2d", "expected a positive number of channels, got ",
                      channels);
    return full<T>({channels}, value);
  }
};

}  // namespace TENON_NAMESPACE::nn
