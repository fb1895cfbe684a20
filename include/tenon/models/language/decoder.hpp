#pragma once
/// Decoder-only transformers as `DecoderConfig` describes them: GPT-2, Llama, Gemma and their kin.

#include <algorithm>  // clamp, max, min_element
#include <cmath>      // cos, floor, log, pow, sin, sqrt
#include <limits>     // numeric_limits
#include <vector>     // vector

#include "tenon/models/language/decoder_cache.hpp"
#include "tenon/models/language/decoder_config.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/nn/attention.hpp"
#include "tenon/ops/nn/norm.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace TENON_NAMESPACE::models {

namespace detail {

/// The rates of rotary angles, one for each pair, in a text of `length` tokens.
inline std::vector<double> rotary_rates(const DecoderRotary& r, index_t length) {
  const auto half = static_cast<std::size_t>(r.dims / 2);
  const double dims = static_cast<double>(r.dims), pi = 3.14159265358979323846;
  const auto original = static_cast<double>(r.original_context);
  double base = r.base;
  if (r.scaling == RotaryScaling::dynamic && length > r.original_context)
    base *= std::pow(r.factor * static_cast<double>(length) / original - (r.factor - 1), dims / (dims - 2));
  // The pair that rotates so many times in a text.
  const auto pair_of = [&](double rotations) {
    return dims * std::log(original / (rotations * 2 * pi)) / (2 * std::log(base));
  };
  const double first = std::max(std::floor(pair_of(r.beta_fast)), 0.0),
               last = std::min(std::ceil(pair_of(r.beta_slow)), dims - 1);
  std::vector<double> rates(half);
  for (std::size_t k = 0; k < half; ++k) {
    const double rate = std::pow(base, -2 * static_cast<double>(k) / dims),
                 waves = original * rate / (2 * pi);
    double kept = 1;  // the part of the rate that is not divided by the factor
    if (r.scaling == RotaryScaling::linear) kept = 0;
    if (r.scaling == RotaryScaling::llama3) kept = std::clamp((waves - r.low) / (r.high - r.low), 0.0, 1.0);
    if (r.scaling == RotaryScaling::yarn)
      kept = 1 - std::clamp((static_cast<double>(k) - first) / std::max(last - first, 0.001), 0.0, 1.0);
    rates[k] = rate * (kept + (1 - kept) / r.factor);
    if (!r.divisors.empty()) rates[k] /= static_cast<double>(r.divisors[k]);
  }
  return rates;
}

/// What all layers of one pass share.
template <class T>
struct DecoderPass {
  Tensor<T> cosines, sines;     ///< (rows, 1, T, dims / 2)
  Tensor<bool> seen, windowed;  ///< (rows, 1, T, S); undefined where causal order alone decides
  bool causal = false;          ///< whether keys are the queries' own
};

/// Which of `keys` tokens the last `queries` see: themselves, and those before them in the window that are no
/// padding.
inline Tensor<bool> decoder_mask(index_t queries, index_t keys, const std::vector<index_t>& padding,
                                 index_t window) {
  const auto rows = static_cast<index_t>(std::max<std::size_t>(1, padding.size()));
  Tensor<bool> allowed = zeros<bool>({rows, 1, queries, keys});
  bool* line = allowed.mutable_data();
  for (index_t n = 0; n < rows; ++n)
    for (index_t query = keys - queries; query < keys; ++query, line += keys) {
      index_t first = padding.empty() ? 0 : padding[static_cast<std::size_t>(n)];
      if (window > 0) first = std::max(first, query - window + 1);
      for (index_t key = first; key < query; ++key) line[key] = true;
      line[query] = true;
    }
  return allowed;
}

}  // namespace detail

/// The norm of a decoder: over the last axis.
template <Real T>
struct DecoderNormLayer {
  nn::Parameter<T> weight, bias;        ///< (E); the bias may be undefined
  DecoderNorm kind = DecoderNorm::rms;  ///< which norm
  double eps = 1e-6;                    ///< is added to the variance or the mean square

  Tensor<T> operator()(const Tensor<T>& x) const {
    const Shape last = {x.extent(-1)};
    if (kind == DecoderNorm::layer) return layer_norm(x, last, weight, bias, eps);
    return rms_norm(x, last, kind == DecoderNorm::rms ? Tensor<T>(weight) : add(weight, T(1)), eps);
  }
  TENON_FIELDS(weight, bias, kind, eps);
};

