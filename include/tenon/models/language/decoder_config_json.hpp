#pragma once
/// Descriptions of decoders from Hugging Face's config.json.

#include <algorithm>  // find
#include <cmath>      // log, sqrt
#include <cstdlib>    // strtod
#include <string>     // string
#include <vector>     // vector

#include "tenon/io/json.hpp"
#include "tenon/models/language/decoder_config.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// A config.json, or an object in it; values that are missing or null have the defaults of its class.
class ConfigJson {
 public:
  explicit ConfigJson(const io::Json& json) : json_(json) {
    check<IoError>(json.is_object(), "config", "it is no object");
  }
  const io::Json* find(const char* name) const {
    const io::Json* const value = json_.find(name);
    return value && value->kind() != io::Json::Kind::null ? value : nullptr;
  }
  double real(const char* name, double missing) const {
    const io::Json* const value = find(name);
    if (!value) return missing;
    char* end = nullptr;
    const double number = std::strtod(value->text().c_str(), &end);
    check<IoError>(value->kind() == io::Json::Kind::number && *end == 0, "config", "'", name,
                   "' is no number");
    return number;
  }
  /// A number that may be null, which stands for 0.
  double real_or_null(const char* name, double missing) const {
    return json_.find(name) && !find(name) ? 0 : real(name, missing);
  }
  double positive(const char* name, double missing) const {
    const double number = real(name, missing);
    check<IoError>(number > 0, "config", "'", name, "' is ", number, ", expected a number above 0");
    return number;
  }
  index_t number(const char* name, index_t missing, std::uint64_t most = std::uint64_t{1} << 32) const {
    const io::Json* const value = find(name);
    if (!value) return missing;
    const auto whole = value->whole_number();
    check<IoError>(whole && *whole <= most, "config", "'", name, "' is ", value->text(),
                   ", expected a whole number up to ", most);
    return static_cast<index_t>(*whole);
  }
  bool flag(const char* name, bool missing) const {
    const io::Json* const value = find(name);
    return value ? value->text() == "true" : missing;
  }
  std::string string(const char* name, const std::string& missing) const {
    const io::Json* const value = find(name);
    return value && value->is_string() ? value->text() : missing;
  }

 private:
  const io::Json& json_;
};

/// More layers than any model has; lists with an entry for each are made before the file's arrays are seen.
inline constexpr std::uint64_t most_layers = 4096;

inline DecoderActivation decoder_activation(const std::string& name) {
  if (name == "gelu") return DecoderActivation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast")
    return DecoderActivation::gelu_tanh;
  if (name == "silu" || name == "swish") return DecoderActivation::silu;
  check<IoError>(name == "relu", "config", "the activation '", name, "' is not known");
  return DecoderActivation::relu;
}

/// The entries of each head that are rotated.
inline index_t rotary_dims(double fraction, index_t head_dim) {
  check<IoError>(fraction > 0 && fraction <= 1, "config", "the part of each head that is rotated is ",
                 fraction, ", expected above 0 and up to 1");
  return static_cast<index_t>(static_cast<double>(head_dim) * fraction) / 2 * 2;
}
/// rope_theta, rope_scaling, or their newer form rope_parameters.
inline void read_rotary(const ConfigJson& json, double fraction, double base, DecoderConfig& c) {
  DecoderRotary& r = c.rotary;
  r.dims = rotary_dims(fraction, c.head_dim);
  r.base = json.positive("rope_theta", base);
  r.original_context = c.context;
  const io::Json* object = json.find("rope_scaling");
  if (!object) object = json.find("rope_parameters");
  if (!object) return;
  const ConfigJson s(*object);
  r.base = s.positive("rope_theta", r.base);
  r.dims = rotary_dims(s.real("partial_rotary_factor", fraction), c.head_dim);
  const std::string kind = s.string("rope_type", s.string("type", "default"));
  r.factor = s.positive("factor", 1);
  r.original_context = s.number("original_max_position_embeddings", c.context);
  if (kind == "default") return;
  if (kind == "linear") {
    r.scaling = RotaryScaling::linear;
  } else if (kind == "dynamic") {
    r.scaling = RotaryScaling::dynamic;
  } else if (kind == "llama3") {
    r.scaling = RotaryScaling::llama3;
    r.low = s.real("low_freq_factor", 1);
    r.high = s.real("high_freq_factor", 4);
  } else {
    check<IoError>(kind == "yarn", "config", "the rope_scaling '", kind, "' is not known");
    r.scaling = RotaryScaling::yarn;
    r.beta_fast = s.real("beta_fast", 32);
    r.beta_slow = s.real("beta_slow", 1);
    const auto scale = [&](double weight) {
      return r.factor <= 1 ? 1 : 0.1 * weight * std::log(r.factor) + 1;
    };
    const double m = s.real("mscale", 0), all = s.real("mscale_all_dim", 0);
    r.attention_factor = s.real("attention_factor", m > 0 && all > 0 ? scale(m) / scale(all) : scale(1));
  }
}

