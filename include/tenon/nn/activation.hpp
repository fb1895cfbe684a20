#pragma once
/// Activations as modules, for sequences. Without parameters, but for `Prelu`.
/// https://pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity

#include "tenon/nn/observe.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::nn {

/// A layer that computes `result` of x, and of members that may be set: `LeakyRelu{.slope = 0.2}`.
#define TENON_ACTIVATION(name, result, ...)             \
  struct name {                                         \
    using is_layer = void;                              \
    __VA_ARGS__                                         \
    template <Real T>                                   \
    Tensor<T> operator()(const Tensor<T>& x) const {    \
      return observed(*this, x.shape(), tenon::result); \
    }                                                   \
  }

TENON_ACTIVATION(Relu, relu(x));
TENON_ACTIVATION(Relu6, relu6(x));
TENON_ACTIVATION(LeakyRelu, leaky_relu(x, slope), double slope = 0.01;);
TENON_ACTIVATION(Rrelu, rrelu(x, options, mode.training()), RreluOptions options{}; Mode mode{};);
TENON_ACTIVATION(Elu, elu(x, alpha), double alpha = 1;);
TENON_ACTIVATION(Selu, selu(x));
TENON_ACTIVATION(Celu, celu(x, alpha), double alpha = 1;);
TENON_ACTIVATION(Gelu, gelu(x));
TENON_ACTIVATION(GeluTanh, gelu_tanh(x));  // PyTorch's GELU(approximate='tanh')
TENON_ACTIVATION(Silu, silu(x));
TENON_ACTIVATION(Mish, mish(x));
TENON_ACTIVATION(Sigmoid, sigmoid(x));
TENON_ACTIVATION(LogSigmoid, logsigmoid(x));
TENON_ACTIVATION(Tanh, tanh(x));
TENON_ACTIVATION(Tanhshrink, tanhshrink(x));
TENON_ACTIVATION(Softplus, softplus(x, beta, threshold), double beta = 1; double threshold = 20;);
TENON_ACTIVATION(Softsign, softsign(x));
TENON_ACTIVATION(Softshrink, softshrink(x, lambda), double lambda = 0.5;);
TENON_ACTIVATION(Hardshrink, hardshrink(x, lambda), double lambda = 0.5;);
TENON_ACTIVATION(Hardtanh, hardtanh(x, low, high), double low = -1; double high = 1;);
TENON_ACTIVATION(Hardsigmoid, hardsigmoid(x));
TENON_ACTIVATION(Hardswish, hardswish(x));
TENON_ACTIVATION(Threshold, threshold(x, static_cast<T>(limit), static_cast<T>(value)), double limit = 0;
                 double value = 0;);
TENON_ACTIVATION(Glu, glu(x, axis), index_t axis = -1;);
TENON_ACTIVATION(Softmax, softmax(x, axis), index_t axis = -1;);
TENON_ACTIVATION(Softmin, softmin(x, axis), index_t axis = -1;);
TENON_ACTIVATION(LogSoftmax, log_softmax(x, axis), index_t axis = -1;);
TENON_ACTIVATION(Softmax2d, softmax(x, -3));  // over the channels of (N, C, H, W)

#undef TENON_ACTIVATION

/// x if positive, else weight x. He et al. 2015.
template <Real T>
struct Prelu {
  Parameter<T> weight;  ///< (1), or (C) for x (N, C, …): 0.25

  Prelu() = default;
  explicit Prelu(index_t weights, double first = 0.25) : weight(full<T>({weights}, static_cast<T>(first))) {}

  Tensor<T> operator()(const Tensor<T>& x) const { return observed(*this, x.shape(), prelu(x, weight)); }
  TENON_FIELDS(weight);
};

}  // namespace TENON_NAMESPACE::nn