/// Causal self-attention, (N, T, E) to (N, T, E).
template <Real T>
struct DecoderAttention {
  nn::Linear<T> q_proj, k_proj, v_proj, o_proj;  ///< to queries, keys and values, and back
  DecoderNormLayer<T> q_norm, k_norm;            ///< of each head; undefined weights: none

  Tensor<T> operator()(const DecoderConfig& c, const Tensor<T>& x, const detail::DecoderPass<T>& pass,
                       index_t layer, nn::KeyValueCache<T>* cache) const {
    const auto k_of = static_cast<std::size_t>(layer);
    const bool rotary = c.learned_positions == 0 && (c.no_rotary.empty() || !c.no_rotary[k_of]);
    Tensor<T> q = heads_of(q_proj(x), c.heads), k = heads_of(k_proj(x), c.kv_heads),
              v = heads_of(v_proj(x), c.kv_heads);
    if (c.qk_norm) {
      q = q_norm(q);
      k = k_norm(k);
    }
    if (rotary) {
      q = rotated(q, pass);
      k = rotated(k, pass);
    }
    if (cache) {
      k = cache->keys.append(k);
      v = cache->values.append(v);
    }
    const bool in_window = c.window > 0 && (c.windowed.empty() || c.windowed[k_of]);
    const Tensor<T> y = attend(c, q, k, v, in_window ? pass.windowed : pass.seen, pass.causal);
    return o_proj(flatten(transpose(y, 1, 2), 2, 3));
  }
  TENON_FIELDS(q_proj, k_proj, v_proj, o_proj, q_norm, k_norm);

 private:
  static Tensor<T> heads_of(const Tensor<T>& x, index_t heads) {
    return transpose(reshape(x, {x.extent(0), x.extent(1), heads, x.extent(2) / heads}), 1, 2);
  }
  static Tensor<T> rotated(const Tensor<T>& x, const detail::DecoderPass<T>& pass) {
    const index_t half = pass.cosines.extent(-1), width = x.extent(-1);
    const Tensor<T> a = narrow(x, -1, 0, half), b = narrow(x, -1, half, half);
    const Tensor<T> first = map([](auto u, auto v, auto cosine, auto sine) { return u * cosine - v * sine; },
                                a, b, pass.cosines, pass.sines);
    const Tensor<T> second = map([](auto u, auto v, auto cosine, auto sine) { return v * cosine + u * sine; },
                                 a, b, pass.cosines, pass.sines);
    if (2 * half == width) return cat({first, second}, -1);
    return cat({first, second, narrow(x, -1, 2 * half, width - 2 * half)}, -1);
  }
  static Tensor<T> attend(const DecoderConfig& c, const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                          const Tensor<bool>& allowed, bool causal) {
    const double scale =
        c.attention_scale > 0 ? c.attention_scale : 1 / std::sqrt(static_cast<double>(c.head_dim));
    if (c.attention_cap == 0) {
      AttentionOptions<T> options{
          .allowed = allowed, .is_causal = causal && !allowed.defined(), .scale = scale};
      return scaled_dot_product_attention(q, k, v, options);
    }
    const index_t group = c.heads / c.kv_heads, n = q.extent(0), length = q.extent(2);
    const Tensor<T> grouped = reshape(q, {n, c.kv_heads, group * length, c.head_dim});
    const auto factor = static_cast<T>(scale / c.attention_cap), cap = static_cast<T>(c.attention_cap);
    Tensor<T> logits =
        map([factor, cap](auto x) { return cap * tanh(factor * x); }, matmul(grouped, transpose(k, 2, 3)));
    logits = reshape(logits, {n, c.heads, length, k.extent(2)});
    const Tensor<bool> seen = allowed.defined() ? allowed : detail::decoder_mask(length, k.extent(2), {}, 0);
    const Tensor<T> weights = softmax(where(seen, logits, -std::numeric_limits<T>::infinity()), -1);
    const Tensor<T> y = matmul(reshape(weights, {n, c.kv_heads, group * length, k.extent(2)}), v);
    return reshape(y, {n, c.heads, length, c.head_dim});
  }
};

/// The feed-forward part of a block: down(act(gate(x)) * up(x)), or down(act(up(x))).
template <Real T>
struct DecoderMlp {
  nn::Linear<T> gate_proj, up_proj, down_proj;  ///< (E) to (intermediate), and back