/// What Llama and its descendants share.
inline void read_llama(const ConfigJson& json, DecoderConfig& c) {
  c.vocabulary = json.number("vocab_size", 32000);
  c.hidden = json.number("hidden_size", 4096);
  c.intermediate = json.number("intermediate_size", 11008);
  c.layers = json.number("num_hidden_layers", 32, most_layers);
  c.heads = json.number("num_attention_heads", 32);
  c.kv_heads = json.number("num_key_value_heads", c.heads);
  c.context = json.number("max_position_embeddings", 2048);
  check<IoError>(c.heads > 0, "config", "there are no attention heads");
  c.head_dim = json.number("head_dim", c.hidden / c.heads);
  c.norm_eps = json.real("rms_norm_eps", 1e-6);
  c.tied = json.flag("tie_word_embeddings", false);
  c.activation = decoder_activation(json.string("hidden_act", "silu"));
  c.qkv_bias = c.out_bias = json.flag("attention_bias", false);
  c.mlp_bias = json.flag("mlp_bias", false);
}
inline void layers_with_window(const ConfigJson& json, DecoderConfig& c, auto&& otherwise) {
  const io::Json* const types = json.find("layer_types");
  for (index_t i = 0; i < c.layers; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const bool listed = types && k < types->elements().size();
    c.windowed.push_back(listed ? types->elements()[k].text() == "sliding_attention" : otherwise(i));
  }
}

