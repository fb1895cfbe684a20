/// Golden cases of attention and of bags of embeddings.

#include "tenon/nn/attention.hpp"
#include "tenon/ops/nn/embedding_bag.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace attention_cases {

template <class T>
tn::Tensor<T> attention(const Case<T>& c) {
  tn::AttentionOptions<T> options{.is_causal = c.flag("is_causal")};
  if (c.given("scale")) options.scale = c.number("scale");
  if (c.has("attn_mask")) {
    if (c.is_floating("attn_mask"))
      options.mask = c.in("attn_mask");
    else
      options.allowed = c.mask("attn_mask");
  }
  return tn::scaled_dot_product_attention(c.in("q"), c.in("k"), c.in("v"), options);
}

template <class T>
Outputs multi_head(const Case<T>& c) {
  tn::nn::AttentionLayerOptions options{.bias = c.flag("bias"),
                                        .add_bias_kv = c.flag("add_bias_kv"),
                                        .add_zero_attn = c.flag("add_zero_attn"),
                                        .batch_first = c.flag("batch_first")};
  if (c.given("kdim")) options.kdim = c.integer("kdim");
  if (c.given("vdim")) options.vdim = c.integer("vdim");
  tn::nn::MultiheadAttention<T> layer(c.integer("embed_dim"), c.integer("num_heads"), options);
  load_case(layer, c);
  tn::nn::AttentionMasks<T> masks;
  if (c.has("attn_mask")) {
    if (c.is_floating("attn_mask"))
      masks.added = c.in("attn_mask");
    else
      masks.forbidden = c.mask("attn_mask");
  }
  if (c.has("key_padding_mask")) masks.key_padding_mask = c.mask("key_padding_mask");
  const tn::Tensor<T> query = c.in("query"), key = c.has("key") ? c.in("key") : query,
                      value = c.has("value") ? c.in("value") : key;
  const bool average = c.flag("average_attn_weights");
  if (!c.flag("need_weights")) return layer(query, key, value, masks);
  const auto result = layer.with_weights(query, key, value, masks, average);
  return {{"y", result.output}, {"attn_weights", result.weights}};
}

template <class T>
tn::Tensor<T> embedding_bag(const Case<T>& c) {
  tn::EmbeddingBagOptions<T> options{
      .mode = c.template choice<tn::BagMode>(
          "mode", {{"sum", tn::BagMode::sum}, {"mean", tn::BagMode::mean}, {"max", tn::BagMode::max}}),
      .per_sample_weights = c.optional("per_sample_weights"),
      .include_last_offset = c.flag("include_last_offset")};
  if (c.given("padding_idx")) options.padding_index = c.integer("padding_idx");
  return tn::embedding_bag(c.param("weight"), c.indices("index"),
                           c.has("offsets") ? c.indices("offsets") : tn::Tensor<tn::index_t>{}, options);
}

const Family family{
    {"scaled_dot_product_attention", [](const auto& c) { return attention(c); }},
    {"multihead_attention", [](const auto& c) { return multi_head(c); }},
    {"embedding_bag", [](const auto& c) { return embedding_bag(c); }},
};

}  // namespace attention_cases
}  // namespace golden