  Tensor<T> operator()(const DecoderConfig& c, const Tensor<T>& x) const {
    const Tensor<T> inner =
        c.gated ? mul(activate(c.activation, gate_proj(x)), up_proj(x)) : activate(c.activation, up_proj(x));
    return down_proj(inner);
  }
  TENON_FIELDS(gate_proj, up_proj, down_proj);

 private:
  static Tensor<T> activate(DecoderActivation kind, const Tensor<T>& x) {
    switch (kind) {
      case DecoderActivation::gelu:
        return gelu(x);
      case DecoderActivation::gelu_tanh:
        return gelu_tanh(x);
      case DecoderActivation::silu:
        return silu(x);
      default:
        return relu(x);
    }
  }
};

/// A block of a decoder.
template <Real T>
struct DecoderBlock {
  DecoderNormLayer<T> input_norm;                ///< before attention
  DecoderAttention<T> attention;                 ///< causal self-attention
  DecoderNormLayer<T> mlp_norm;                  ///< before the feed-forward part
  DecoderMlp<T> mlp;                             ///< the feed-forward part
  DecoderNormLayer<T> attention_post, mlp_post;  ///< behind the parts, where the model has them

  Tensor<T> operator()(const DecoderConfig& c, const Tensor<T>& x, const detail::DecoderPass<T>& pass,
                       index_t layer, nn::KeyValueCache<T>* cache) const {
    if (c.norm_after) {
      const Tensor<T> y = input_norm(add(x, attention(c, x, pass, layer, cache)));
      return mlp_norm(add(y, mlp(c, y)));
    }
    const Tensor<T> normed = input_norm(x);
    Tensor<T> attended = attention(c, normed, pass, layer, cache);
    if (c.post_norms) attended = attention_post(attended);
    if (c.parallel) return add(add(x, attended), mlp(c, c.shared_norm ? normed : mlp_norm(x)));
    const Tensor<T> y = add(x, attended);
    const Tensor<T> fed = mlp(c, mlp_norm(y));
    return add(y, c.post_norms ? mlp_post(fed) : fed);
  }
  TENON_FIELDS(input_norm, attention, mlp_norm, mlp, attention_post, mlp_post);
};

/// A decoder-only language model: logits of the token that follows each token. `load_pretrained` makes one from
/// the files of others.
///
///   shapes: ids (N, T)
///   returns: logits (N, T, vocabulary)
///   throws: ShapeError if ids is no matrix; ValueError if there are more tokens than positions; IndexError for an
///           id outside the vocabulary
template <Real T>
struct Decoder {
  using Scalar = T;               ///< the type of its weights and logits
  using Cache = DecoderCache<T>;  ///< see `next`

  nn::Embedding<T> embed_tokens;          ///< token embeddings
  nn::Linear<T> project_in, project_out;  ///< of embeddings whose width is their own; else undefined
  nn::Parameter<T> positions;             ///< (learned_positions, E), undefined where positions are rotary
  std::vector<DecoderBlock<T>> blocks;    ///< the blocks
  DecoderNormLayer<T> final_norm;         ///< after the last block
  nn::Linear<T> lm_head;  ///< the output map; its weight is undefined where it is the table of tokens
  DecoderConfig config;   ///< what the model is

  /// Logits (N, T, vocabulary) of the tokens that follow each of ids (N, T).
  Tensor<T> operator()(const Tensor<index_t>& ids) const { return head(read(ids, nullptr)); }
  /// Logits (N, T, vocabulary) after each of ids (N, T), which follow those in the cache and are added to it.
  /// Nothing is recorded.
  Tensor<T> logits(const Tensor<index_t>& ids, Cache& cache) const {
    const NoGrad no_grad;
    return head(read(ids, &cache));
  }
  /// Logits (N, vocabulary) after the last of ids (N, T), which follow those in the cache and are added to it.
  /// Nothing is recorded.
  Tensor<T> next(const Tensor<index_t>& ids, Cache& cache) const {
    const NoGrad no_grad;
    return head(select(read(ids, &cache), 1, -1));
  }
  /// An empty cache for texts of at most `capacity` tokens, with padding on the left of each.
  Cache make_cache(index_t rows, index_t capacity, std::vector<index_t> left_padding = {}) const {
    return Cache(config.layers, rows, capacity, std::move(left_padding));
  }
  /// The largest number of tokens in a row.
  index_t context() const { return config.context; }
  /// The number of different tokens.
  index_t vocabulary() const { return config.vocabulary; }
  TENON_FIELDS(embed_tokens, project_in, project_out, positions, blocks, final_norm, lm_head);
  TENON_LEFT_OUT(config);

