#pragma once
/// The parameters of a decoder under the names of Hugging Face's files.

#include <cstdint>  // uint8_t
#include <string>   // string, to_string
#include <vector>   // vector

#include "tenon/models/language/decoder.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// A parameter of a file, and the parameters of a `Decoder` that it holds.
template <class T>
struct DecoderEntry {
  std::string name;               ///< the file's
  std::vector<Tensor<T>*> parts;  ///< one behind the other along the first axis
  std::vector<Shape> shapes;      ///< those of the parts
  bool transposed = false;        ///< a matrix that the file stores as (in, out)
  index_t heads = 0;              ///< the parts alternate from head to head, as GPT-NeoX's do; 0: they do not

  /// Its shape in a file.
  Shape shape() const {
    Shape all = shapes[0];
    for (std::size_t i = 1; i < shapes.size(); ++i) all[0] += shapes[i][0];
    return transposed ? Shape{all[1], all[0]} : all;
  }
  /// Sets the parts from the file's array: to views of it where their elements are in order.
  void set(const Tensor<T>& array) const {
    const Tensor<T> rows = transposed ? transpose(array, 0, 1) : array;
    index_t at = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const auto i = static_cast<index_t>(k);
      const Tensor<T> part = heads > 0 ? part_of_heads(rows, i) : narrow(rows, 0, at, shapes[k][0]);
      *parts[k] = contiguous(part.detach());
      parts[k]->requires_grad_();
      at += shapes[k][0];
    }
  }
  /// The file's array of the parts.
  Tensor<T> array() const {
    std::vector<Tensor<T>> all;
    for (Tensor<T>* part : parts) all.push_back(part->detach());
    if (heads > 0) {
      for (Tensor<T>& part : all) part = reshape(part, by_head(part.shape(), 1));
      const Tensor<T> joined = cat(all, 1);
      return reshape(joined, shape());
    }
    const Tensor<T> rows = all.size() == 1 ? all[0] : cat(all, 0);
    return contiguous(transposed ? transpose(rows, 0, 1) : rows);
  }

 private:
  /// (heads, parts, rows of a head, in) of (rows, in)
  Shape by_head(const Shape& s, index_t count) const {
    Shape shape = {heads, count, s[0] / heads / count};
    if (s.size() > 1) shape.push_back(s[1]);
    return shape;
  }
  Tensor<T> part_of_heads(const Tensor<T>& rows, index_t k) const {
    const Tensor<T> part =
        select(reshape(rows, by_head(rows.shape(), static_cast<index_t>(parts.size()))), 1, k);
    return reshape(part, shapes[static_cast<std::size_t>(k)]);
  }
};

/// Whose names a file uses.
enum class DecoderFile { hugging_face, gguf };

/// Lists the parameters of a decoder whose blocks exist.
template <class T>
class DecoderParameters {
 public:
  explicit DecoderParameters(Decoder<T>& model, DecoderFile file = DecoderFile::hugging_face)
      : model_(model), c_(model.config), file_(file) {
    const Names n = file == DecoderFile::gguf ? gguf_names() : names();
    const index_t width = c_.embedding_width > 0 ? c_.embedding_width : c_.hidden;
    add(n.tokens, model.embed_tokens.weight, {c_.vocabulary, width});
    if (c_.embedding_width > 0) {
      add("model.decoder.project_in", model.project_in.weight, {c_.hidden, width});
      add("model.decoder.project_out", model.project_out.weight, {width, c_.hidden});
    }
    if (c_.learned_positions > 0) add(n.positions, model.positions, {c_.learned_positions, c_.hidden});
    for (std::size_t i = 0; i < model.blocks.size(); ++i)
      add_block(n, n.blocks + std::to_string(i) + ".", model.blocks[i]);
    if (!c_.norm_after) add_norm(n.final_norm, model.final_norm, c_.hidden);
    if (!c_.tied) add_linear(n.head, {&model.lm_head}, {c_.vocabulary}, width, c_.head_bias);
  }
  /// All of them.
  const std::vector<DecoderEntry<T>>& entries() const { return entries_; }

