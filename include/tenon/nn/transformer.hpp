#pragma once
/// Transformers. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
/// https://pytorch.org/docs/stable/nn.html#transformer-layers
///
/// Sequences are (T, N, E), or (N, T, E) batch first, E the width. Errors are those of `MultiheadAttention`
/// and `Linear`: ShapeError for sequences and masks that do not fit, ValueError from constructors if the
/// width does not divide into the heads or a size is not positive.

#include "tenon/nn/attention.hpp"
#include "tenon/nn/norm.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of transformer layers.
struct TransformerLayerOptions {
  index_t dim_feedforward = 2048;  ///< extent between the two linear maps
  double dropout = 0.1;  ///< probability for attention weights, hidden activations and each part's output
  enum class Activation { relu, gelu } activation = Activation::relu;  ///< between the two linear maps
  double layer_norm_eps = 1e-5;                                        ///< added to the norms' variances
  bool batch_first = false;                                            ///< (N, T, E) instead of (T, N, E)
  bool norm_first = false;  ///< normalise each part's input instead of the residual sum
  bool bias = true;         ///< with biases of linear maps, attention and norms
};

namespace detail {

template <Real T>
MultiheadAttention<T> attention_of_layer(index_t width, index_t heads, const TransformerLayerOptions& o,
                                         Generator& generator) {
  return {width, heads, {.dropout = o.dropout, .bias = o.bias, .batch_first = o.batch_first}, generator};
}
template <Real T>
LayerNorm<T> norm_of_layer(index_t width, const TransformerLayerOptions& o) {
  return LayerNorm<T>(width, {.eps = o.layer_norm_eps, .bias = o.bias});
}

/// Residual connection: norm(x + dropout(part(x))), or x + dropout(part(norm(x))) with norm_first.
template <Real T, class Part>
Tensor<T> residual(const Tensor<T>& x, const LayerNorm<T>& norm, const TransformerLayerOptions& options,
                   const Mode& mode, Part part) {
  const Tensor<T> added = dropout(part(options.norm_first ? norm(x) : x), options.dropout, mode.training());
  return options.norm_first ? add(x, added) : norm(add(x, added));
}
template <Real T>
Tensor<T> feed_forward(const Tensor<T>& x, const Linear<T>& in, const Linear<T>& out,
                       const TransformerLayerOptions& options, const Mode& mode) {
  const Tensor<T> hidden = in(x);
  const bool gelus = options.activation == TransformerLayerOptions::Activation::gelu;
  return out(dropout(gelus ? gelu(hidden) : relu(hidden), options.dropout, mode.training()));
}

}  // namespace detail

/// Encoder layer: self-attention, then linear2(activation(linear1(x))), each with a residual connection and a
/// layer norm.
///
///   shapes: x (T, N, E), or (N, T, E) batch first; masks (T, T), (N heads, T, T), padding (N, T)
///   returns: shape of x
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
struct TransformerEncoderLayer {
  MultiheadAttention<T> self_attn;
  Linear<T> linear1, linear2;
  LayerNorm<T> norm1, norm2;
  TransformerLayerOptions options;
  Mode mode{};

  TransformerEncoderLayer() = default;
  TransformerEncoderLayer(index_t width, index_t heads, const TransformerLayerOptions& layer_options = {},
                          Generator& generator = default_generator())
      : self_attn(detail::attention_of_layer<T>(width, heads, layer_options, generator)),
        linear1(width, layer_options.dim_feedforward, layer_options.bias, generator),
        linear2(layer_options.dim_feedforward, width, layer_options.bias, generator),
        norm1(detail::norm_of_layer<T>(width, layer_options)),
        norm2(detail::norm_of_layer<T>(width, layer_options)),
        options(layer_options) {}

  Tensor<T> operator()(const Tensor<T>& x, const AttentionMasks<T>& masks = {}) const {
    const Tensor<T> attended = detail::residual(
        x, norm1, options, mode, [&](const Tensor<T>& y) { return self_attn(y, y, y, masks); });
    return call_layer(*this, x, [&] {
      return detail::residual(attended, norm2, options, mode, [&](const Tensor<T>& y) {
        return detail::feed_forward(y, linear1, linear2, options, mode);
      });
    });
  }
  TENON_FIELDS(self_attn, linear1, linear2, norm1, norm2, options, mode);
};

/// Decoder layer: self-attention, attention to an encoder's output `memory`, then
/// linear2(activation(linear1(x))), each with a residual connection and a layer norm.
///
///   shapes: x (T, N, E); memory (S, N, E); batch first: (N, T, E) and (N, S, E)
///   returns: shape of x
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
struct TransformerDecoderLayer {
  MultiheadAttention<T> self_attn, multihead_attn;
  Linear<T> linear1, linear2;
  LayerNorm<T> norm1, norm2, norm3;
  TransformerLayerOptions options;
  Mode mode{};

