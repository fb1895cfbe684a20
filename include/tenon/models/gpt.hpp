#pragma once
/// A decoder in the shape of GPT-2 (Radford et al. 2019, "Language models are unsupervised multitask
/// learners"): transformer blocks that normalise first, positions that are learned, and one table of tokens
/// for reading and for writing.
///
///     Gpt<float> gpt({.vocabulary = 65, .context = 64, .layers = 4, .heads = 4, .width = 128});
///     loss = cross_entropy(flatten(gpt(ids), 0, 1), flatten(following));
///
/// Parameters have the names that Hugging Face's GPT-2 has without its prefix `transformer.`. That stores the
/// weights of c_attn, c_fc and c_proj as (in, out), Tenon as every linear layer's (out, in): they load by
/// rules with `transpose`.

#include "tenon/nn/embedding.hpp"
#include "tenon/nn/key_value_cache.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/norm.hpp"
#include "tenon/nn/position.hpp"
#include "tenon/ops/attention.hpp"

namespace TENON_NAMESPACE::models {

/// By default GPT-2 of 124 million weights.
struct GptOptions {
  index_t vocabulary = 50257;
  index_t context = 1024;  ///< tokens that it sees at most
  index_t layers = 12, heads = 12, width = 768;
  double dropout = 0.1;  ///< of embeddings, attention weights, and what each part adds; in training
  bool bias = true;      ///< of linear maps and norms
  double layer_norm_eps = 1e-5;
};

namespace detail {

/// A linear layer whose weights begin normal, and its bias as 0.
template <Real T>
nn::Linear<T> gpt_linear(index_t inputs, index_t outputs, double deviation, bool bias, Generator& generator) {
  nn::Linear<T> layer;
  layer.weight = nn::init::normal<T>({outputs, inputs}, 0, deviation, generator);
  if (bias) layer.bias = zeros<T>({outputs});
  return layer;
}
/// That of a projection back to what goes through all blocks, where the variances of two a block add up.
inline double gpt_residual_deviation(const GptOptions& options) {
  return 0.02 / std::sqrt(2 * static_cast<double>(options.layers));
}
template <Real T>
nn::LayerNorm<T> gpt_norm(const GptOptions& options) {
  return nn::LayerNorm<T>(options.width, {.eps = options.layer_norm_eps, .bias = options.bias});
}

}  // namespace detail

/// Attention of each token to itself and those before it.
template <Real T>
struct GptAttention {
  nn::Linear<T> c_attn;  ///< queries, keys and values of all heads, one after another
  nn::Linear<T> c_proj;
  index_t heads = 1;
  double dropout = 0;
  nn::Mode mode{};

  GptAttention() = default;
  explicit GptAttention(const GptOptions& o, Generator& generator = default_generator())
      : c_attn(detail::gpt_linear<T>(o.width, 3 * o.width, 0.02, o.bias, generator)),
        c_proj(detail::gpt_linear<T>(o.width, o.width, detail::gpt_residual_deviation(o), o.bias, generator)),
        heads(o.heads),
        dropout(o.dropout) {
    check<ValueError>(heads > 0 && o.width % heads == 0, "gpt", "width ", o.width, " does not divide into ",
                      heads, " heads");
  }

  /// x (N, T, width), which with a cache follow the tokens that are kept there
  Tensor<T> operator()(const Tensor<T>& x, nn::KeyValueCache<T>* cache = nullptr) const {
    const index_t n = x.extent(0), length = x.extent(1), width = x.extent(2);
    const Tensor<T> all = reshape(c_attn(x), {n, length, 3, heads, width / heads});
    const auto part = [&](index_t k) { return transpose(select(all, 2, k), 1, 2); };
    Tensor<T> k = part(1), v = part(2);
    if (cache) {
      k = cache->keys.append(k);
      v = cache->values.append(v);
    }
    const Tensor<T> y = scaled_dot_product_attention(part(0), k, v, seen(length, k.extent(2)));
    return tenon::dropout(c_proj(reshape(transpose(y, 1, 2), {n, length, width})), dropout, mode.training());
  }
  TENON_FIELDS(c_attn, c_proj, heads, dropout, mode);