 private:
  struct Names {
    std::string tokens, positions, blocks, final_norm, head;                     // of the model
    std::string input_norm, mlp_norm, q, k, v, qkv, o, gate, up, gate_up, down;  // of a block; qkv or q, k, v
    std::string attention_post, mlp_post, q_norm, k_norm;
  };
  /// Those of GGUF files are the same for all families.
  Names gguf_names() const {
    Names n = {"token_embd",
               "position_embd",
               "blk.",
               "output_norm",
               "output",
               "attn_norm",
               "ffn_norm",
               "attn_q",
               "attn_k",
               "attn_v",
               "",
               "attn_output",
               "ffn_gate",
               "ffn_up",
               "",
               "ffn_down",
               "post_attention_norm",
               "post_ffw_norm",
               "attn_q_norm",
               "attn_k_norm"};
    if (c_.names == DecoderNames::gpt2 || c_.names == DecoderNames::gpt_neox ||
        c_.names == DecoderNames::phi3)
      n.qkv = "attn_qkv";
    if (c_.names == DecoderNames::phi3) n.gate_up = "ffn_up";
    return n;
  }
  const Names& names() const {
    static const Names llama = {"model.embed_tokens",
                                "",
                                "model.layers.",
                                "model.norm",
                                "lm_head",
                                "input_layernorm",
                                "post_attention_layernorm",
                                "self_attn.q_proj",
                                "self_attn.k_proj",
                                "self_attn.v_proj",
                                "",
                                "self_attn.o_proj",
                                "mlp.gate_proj",
                                "mlp.up_proj",
                                "",
                                "mlp.down_proj",
                                "",
                                "",
                                "self_attn.q_norm",
                                "self_attn.k_norm"};
    static const Names gemma2 = [] {
      Names n = llama;
      n.attention_post = n.mlp_norm;
      n.mlp_norm = "pre_feedforward_layernorm";
      n.mlp_post = "post_feedforward_layernorm";
      return n;
    }();
    static const Names phi3 = [] {
      Names n = llama;
      n.qkv = "self_attn.qkv_proj";
      n.gate_up = "mlp.gate_up_proj";
      return n;
    }();
    static const Names phi = [] {
      Names n = llama;
      n.final_norm = "model.final_layernorm";
      n.q_norm = "self_attn.q_layernorm";
      n.k_norm = "self_attn.k_layernorm";
      n.o = "self_attn.dense";
      n.up = "mlp.fc1";
      n.down = "mlp.fc2";
      return n;
    }();
    static const Names opt = [] {
      Names n = llama;
      n.tokens = "model.decoder.embed_tokens";
      n.positions = "model.decoder.embed_positions";
      n.blocks = "model.decoder.layers.";
      n.final_norm = "model.decoder.final_layer_norm";
      n.input_norm = "self_attn_layer_norm";
      n.mlp_norm = "final_layer_norm";
      n.o = "self_attn.out_proj";
      n.up = "fc1";
      n.down = "fc2";
      return n;
    }();
    static const Names neox = [] {
      Names n = llama;
      n.tokens = "gpt_neox.embed_in";
      n.blocks = "gpt_neox.layers.";
      n.final_norm = "gpt_neox.final_layer_norm";
      n.head = "embed_out";
      n.qkv = "attention.query_key_value";
      n.o = "attention.dense";
      n.up = "mlp.dense_h_to_4h";
      n.down = "mlp.dense_4h_to_h";
      return n;
    }();
    static const Names gpt2 = [] {
      Names n = llama;
      n.tokens = "transformer.wte";
      n.positions = "transformer.wpe";
      n.blocks = "transformer.h.";
      n.final_norm = "transformer.ln_f";
      n.input_norm = "ln_1";
      n.mlp_norm = "ln_2";
      n.qkv = "attn.c_attn";
      n.o = "attn.c_proj";
      n.up = "mlp.c_fc";
      n.down = "mlp.c_proj";
      return n;
    }();
    switch (c_.names) {
      case DecoderNames::gpt2:
        return gpt2;
      case DecoderNames::gpt_neox:
        return neox;
      case DecoderNames::gemma2:
        return gemma2;
      case DecoderNames::phi:
        return phi;
      case DecoderNames::phi3:
        return phi3;
      case DecoderNames::opt:
        return opt;
      default:
        return llama;
    }
  }

