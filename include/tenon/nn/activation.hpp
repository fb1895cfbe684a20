#pragma once
/// Activations as layers, for `Sequential`. All but `Prelu` are without parameters.
/// https://pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
///
/// Holds for every activation of this file unless it says otherwise:
///   shapes: x of any shape
///   returns: shape of x
///   cost: one pass over x

#include "tenon/nn/observe.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::nn {

/// Defines a layer that computes `result` from x and from members that may be set: `LeakyRelu{.slope = 0.2}`.
#define TENON_ACTIVATION(name, result, ...)                       \
  struct name {                                                   \
    using is_layer = void;                                        \
    __VA_ARGS__                                                   \
    template <Real T>                                             \
    Tensor<T> operator()(const Tensor<T>& x) const {              \
      return call_layer(*this, x, [&] { return tenon::result; }); \
    }                                                             \
  }

/// Rectified linear unit: y = max(x, 0).
TENON_ACTIVATION(Relu, relu(x));
/// ReLU bounded above: y = min(max(x, 0), 6).
TENON_ACTIVATION(Relu6, relu6(x));
/// Leaky ReLU: y = x if x > 0, else slope x.
TENON_ACTIVATION(LeakyRelu, leaky_relu(x, slope), double slope = 0.01;);
/// Randomised leaky ReLU: slopes are uniform random numbers in training, their mean in evaluation. Xu et al.
/// 2015.
TENON_ACTIVATION(Rrelu, rrelu(x, options, mode.training()), RreluOptions options{}; Mode mode{};);
/// Exponential linear unit: y = x if x > 0, else alpha (exp(x) - 1). Clevert et al. 2015.
TENON_ACTIVATION(Elu, elu(x, alpha), double alpha = 1;);
/// Scaled exponential linear unit: an ELU with fixed scale and alpha. Klambauer et al. 2017.
TENON_ACTIVATION(Selu, selu(x));
/// Continuously differentiable ELU: y = max(x, 0) + min(alpha (exp(x / alpha) - 1), 0). Barron 2017.
TENON_ACTIVATION(Celu, celu(x, alpha), double alpha = 1;);
/// Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function. Hendrycks & Gimpel 2016.
TENON_ACTIVATION(Gelu, gelu(x));
/// GELU by its tanh approximation: PyTorch's GELU(approximate='tanh').
TENON_ACTIVATION(GeluTanh, gelu_tanh(x));
/// Sigmoid linear unit, also called swish: y = x sigmoid(x).
TENON_ACTIVATION(Silu, silu(x));
/// Mish: y = x tanh(log(1 + exp(x))). Misra 2019.
TENON_ACTIVATION(Mish, mish(x));
/// Logistic sigmoid: y = 1 / (1 + exp(-x)).
TENON_ACTIVATION(Sigmoid, sigmoid(x));
/// Logarithm of the sigmoid: y = -log(1 + exp(-x)).
TENON_ACTIVATION(LogSigmoid, logsigmoid(x));
/// Hyperbolic tangent: y = tanh(x).
TENON_ACTIVATION(Tanh, tanh(x));
/// Tanhshrink: y = x - tanh(x).
TENON_ACTIVATION(Tanhshrink, tanhshrink(x));
/// Softplus: y = log(1 + exp(beta x)) / beta, or x where beta x > threshold.
TENON_ACTIVATION(Softplus, softplus(x, beta, threshold), double beta = 1; double threshold = 20;);
/// Softsign: y = x / (1 + |x|).
TENON_ACTIVATION(Softsign, softsign(x));
/// Soft shrinkage: y = x moved towards 0 by lambda, 0 where |x| <= lambda.
TENON_ACTIVATION(Softshrink, softshrink(x, lambda), double lambda = 0.5;);
/// Hard shrinkage: y = x, but 0 where |x| <= lambda.
TENON_ACTIVATION(Hardshrink, hardshrink(x, lambda), double lambda = 0.5;);
/// Hard tanh: y = x bounded to [low, high].
TENON_ACTIVATION(Hardtanh, hardtanh(x, low, high), double low = -1; double high = 1;);
/// Hard sigmoid: y = x / 6 + 1/2 bounded to [0, 1].
TENON_ACTIVATION(Hardsigmoid, hardsigmoid(x));
/// Hard swish: y = x hardsigmoid(x). Howard et al. 2019.
TENON_ACTIVATION(Hardswish, hardswish(x));
/// Threshold: y = x if x > limit, else value.
TENON_ACTIVATION(Threshold, threshold(x, static_cast<T>(limit), static_cast<T>(value)), double limit = 0;
                 double value = 0;);
/// Gated linear unit: y = u sigmoid(v) for the halves u and v of x along an axis, which it halves. Dauphin et
/// al. 2017.
TENON_ACTIVATION(Glu, glu(x, axis), index_t axis = -1;);
/// Softmax along an axis: y_i = exp(x_i) / sum_j exp(x_j).
TENON_ACTIVATION(Softmax, softmax(x, axis), index_t axis = -1;);
/// Softmax of -x along an axis: y_i = exp(-x_i) / sum_j exp(-x_j).
TENON_ACTIVATION(Softmin, softmin(x, axis), index_t axis = -1;);
/// Logarithm of the softmax along an axis: y_i = x_i - log sum_j exp(x_j).
TENON_ACTIVATION(LogSoftmax, log_softmax(x, axis), index_t axis = -1;);
/// Softmax over the channels of x (N, C, H, W) or (C, H, W), at each position.
TENON_ACTIVATION(Softmax2d, softmax(x, -3));

#undef TENON_ACTIVATION

/// Parametric ReLU: y = x if x > 0, else weight x.
///
///   shapes: x of any shape; with several weights (N, C, …)
///   returns: shape of x
///   throws: ShapeError if there are several weights and not one for each channel of x
///   source: He et al. 2015, https://arxiv.org/abs/1502.01852
template <Real T>
struct Prelu {
  Parameter<T> weight;  ///< (1), or (C) for x (N, C, …); initially 0.25

  Prelu() = default;
  explicit Prelu(index_t weights, double first = 0.25) : weight(full<T>({weights}, static_cast<T>(first))) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return prelu(x, weight); });
  }
  TENON_FIELDS(weight);
};

}  // namespace TENON_NAMESPACE::nn
