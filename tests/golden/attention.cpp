/// Golden cases of attention and of bags of embeddings.

#include "tenon/ops/embedding_bag.hpp"
#include "tenon/ops/multi_head_attention.hpp"

#include "registry.hpp"

namespace golden {
namespace {

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
  const tn::MultiHeadWeights<T> weights{
      .in_proj = c.optional("in_proj_weight"),
      .q_proj = c.optional("q_proj_weight"),
      .k_proj = c.optional("k_proj_weight"),
      .v_proj = c.optional("v_proj_weight"),
      .in_proj_bias = c.optional("in_proj_bias"),
      .out_proj = c.param("out_proj.weight"),
      .out_proj_bias = c.optional("out_proj.bias"),
      .bias_k = c.optional("bias_k"),
      .bias_v = c.optional("bias_v"),
  };
  for (const char* implied : {"embed_dim"}) c.integer(implied);
  for (const char* implied : {"bias", "add_bias_kv"}) c.flag(implied);
  for (const char* implied : {"kdim", "vdim"}) c.given(implied);
  tn::MultiHeadOptions<T> options{.heads = c.integer("num_heads"),
                                  .batch_first = c.flag("batch_first"),
                                  .need_weights = c.flag("need_weights"),
                                  .average_weights = c.flag("average_attn_weights"),
                                  .add_zero_attn = c.flag("add_zero_attn")};
  if (c.has("attn_mask")) {
    if (c.is_floating("attn_mask"))
      options.mask = c.in("attn_mask");
    else
      options.forbidden = c.mask("attn_mask");
  }
  if (c.has("key_padding_mask")) options.key_padding_mask = c.mask("key_padding_mask");
  const tn::Tensor<T> query = c.in("query"), key = c.has("key") ? c.in("key") : query,
                      value = c.has("value") ? c.in("value") : key;
  const auto result = tn::multi_head_attention(query, key, value, weights, options);
  Outputs outputs{{"y", result.output}};
  if (result.weights.defined()) outputs.values.emplace_back("attn_weights", result.weights);
  return outputs;
}

template <class T>
tn::Tensor<T> embedding_bag(const Case<T>& c) {
  tn::EmbeddingBagOptions<T> options{.mode = c.text("mode") == "sum" ? tn::BagMode::sum : tn::BagMode::mean,
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

}  // namespace
}  // namespace golden