  TransformerDecoderLayer() = default;
  TransformerDecoderLayer(index_t width, index_t heads, const TransformerLayerOptions& layer_options = {},
                          Generator& generator = default_generator())
      : self_attn(detail::attention_of_layer<T>(width, heads, layer_options, generator)),
        multihead_attn(detail::attention_of_layer<T>(width, heads, layer_options, generator)),
        linear1(width, layer_options.dim_feedforward, layer_options.bias, generator),
        linear2(layer_options.dim_feedforward, width, layer_options.bias, generator),
        norm1(detail::norm_of_layer<T>(width, layer_options)),
        norm2(detail::norm_of_layer<T>(width, layer_options)),
        norm3(detail::norm_of_layer<T>(width, layer_options)),
        options(layer_options) {}

  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& memory, const AttentionMasks<T>& masks = {},
                       const AttentionMasks<T>& memory_masks = {}) const {
    const Tensor<T> attended = detail::residual(
        x, norm1, options, mode, [&](const Tensor<T>& y) { return self_attn(y, y, y, masks); });
    const Tensor<T> informed = detail::residual(attended, norm2, options, mode, [&](const Tensor<T>& y) {
      return multihead_attn(y, memory, memory, memory_masks);
    });
    return call_layer(*this, x, [&] {
      return detail::residual(informed, norm3, options, mode, [&](const Tensor<T>& y) {
        return detail::feed_forward(y, linear1, linear2, options, mode);
      });
    });
  }
  TENON_FIELDS(self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3, options, mode);
};

/// A stack of encoder layers, with an optional norm at the end.
///
///     nn::TransformerEncoder<float> encoder(nn::TransformerEncoderLayer<float>(512, 8), 6);
///
///   shapes: x (T, N, E), or (N, T, E) batch first
///   returns: shape of x
template <Real T>
struct TransformerEncoder {
  std::vector<TransformerEncoderLayer<T>> layers;
  std::optional<LayerNorm<T>> norm;

  TransformerEncoder() = default;
  /// `count` copies of one layer. As in PyTorch, all begin with the same parameters.
  TransformerEncoder(const TransformerEncoderLayer<T>& layer, index_t count,
                     std::optional<LayerNorm<T>> last = {})
      : layers(static_cast<std::size_t>(count), layer), norm(std::move(last)) {}

  Tensor<T> operator()(const Tensor<T>& x, const AttentionMasks<T>& masks = {}) const {
    Tensor<T> y = x;
    for (const auto& layer : layers) y = layer(y, masks);
    return call_layer(*this, x, [&] { return norm ? (*norm)(y) : y; });
  }
  TENON_FIELDS(layers, norm);
};

/// A stack of decoder layers, with an optional norm at the end.
///
///   shapes: x (T, N, E); memory (S, N, E); batch first: (N, T, E) and (N, S, E)
///   returns: shape of x
template <Real T>
struct TransformerDecoder {
  std::vector<TransformerDecoderLayer<T>> layers;
  std::optional<LayerNorm<T>> norm;

  TransformerDecoder() = default;
  TransformerDecoder(const TransformerDecoderLayer<T>& layer, index_t count,
                     std::optional<LayerNorm<T>> last = {})
      : layers(static_cast<std::size_t>(count), layer), norm(std::move(last)) {}

  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& memory, const AttentionMasks<T>& masks = {},
                       const AttentionMasks<T>& memory_masks = {}) const {
    Tensor<T> y = x;
    for (const auto& layer : layers) y = layer(y, memory, masks, memory_masks);
    return call_layer(*this, x, [&] { return norm ? (*norm)(y) : y; });
  }
  TENON_FIELDS(layers, norm);
};

/// Masks of one call of a `Transformer`.
template <Real T>
struct TransformerMasks {
  AttentionMasks<T> src{}, tgt{};  ///< of the self-attention of encoder and decoder
  AttentionMasks<T> memory{};      ///< of the decoder's attention to the encoder's output
};

/// Encoder-decoder transformer: decoder(tgt, encoder(src)), each ending in a norm. Matrices are initially
/// Xavier uniform, vectors as their layers initialise them.
///
///   shapes: src (S, N, E); tgt (T, N, E); batch first: (N, S, E) and (N, T, E)
///   returns: shape of tgt
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
struct Transformer {
  TransformerEncoder<T> encoder;
  TransformerDecoder<T> decoder;

  Transformer() = default;
  Transformer(index_t width, index_t heads, index_t encoder_layers, index_t decoder_layers,
              const TransformerLayerOptions& options = {}, Generator& generator = default_generator())
      : encoder({width, heads, options, generator}, encoder_layers, detail::norm_of_layer<T>(width, options)),
        decoder({width, heads, options, generator}, decoder_layers,
                detail::norm_of_layer<T>(width, options)) {
    const NoGrad no_grad;
    for (Tensor<T>& parameter : parameters(*this))
      if (parameter.rank() > 1) copy_(parameter, init::xavier_uniform<T>(parameter.shape(), 1, generator));
  }

  Tensor<T> operator()(const Tensor<T>& src, const Tensor<T>& tgt,
                       const TransformerMasks<T>& masks = {}) const {
    return call_layer(*this, tgt,
                      [&] { return decoder(tgt, encoder(src, masks.src), masks.tgt, masks.memory); });
  }
  TENON_FIELDS(encoder, decoder);
};

}  // namespace TENON_NAMESPACE::nn
