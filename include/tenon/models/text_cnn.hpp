#pragma once
/// Classes of sentences by a convolution over their words (Kim 2014, "Convolutional neural networks for
/// sentence classification").

#include "tenon/nn/conv.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/ops/activation.hpp"
#include "tenon/ops/random.hpp"
#include "tenon/ops/reduce.hpp"

namespace TENON_NAMESPACE::models {

/// A table that begins uniform within 0.25, but for zeros at row 0.
template <Real T>
Tensor<T> word_vectors(index_t words, index_t dim, Generator& generator = default_generator()) {
  check<ValueError>(words > 0 && dim > 0, "word_vectors", "expected a table with rows and columns, got ",
                    words, " and ", dim);
  Tensor<T> table = nn::init::uniform<T>({words, dim}, -0.25, 0.25, generator);
  Tensor<T> padding = select(table, 0, 0);
  fill_(padding, T(0));
  return table;
}

struct TextCnnOptions {
  index_t words = 0;  ///< rows of the table; 0 stands for padding
  index_t classes = 2;
  index_t dim = 300;                     ///< of a word's vector
  std::vector<index_t> widths{3, 4, 5};  ///< of the filters, in words
  index_t filters = 100;                 ///< of each width
  double dropout = 0.5;                  ///< of the features, in training
};

/// The strongest answer that each filter has anywhere in a sentence, and a linear layer on them.
template <Real T>
struct TextCnn {
  nn::Embedding<T> embedding;  ///< uniform within 0.25; zeros at row 0, which is not trained
  std::vector<nn::Conv1d<T>> convs;
  nn::Linear<T> fc;
  TextCnnOptions options;
  nn::Mode mode{};

  TextCnn() = default;
  explicit TextCnn(const TextCnnOptions& net_options, Generator& generator = default_generator())
      : embedding(word_vectors<T>(net_options.words, net_options.dim, generator), {.padding_index = 0}),
        fc(net_options.filters * static_cast<index_t>(net_options.widths.size()), net_options.classes, true,
           generator),
        options(net_options) {
    for (const index_t width : options.widths)
      convs.emplace_back(options.dim, options.filters, width, nn::ConvLayerOptions{.padding = {width}},
                         generator);
  }

  /// ids (N, L), filled up with 0, to scores (N, classes)
  Tensor<T> operator()(const Tensor<index_t>& ids) const { return classify(embedding(ids)); }
  /// The same of the words' vectors (N, L, dim). Each filter is padded by its width, so that it always sees a
  /// window of padding alone: scores do not depend on how long other sentences of the batch are.
  Tensor<T> classify(const Tensor<T>& words) const {
    const Tensor<T> x = transpose(words, 1, 2);
    std::vector<Tensor<T>> features;
    for (const auto& conv : convs) features.push_back(relu(amax(conv(x), {2})));
    return fc(dropout(cat(features, 1), options.dropout, mode.training()));
  }
  TENON_FIELDS(embedding, convs, fc, options, mode);
};

}  // namespace TENON_NAMESPACE::models
