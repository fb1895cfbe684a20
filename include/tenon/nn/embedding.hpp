#pragma once
/// Embedding tables: a trained row for each word or other category.
/// https://pytorch.org/docs/stable/nn.html#sparse-layers

#include <optional>  // optional

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/embedding.hpp"
#include "tenon/ops/nn/embedding_bag.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of `Embedding`.
struct EmbeddingLayerOptions {
  std::optional<index_t> padding_index{};  ///< an untrained row, initially 0; negative: from the end
  std::optional<double>
      max_norm{};        ///< rescale looked-up rows with a larger norm to this; training writes them back
  double norm_type = 2;  ///< the order of the norm that max_norm bounds
  bool scale_grad_by_freq = false;  ///< divide a row's gradient by the row's count in the batch
};

/// Options of `EmbeddingBag`.
struct EmbeddingBagLayerOptions {
  BagMode mode = BagMode::mean;            ///< how the rows of a bag are reduced
  bool include_last_offset = false;        ///< the last offset is the number of indices, not a bag
  std::optional<index_t> padding_index{};  ///< a row, initially 0, whose entries are left out of bags
  std::optional<double> max_norm{};        ///< rescale looked-up rows with a larger norm to this
  double norm_type = 2;                    ///< the order of the norm that max_norm bounds
};

namespace detail {

/// A table of standard normal values, with zeros in the padding row.
template <Real T>
Tensor<T> embedding_table(index_t rows, index_t width, std::optional<index_t> padding, Generator& generator) {
  Tensor<T> table = init::normal<T>({rows, width}, 0, 1, generator);
  if (padding) {
    Tensor<T> row = select(table, 0, *padding);
    fill_(row, T(0));
  }
  return table;
}

/// The table with the looked-up rows that exceed max_norm rescaled: in place in training; in evaluation,
/// which must not write, in a copy if there are such rows.
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

/// Looks up rows of a table: y[..., :] = weight[index[...], :]. An output layer that shares the table is
/// `linear(h, embedding.weight)`.
///
///   shapes: index any, with values in [0, V)
///   returns: index shape + (D)
///   throws: IndexError if an index is outside the table
///   cost: one copy of each looked-up row
template <Real T>
struct Embedding {
  Parameter<T> weight;            ///< (V, D), initially standard normal
  EmbeddingLayerOptions options;  ///< as given to the constructor
  Mode mode{};                    ///< training or evaluation

  Embedding() = default;
  Embedding(index_t rows, index_t width, const EmbeddingLayerOptions& layer_options = {},
            Generator& generator = default_generator())
      : weight(detail::embedding_table<T>(rows, width, layer_options.padding_index, generator)),
        options(layer_options) {}
  /// An embedding that begins with given rows (V, D), such as word vectors.
  explicit Embedding(Tensor<T> rows, const EmbeddingLayerOptions& layer_options = {})
      : weight(std::move(rows)), options(layer_options) {}

  Tensor<T> operator()(const Tensor<index_t>& index) const {
    return call_layer(*this, index, [&] {
      const Tensor<T> table = detail::cut_rows<T>(weight, index, options, mode);
      return embedding<T>(table, index, {options.padding_index, options.scale_grad_by_freq});
    });
  }
  TENON_FIELDS(weight, options, mode);
};

/// Reduces the looked-up rows of each bag of indices to their sum, mean or maximum: y[b, :] = reduce over i
/// in bag b of weight[i, :], without storing the rows.
///
///   shapes: index (bags, entries); or index (count) with offsets (bags), where each bag begins;
///           per_sample_weights, factors for sums, in the shape of index
///   returns: (bags, D)
///   throws: ShapeError for other shapes; IndexError if an index is outside the table; ValueError if offsets
///           decrease or do not begin at 0, or factors are given without BagMode::sum
template <Real T>
struct EmbeddingBag {
  Parameter<T> weight;               ///< (V, D), initially standard normal
  EmbeddingBagLayerOptions options;  ///< as given to the constructor
  Mode mode{};                       ///< training or evaluation

  EmbeddingBag() = default;
  EmbeddingBag(index_t rows, index_t width, const EmbeddingBagLayerOptions& layer_options = {},
               Generator& generator = default_generator())
      : weight(detail::embedding_table<T>(rows, width, layer_options.padding_index, generator)),
        options(layer_options) {}

  /// The reduced rows, (bags, D), of bags given as rows of `index` or by `offsets` into it.
  Tensor<T> operator()(const Tensor<index_t>& index, const Tensor<index_t>& offsets = {},
                       const Tensor<T>& per_sample_weights = {}) const {
    return call_layer(*this, index, [&] {
      const Tensor<T> table = detail::cut_rows<T>(weight, index, options, mode);
      return embedding_bag<T>(
          table, index, offsets,
          {options.mode, per_sample_weights, options.include_last_offset, options.padding_index});
    });
  }
  TENON_FIELDS(weight, options, mode);
};

}  // namespace TENON_NAMESPACE::nn
