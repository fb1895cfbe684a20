/// Golden cases of transformers, and of GPT-2 put together from attention, linear maps and layer norms.

#include "tenon/nn/transformer.hpp"
#include "tenon/ops/loss.hpp"

#include "module_case.hpp"
#include "registry.hpp"

namespace golden {
namespace {

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
  using enum nn::TransformerLayerOptions::Activation;
  return {.dim_feedforward = c.integer("dim_feedforward"),
          .dropout = 0,
          .activation = c.text("activation") == "gelu" ? gelu : relu,
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

/// GPT-2, whose projections are stored transposed.
template <class T>
struct Gpt2 {
  const Case<T>& c;

  Tensor<T> norm(const std::string& name, const Tensor<T>& x) const {
    return tn::layer_norm(x, {x.extent(-1)}, c.param(name + ".weight"), c.param(name + ".bias"),
                          c.number("layer_norm_epsilon"));
  }
  Tensor<T> project(const std::string& name, const Tensor<T>& x) const {
    return tn::linear(x, tn::transpose(c.param(name + ".weight"), 0, 1), c.param(name + ".bias"));
  }
  Tensor<T> attention(const std::string& name, const Tensor<T>& x) const {
    const tn::index_t batch = x.shape()[0], length = x.shape()[1], width = c.integer("n_embd"),
                      heads = c.integer("n_head");
    const Tensor<T> all = tn::reshape(project(name + ".c_attn", x), {batch, length, 3, heads, width / heads});
    const auto part = [&](tn::index_t k) { return tn::transpose(tn::select(all, 2, k), 1, 2); };
    const Tensor<T> y = tn::scaled_dot_product_attention<T>(part(0), part(1), part(2), {.is_causal = true});
    return project(name + ".c_proj", tn::reshape(tn::transpose(y, 1, 2), {batch, length, width}));
  }
  Tensor<T> block(const std::string& prefix, Tensor<T> x) const {
    x = add(x, attention(prefix + "attn", norm(prefix + "ln_1", x)));
    const Tensor<T> hidden = tn::gelu_tanh(project(prefix + "mlp.c_fc", norm(prefix + "ln_2", x)));
    return add(x, project(prefix + "mlp.c_proj", hidden));
  }
};

template <class T>
Outputs gpt2(const Case<T>& c) {
  const Gpt2<T> net{c};
  const Tensor<tn::index_t> ids = c.indices("input_ids");
  c.integer("vocab_size");
  c.integer("n_positions");
  const tn::index_t length = ids.shape()[1];
  Tensor<T> x =
      add(tn::embedding(c.param("wte.weight"), ids), tn::narrow(c.param("wpe.weight"), 0, 0, length));
  for (tn::index_t k = 0; k < c.integer("n_layer"); ++k) x = net.block("h." + std::to_string(k) + ".", x);
  const Tensor<T> logits = tn::linear(net.norm("ln_f", x), c.param("wte.weight"));
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
    {"gpt2_block", []<class T>(const Case<T>& c) { return Gpt2<T>{c}.block("", c.in("hidden_states")); }},
    {"gpt2", [](const auto& c) { return gpt2(c); }},
};

}  // namespace
}  // namespace golden