inline void read_gpt2(const ConfigJson& json, DecoderConfig& c) {
  c.names = DecoderNames::gpt2;
  c.vocabulary = json.number("vocab_size", 50257);
  c.hidden = json.number("n_embd", 768);
  c.intermediate = json.number("n_inner", 4 * c.hidden);
  c.layers = json.number("n_layer", 12, most_layers);
  c.heads = c.kv_heads = json.number("n_head", 12);
  c.context = c.learned_positions = json.number("n_positions", 1024);
  c.norm = DecoderNorm::layer;
  c.norm_eps = json.real("layer_norm_epsilon", 1e-5);
  c.activation = decoder_activation(json.string("activation_function", "gelu_new"));
  c.gated = false;
  c.qkv_bias = c.out_bias = c.mlp_bias = true;
  c.tied = json.flag("tie_word_embeddings", true);
  if (!json.flag("scale_attn_weights", true)) c.attention_scale = 1;
  check<IoError>(!json.flag("scale_attn_by_inverse_layer_idx", false), "config",
                 "scale_attn_by_inverse_layer_idx is not supported");
}
inline void read_gpt_neox(const ConfigJson& json, DecoderConfig& c) {
  read_llama(json, c);
  c.names = DecoderNames::gpt_neox;
  c.vocabulary = json.number("vocab_size", 50432);
  c.norm = DecoderNorm::layer;
  c.norm_eps = json.real("layer_norm_eps", 1e-5);
  c.activation = decoder_activation(json.string("hidden_act", "gelu"));
  c.gated = false;
  c.qkv_bias = c.out_bias = json.flag("attention_bias", true);
  c.mlp_bias = true;
  c.parallel = json.flag("use_parallel_residual", true);
  read_rotary(json, json.real("rotary_pct", json.real("partial_rotary_factor", 0.25)),
              json.positive("rotary_emb_base", 10000), c);
}
inline void read_gemma(const ConfigJson& json, DecoderConfig& c, bool second) {
  c.head_dim = json.number("head_dim", 256);
  c.norm = DecoderNorm::rms_plus_one;
  c.tied = json.flag("tie_word_embeddings", true);
  c.activation =
      decoder_activation(json.string("hidden_activation", json.string("hidden_act", "gelu_pytorch_tanh")));
  if (!json.find("hidden_activation")) c.activation = DecoderActivation::gelu_tanh;  // "gelu" meant this one
  c.embedding_scale = std::sqrt(static_cast<double>(c.hidden));
  if (second) {
    c.names = DecoderNames::gemma2;
    c.post_norms = true;
    c.attention_scale = 1 / std::sqrt(json.positive("query_pre_attn_scalar", 256));
    c.attention_cap = json.real_or_null("attn_logit_softcapping", 50);
    c.logit_cap = json.real_or_null("final_logit_softcapping", 30);
    c.window = json.number("sliding_window", 4096);
    layers_with_window(json, c, [](index_t i) { return i % 2 == 0; });
  }
  read_rotary(json, 1, 10000, c);
}
inline void read_phi(const ConfigJson& json, DecoderConfig& c) {
  c.names = DecoderNames::phi;
  c.norm = DecoderNorm::layer;
  c.norm_eps = json.real("layer_norm_eps", 1e-5);
  c.activation = decoder_activation(json.string("hidden_act", "gelu_new"));
  c.gated = false;
  c.qkv_bias = c.out_bias = c.mlp_bias = c.head_bias = true;
  c.parallel = c.shared_norm = true;
  c.qk_norm = json.flag("qk_layernorm", false);
  read_rotary(json, json.real("partial_rotary_factor", 0.5), 10000, c);
}
inline void read_stablelm(const ConfigJson& json, DecoderConfig& c) {
  c.norm = DecoderNorm::layer;
  c.norm_eps = json.real("layer_norm_eps", 1e-5);
  c.qkv_bias = json.flag("use_qkv_bias", false);
  c.out_bias = false;
  c.parallel = c.shared_norm = json.flag("use_parallel_residual", false);
  check<IoError>(!json.flag("qk_layernorm", false), "config", "qk_layernorm of stablelm is not supported");
  read_rotary(json, json.real("partial_rotary_factor", 0.25), 10000, c);
}
inline void read_opt(const ConfigJson& json, DecoderConfig& c) {
  c.names = DecoderNames::opt;
  c.intermediate = json.number("ffn_dim", 3072);
  c.norm = DecoderNorm::layer;
  c.norm_eps = 1e-5;
  c.activation = decoder_activation(json.string("activation_function", "relu"));
  c.gated = false;
  c.qkv_bias = c.out_bias = c.mlp_bias = json.flag("enable_bias", true);
  c.tied = json.flag("tie_word_embeddings", true);
  c.learned_positions = c.context + 2;
  c.position_offset = 2;
  c.norm_after = !json.flag("do_layer_norm_before", true);
  const index_t width = json.number("word_embed_proj_dim", c.hidden);
  if (width != c.hidden) c.embedding_width = width;
  check<IoError>(!json.flag("_remove_final_layer_norm", false), "config",
                 "_remove_final_layer_norm of OPT is not supported");
}
inline void read_smollm3(const ConfigJson& json, DecoderConfig& c) {
  c.tied = json.flag("tie_word_embeddings", true);
  const io::Json* const rotary = json.find("no_rope_layers");  // 1 where there are positions
  const index_t interval = json.number("no_rope_layer_interval", 4);
  for (index_t i = 0; i < c.layers; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const bool listed = rotary && k < rotary->elements().size();
    c.no_rotary.push_back(listed ? rotary->elements()[k].text() == "0"
                                 : interval > 0 && (i + 1) % interval == 0);
  }
  if (json.flag("use_sliding_window", false)) {
    c.window = json.number("sliding_window", 0);
    layers_with_window(json, c,
                       [&](index_t i) { return c.window > 0 && c.no_rotary[static_cast<std::size_t>(i)]; });
  }
  read_rotary(json, 1, 2000000, c);
}

}  // namespace detail

