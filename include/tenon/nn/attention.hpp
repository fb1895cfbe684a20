#pragma once
/// Multi-head attention as a layer. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762.
/// https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html

#include "tenon/nn/linear.hpp"
#include "tenon/ops/nn/multi_head_attention.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of `MultiheadAttention`.
struct AttentionLayerOptions {
  double dropout = 0;          ///< the probability with which an attention weight is dropped in training
  bool bias = true;            ///< with biases of the input and output projections
  bool add_bias_kv = false;    ///< append a trained key and value to the sequence
  bool add_zero_attn = false;  ///< append a key and value of zeros to the sequence
  index_t kdim = 0, vdim = 0;  ///< last extents of key and value; 0: the layer's width E
  bool batch_first = false;    ///< (N, L, E) instead of (L, N, E)
};

/// Masks of one call of an attention layer: which keys a query may attend to. L queries, S keys.
template <Real T>
struct AttentionMasks {
  Tensor<T> added{};                ///< added to the logits: (L, S) or (N heads, L, S)
  Tensor<bool> forbidden{};         ///< true where a query may not attend: (L, S) or (N heads, L, S)
  Tensor<bool> key_padding_mask{};  ///< true where a key is ignored: (N, S)
  bool is_causal = false;           ///< query i attends to keys 0 … i, and to appended keys
};

/// Multi-head attention: concat_h(softmax(Q_h K_h^T / sqrt(E / heads)) V_h) W_out^T + b_out, with Q, K and V
/// linear maps of query, key and value.
///
///     nn::MultiheadAttention<float> attention(512, 8, {.batch_first = true});
///     y = attention(x, x, x, {.is_causal = true});
///
///   shapes: query (L, N, E); key (S, N, kdim); value (S, N, vdim); batch first: (N, L, E) and so on
///   returns: shape of query
///   throws: ShapeError if the three do not fit each other or the masks. The constructor throws ValueError if
///           the width E does not divide into the heads
///   cost: N (2 L E^2 + S E (kdim + vdim) + 2 L S E) multiply-adds
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
struct MultiheadAttention {
  Parameter<T> in_proj_weight;  ///< (3 E, E), initially Xavier uniform; undefined if kdim or vdim is not E
  Parameter<T> q_proj_weight, k_proj_weight, v_proj_weight;  ///< (E, E), (E, kdim), (E, vdim) in that case
  Parameter<T> in_proj_bias;                                 ///< (3 E), initially 0; or undefined
  Parameter<T> bias_k, bias_v;    ///< (1, 1, E), initially Xavier normal; or undefined
  Linear<T> out_proj;             ///< the output projection; its bias is initially 0
  index_t num_heads = 1;          ///< heads of extent E / num_heads each
  AttentionLayerOptions options;  ///< as given to the constructor, with kdim and vdim filled in
  Mode mode{};                    ///< training or evaluation

  MultiheadAttention() = default;
  MultiheadAttention(index_t width, index_t heads, const AttentionLayerOptions& layer_options = {},
                     Generator& generator = default_generator())
      : num_heads(heads), options(layer_options) {
    check<ValueError>(heads > 0 && width > 0 && width % heads == 0, "multihead_attention", "width ", width,
                      " does not divide into ", heads, " heads");
    if (options.kdim == 0) options.kdim = width;
    if (options.vdim == 0) options.vdim = width;
    const auto draw = [&](index_t rows, index_t columns) {
      return init::xavier_uniform<T>({rows, columns}, 1, generator);
    };
    if (options.kdim == width && options.vdim == width) {
      in_proj_weight = draw(3 * width, width);
    } else {
      q_proj_weight = draw(width, width);
      k_proj_weight = draw(width, options.kdim);
      v_proj_weight = draw(width, options.vdim);
    }
    out_proj = Linear<T>(width, width, options.bias, generator);
    if (options.bias) {
      in_proj_bias = zeros<T>({3 * width});
      out_proj.bias = zeros<T>({width});
    }
    if (options.add_bias_kv) {
      bias_k = init::xavier_normal<T>({1, 1, width}, 1, generator);
      bias_v = init::xavier_normal<T>({1, 1, width}, 1, generator);
    }
  }

  /// The attention's output, in the shape of `query`.
  Tensor<T> operator()(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                       const AttentionMasks<T>& masks = {}) const {
    return call_layer(*this, key,
                      [&] { return multi_head_attention(query, key, value, weights(), call(masks)).output; });
  }
  /// The output and the attention weights: (N, L, S) averaged over the heads, or (N, heads, L, S). Slower
  /// than a plain call, and holds all weights in memory.
  MultiHeadResult<T> with_weights(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                                  const AttentionMasks<T>& masks = {}, bool average = true) const {
    MultiHeadOptions<T> how = call(masks);
    how.need_weights = true;
    how.average_weights = average;
    return call_layer(*this, key, [&] { return multi_head_attention(query, key, value, weights(), how); });
  }

  /// Multiply-adds of one call.
  index_t macs(const Shape& key, const Shape& y) const {
    const index_t width = y[2], queries = y[0] * y[1], keys = key[0] * key[1];
    const index_t pairs = queries * key[options.batch_first ? 1 : 0];
    return queries * 2 * width * width + keys * width * (options.kdim + options.vdim) + pairs * 2 * width;
  }
  TENON_FIELDS(in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_bias, bias_k, bias_v,
               out_proj, num_heads, options, mode);

 private:
  MultiHeadWeights<T> weights() const {
    return {.in_proj = in_proj_weight,
            .q_proj = q_proj_weight,
            .k_proj = k_proj_weight,
            .v_proj = v_proj_weight,
            .in_proj_bias = in_proj_bias,
            .out_proj = out_proj.weight,
            .out_proj_bias = out_proj.bias,
            .bias_k = bias_k,
            .bias_v = bias_v};
  }
  MultiHeadOptions<T> call(const AttentionMasks<T>& masks) const {
    return {.heads = num_heads,
            .batch_first = options.batch_first,
            .need_weights = false,
            .add_zero_attn = options.add_zero_attn,
            .mask = masks.added,
            .forbidden = masks.forbidden,
            .key_padding_mask = masks.key_padding_mask,
            .is_causal = masks.is_causal,
            .dropout_p = mode.training() ? options.dropout : 0};
  }
};

}  // namespace TENON_NAMESPACE::nn
