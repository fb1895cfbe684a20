#pragma once
/// A decoder-only transformer with the architecture of GPT-2 (Radford et al. 2019, "Language models are
/// unsupervised multitask learners"): pre-norm blocks, learned positions, and one table for token embeddings
/// and logits.
///
///     Gpt<float> gpt({.vocabulary = 65, .context = 64, .layers = 4, .heads = 4, .embed_dim = 128});
///     loss = cross_entropy(flatten(gpt(ids), 0, 1), flatten(following));
///
/// Parameters have the names of Hugging Face's GPT-2 without the prefix `transformer.`. Hugging Face stores
/// the weights of c_attn, c_fc and c_proj as (in, out), Tenon as (out, in): load them by rules with
/// `transpose`.

#include <algorithm>  // max
#include <utility>    // move
#include <vector>     // vector

#include "tenon/models/language/decoder_cache.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/nn/position.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/attention.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `Gpt`. The defaults are GPT-2 with 124 million parameters.
struct GptOptions {
  index_t vocabulary = 50257;                        ///< number of tokens
  index_t context = 1024;                            ///< the longest sequence
  index_t layers = 12, heads = 12, embed_dim = 768;  ///< blocks, attention heads, extent of embeddings
  double dropout = 0.1;          ///< for embeddings, attention weights and outputs of parts, in training
  bool bias = true;              ///< with biases of linear maps and norms
  double layer_norm_eps = 1e-5;  ///< added to the norms' variances
};

namespace detail {

/// A linear layer with initially normal weights and a bias of 0.
template <Real T>
nn::Linear<T> gpt_linear(index_t inputs, index_t outputs, double deviation, bool bias, Generator& generator) {
  nn::Linear<T> layer;
  layer.weight = nn::init::normal<T>({outputs, inputs}, 0, deviation, generator);
  if (bias) layer.bias = zeros<T>({outputs});
  return layer;
}
/// The standard deviation of the initial weights of projections into the residual stream. Two projections of
/// each block add up there, so it is divided by sqrt(2 layers).
inline double gpt_residual_deviation(const GptOptions& options) {
  return 0.02 / std::sqrt(2 * static_cast<double>(options.layers));
}
template <Real T>
nn::LayerNorm<T> gpt_norm(const GptOptions& options) {
  return nn::LayerNorm<T>(options.embed_dim, {.eps = options.layer_norm_eps, .bias = options.bias});
}

/// Which of `keys` tokens the last `queries` may see, (N, 1, queries, keys): themselves, and those before that are no
/// padding.
inline Tensor<bool> gpt_padded_mask(index_t queries, index_t keys, const std::vector<index_t>& left_padding) {
  Tensor<bool> allowed = zeros<bool>({static_cast<index_t>(left_padding.size()), 1, queries, keys});
  bool* row = allowed.mutable_data();
  for (const index_t padding : left_padding)
    for (index_t query = keys - queries; query < keys; ++query, row += keys) {
      for (index_t key = padding; key < query; ++key) row[key] = true;
      row[query] = true;
    }
  return allowed;
}

}  // namespace detail

/// Causal self-attention: each token attends to itself and earlier tokens.
///
///   shapes: x (N, T, embed_dim)
///   returns: (N, T, embed_dim)
///   throws: the constructor ValueError if embed_dim does not divide into the heads
template <Real T>
struct GptAttention {
  nn::Linear<T> c_attn;  ///< the map to queries, keys and values of all heads
  nn::Linear<T> c_proj;  ///< the output projection
  index_t heads = 1;     ///< attention heads
  double dropout = 0;    ///< the probability for attention weights and the output, in training
  nn::Mode mode{};       ///< training or evaluation

  GptAttention() = default;
  explicit GptAttention(const GptOptions& o, Generator& generator = default_generator())
      : c_attn(detail::gpt_linear<T>(o.embed_dim, 3 * o.embed_dim, 0.02, o.bias, generator)),
        c_proj(detail::gpt_linear<T>(o.embed_dim, o.embed_dim, detail::gpt_residual_deviation(o), o.bias,
                                     generator)),
        heads(o.heads),
        dropout(o.dropout) {
    check<ValueError>(heads > 0 && o.embed_dim % heads == 0, "gpt", "embed_dim ", o.embed_dim,
                      " does not divide into ", heads, " heads");
  }