 private:
  /// What the last `queries` of `keys` tokens see.
  AttentionOptions<T> seen(index_t queries, index_t keys) const {
    AttentionOptions<T> options{.dropout_p = mode.training() ? dropout : 0};
    if (queries == keys)
      options.is_causal = true;
    else if (queries > 1)
      options.allowed = tril(ones<bool>({queries, keys}), keys - queries);
    return options;
  }
};

/// Two linear maps with an activation between.
template <Real T>
struct GptMlp {
  nn::Linear<T> c_fc, c_proj;
  double dropout = 0;
  nn::Mode mode{};

  GptMlp() = default;
  explicit GptMlp(const GptOptions& o, Generator& generator = default_generator())
      : c_fc(detail::gpt_linear<T>(o.width, 4 * o.width, 0.02, o.bias, generator)),
        c_proj(detail::gpt_linear<T>(4 * o.width, o.width, detail::gpt_residual_deviation(o), o.bias,
                                     generator)),
        dropout(o.dropout) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return tenon::dropout(c_proj(gelu_tanh(c_fc(x))), dropout, mode.training());
  }
  TENON_FIELDS(c_fc, c_proj, dropout, mode);
};

template <Real T>
struct GptBlock {
  nn::LayerNorm<T> ln_1;
  GptAttention<T> attn;
  nn::LayerNorm<T> ln_2;
  GptMlp<T> mlp;

  GptBlock() = default;
  explicit GptBlock(const GptOptions& options, Generator& generator = default_generator())
      : ln_1(detail::gpt_norm<T>(options)),
        attn(options, generator),
        ln_2(detail::gpt_norm<T>(options)),
        mlp(options, generator) {}

  Tensor<T> operator()(const Tensor<T>& x, nn::KeyValueCache<T>* cache = nullptr) const {
    const Tensor<T> y = add(x, attn(ln_1(x), cache));
    return add(y, mlp(ln_2(y)));
  }
  TENON_FIELDS(ln_1, attn, ln_2, mlp);
};

/// What a Gpt keeps of the tokens that it has read.
template <Real T>
struct GptCache {
  std::vector<nn::KeyValueCache<T>> layers{};
  index_t length = 0;  ///< tokens
};

/// Scores of the token that may follow each token.
template <Real T>
struct Gpt {
  using Cache = GptCache<T>;

  nn::Embedding<T> wte;         ///< of tokens; scores are products with its rows
  nn::LearnedPositions<T> wpe;  ///< of positions
  std::vector<GptBlock<T>> h;
  nn::LayerNorm<T> ln_f;
  GptOptions options;
  nn::Mode mode{};

  Gpt() = default;
  explicit Gpt(const GptOptions& net_options, Generator& generator = default_generator())
      : wte(nn::init::normal<T>({net_options.vocabulary, net_options.width}, 0, 0.02, generator)),
        wpe(net_options.context, net_options.width, generator),
        ln_f(detail::gpt_norm<T>(net_options)),
        options(net_options) {
    for (index_t layer = 0; layer < options.layers; ++layer) h.emplace_back(options, generator);
  }

  /// ids (N, T), of at most `context` tokens each, to scores (N, T, vocabulary)
  Tensor<T> operator()(const Tensor<index_t>& ids) const { return linear(ln_f(read(ids)), wte.weight); }

  /// Scores (N, vocabulary) of what follows the last of `ids`, which themselves follow the tokens that the
  /// cache, empty at first, has kept: the prefix is not read again. Nothing is recorded.
  ///   throws ValueError when there are more tokens than `context`, and leaves the cache as it was
  Tensor<T> next(const Tensor<index_t>& ids, Cache& cache) const {
    const NoGrad no_grad;
    const Tensor<T> last = select(read(ids, &cache), 1, -1);
    return linear(ln_f(last), wte.weight);
  }
  TENON_FIELDS(wte, wpe, h, ln_f, options, mode);

 private:
  /// What the blocks make of the tokens, (N, T, width).
  Tensor<T> read(const Tensor<index_t>& ids, Cache* cache = nullptr) const {
    check<ShapeError>(ids.rank() == 2, "gpt", "expected ids of shape (N, T), got ", ids.shape());
    Tensor<T> x = dropout(wpe(wte(ids), cache ? cache->length : 0), options.dropout, mode.training());
    if (cache) cache->layers.resize(h.size());
    for (std::size_t layer = 0; layer < h.size(); ++layer)
      x = h[layer](x, cache ? &cache->layers[layer] : nullptr);
    if (cache) cache->length += ids.extent(1);
    return x;
  }
};

}  // namespace TENON_NAMESPACE::models
