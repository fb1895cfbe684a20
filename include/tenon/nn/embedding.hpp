#pragma once
/// Tables whose rows stand for words and the like. https://pytorch.org/docs/stable/nn.html#sparse-layers

#include <optional>  // optional

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/embedding_bag.hpp"

namespace TENON_NAMESPACE::nn {

struct EmbeddingLayerOptions {
  std::optional<index_t> padding_index{};  ///< a row that begins as zeros and is not trained; may be negative
  std::optional<double>
      max_norm{};        ///< rows that are looked up and longer are cut to this, in training in place
  double norm_type = 2;  ///< the order of the norm that max_norm bounds
  bool scale_grad_by_freq = false;  ///< divide a row's gradient by how often the batch has it
};

struct EmbeddingBagLayerOptions {
  BagMode mode = BagMode::mean;
  bool include_last_offset = false;        ///< the last offset is the number of indices, not a bag
  std::optional<index_t> padding_index{};  ///< entries equal to it are left out; the row begins as zeros
  std::optional<double> max_norm{};        ///< as of an Embedding
  double norm_type = 2;
};

namespace detail {

/// A table that begins normal, but for its row of padding.
template <Real T>
Tensor<T> embedding_table(index_t rows, index_t width, std::optional<index_t> padding, Generator& generator) {
  Tensor<T> table = init::normal<T>({rows, width}, 0, 1, generator);
  if (padding) {
    Tensor<T> row = select(table, 0, *padding);
    fill_(row, T(0));
  }
  return table;
}

/// The table to look up in, where rows beyond max_norm are cut: in place in training; in evaluation, which
/// writes nothing, in a copy if there are any.
template <Real T, class Options>
Tensor<T> cut_rows(const Tensor<T>& weight, const Tensor<index_t>& index, const Options& options,
                   const Mode& mode) {
  if (!options.max_norm) return weight;
  if (!mode.training()) {
    const Tensor<T> factors =
        tenon::detail::renorm_factors(weight, index, *options.max_norm, options.norm_type);
    return factors.defined() ? mul(weight, factors) : weight;
  }
  const NoGrad no_grad;
  Tensor<T> rows = weight;
  embedding_renorm_(rows, index, *options.max_norm, options.norm_type);
  return weight;
}

}  // namespace detail

/// The row of each index: index of any shape, y of that shape and (D). A decoder that shares the table is
/// `linear(h, embedding.weight)`.
template <Real T>
struct Embedding {
  Parameter<T> weight;  ///< (V, D), standard normal
  EmbeddingLayerOptions options;
  Mode mode{};

  Embedding() = default;
  Embedding(index_t rows, index_t width, const EmbeddingLayerOptions& layer_options = {},
            Generator& generator = default_generator())
      : weight(detail::embedding_table<T>(rows, width, layer_options.padding_index, generator)),
        options(layer_options) {}
  /// With rows that are known, such as word vectors.
  explicit Embedding(Tensor<T> rows, const EmbeddingLayerOptions& layer_options = {})
      : weight(std::move(rows)), options(layer_options) {}

  Tensor<T> operator()(const Tensor<index_t>& index) const {
    const Tensor<T> table = detail::cut_rows<T>(weight, index, options, mode);
    return observed(*this, index.shape(),
                    embedding<T>(table, index, {options.padding_index, options.scale_grad_by_freq}));
  }
  TENON_FIELDS(weight, options, mode);
};

/// Sums, means or maxima of the rows that bags of indices name; see `embedding_bag`.
template <Real T>
struct EmbeddingBag {
  Parameter<T> weight;  ///< (V, D), standard normal
  EmbeddingBagLayerOptions options;
  Mode mode{};

  EmbeddingBag() = default;
  EmbeddingBag(index_t rows, index_t width, const EmbeddingBagLayerOptions& layer_options = {},
               Generator& generator = default_generator())
      : weight(detail::embedding_table<T>(rows, width, layer_options.padding_index, generator)),
        options(layer_options) {}

  /// index (bags, entries), or a vector of indices and `offsets` where each bag begins; y (bags, D)
  Tensor<T> operator()(const Tensor<index_t>& index, const Tensor<index_t>& offsets = {},
                       const Tensor<T>& per_sample_weights = {}) const {
    const Tensor<T> table = detail::cut_rows<T>(weight, index, options, mode);
    return observed(*this, index.shape(),
                    embedding_bag<T>(table, index, offsets,
                                     {options.mode, per_sample_weights, options.include_last_offset,
                                      options.padding_index}));
  }
  TENON_FIELDS(weight, options, mode);
};

}  // namespace TENON_NAMESPACE::nn