  /// The attention's output for x (N, T, embed_dim). With a cache, x follows the tokens in the cache and is
  /// added to it; the first left_padding[n] tokens of row n are seen by no other.
  Tensor<T> operator()(const Tensor<T>& x, nn::KeyValueCache<T>* cache = nullptr,
                       const std::vector<index_t>& left_padding = {}) const {
    const index_t n = x.extent(0), length = x.extent(1), width = x.extent(2);
    const Tensor<T> all = reshape(c_attn(x), {n, length, 3, heads, width / heads});
    const auto part = [&](index_t k) { return transpose(select(all, 2, k), 1, 2); };
    Tensor<T> k = part(1), v = part(2);
    if (cache) {
      k = cache->keys.append(k);
      v = cache->values.append(v);
    }
    const Tensor<T> y = scaled_dot_product_attention(part(0), k, v, seen(length, k.extent(2), left_padding));
    return tenon::dropout(c_proj(reshape(transpose(y, 1, 2), {n, length, width})), dropout, mode.training());
  }
  TENON_FIELDS(c_attn, c_proj, heads, dropout, mode);

 private:
  /// The causal mask of the last `queries` of `keys` tokens, and dropout.
  AttentionOptions<T> seen(index_t queries, index_t keys, const std::vector<index_t>& left_padding) const {
    AttentionOptions<T> options{.dropout_p = mode.training() ? dropout : 0};
    if (!left_padding.empty())
      options.allowed = detail::gpt_padded_mask(queries, keys, left_padding);
    else if (queries == keys)
      options.is_causal = true;
    else if (queries > 1)
      options.allowed = tril(ones<bool>({queries, keys}), keys - queries);
    return options;
  }
};

/// The feed-forward part of a block: c_proj(gelu_tanh(c_fc(x))), (N, T, embed_dim) to (N, T, embed_dim).
template <Real T>
struct GptMlp {
  nn::Linear<T> c_fc, c_proj;  ///< (embed_dim) to (4 embed_dim), and back
  double dropout = 0;          ///< the probability for the output, in training
  nn::Mode mode{};             ///< training or evaluation

  GptMlp() = default;
  explicit GptMlp(const GptOptions& o, Generator& generator = default_generator())
      : c_fc(detail::gpt_linear<T>(o.embed_dim, 4 * o.embed_dim, 0.02, o.bias, generator)),
        c_proj(detail::gpt_linear<T>(4 * o.embed_dim, o.embed_dim, detail::gpt_residual_deviation(o), o.bias,
                                     generator)),
        dropout(o.dropout) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return tenon::dropout(c_proj(gelu_tanh(c_fc(x))), dropout, mode.training());
  }
  TENON_FIELDS(c_fc, c_proj, dropout, mode);
};

/// A pre-norm transformer block: y = x + attn(ln_1(x)); y + mlp(ln_2(y)), (N, T, embed_dim) to (N, T,
/// embed_dim).
template <Real T>
struct GptBlock {
  nn::LayerNorm<T> ln_1;  ///< before attention
  GptAttention<T> attn;   ///< causal self-attention
  nn::LayerNorm<T> ln_2;  ///< before the feed-forward part
  GptMlp<T> mlp;          ///< the feed-forward part

  GptBlock() = default;
  explicit GptBlock(const GptOptions& options, Generator& generator = default_generator())
      : ln_1(detail::gpt_norm<T>(options)),
        attn(options, generator),
        ln_2(detail::gpt_norm<T>(options)),
        mlp(options, generator) {}

  Tensor<T> operator()(const Tensor<T>& x, nn::KeyValueCache<T>* cache = nullptr,
                       const std::vector<index_t>& left_padding = {}) const {
    const Tensor<T> y = add(x, attn(ln_1(x), cache, left_padding));
    return add(y, mlp(ln_2(y)));
  }
  TENON_FIELDS(ln_1, attn, ln_2, mlp);
};

/// A GPT language model: logits of the token that follows each token.
///
///   shapes: ids (N, T), T <= context
///   returns: logits (N, T, vocabulary)
///   throws: ShapeError if ids is no matrix, ValueError if T > context, IndexError for an id outside the
///           vocabulary
///   source: Radford et al. 2019
template <Real T>
struct Gpt {
  using Scalar = T;               ///< the type of its weights and logits
  using Cache = DecoderCache<T>;  ///< see `next`

