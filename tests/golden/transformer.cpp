/// Golden cases of transformers, put together from attention, linear maps and layer norms.

#include "tenon/ops/activation.hpp"
#include "tenon/ops/loss.hpp"
#include "tenon/ops/multi_head_attention.hpp"
#include "tenon/ops/norm.hpp"

#include "registry.hpp"

namespace golden {
namespace {

using tn::Tensor;

/// The parameters and masks of one case, whose layers differ in a prefix of their names.
template <class T>
struct Transformer {
  const Case<T>& c;

  Tensor<T> norm(const std::string& name, const Tensor<T>& x) const {
    return tn::layer_norm(x, {x.extent(-1)}, c.param(name + ".weight"), c.param(name + ".bias"),
                          c.number("layer_norm_eps"));
  }
  Tensor<T> linear(const std::string& name, const Tensor<T>& x) const {
    return tn::linear(x, c.param(name + ".weight"), c.param(name + ".bias"));
  }
  Tensor<T> attention(const std::string& name, const Tensor<T>& query, const Tensor<T>& key,
                      const std::string& mask, const std::string& padding) const {
    tn::MultiHeadOptions<T> options{
        .heads = c.integer("nhead"), .batch_first = c.flag("batch_first"), .need_weights = false};
    if (c.has(mask)) {
      if (c.is_floating(mask))
        options.mask = c.in(mask);
      else
        options.forbidden = c.mask(mask);
    }
    if (c.has(padding)) options.key_padding_mask = c.mask(padding);
    return tn::multi_head_attention<T>(query, key, key,
                                       {.in_proj = c.param(name + ".in_proj_weight"),
                                        .in_proj_bias = c.param(name + ".in_proj_bias"),
                                        .out_proj = c.param(name + ".out_proj.weight"),
                                        .out_proj_bias = c.param(name + ".out_proj.bias")},
                                       options)
        .output;
  }
  /// x plus what f makes of it, normalised before or after.
  template <class F>
  Tensor<T> residual(const std::string& name, const Tensor<T>& x, const F& f) const {
    return c.flag("norm_first") ? add(x, f(norm(name, x))) : norm(name, add(x, f(x)));
  }
  Tensor<T> feed_forward(const std::string& prefix, const Tensor<T>& x) const {
    const Tensor<T> hidden = linear(prefix + "linear1", x);
    return linear(prefix + "linear2", c.text("activation") == "gelu" ? tn::gelu(hidden) : tn::relu(hidden));
  }

  Tensor<T> encoder_layer(const std::string& prefix, Tensor<T> x) const {
    c.integer("d_model");
    c.integer("dim_feedforward");
    x = residual(prefix + "norm1", x, [&](const Tensor<T>& y) {
      return attention(prefix + "self_attn", y, y, "src_mask", "src_key_padding_mask");
    });
    return residual(prefix + "norm2", x, [&](const Tensor<T>& y) { return feed_forward(prefix, y); });
  }
  Tensor<T> decoder_layer(const std::string& prefix, Tensor<T> x, const Tensor<T>& memory) const {
    c.integer("d_model");
    c.integer("dim_feedforward");
    x = residual(prefix + "norm1", x, [&](const Tensor<T>& y) {
      return attention(prefix + "self_attn", y, y, "tgt_mask", "tgt_key_padding_mask");
    });
    x = residual(prefix + "norm2", x, [&](const Tensor<T>& y) {
      return attention(prefix + "multihead_attn", y, memory, "memory_mask", "memory_key_padding_mask");
    });
    return residual(prefix + "norm3", x, [&](const Tensor<T>& y) { return feed_forward(prefix, y); });
  }
  Tensor<T> encoder(const std::string& prefix, Tensor<T> x, tn::index_t layers) const {
    for (tn::index_t k = 0; k < layers; ++k)
      x = encoder_layer(prefix + "layers." + std::to_string(k) + ".", x);
    return x;
  }
};

template <class T>
Tensor<T> encoder(const Case<T>& c) {
  const Transformer<T> net{c};
  const Tensor<T> y = net.encoder("", c.in("src"), c.integer("num_layers"));
  return c.flag("final_norm") ? net.norm("norm", y) : y;
}
template <class T>
Tensor<T> transformer(const Case<T>& c) {
  const Transformer<T> net{c};
  const Tensor<T> memory =
      net.norm("encoder.norm", net.encoder("encoder.", c.in("src"), c.integer("num_encoder_layers")));
  Tensor<T> y = c.in("tgt");
  for (tn::index_t k = 0; k < c.integer("num_decoder_layers"); ++k)
    y = net.decoder_layer("decoder.layers." + std::to_string(k) + ".", y, memory);
  return net.norm("decoder.norm", y);
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
    {"transformer_encoder_layer",
     []<class T>(const Case<T>& c) { return Transformer<T>{c}.encoder_layer("", c.in("src")); }},
    {"transformer_decoder_layer",
     []<class T>(const Case<T>& c) {
       return Transformer<T>{c}.decoder_layer("", c.in("tgt"), c.in("memory"));
     }},
    {"transformer_encoder", [](const auto& c) { return encoder(c); }},
    {"transformer", [](const auto& c) { return transformer(c); }},
    {"gpt2_block", []<class T>(const Case<T>& c) { return Gpt2<T>{c}.block("", c.in("hidden_states")); }},
    {"gpt2", [](const auto& c) { return gpt2(c); }},
};

}  // namespace
}  // namespace golden
