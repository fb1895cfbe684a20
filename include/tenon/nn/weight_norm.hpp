#pragma once
/// Layers whose weight is computed from other parameters: by its direction and length, or divided by its
/// largest singular value.
///
///     nn::WeightNorm conv(nn::Conv1d<float>(8, 16, 3));       // parameters bias, weight_g, weight_v
///     nn::SpectralNorm out(nn::Linear<float>(16, 1, false));  // weight_orig, and buffers weight_u, weight_v
///
/// A layer can be wrapped if it has a `weight` and can be called with another, by `with_weight(w, x...)`:
/// linear, bilinear, convolution, transposed convolution. The wrapper has the layer's other parameters as
/// its own, and PyTorch's names.

#include <optional>  // optional

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/weight_norm.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// The members of a layer, whose weight is undefined, and besides them `members` of the wrapper around it,
/// as one module.
template <class F, class Layer, class... Members>
void visit_wrapped(F&& f, Layer& layer, std::string_view names, Members&... members) {
  for_each_field(layer, f);
  tenon::detail::visit_named(f, names, members...);
}
template <class Layer, class... Members>
auto tie_wrapped(Layer& layer, Members&... members) {
  return std::tuple_cat(tenon::tie_fields(layer), std::tie(members...));
}

}  // namespace detail

/// Names the members of a wrapper, after those of its `layer`.
#define TENON_WRAPPER_FIELDS(...)                               \
  template <class F>                                            \
  void visit_fields(F&& f) {                                    \
    detail::visit_wrapped(f, layer, #__VA_ARGS__, __VA_ARGS__); \
  }                                                             \
  template <class F>                                            \
  void visit_fields(F&& f) const {                              \
    detail::visit_wrapped(f, layer, #__VA_ARGS__, __VA_ARGS__); \
  }                                                             \
  auto tie_fields() {                                           \
    return detail::tie_wrapped(layer, __VA_ARGS__);             \
  }                                                             \
  auto tie_fields() const {                                     \
    return detail::tie_wrapped(layer, __VA_ARGS__);             \
  }

/// A layer whose weight is given by direction and length, weight = g v / |v|, with a norm for each entry of
/// an axis.
///
///   shapes: as the layer's
///   returns: the layer's output
///   throws: IndexError if the axis is out of range; otherwise what the layer throws
///   cost: the layer's, and three passes over the weight
///   source: Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868
template <class Layer>
struct WeightNorm {
  using T = ScalarOf<Layer>;

  Layer layer;  ///< the layer, without its weight
  Parameter<T>
      weight_g;  ///< the lengths, of extent 1 but along the axis; initially those of the layer's weight
  Parameter<T> weight_v;            ///< the directions, of the weight's shape; initially the layer's weight
  std::optional<index_t> axis = 0;  ///< the axis with a length for each entry; absent: one length

  WeightNorm() = default;
  explicit WeightNorm(Layer wrapped, std::optional<index_t> of_axis = 0)
      : layer(std::move(wrapped)),
        weight_g(tenon::detail::norm_except(layer.weight.detach(), of_axis, "weight_norm")),
        weight_v(std::move(layer.weight)),
        axis(of_axis) {
    layer.weight = {};
  }

  /// The layer's weight as it is now.
  Tensor<T> weight() const { return weight_norm<T>(weight_v, weight_g, axis); }
  template <class X, class... Rest>
  Tensor<T> operator()(const X& x, const Rest&... rest) const {
    return call_layer(*this, x, [&] { return layer.with_weight(weight(), x, rest...); });
  }
  TENON_WRAPPER_FIELDS(weight_g, weight_v, axis)
};

/// A layer whose weight is divided by its largest singular value: weight = weight_orig / sigma. Each call in
/// training does one step of the power method, which writes to weight_u and weight_v.
///
///   shapes: as the layer's
///   returns: the layer's output
///   throws: what the layer throws
///   cost: the layer's, two products of matrix and vector for sigma, and in training two for each
///           iteration
///   source: Miyato et al. 2018, https://arxiv.org/abs/1802.05957
template <class Layer>
struct SpectralNorm {
  using T = ScalarOf<Layer>;

  Layer layer;                  ///< the layer, without its weight
  Parameter<T> weight_orig;     ///< the weight before it is divided, initially the layer's
  Buffer<T> weight_u;           ///< the left singular vector, of an entry for each output; initially random
  Buffer<T> weight_v;           ///< the right singular vector; initially random
  SpectralNormOptions options;  ///< as given; the axis is by default that of the outputs
  Mode mode{};                  ///< training or evaluation

  SpectralNorm() = default;
  explicit SpectralNorm(Layer wrapped, Generator& generator = default_generator())
      : SpectralNorm(std::move(wrapped), default_options(), generator) {}
  SpectralNorm(Layer wrapped, const SpectralNormOptions& norm_options,
               Generator& generator = default_generator())
      : layer(std::move(wrapped)), weight_orig(std::move(layer.weight)), options(norm_options) {
    layer.weight = {};
    const index_t rows = weight_orig.extent(options.axis), columns = weight_orig.size() / rows;
    weight_u = normalize(randn<T>({rows}, generator), 2, 0, options.eps);
    weight_v = normalize(randn<T>({columns}, generator), 2, 0, options.eps);
  }

  /// The layer's weight as it is now; in training after a step of the power method.
  Tensor<T> weight() const {
    SpectralNormOptions now = options;
    if (!mode.training()) now.iterations = 0;
    return spectral_norm<T>(weight_orig, weight_u, weight_v, now);
  }
  template <class X, class... Rest>
  Tensor<T> operator()(const X& x, const Rest&... rest) const {
    return call_layer(*this, x, [&] { return layer.with_weight(weight(), x, rest...); });
  }
  TENON_WRAPPER_FIELDS(weight_orig, weight_u, weight_v, options, mode)

 private:
  static SpectralNormOptions default_options() {
    if constexpr (requires { Layer::output_axis; })
      return {.axis = Layer::output_axis};
    else
      return {};
  }
};

#undef TENON_WRAPPER_FIELDS

}  // namespace TENON_NAMESPACE::nn