 private:
  Tensor<T> head(const Tensor<T>& x) const {
    const Tensor<T> narrowed = config.embedding_width > 0 ? project_out(x) : x;
    const Tensor<T> y = linear(narrowed, config.tied ? embed_tokens.weight : lm_head.weight, lm_head.bias);
    if (config.logit_cap == 0) return y;
    return map([cap = static_cast<T>(config.logit_cap)](auto v) { return cap * tanh(v / cap); }, y);
  }

  /// What the head reads, (N, T, E).
  Tensor<T> read(const Tensor<index_t>& ids, Cache* cache) const {
    check<ShapeError>(ids.rank() == 2, "decoder", "expected ids of shape (N, T), got ", ids.shape());
    const index_t start = cache ? cache->length() : 0, length = ids.extent(1);
    const std::vector<index_t> padding = cache ? cache->left_padding() : std::vector<index_t>{};
    const Tensor<index_t> places = places_of(start, length, padding);
    Tensor<T> x = embed_tokens(ids);
    if (config.embedding_width > 0) x = project_in(x);
    if (config.embedding_scale != 1) x = mul(x, static_cast<T>(config.embedding_scale));
    if (config.learned_positions > 0) {
      check<ValueError>(start + length + config.position_offset <= config.learned_positions, "decoder",
                        start + length, " tokens are more than the ", config.context,
                        " positions that there are");
      x = add(x, embedding(positions, add(places, config.position_offset)));
    }
    const detail::DecoderPass<T> pass = prepare(places, start, length, padding);
    for (index_t i = 0; i < config.layers; ++i) {
      const auto k = static_cast<std::size_t>(i);
      x = blocks[k](config, x, pass, i, cache ? &cache->layers()[k] : nullptr);
    }
    return config.norm_after ? x : final_norm(x);
  }
  /// The position of each token, (N, T), or (1, T) where all rows have the same. Those of padding are 0.
  static Tensor<index_t> places_of(index_t start, index_t length, const std::vector<index_t>& padding) {
    const auto rows = static_cast<index_t>(std::max<std::size_t>(1, padding.size()));
    Tensor<index_t> places = Tensor<index_t>::empty({rows, length});
    index_t* to = places.mutable_data();
    for (index_t n = 0; n < rows; ++n)
      for (index_t t = 0; t < length; ++t)
        *to++ =
            std::max<index_t>(0, start + t - (padding.empty() ? 0 : padding[static_cast<std::size_t>(n)]));
    return places;
  }
  detail::DecoderPass<T> prepare(const Tensor<index_t>& places, index_t start, index_t length,
                                 const std::vector<index_t>& padding) const {
    detail::DecoderPass<T> pass;
    const index_t keys = start + length;
    pass.causal = start == 0;
    if (!padding.empty() || (start > 0 && length > 1))
      pass.seen = detail::decoder_mask(length, keys, padding, 0);
    pass.windowed = pass.seen;
    if (config.window > 0 && keys > config.window)
      pass.windowed = detail::decoder_mask(length, keys, padding, config.window);
    if (config.learned_positions > 0) return pass;
    const index_t longest = keys - (padding.empty() ? 0 : *std::min_element(padding.begin(), padding.end()));
    const std::vector<double> rates = detail::rotary_rates(config.rotary, longest);
    const Shape shape = {places.extent(0), 1, length, static_cast<index_t>(rates.size())};
    pass.cosines = Tensor<T>::empty(shape);
    pass.sines = Tensor<T>::empty(shape);
    T *cosine = pass.cosines.mutable_data(), *sine = pass.sines.mutable_data();
    for (index_t i = 0; i < places.size(); ++i)
      for (const double rate : rates) {
        const double angle = static_cast<double>(places.data()[i]) * rate;
        *cosine++ = static_cast<T>(config.rotary.attention_factor * std::cos(angle));
        *sine++ = static_cast<T>(config.rotary.attention_factor * std::sin(angle));
      }
    return pass;
  }
};

}  // namespace TENON_NAMESPACE::models