  nn::Embedding<T> wte;         ///< token embeddings; logits are products with its rows
  nn::LearnedPositions<T> wpe;  ///< position embeddings
  std::vector<GptBlock<T>> h;   ///< the blocks
  nn::LayerNorm<T> ln_f;        ///< after the last block
  GptOptions options;           ///< as given to the constructor
  nn::Mode mode{};              ///< training or evaluation

  Gpt() = default;
  explicit Gpt(const GptOptions& net_options, Generator& generator = default_generator())
      : wte(nn::init::normal<T>({net_options.vocabulary, net_options.embed_dim}, 0, 0.02, generator)),
        wpe(net_options.context, net_options.embed_dim, generator),
        ln_f(detail::gpt_norm<T>(net_options)),
        options(net_options) {
    for (index_t layer = 0; layer < options.layers; ++layer) h.emplace_back(options, generator);
  }

  /// Logits (N, T, vocabulary) of the tokens that follow each of ids (N, T).
  Tensor<T> operator()(const Tensor<index_t>& ids) const { return linear(ln_f(read(ids)), wte.weight); }

  /// The largest number of tokens in a row.
  index_t context() const { return options.context; }
  /// The number of different tokens.
  index_t vocabulary() const { return options.vocabulary; }

  /// An empty cache of `rows` texts with room for `capacity` tokens each. The first left_padding[n] ids of text n will
  /// be padding, which other tokens do not see.
  ///   throws: ValueError if left_padding has another length than `rows`
  Cache make_cache(index_t rows, index_t capacity, std::vector<index_t> left_padding = {}) const {
    check<ValueError>(left_padding.empty() || static_cast<index_t>(left_padding.size()) == rows, "gpt",
                      "left_padding has ", left_padding.size(), " numbers for ", rows, " rows");
    return {static_cast<index_t>(h.size()), rows, capacity, std::move(left_padding)};
  }
  /// Logits (N, vocabulary) of the token that follows the last of `ids`. The ids follow the tokens in the
  /// cache and are added to it, so that no token is read twice. Nothing is recorded.
  ///   throws: ValueError if there are more tokens than `context`; the cache does not change then
  Tensor<T> next(const Tensor<index_t>& ids, Cache& cache) const {
    const NoGrad no_grad;
    return linear(ln_f(select(read(ids, &cache), 1, -1)), wte.weight);
  }
  /// Logits (N, T, vocabulary) of the tokens that follow each of ids (N, T); else as `next`.
  Tensor<T> logits(const Tensor<index_t>& ids, Cache& cache) const {
    const NoGrad no_grad;
    return linear(ln_f(read(ids, &cache)), wte.weight);
  }
  TENON_FIELDS(wte, wpe, h, ln_f, options, mode);

 private:
  /// The output of the blocks, (N, T, embed_dim).
  Tensor<T> read(const Tensor<index_t>& ids, Cache* cache = nullptr) const {
    check<ShapeError>(ids.rank() == 2, "gpt", "expected ids of shape (N, T), got ", ids.shape());
    const std::vector<index_t> padding = cache ? cache->left_padding() : std::vector<index_t>{};
    const index_t start = cache ? cache->length() : 0;
    const Tensor<T> y =
        padding.empty() ? wpe(wte(ids), start) : add(wte(ids), positions(start, ids.extent(1), padding));
    Tensor<T> x = dropout(y, options.dropout, mode.training());
    for (std::size_t layer = 0; layer < h.size(); ++layer)
      x = h[layer](x, cache ? &cache->layers()[layer] : nullptr, padding);
    return x;
  }
  /// The position embeddings (N, T, embed_dim) of tokens start, start + 1, … of rows that begin with padding.
  Tensor<T> positions(index_t start, index_t length, const std::vector<index_t>& padding) const {
    Tensor<index_t> number = Tensor<index_t>::empty({static_cast<index_t>(padding.size()) * length});
    index_t* at = number.mutable_data();
    for (const index_t count : padding)
      for (index_t t = start; t < start + length; ++t) *at++ = std::max<index_t>(t - count, 0);
    return reshape(index_select(wpe.weight, 0, number), {static_cast<index_t>(padding.size()), length, -1});
  }
};

}  // namespace TENON_NAMESPACE::models