/// The decoder that a config.json describes.
///   throws: IoError that names the model_type, or what of the model is not supported
inline DecoderConfig decoder_config(const io::Json& config) {
  namespace d = tenon::models::detail;
  const d::ConfigJson json(config);
  DecoderConfig c;
  c.model_type = json.string("model_type", "");
  const auto is = [&](const char* type) { return c.model_type == type; };
  if (!is("gpt2") && !is("gpt_neox")) d::read_llama(json, c);
  if (is("gpt2")) {
    d::read_gpt2(json, c);
  } else if (is("gpt_neox")) {
    d::read_gpt_neox(json, c);
  } else if (is("llama")) {
    d::read_rotary(json, 1, 10000, c);
  } else if (is("mistral")) {
    c.kv_heads = json.number("num_key_value_heads", 8);
    c.window = json.number("sliding_window", 0);
    d::read_rotary(json, 1, 10000, c);
  } else if (is("qwen2") || is("qwen3")) {
    c.qk_norm = is("qwen3");
    if (is("qwen2")) c.qkv_bias = true;
    if (is("qwen3")) c.head_dim = json.number("head_dim", 128);
    if (json.flag("use_sliding_window", false)) {
      c.window = json.number("sliding_window", 4096);
      const index_t first = json.number("max_window_layers", 28);
      d::layers_with_window(json, c, [first](index_t i) { return i >= first; });
    }
    d::read_rotary(json, 1, 10000, c);
  } else if (is("gemma") || is("gemma2")) {
    d::read_gemma(json, c, is("gemma2"));
  } else if (is("phi")) {
    d::read_phi(json, c);
  } else if (is("phi3")) {
    c.names = DecoderNames::phi3;
    c.norm_eps = json.real("rms_norm_eps", 1e-5);
    c.window = json.number("sliding_window", 0);
    d::read_rotary(json, json.real("partial_rotary_factor", 1), 10000, c);
  } else if (is("stablelm")) {
    d::read_stablelm(json, c);
  } else if (is("opt")) {
    d::read_opt(json, c);
  } else if (is("smollm3")) {
    d::read_smollm3(json, c);
  } else {
    fail<IoError>(
        "config", "the model_type '", c.model_type,
        "' is not known; these are: gpt2, gpt_neox, llama, mistral, qwen2, qwen3, gemma, gemma2, phi, phi3, "
        "stablelm, opt, smollm3");
  }
  if (c.head_dim == 0) c.head_dim = c.heads > 0 ? c.hidden / c.heads : 0;
  constexpr index_t most_heads = 1 << 16;  // and entries of one, so that their product is a number
  const bool sound = c.vocabulary > 0 && c.hidden > 0 && c.intermediate > 0 && c.heads > 0 &&
                     c.heads <= most_heads && c.kv_heads > 0 && c.heads % c.kv_heads == 0 && c.head_dim > 0 &&
                     c.head_dim <= most_heads && c.context > 0;
  check<IoError>(sound, "config", "a model of ", c.layers, " layers, ", c.heads, " heads of ", c.head_dim,
                 ", ", c.kv_heads, " of keys and values, and ", c.hidden,
                 " hidden units does not fit together");
  return c;
}

}  // namespace TENON_NAMESPACE::models
