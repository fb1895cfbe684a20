#pragma once
/// Language models from GGUF files, llama.cpp's format.

#include <algorithm>  // any_of, max
#include <cmath>      // log, sqrt
#include <iterator>   // begin, end
#include <map>        // map
#include <string>     // string
#include <vector>     // vector

#include "tenon/io/gguf.hpp"
#include "tenon/models/language/decoder_parameters.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// The metadata of a file's architecture.
class GgufConfig {
 public:
  explicit GgufConfig(const io::GgufFile& file) : file_(file) {
    const io::GgufValue* const name = file.find("general.architecture");
    check<IoError>(name && !name->text.empty(), "gguf", file.path(), " names no architecture");
    architecture = name->text;
  }
  double real(const std::string& name, double missing) const {
    const io::GgufValue* const value = file_.find(architecture + "." + name);
    return value ? value->number : missing;
  }
  /// A whole number below 2^32.
  index_t number(const std::string& name, double missing) const {
    const double value = real(name, missing);
    check<IoError>(value >= 0 && value < 4294967296.0, "gguf", file_.path(), ": ", architecture, ".", name,
                   " is ", value);
    return static_cast<index_t>(value);
  }
  std::string architecture;

 private:
  const io::GgufFile& file_;
};

/// How positions are rotated. What Llama 3.1 does to the rates is in the file as a divisor for each.
inline DecoderRotary gguf_rotary(const io::GgufFile& file, const GgufConfig& g, const DecoderConfig& c) {
  DecoderRotary r{.dims = g.number("rope.dimension_count", static_cast<double>(c.head_dim)) / 2 * 2,
                  .base = g.real("rope.freq_base", 10000),
                  .original_context = c.context};
  check<IoError>(r.dims <= c.head_dim && r.base > 0, "gguf", file.path(), ": ", r.dims, " of ", c.head_dim,
                 " entries cannot be rotated by the base ", r.base);
  if (file.entries().contains("rope_freqs.weight")) {
    r.divisors = file.get("rope_freqs.weight").to_vector();
    check<IoError>(static_cast<index_t>(r.divisors.size()) == r.dims / 2, "gguf", file.path(),
                   ": \"rope_freqs.weight\" has ", r.divisors.size(), " numbers for ", r.dims / 2, " pairs");
  }
  const io::GgufValue* const scaling = file.find(g.architecture + ".rope.scaling.type");
  if (!scaling || scaling->text == "none") return r;
  const bool yarn = scaling->text == "yarn";
  check<IoError>(yarn || scaling->text == "linear", "gguf", file.path(), ": the rope scaling '",
                 scaling->text, "' is not supported");
  r.scaling = yarn ? RotaryScaling::yarn : RotaryScaling::linear;
  r.factor = g.real("rope.scaling.factor", 1);
  check<IoError>(r.factor > 0, "gguf", file.path(), ": the rope scaling's factor is ", r.factor);
  if (yarn) {
    r.original_context = g.number("rope.scaling.original_context_length", static_cast<double>(c.context));
    r.attention_factor = r.factor > 1 ? 0.1 * std::log(r.factor) + 1 : 1;
  }
  return r;
}

