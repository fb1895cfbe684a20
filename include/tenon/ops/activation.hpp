#pragma once
/// Activations, element by element; see map.hpp for what they share. Where a derivative jumps, that of the
/// branch at hand counts.

#include <numbers>  // sqrt2, pi

#include "tenon/ops/compare.hpp"
#include "tenon/ops/shape.hpp"

namespace TENON_NAMESPACE {

/// max(x, 0); the derivative at 0 is 0. Nair & Hinton 2010.
template <Scalar T>
Tensor<T> relu(const Tensor<T>& x) {
  return map(
      "relu", [](auto v) { return select(v <= 0, 0, v); }, x);
}
/// x if positive, else slope x
template <Real T>
Tensor<T> leaky_relu(const Tensor<T>& x, double slope = 0.01) {
  return map(
      "leaky_relu", [s = static_cast<T>(slope)](auto v) { return select(v > 0, v, s * v); }, x);
}
/// x if positive, else alpha (e^x - 1). Clevert et al. 2016.
template <Real T>
Tensor<T> elu(const Tensor<T>& x, double alpha = 1) {
  return map(
      "elu", [a = static_cast<T>(alpha)](auto v) { return select(v > 0, v, a * expm1(v)); }, x);
}
/// elu with the constants that keep mean 0 and variance 1. Klambauer et al. 2017.
template <Real T>
Tensor<T> selu(const Tensor<T>& x) {
  constexpr double alpha = 1.6732632423543772848, scale = 1.0507009873554804934;
  return map(
      "selu", [=](auto v) { return select(v > 0, scale * v, scale * alpha * expm1(v)); }, x);
}
/// x sigmoid(x). Elfwing et al. 2018.
template <Real T>
Tensor<T> silu(const Tensor<T>& x) {
  return map(
      "silu", [](auto v) { return v * sigmoid(v); }, x);
}
/// log(1 + e^(beta x)) / beta, and x itself where beta x exceeds the threshold
template <Real T>
Tensor<T> softplus(const Tensor<T>& x, double beta = 1, double threshold = 20) {
  return map(
      "softplus",
      [b = static_cast<T>(beta), t = static_cast<T>(threshold)](auto v) {
        return select(b * v > t, v, -log_sigmoid(-(b * v)) / b);
      },
      x);
}
/// x tanh(softplus(x)). Misra 2019.
template <Real T>
Tensor<T> mish(const Tensor<T>& x) {
  return map(
      "mish", [](auto v) { return v * tanh(-log_sigmoid(-v)); }, x);
}
/// x Phi(x), with the exact normal distribution function. Hendrycks & Gimpel 2016.
template <Real T>
Tensor<T> gelu(const Tensor<T>& x) {
  constexpr double inverse_sqrt2 = 1 / std::numbers::sqrt2;
  return map(
      "gelu", [inverse_sqrt2](auto v) { return 0.5 * v * (1.0 + erf(v * inverse_sqrt2)); }, x);
}
/// The same approximated by tanh, as GPT-2 has it: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
template <Real T>
Tensor<T> gelu_tanh(const Tensor<T>& x) {
  constexpr double scale = 0.79788456080286535588;  // sqrt(2 / pi)
  return map(
      "gelu_tanh", [scale](auto v) { return 0.5 * v * (1.0 + tanh(scale * (v + 0.044715 * v * v * v))); }, x);
}
/// x clipped to [low, high]
template <Real T>
Tensor<T> hardtanh(const Tensor<T>& x, double low = -1, double high = 1) {
  return clamp(x, static_cast<T>(low), static_cast<T>(high));
}
/// x if positive, else weight x; one weight, or one for each entry of axis 1. He et al. 2015.
template <Real T>
Tensor<T> prelu(const Tensor<T>& x, const Tensor<T>& weight) {
  Shape shape = Dims::filled(x.rank(), 1);
  if (weight.size() != 1) {
    check<ShapeError>(x.rank() >= 2 && weight.size() == x.shape()[1], "prelu",
                      "expected one weight or one for each channel of shape ", x.shape(), ", got shape ",
                      weight.shape());
    shape[1] = weight.size();
  }
  return map(
      "prelu", [](auto v, auto w) { return select(v > 0, v, w * v); }, x, reshape(weight, shape));
}
/// u sigmoid(v) for the halves u and v of x along an axis. Dauphin et al. 2017.
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
