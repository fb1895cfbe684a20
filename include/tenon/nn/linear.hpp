#pragma once
/// Affine maps of the last axis. https://pytorch.org/docs/stable/nn.html#linear-layers

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/linear.hpp"

namespace TENON_NAMESPACE::nn {

/// y = x weight^T + bias, for x (..., in).
template <Real T>
struct Linear {
  Parameter<T> weight;  ///< (out, in), uniform within 1 / sqrt(in)
  Parameter<T> bias;    ///< (out), likewise; or undefined

  Linear() = default;
  Linear(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator()) {
    const double bound = detail::fan_bound("linear", inputs);
    weight = init::uniform<T>({outputs, inputs}, -bound, bound, generator);
    if (with_bias) bias = init::uniform<T>({outputs}, -bound, bound, generator);
  }

  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), linear(x, weight, bias));
  }
  index_t macs(const Shape&, const Shape& y) const { return element_count(y) * weight.extent(1); }
  TENON_FIELDS(weight, bias);
};

/// y[..., k] = x1^T weight[k] x2 + bias[k], for x1 (..., in1) and x2 (..., in2).
template <Real T>
struct Bilinear {
  Parameter<T> weight;  ///< (out, in1, in2), uniform within 1 / sqrt(in1)
  Parameter<T> bias;    ///< (out), likewise; or undefined

  Bilinear() = default;
  Bilinear(index_t inputs1, index_t inputs2, index_t outputs, bool with_bias = true,
           Generator& generator = default_generator()) {
    const double bound = detail::fan_bound("bilinear", inputs1);
    weight = init::uniform<T>({outputs, inputs1, inputs2}, -bound, bound, generator);
    if (with_bias) bias = init::uniform<T>({outputs}, -bound, bound, generator);
  }

  Tensor<T> operator()(const Tensor<T>& x1, const Tensor<T>& x2) const {
    return observed(*this, x1.shape(), bilinear(x1, x2, weight, bias));
  }
  index_t macs(const Shape&, const Shape& y) const {
    return element_count(y) * (weight.extent(1) + 1) * weight.extent(2);
  }
  TENON_FIELDS(weight, bias);
};

}  // namespace TENON_NAMESPACE::nn
