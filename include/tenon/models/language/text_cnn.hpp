#pragma once
/// Sentence classification by convolutions over the words (Kim 2014, https://arxiv.org/abs/1408.5882).

#include "tenon/nn/conv.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE::models {

/// An initial embedding table (words, dim): uniform within 0.25, with zeros in row 0, the padding.
///
///   throws: ValueError if words or dim is not positive
template <Real T>
Tensor<T> initial_word_vectors(index_t words, index_t dim, Generator& generator = default_generator()) {
  check<ValueError>(words > 0 && dim > 0, "initial_word_vectors",
                    "expected a table with rows and columns, got ", words, " and ", dim);
  Tensor<T> table = nn::init::uniform<T>({words, dim}, -0.25, 0.25, generator);
  Tensor<T> padding = select(table, 0, 0);
  fill_(padding, T(0));
  return table;
}

/// Options of `TextCnn`.
struct TextCnnOptions {
  index_t words = 0;                     ///< rows of the embedding table; row 0 is padding
  index_t classes = 2;                   ///< number of classes
  index_t dim = 300;                     ///< dimensions of a word's vector
  std::vector<index_t> widths{3, 4, 5};  ///< widths of the filters, in words
  index_t filters = 100;                 ///< filters of each width
  double dropout = 0.5;                  ///< the probability with which a feature is dropped in training
};

/// A convolutional classifier of sentences: the maximum of each filter over a sentence, then a linear layer.
///
///   shapes: ids (N, L), padded with 0
///   returns: logits (N, classes)
///   source: Kim 2014, https://arxiv.org/abs/1408.5882
template <Real T>
struct TextCnn {
  nn::Embedding<T> embedding;        ///< initially uniform within 0.25; row 0 is 0 and not trained
  std::vector<nn::Conv1d<T>> convs;  ///< one for each filter width
  nn::Linear<T> fc;                  ///< the classifier
  TextCnnOptions options;            ///< as given to the constructor
  nn::Mode mode{};                   ///< training or evaluation

  TextCnn() = default;
  explicit TextCnn(const TextCnnOptions& net_options, Generator& generator = default_generator())
      : embedding(initial_word_vectors<T>(net_options.words, net_options.dim, generator),
                  {.padding_index = 0}),
        fc(net_options.filters * static_cast<index_t>(net_options.widths.size()), net_options.classes, true,
           generator),
        options(net_options) {
    for (const index_t width : options.widths)
      convs.emplace_back(options.dim, options.filters, width, nn::ConvLayerOptions{.padding = {width}},
                         generator);
  }

  /// Logits (N, classes) of sentences (N, L), padded with 0.
  Tensor<T> operator()(const Tensor<index_t>& ids) const { return classify(embedding(ids)); }
  /// Logits (N, classes) of the words' vectors (N, L, dim). Each filter is padded by its width, so that it
  /// always sees a window of only padding, and the logits do not depend on the length of other sentences in
  /// the batch.
  Tensor<T> classify(const Tensor<T>& words) const {
    const Tensor<T> x = transpose(words, 1, 2);
    std::vector<Tensor<T>> features;
    for (const auto& conv : convs) features.push_back(relu(amax(conv(x), {2})));
    return fc(dropout(cat(features, 1), options.dropout, mode.training()));
  }
  TENON_FIELDS(embedding, convs, fc, options, mode);
};

}  // namespace TENON_NAMESPACE::models