inline DecoderConfig gguf_config(const io::GgufFile& file) {
  const GgufConfig g(file);
  DecoderConfig c;
  c.model_type = g.architecture;
  const auto is = [&](const char* name) { return g.architecture == name; };
  constexpr const char* known[] = {"llama", "qwen2", "qwen3",   "gemma",    "gemma2", "phi2",
                                   "phi3",  "gpt2",  "gptneox", "stablelm", "smollm3"};
  check<IoError>(std::any_of(std::begin(known), std::end(known), is), "gguf", file.path(),
                 ": the architecture '", g.architecture,
                 "' is not known; these are: llama, qwen2, qwen3, gemma, gemma2, phi2, phi3, gpt2, gptneox, "
                 "stablelm, smollm3");
  const auto table = file.entries().find("token_embd.weight");
  check<IoError>(table != file.entries().end() && table->second.shape.size() == 2, "gguf", file.path(),
                 " has no matrix token_embd.weight");
  c.vocabulary = table->second.shape[0];
  c.context = g.number("context_length", 2048);
  c.hidden = g.number("embedding_length", 0);
  c.intermediate = g.number("feed_forward_length", 0);
  c.layers = g.number("block_count", 0);
  c.heads = g.number("attention.head_count", 0);
  c.kv_heads = g.number("attention.head_count_kv", static_cast<double>(c.heads));
  constexpr index_t most_heads = 1 << 16;  // and entries of one, so that their product is a number
  const bool sound = c.context > 0 && c.hidden > 0 && c.intermediate > 0 && c.layers <= 4096 && c.heads > 0 &&
                     c.heads <= most_heads && c.kv_heads > 0 && c.heads % c.kv_heads == 0;
  check<IoError>(sound, "gguf", file.path(), ": ", c.layers, " layers with ", c.heads, " heads, ", c.kv_heads,
                 " of keys and values, do not fit together");
  c.head_dim = g.number("attention.key_length", static_cast<double>(c.hidden / c.heads));
  check<IoError>(c.head_dim > 0 && c.head_dim <= most_heads, "gguf", file.path(), ": heads of ", c.head_dim,
                 " entries are not supported");
  c.norm_eps = g.real("attention.layer_norm_rms_epsilon", g.real("attention.layer_norm_epsilon", 1e-5));
  c.tied = !file.entries().contains("output.weight");
  c.qkv_bias = file.entries().contains("blk.0.attn_q.bias");
  c.out_bias = file.entries().contains("blk.0.attn_output.bias");
  c.qk_norm = is("qwen3");
  c.rotary = gguf_rotary(file, g, c);
  if (is("llama") || is("phi3")) c.window = g.number("attention.sliding_window", 0);
  if (is("phi3")) c.names = DecoderNames::phi3;
  if (is("gpt2")) {
    c.names = DecoderNames::gpt2;
    c.norm = DecoderNorm::layer;
    c.activation = DecoderActivation::gelu_tanh;
    c.gated = false;
    c.qkv_bias = c.out_bias = c.mlp_bias = true;
    c.learned_positions = c.context;
  }
  if (is("phi2") || is("gptneox") || is("stablelm")) c.norm = DecoderNorm::layer;
  if (is("phi2")) {
    c.names = DecoderNames::phi;
    c.activation = DecoderActivation::gelu_tanh;
    c.gated = false;
    c.mlp_bias = c.head_bias = c.parallel = c.shared_norm = true;
  }
  if (is("gptneox")) {
    c.names = DecoderNames::gpt_neox;
    c.activation = DecoderActivation::gelu;
    c.gated = false;
    c.qkv_bias = c.mlp_bias = true;
    c.parallel = g.number("use_parallel_residual", 1) != 0;
  }
  if (is("stablelm")) c.parallel = c.shared_norm = !file.entries().contains("blk.0.ffn_norm.weight");
  if (is("smollm3"))  // every fourth layer has no positions
    for (index_t i = 0; i < c.layers; ++i) c.no_rotary.push_back(i % 4 == 3);
  if (is("gemma") || is("gemma2")) {  // the 1 of their norms is in the file's weights
    c.activation = DecoderActivation::gelu_tanh;
    c.embedding_scale = std::sqrt(static_cast<double>(c.hidden));
  }
  if (is("gemma2")) {
    c.names = DecoderNames::gemma2;
    c.post_norms = true;
    c.attention_cap = g.real("attn_logit_softcapping", 50);
    c.logit_cap = g.real("final_logit_softcapping", 30);
    c.window = g.number("attention.sliding_window", 4096);
    for (index_t i = 0; i < c.layers; ++i) c.windowed.push_back(i % 2 == 0);
  }
  return c;
}

/// Whether rows of queries and keys have pairs that are neighbours.
inline bool has_pairs_of_neighbours(const std::string& architecture) {
  return architecture == "llama" || architecture == "smollm3";
}
/// Rows of queries or keys whose pairs are neighbours with pairs in two halves.
inline Tensor<float> halves_of_pairs(const Tensor<float>& rows, index_t heads) {
  const index_t half = rows.extent(0) / heads / 2,
                inputs = rows.size() / std::max<index_t>(1, rows.extent(0));
  return contiguous(reshape(transpose(reshape(rows, {heads, half, 2, inputs}), 1, 2), rows.shape()));
}

}  // namespace detail

/// Reads a model from a GGUF file. Arrays of float32 are mapped, others are converted to it.
///
///   throws: IoError if the file is damaged, its architecture is not known, or the arrays do not fit it
inline Decoder<float> load_gguf_decoder(const io::GgufFile& file) {
  Decoder<float> model;
  model.config = detail::gguf_config(file);
  model.blocks.resize(static_cast<std::size_t>(model.config.layers));
  const detail::DecoderParameters<float> parameters(model, detail::DecoderFile::gguf);
  std::map<std::string, bool> used;
  for (const auto& entry : parameters.entries()) {
    const auto at = file.entries().find(entry.name);
    check<IoError>(at != file.entries().end(), "gguf", file.path(), " has no array \"", entry.name, "\"");
    check<IoError>(at->second.shape == entry.shape(), "gguf", file.path(), ": \"", entry.name, "\" is ",
                   at->second.shape, ", expected ", entry.shape());
    used[entry.name] = true;
    Tensor<float> array = file.get(entry.name);
    const bool pairs = detail::has_pairs_of_neighbours(model.config.model_type);
    if (pairs && entry.name.find(".attn_q.") != std::string::npos)
      array = detail::halves_of_pairs(array, model.config.heads);
    if (pairs && entry.name.find(".attn_k.") != std::string::npos)
      array = detail::halves_of_pairs(array, model.config.kv_heads);
    entry.set(array);
  }
  for (const auto& [name, entry] : file.entries())
    check<IoError>(used.contains(name) || name == "rope_freqs.weight", "gguf", file.path(), ": \"", name,
                   "\" is no part of a ", model.config.model_type);
  return model;
}

}  // namespace TENON_NAMESPACE::models
