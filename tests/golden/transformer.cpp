/// Golden cases of transformers, and of GPT-2.

#include "tenon/nn/transformer.hpp"
#include "tenon/models/language/gpt.hpp"
#include "tenon/ops/loss/loss.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace transformer_cases {

using tn::Tensor;
namespace nn = tn::nn;

/// What may be attended to, by the names of the case's masks: `src_mask`, `src_key_padding_mask`.
template <class T>
nn::AttentionMasks<T> masks(const Case<T>& c, const std::string& whose) {
  nn::AttentionMasks<T> m;
  const std::string mask = whose + "_mask", padding = whose + "_key_padding_mask";
  if (c.has(mask)) {
    if (c.is_floating(mask))
      m.added = c.in(mask);
    else
      m.forbidden = c.mask(mask);
  }
  if (c.has(padding)) m.key_padding_mask = c.mask(padding);
  return m;
}
template <class T>
nn::TransformerLayerOptions options(const Case<T>& c) {
  using Activation = nn::TransformerLayerOptions::Activation;
  return {.dim_feedforward = c.integer("dim_feedforward"),
          .dropout = 0,
          .activation = c.template choice<Activation>(
              "activation", {{"relu", Activation::relu}, {"gelu", Activation::gelu}}),
          .layer_norm_eps = c.number("layer_norm_eps"),
          .batch_first = c.flag("batch_first"),
          .norm_first = c.flag("norm_first")};
}
template <template <class> class Layer, class T>
Layer<T> layer(const Case<T>& c) {
  return {c.integer("d_model"), c.integer("nhead"), options(c)};
}

template <class T>
Tensor<T> encoder_layer(const Case<T>& c) {
  auto net = layer<nn::TransformerEncoderLayer>(c);
  load_case(net, c);
  return net(c.in("src"), masks(c, "src"));
}
template <class T>
Tensor<T> decoder_layer(const Case<T>& c) {
  auto net = layer<nn::TransformerDecoderLayer>(c);
  load_case(net, c);
  return net(c.in("tgt"), c.in("memory"), masks(c, "tgt"), masks(c, "memory"));
}
template <class T>
Tensor<T> encoder(const Case<T>& c) {
  std::optional<nn::LayerNorm<T>> norm;
  if (c.flag("final_norm")) norm.emplace(c.integer("d_model"));
  nn::TransformerEncoder<T> net(layer<nn::TransformerEncoderLayer>(c), c.integer("num_layers"), norm);
  load_case(net, c);
  return net(c.in("src"), masks(c, "src"));
}
template <class T>
Tensor<T> transformer(const Case<T>& c) {
  nn::Transformer<T> net(c.integer("d_model"), c.integer("nhead"), c.integer("num_encoder_layers"),
                         c.integer("num_decoder_layers"), options(c));
  load_case(net, c);
  return net(c.in("src"), c.in("tgt"),
             {.src = masks(c, "src"), .tgt = masks(c, "tgt"), .memory = masks(c, "memory")});
}

template <class T>
tn::models::GptOptions gpt2_options(const Case<T>& c) {
  return {.heads = c.integer("n_head"),
          .embed_dim = c.integer("n_embd"),
          .dropout = 0,
          .layer_norm_eps = c.number("layer_norm_epsilon")};
}
/// Hugging Face stores the weights of c_attn, c_fc and c_proj so.
bool is_projection(const std::string& path) {
  return path.find(".c_") != path.npos && path.ends_with(".weight");
}

template <class T>
Tensor<T> gpt2_block(const Case<T>& c) {
  tn::models::GptBlock<T> block(gpt2_options(c));
  load_case(block, c, is_projection);
  return block(c.in("hidden_states"));
}

template <class T>
Outputs gpt2(const Case<T>& c) {
  tn::models::GptOptions options = gpt2_options(c);
  options.vocabulary = c.integer("vocab_size");
  options.context = c.integer("n_positions");
  options.layers = c.integer("n_layer");
  tn::models::Gpt<T> net(options);
  load_case(net, c, is_projection);
  const Tensor<tn::index_t> ids = c.indices("input_ids");
  const tn::index_t length = ids.extent(1);
  const Tensor<T> logits = net(ids);
  const Tensor<tn::index_t> labels = c.has("labels") ? c.indices("labels") : ids;
  const Tensor<T> loss = tn::cross_entropy(tn::flatten(tn::narrow(logits, 1, 0, length - 1), 0, 1),
                                           tn::flatten(tn::narrow(labels, 1, 1, length - 1)));
  return {{"logits", logits}, {"loss", loss}};
}

const Family family{
    {"transformer_encoder_layer", [](const auto& c) { return encoder_layer(c); }},
    {"transformer_decoder_layer", [](const auto& c) { return decoder_layer(c); }},
    {"transformer_encoder", [](const auto& c) { return encoder(c); }},
    {"transformer", [](const auto& c) { return transformer(c); }},
    {"gpt2_block", [](const auto& c) { return gpt2_block(c); }},
    {"gpt2", [](const auto& c) { return gpt2(c); }},
};

}  // namespace transformer_cases
}  // namespace golden
