#pragma once
/// Linear layers over the last axis. https://pytorch.org/docs/stable/nn.html#linear-layers

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/linear.hpp"

namespace TENON_NAMESPACE::nn {

/// Affine map of the last axis: y = x weight^T + bias.
///
///   shapes: x (..., in)
///   returns: (..., out)
///   throws: ShapeError if x has no axis or its last extent is not `in`; the constructor ValueError if
///           inputs <= 0
///   cost: rows x in x out multiply-adds
template <Real T>
struct Linear {
  Parameter<T> weight;  ///< (out, in), initially uniform within 1 / sqrt(in)
  Parameter<T> bias;    ///< (out), initially uniform within 1 / sqrt(in); or undefined

  Linear() = default;
  Linear(index_t inputs, index_t outputs, bool with_bias = true, Generator& generator = default_generator()) {
    const double bound = detail::fan_bound("linear", inputs);
    weight = init::uniform<T>({outputs, inputs}, -bound, bound, generator);
    if (with_bias) bias = init::uniform<T>({outputs}, -bound, bound, generator);
  }

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return with_weight(weight, x); });
  }
  /// The output with another weight in the place of the layer's, as `WeightNorm` asks for it.
  Tensor<T> with_weight(const Tensor<T>& w, const Tensor<T>& x) const { return linear(x, w, bias); }
  /// Multiply-adds of one call.
  index_t macs(const Shape&, const Shape& y) const { return element_count(y) * weight.extent(1); }
  TENON_FIELDS(weight, bias);
};

/// Bilinear map of the last axes: y[..., k] = x1[...]^T weight[k] x2[...] + bias[k].
///
///   shapes: x1 (..., in1); x2 (..., in2), leading extents equal
///   returns: (..., out)
///   throws: ShapeError if the last extents are not in1 and in2 or the leading ones differ; the constructor
///           ValueError if inputs1 <= 0
///   cost: rows x out x (in1 + 1) x in2 multiply-adds
template <Real T>
struct Bilinear {
  Parameter<T> weight;  ///< (out, in1, in2), initially uniform within 1 / sqrt(in1)
  Parameter<T> bias;    ///< (out), initially uniform within 1 / sqrt(in1); or undefined

  Bilinear() = default;
  Bilinear(index_t inputs1, index_t inputs2, index_t outputs, bool with_bias = true,
           Generator& generator = default_generator()) {
    const double bound = detail::fan_bound("bilinear", inputs1);
    weight = init::uniform<T>({outputs, inputs1, inputs2}, -bound, bound, generator);
    if (with_bias) bias = init::uniform<T>({outputs}, -bound, bound, generator);
  }

  Tensor<T> operator()(const Tensor<T>& x1, const Tensor<T>& x2) const {
    return call_layer(*this, x1, [&] { return with_weight(weight, x1, x2); });
  }
  /// The output with another weight in the place of the layer's, as `WeightNorm` asks for it.
  Tensor<T> with_weight(const Tensor<T>& w, const Tensor<T>& x1, const Tensor<T>& x2) const {
    return bilinear(x1, x2, w, bias);
  }
  /// Multiply-adds of one call.
  index_t macs(const Shape&, const Shape& y) const {
    return element_count(y) * (weight.extent(1) + 1) * weight.extent(2);
  }
  TENON_FIELDS(weight, bias);
};

}  // namespace TENON_NAMESPACE::nn
