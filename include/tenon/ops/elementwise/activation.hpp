#pragma once
/// Activation functions, element by element, each by one call of `map`. Where a derivative jumps, the
/// derivative of the branch that was taken counts.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: x; relu, relu6 and hardtanh the result, which the next op often keeps, too
///   cost: one pass over memory in each direction; differentiable to any order

#include <numbers>  // sqrt2, pi

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

/// Rectified linear unit: max(x, 0). The derivative at 0 is 0. Nair & Hinton 2010.
template <Arithmetic T>
Tensor<T> relu(const Tensor<T>& x) {
  return map("relu", detail::of_result([](auto v) { return select(v <= 0, 0, v); }), x);
}
/// Leaky ReLU: x where x > 0, else slope x. Maas et al. 2013.
template <Real T>
Tensor<T> leaky_relu(const Tensor<T>& x, double slope = 0.01) {
  return map("leaky_relu", [s = static_cast<T>(slope)](auto v) { return select(v > 0, v, s * v); }, x);
}
/// Exponential linear unit: x where x > 0, else alpha (e^x - 1). Clevert et al. 2016,
/// https://arxiv.org/abs/1511.07289
template <Real T>
Tensor<T> elu(const Tensor<T>& x, double alpha = 1) {
  return map("elu", [a = static_cast<T>(alpha)](auto v) { return select(v > 0, v, a * expm1(v)); }, x);
}
/// Scaled ELU: scale elu(x, alpha) with the constants that keep mean 0 and variance 1 from layer to layer.
/// Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
template <Real T>
Tensor<T> selu(const Tensor<T>& x) {
  constexpr double alpha = 1.6732632423543772848, scale = 1.0507009873554804934;
  return map("selu", [=](auto v) { return select(v > 0, scale * v, scale * alpha * expm1(v)); }, x);
}
/// Sigmoid linear unit, also called swish: x sigmoid(x). Elfwing et al. 2018,
/// https://arxiv.org/abs/1702.03118
template <Real T>
Tensor<T> silu(const Tensor<T>& x) {
  return map("silu", [](auto v) { return v * sigmoid(v); }, x);
}
/// Softplus: log(1 + e^(beta x)) / beta, and x itself where beta x > threshold.
template <Real T>
Tensor<T> softplus(const Tensor<T>& x, double beta = 1, double threshold = 20) {
  return map(
      "softplus",
      [b = static_cast<T>(beta), t = static_cast<T>(threshold)](auto v) {
        return select(b * v > t, v, -log_sigmoid(-(b * v)) / b);
      },
      x);
}
/// Mish: x tanh(softplus(x)). Misra 2019, https://arxiv.org/abs/1908.08681
template <Real T>
Tensor<T> mish(const Tensor<T>& x) {
  return map("mish", [](auto v) { return v * tanh(-log_sigmoid(-v)); }, x);
}
/// Gaussian error linear unit: x Phi(x) with Phi the exact normal distribution function. Hendrycks & Gimpel
/// 2016, https://arxiv.org/abs/1606.08415
template <Real T>
Tensor<T> gelu(const Tensor<T>& x) {
  constexpr double inverse_sqrt2 = 1 / std::numbers::sqrt2;
  return map("gelu", [inverse_sqrt2](auto v) { return 0.5 * v * (1.0 + erf(v * inverse_sqrt2)); }, x);
}
/// GELU approximated by tanh, as GPT-2 uses it: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
template <Real T>
Tensor<T> gelu_tanh(const Tensor<T>& x) {
  constexpr double scale = 0.79788456080286535588;  // sqrt(2 / pi)
  return map(
      "gelu_tanh", [scale](auto v) { return 0.5 * v * (1.0 + tanh(scale * (v + 0.044715 * v * v * v))); }, x);
}
/// Continuously differentiable ELU: x where x > 0, else alpha (e^(x / alpha) - 1). Barron 2017,
/// https://arxiv.org/abs/1704.07483
///
///   throws: ValueError if alpha is 0
template <Real T>
Tensor<T> celu(const Tensor<T>& x, double alpha = 1) {
  check<ValueError>(alpha != 0, "celu", "alpha is 0");
  return map("celu", [a = static_cast<T>(alpha)](auto v) { return select(v > 0, v, a * expm1(v / a)); }, x);
}
/// Threshold: x where x > limit, else `value`; NaN stays NaN.
template <Arithmetic T>
Tensor<T> threshold(const Tensor<T>& x, std::type_identity_t<T> limit, std::type_identity_t<T> value) {
  return map("threshold", [limit, value](auto v) { return select(v <= limit, value, v); }, x);
}
/// Softsign: x / (1 + |x|).
template <Real T>
Tensor<T> softsign(const Tensor<T>& x) {
  return map("softsign", [](auto v) { return v / (1 + abs(v)); }, x);
}
/// Soft shrinkage: x moved towards 0 by lambda, and 0 where |x| <= lambda.
///
///   throws: ValueError if lambda is negative
template <Real T>
Tensor<T> softshrink(const Tensor<T>& x, double lambda = 0.5) {
  check<ValueError>(lambda >= 0, "softshrink", "lambda is ", lambda, ", expected 0 or more");
  return map(
      "softshrink", [l = static_cast<T>(lambda)](auto v) { return select(abs(v) <= l, 0, v - l * sign(v)); },
      x);
}
/// Hard shrinkage: x, but 0 where |x| <= lambda.
template <Real T>
Tensor<T> hardshrink(const Tensor<T>& x, double lambda = 0.5) {
  return map("hardshrink", [l = static_cast<T>(lambda)](auto v) { return select(abs(v) <= l, 0, v); }, x);
}
/// x - tanh(x)
template <Real T>
Tensor<T> tanhshrink(const Tensor<T>& x) {
  return map("tanhshrink", [](auto v) { return v - tanh(v); }, x);
}
/// Sigmoid by straight lines: 0 where x <= -3, 1 where x >= 3, x / 6 + 1 / 2 between.
template <Real T>
Tensor<T> hardsigmoid(const Tensor<T>& x) {
  return map("hardsigmoid", [](auto v) { return select(v <= -3, 0, select(v >= 3, 1, v / 6.0 + 0.5)); }, x);
}
/// Swish by straight lines: x hardsigmoid(x). Howard et al. 2019, https://arxiv.org/abs/1905.02244
template <Real T>
Tensor<T> hardswish(const Tensor<T>& x) {
  return map("hardswish", [](auto v) { return select(v < -3, 0, select(v > 3, v, v * (v + 3) / 6.0)); }, x);
}
/// Tanh by straight lines: x clipped to [low, high].
template <Real T>
Tensor<T> hardtanh(const Tensor<T>& x, double low = -1, double high = 1) {
  const auto clipped = [l = static_cast<T>(low), h = static_cast<T>(high)](auto v) {
    return select(v <= l, l, select(v >= h, h, v));
  };
  return map("hardtanh", detail::of_result(clipped), x);
}
/// ReLU clipped from above: x clipped to [0, 6].
template <Real T>
Tensor<T> relu6(const Tensor<T>& x) {
  return hardtanh(x, 0, 6);
}
/// Parametric ReLU: x where x > 0, else weight x, with one weight, or one for each channel (entry of axis
/// 1). He et al. 2015, https://arxiv.org/abs/1502.01852
///
///   shapes: x any with one weight, else (N, C, ...); weight of one element, or of C
///   throws: ShapeError if there are several weights and x has fewer than two axes or a number of channels
///     that differs
///   keeps: x and weight
template <Real T>
Tensor<T> prelu(const Tensor<T>& x, const Tensor<T>& weight) {
  Shape shape = Dims::filled(x.rank(), 1);
  if (weight.size() != 1) {
    check<ShapeError>(x.rank() >= 2 && weight.size() == x.shape()[1], "prelu",
                      "expected one weight or one for each channel of shape ", x.shape(), ", got shape ",
                      weight.shape());
    shape[1] = weight.size();
  }
  return map("prelu", [](auto v, auto w) { return select(v > 0, v, w * v); }, x, reshape(weight, shape));
}
/// Gated linear unit: u sigmoid(v) for the halves u and v of x along an axis. Dauphin et al. 2017,
/// https://arxiv.org/abs/1612.08083
///
///   shapes: x of even extent along the axis
///   returns: the shape of x with that extent halved
///   throws: IndexError if the axis is out of range or x has rank 0; ShapeError if the extent is odd
template <Real T>
Tensor<T> glu(const Tensor<T>& x, index_t axis = -1) {
  const index_t extent = x.extent(axis);
  check<ShapeError>(extent % 2 == 0, "glu", "extent ", extent, " of axis ", axis, " of shape ", x.shape(),
                    " is odd");
  return map(
      "glu", [](auto u, auto v) { return u * sigmoid(v); }, narrow(x, axis, 0, extent / 2),
      narrow(x, axis, extent / 2, extent / 2));
}

}  // namespace TENON_NAMESPACE
