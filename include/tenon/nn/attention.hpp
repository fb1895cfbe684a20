#pragma once
/// Attention by several heads as a layer. Vaswani et al. 2017.
/// https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html

#include "tenon/nn/linear.hpp"
#include "tenon/ops/multi_head_attention.hpp"

namespace TENON_NAMESPACE::nn {

struct AttentionLayerOptions {
  double dropout = 0;  ///< the probability with which an attention weight is dropped in training
  bool bias = true;
  bool add_bias_kv = false;    ///< one more key and value, trained
  bool add_zero_attn = false;  ///< one more key and value, both 0
  index_t kdim = 0, vdim = 0;  ///< extents of keys and values; 0: that of queries
  bool batch_first = false;    ///< (N, L, E) instead of (L, N, E)
};

/// What a query may attend to, told at each call.
template <Real T>
struct AttentionMasks {
  Tensor<T> added{};                ///< to the scores: (L, S) or (N heads, L, S)
  Tensor<bool> forbidden{};         ///< of the same shapes: true where a query may not attend
  Tensor<bool> key_padding_mask{};  ///< (N, S): true where a key is ignored
  bool is_causal = false;           ///< query i attends to keys 0 … i, and to those that are appended
};

/// See `multi_head_attention`.
///
///     nn::MultiheadAttention<float> attention(512, 8, {.batch_first = true});
///     y = attention(x, x, x, {.is_causal = true});
template <Real T>
struct MultiheadAttention {
  Parameter<T> in_proj_weight;  ///< (3 E, E), Xavier's uniform; or undefined where kdim or vdim differ, then
  Parameter<T> q_proj_weight, k_proj_weight, v_proj_weight;  ///< (E, E), (E, kdim), (E, vdim), likewise
  Parameter<T> in_proj_bias;                                 ///< (3 E), 0; or undefined
  Parameter<T> bias_k, bias_v;                               ///< (1, 1, E), Xavier's normal; or undefined
  Linear<T> out_proj;                                        ///< its bias begins as 0
  index_t num_heads = 1;
  AttentionLayerOptions options;
  Mode mode{};

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

  /// query (L, N, E)  key (S, N, kdim)  value (S, N, vdim), or batch first; returns as query
  Tensor<T> operator()(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                       const AttentionMasks<T>& masks = {}) const {
    return observed(*this, key.shape(),
                    multi_head_attention(query, key, value, weights(), call(masks)).output);
  }
  /// The output, and how much each query attends to each key: (N, L, S), or (N, heads, L, S) unless averaged.
  MultiHeadResult<T> with_weights(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                                  const AttentionMasks<T>& masks = {}, bool average = true) const {
    MultiHeadOptions<T> how = call(masks);
    how.need_weights = true;
    how.average_weights = average;
    auto result = multi_head_attention(query, key, value, weights(), how);
    result.output = observed(*this, key.shape(), result.output);
    return result;
  }

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
