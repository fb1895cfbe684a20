#pragma once
/// Attention by several heads, between projections. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762

#include "tenon/ops/nn/attention.hpp"
#include "tenon/ops/nn/linear.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// The parameters of `multi_head_attention`, as PyTorch's MultiheadAttention has them; E is the width of
/// queries.
template <Real T>
struct MultiHeadWeights {
  Tensor<T> in_proj{};                     ///< (3 E, E), for queries, keys, values; undefined: the next three
  Tensor<T> q_proj{}, k_proj{}, v_proj{};  ///< (E, E), (E, Ek), (E, Ev), if in_proj is undefined
  Tensor<T> in_proj_bias{};                ///< (3 E); undefined: none
  Tensor<T> out_proj{}, out_proj_bias{};   ///< (E, E) and (E); the bias undefined: none
  Tensor<T> bias_k{}, bias_v{};            ///< (1, 1, E), one more key and value; undefined: none
};

/// Options of `multi_head_attention`.
template <Real T>
struct MultiHeadOptions {
  index_t heads = 1;                ///< the number of heads, which divides E
  bool batch_first = false;         ///< whether tensors are (N, L, E) instead of (L, N, E)
  bool need_weights = true;         ///< whether attention weights are returned, which stores them all at once
  bool average_weights = true;      ///< whether the weights returned are their means over the heads
  bool add_zero_attn = false;       ///< whether one more key and value is appended, both 0
  Tensor<T> mask{};                 ///< (L, S) or (N heads, L, S), added to the logits; undefined: none
  Tensor<bool> forbidden{};         ///< (L, S) or (N heads, L, S), true where a query may not attend
  Tensor<bool> key_padding_mask{};  ///< (N, S), true where a key is ignored; undefined: nowhere
  bool is_causal = false;           ///< whether query i attends to keys 0 … i and to appended ones only
  double dropout_p = 0;             ///< the probability with which a weight is dropped
};

/// The results of `multi_head_attention`.
template <Real T>
struct [[nodiscard]] MultiHeadResult {
  Tensor<T> output;   ///< the shape of query
  Tensor<T> weights;  ///< (N, L, S), or (N, heads, L, S) unless averaged; undefined without need_weights
};

namespace detail {

template <class T>
struct MultiHead {
  const MultiHeadWeights<T>& w;
  const MultiHeadOptions<T>& options;
  index_t batch, width;
  static constexpr const char* op = "multi_head_attention";

  /// Part k of the input projection: of queries, keys, values.
  Tensor<T> project(const Tensor<T>& x, index_t k) const {
    const Tensor<T> own[] = {w.q_proj, w.k_proj, w.v_proj};
    const Tensor<T> weight = w.in_proj.defined() ? narrow(w.in_proj, 0, k * width, width) : own[k];
    return linear(x, weight,
                  w.in_proj_bias.defined() ? narrow(w.in_proj_bias, 0, k * width, width) : Tensor<T>{});
  }
  /// (L, N, E) → (N, heads, L, E / heads)
  Tensor<T> split_heads(const Tensor<T>& x) const {
    return permute(reshape(x, {x.shape()[0], batch, options.heads, width / options.heads}), {1, 2, 0, 3});
  }
  /// Keys or values, with the entries that weights and options append.
  Tensor<T> extended(Tensor<T> x, const Tensor<T>& bias) const {
    if (bias.defined()) x = cat<T>({x, expand(bias, {1, batch, width})}, 0);
    return options.add_zero_attn ? cat<T>({x, zeros<T>({1, batch, width})}, 0) : x;
  }
  /// A mask (L, S) or (N heads, L, S) extended by appended keys, for logits (N, heads, L, S + appended).
  template <class U>
  Tensor<U> for_heads(const Tensor<U>& mask, index_t queries, index_t given, index_t keys) const {
    if (!mask.defined()) return mask;
    check<ShapeError>(mask.rank() == 2 || (mask.rank() == 3 && mask.shape()[0] == batch * options.heads), op,
                      "expected a mask of shape (L, S) or (N heads, L, S), got ", mask.shape());
    check<ShapeError>(mask.extent(-2) == queries && (mask.extent(-1) == given || mask.extent(-1) == keys), op,
                      "a mask of shape ", mask.shape(), " does not fit ", queries, " queries and ", given,
                      " keys");
    Tensor<U> wide = mask;
    if (mask.extent(-1) < keys) {
      Shape more = mask.shape();
      more[mask.rank() - 1] = keys - mask.extent(-1);
      wide = cat<U>({mask, zeros<U>(more)}, -1);
    }
    return wide.rank() == 2 ? wide : reshape(wide, {batch, options.heads, wide.extent(-2), keys});
  }
  /// The sum of all masks as numbers to add to the logits; undefined if there are none. With `causal` the
  /// order of queries and of given keys is one of the masks.
  Tensor<T> mask(index_t queries, index_t given, index_t keys, bool causal) const {
    Tensor<T> total = for_heads(options.mask, queries, given, keys);
    const auto include = [&](const Tensor<T>& added) { total = total.defined() ? add(total, added) : added; };
    const auto forbid = [&](const auto& forbidden) { include(additive_mask<T>(eq(forbidden, false))); };
    if (causal) include(for_heads(causal_mask<T>(queries, given), queries, given, keys));
    if (options.forbidden.defined()) forbid(for_heads(options.forbidden, queries, given, keys));
    if (options.key_padding_mask.defined()) {
      const Tensor<bool>& padding = options.key_padding_mask;
      check<ShapeError>(padding.rank() == 2 && padding.shape()[0] == batch &&
                            (padding.shape()[1] == given || padding.shape()[1] == keys),
                        op, "expected a key padding mask of shape (N, S), here ", Shape{batch, given},
                        ", got ", padding.shape());
      const index_t wide = padding.shape()[1];
      forbid(reshape(wide < keys ? cat<bool>({padding, zeros<bool>({batch, keys - wide})}, 1) : padding,
                     {batch, 1, 1, keys}));
    }
    return total;
  }
};

}  // namespace detail

