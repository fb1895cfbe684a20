#pragma once
/// Elementary functions of one tensor, element by element, each by one call of `map`.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: x, except for `sign`, which is not recorded
///   cost: one pass over memory in each direction; differentiable to any order

#include "tenon/ops/elementwise/map.hpp"

namespace TENON_NAMESPACE {

/// e^x
template <Real T>
Tensor<T> exp(const Tensor<T>& x) {
  return map("exp", [](auto v) { return exp(v); }, x);
}
/// e^x - 1, exact near 0.
template <Real T>
Tensor<T> expm1(const Tensor<T>& x) {
  return map("expm1", [](auto v) { return expm1(v); }, x);
}
/// Natural logarithm: NaN below 0, -infinity at 0.
template <Real T>
Tensor<T> log(const Tensor<T>& x) {
  return map("log", [](auto v) { return log(v); }, x);
}
/// log(1 + x), exact near 0.
template <Real T>
Tensor<T> log1p(const Tensor<T>& x) {
  return map("log1p", [](auto v) { return log1p(v); }, x);
}
/// Square root: NaN below 0. The derivative at 0 is infinite.
template <Real T>
Tensor<T> sqrt(const Tensor<T>& x) {
  return map("sqrt", [](auto v) { return sqrt(v); }, x);
}
/// 1 / sqrt(x)
template <Real T>
Tensor<T> rsqrt(const Tensor<T>& x) {
  return map("rsqrt", [](auto v) { return rsqrt(v); }, x);
}
/// Sine of an angle in radians.
template <Real T>
Tensor<T> sin(const Tensor<T>& x) {
  return map("sin", [](auto v) { return sin(v); }, x);
}
/// Cosine of an angle in radians.
template <Real T>
Tensor<T> cos(const Tensor<T>& x) {
  return map("cos", [](auto v) { return cos(v); }, x);
}
/// Hyperbolic tangent.
template <Real T>
Tensor<T> tanh(const Tensor<T>& x) {
  return map("tanh", [](auto v) { return tanh(v); }, x);
}
/// Logistic function: 1 / (1 + e^-x).
template <Real T>
Tensor<T> sigmoid(const Tensor<T>& x) {
  return map("sigmoid", [](auto v) { return sigmoid(v); }, x);
}
/// Logarithm of the logistic function, without overflow: log sigmoid(x) = -log(1 + e^-x).
template <Real T>
Tensor<T> logsigmoid(const Tensor<T>& x) {
  return map("logsigmoid", [](auto v) { return log_sigmoid(v); }, x);
}
/// Absolute value |x|. The derivative at 0 is 0.
template <Arithmetic T>
Tensor<T> abs(const Tensor<T>& x) {
  return map("abs", [](auto v) { return abs(v); }, x);
}
/// Sign of each element: -1, 0 or 1. Not recorded: its derivative is 0.
template <Arithmetic T>
Tensor<T> sign(const Tensor<T>& x) {
  return map("sign", [](auto v) { return sign(v); }, x);
}
/// Gauss error function: 2 / sqrt(pi) times the integral of e^(-t^2) over t from 0 to x.
///
template <Real T>
Tensor<T> erf(const Tensor<T>& x) {
  return map("erf", [](auto v) { return erf(v); }, x);
}

}  // namespace TENON_NAMESPACE
