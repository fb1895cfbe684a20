#pragma once
/// Functions of one tensor, element by element; see map.hpp for what they share.

#include "tenon/ops/map.hpp"

namespace TENON_NAMESPACE {

template <Real T>
Tensor<T> exp(const Tensor<T>& x) {
  return map(
      "exp", [](auto v) { return exp(v); }, x);
}
/// e^x - 1, exact near 0
template <Real T>
Tensor<T> expm1(const Tensor<T>& x) {
  return map(
      "expm1", [](auto v) { return expm1(v); }, x);
}
/// Natural logarithm: NaN below 0, -inf at 0
template <Real T>
Tensor<T> log(const Tensor<T>& x) {
  return map(
      "log", [](auto v) { return log(v); }, x);
}
/// log(1 + x), exact near 0
template <Real T>
Tensor<T> log1p(const Tensor<T>& x) {
  return map(
      "log1p", [](auto v) { return log1p(v); }, x);
}
template <Real T>
Tensor<T> sqrt(const Tensor<T>& x) {
  return map(
      "sqrt", [](auto v) { return sqrt(v); }, x);
}
/// 1 / sqrt(x)
template <Real T>
Tensor<T> rsqrt(const Tensor<T>& x) {
  return map(
      "rsqrt", [](auto v) { return rsqrt(v); }, x);
}
template <Real T>
Tensor<T> sin(const Tensor<T>& x) {
  return map(
      "sin", [](auto v) { return sin(v); }, x);
}
template <Real T>
Tensor<T> cos(const Tensor<T>& x) {
  return map(
      "cos", [](auto v) { return cos(v); }, x);
}
template <Real T>
Tensor<T> tanh(const Tensor<T>& x) {
  return map(
      "tanh", [](auto v) { return tanh(v); }, x);
}
/// 1 / (1 + e^-x)
template <Real T>
Tensor<T> sigmoid(const Tensor<T>& x) {
  return map(
      "sigmoid", [](auto v) { return sigmoid(v); }, x);
}
/// log sigmoid(x) = -log(1 + e^-x), without overflow
template <Real T>
Tensor<T> logsigmoid(const Tensor<T>& x) {
  return map(
      "logsigmoid", [](auto v) { return log_sigmoid(v); }, x);
}
/// |x|; the derivative at 0 is 0
template <Arithmetic T>
Tensor<T> abs(const Tensor<T>& x) {
  return map(
      "abs", [](auto v) { return abs(v); }, x);
}
/// -1, 0 or 1
template <Arithmetic T>
Tensor<T> sign(const Tensor<T>& x) {
  return map(
      "sign", [](auto v) { return sign(v); }, x);
}
/// The Gauss error function
template <Real T>
Tensor<T> erf(const Tensor<T>& x) {
  return map(
      "erf", [](auto v) { return erf(v); }, x);
}

}  // namespace TENON_NAMESPACE