  void add(const std::string& name, Tensor<T>& tensor, const Shape& shape) {
    entries_.push_back({name + ".weight", {&tensor}, {shape}});
  }
  void add_norm(const std::string& name, DecoderNormLayer<T>& norm, index_t width) {
    norm.kind = c_.norm;
    norm.eps = c_.norm_eps;
    add(name, norm.weight, {width});
    if (c_.norm == DecoderNorm::layer) entries_.push_back({name + ".bias", {&norm.bias}, {Shape{width}}});
  }
  /// Linear maps that a file holds as one.
  void add_linear(const std::string& name, std::vector<nn::Linear<T>*> maps,
                  const std::vector<index_t>& outputs, index_t inputs, bool bias, index_t heads = 0) {
    DecoderEntry<T> weight{
        name + ".weight", {}, {}, c_.names == DecoderNames::gpt2 && file_ != DecoderFile::gguf, heads},
        biases{name + ".bias", {}, {}, false, heads};
    for (std::size_t i = 0; i < maps.size(); ++i) {
      weight.parts.push_back(&maps[i]->weight);
      weight.shapes.push_back({outputs[i], inputs});
      biases.parts.push_back(&maps[i]->bias);
      biases.shapes.push_back({outputs[i]});
    }
    entries_.push_back(std::move(weight));
    if (bias) entries_.push_back(std::move(biases));
  }
  void add_block(const Names& n, const std::string& prefix, DecoderBlock<T>& block) {
    add_norm(prefix + n.input_norm, block.input_norm, c_.hidden);
    DecoderAttention<T>& a = block.attention;
    const index_t q = c_.heads * c_.head_dim, kv = c_.kv_heads * c_.head_dim;
    if (n.qkv.empty()) {
      add_linear(prefix + n.q, {&a.q_proj}, {q}, c_.hidden, c_.qkv_bias);
      add_linear(prefix + n.k, {&a.k_proj}, {kv}, c_.hidden, c_.qkv_bias);
      add_linear(prefix + n.v, {&a.v_proj}, {kv}, c_.hidden, c_.qkv_bias);
    } else {
      add_linear(prefix + n.qkv, {&a.q_proj, &a.k_proj, &a.v_proj}, {q, kv, kv}, c_.hidden, c_.qkv_bias,
                 c_.names == DecoderNames::gpt_neox && file_ != DecoderFile::gguf ? c_.heads : 0);
    }
    add_linear(prefix + n.o, {&a.o_proj}, {c_.hidden}, q, c_.out_bias);
    if (c_.qk_norm) {
      add_norm(prefix + n.q_norm, a.q_norm, c_.head_dim);
      add_norm(prefix + n.k_norm, a.k_norm, c_.head_dim);
    }
    if (!c_.shared_norm) add_norm(prefix + n.mlp_norm, block.mlp_norm, c_.hidden);
    DecoderMlp<T>& m = block.mlp;
    if (!n.gate_up.empty()) {
      add_linear(prefix + n.gate_up, {&m.gate_proj, &m.up_proj}, {c_.intermediate, c_.intermediate},
                 c_.hidden, c_.mlp_bias);
    } else {
      if (c_.gated) add_linear(prefix + n.gate, {&m.gate_proj}, {c_.intermediate}, c_.hidden, c_.mlp_bias);
      add_linear(prefix + n.up, {&m.up_proj}, {c_.intermediate}, c_.hidden, c_.mlp_bias);
    }
    add_linear(prefix + n.down, {&m.down_proj}, {c_.hidden}, c_.intermediate, c_.mlp_bias);
    if (c_.post_norms) {
      add_norm(prefix + n.attention_post, block.attention_post, c_.hidden);
      add_norm(prefix + n.mlp_post, block.mlp_post, c_.hidden);
    }
  }

  Decoder<T>& model_;
  const DecoderConfig& c_;
  DecoderFile file_;
  std::vector<DecoderEntry<T>> entries_{};
};

}  // namespace detail

}  // namespace TENON_NAMESPACE::models