/// Attention of several heads, each on its part of the projected queries, keys and values; the results are
/// joined and projected: output = concat_h(softmax(q_h k_h^T / sqrt(E / heads) + mask) v_h) out_proj^T +
/// out_proj_bias. Dropout is applied to the weights before they are returned.
///
///   shapes: query (L, N, E); key (S, N, Ek); value (S, N, Ev); with batch_first the first two axes swapped
///   returns: output of the shape of query, and the weights
///   throws: ShapeError if the shapes do not fit; ValueError if E does not divide into the heads or
///     dropout_p is not in [0, 1]
///   keeps: query, key, value, their projections, the weights of the layer and what attention keeps; with
///     need_weights also the attention weights
///   cost: four projections and one attention; with need_weights the attention weights (N, heads, L, S) are
///     stored
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
MultiHeadResult<T> multi_head_attention(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                                        const MultiHeadWeights<T>& weights,
                                        const MultiHeadOptions<T>& options) {
  const char* const op = "multi_head_attention";
  check<ShapeError>(query.rank() == 3 && key.rank() == 3 && value.rank() == 3, op,
                    "expected query, key and value of three axes, got ", query.shape(), ", ", key.shape(),
                    ", ", value.shape());
  const auto time_first = [&](const Tensor<T>& x) { return options.batch_first ? transpose(x, 0, 1) : x; };
  const Tensor<T> q_in = time_first(query), k_in = time_first(key), v_in = time_first(value);
  const index_t length = q_in.shape()[0], batch = q_in.shape()[1], width = q_in.shape()[2];
  check<ShapeError>(
      k_in.shape()[1] == batch && v_in.shape()[1] == batch && k_in.shape()[0] == v_in.shape()[0], op,
      "batches or lengths differ: query ", query.shape(), ", key ", key.shape(), ", value ", value.shape());
  check<ValueError>(options.heads > 0 && width % options.heads == 0, op, "width ", width,
                    " does not divide into ", options.heads, " heads");
  const detail::MultiHead<T> multi{weights, options, batch, width};
  const Tensor<T> q = multi.split_heads(multi.project(q_in, 0));
  const Tensor<T> k = multi.split_heads(multi.extended(multi.project(k_in, 1), weights.bias_k));
  const Tensor<T> v = multi.split_heads(multi.extended(multi.project(v_in, 2), weights.bias_v));
  const index_t given = k_in.shape()[0], keys = k.extent(-2);
  const bool causal = options.is_causal && given == keys;  // else the mask says it
  const Tensor<T> mask = multi.mask(length, given, keys, options.is_causal && !causal);
  Tensor<T> y, w;
  if (options.need_weights) {
    w = detail::attention_weights(q, k, mask, causal, 1 / std::sqrt(static_cast<double>(q.extent(-1))));
    w = dropout(w, options.dropout_p, true);
    y = matmul(w, v);
    if (options.average_weights) w = mean(w, {1});
  } else {
    y = scaled_dot_product_attention<T>(q, k, v,
                                        {.mask = mask, .is_causal = causal, .dropout_p = options.dropout_p});
  }
  y = linear(reshape(permute(y, {2, 0, 1, 3}), {length, batch, width}), weights.out_proj,
             weights.out_proj_bias);
  return {time_first(y), w};
}

}  // namespace TENON_NAMESPACE
