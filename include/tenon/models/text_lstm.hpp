#pragma once
/// Classes of sentences by a recurrent network that reads them in both directions.

#include "tenon/models/text_cnn.hpp"
#include "tenon/nn/recurrent.hpp"

namespace TENON_NAMESPACE::models {

struct TextLstmOptions {
  index_t words = 0;  ///< rows of the table; 0 stands for padding
  index_t classes = 2;
  index_t dim = 300;     ///< of a word's vector
  index_t hidden = 150;  ///< of each direction
  double dropout = 0.5;  ///< of the words' vectors and of the features, in training
};

/// A linear layer on what an LSTM knows at the end of the sentence, and another, which reads from the end, at
/// its beginning.
template <Real T>
struct TextLstm {
  nn::Embedding<T> embedding;  ///< as that of TextCnn
  nn::Lstm<T> lstm;
  nn::Linear<T> fc;
  TextLstmOptions options;
  nn::Mode mode{};

  TextLstm() = default;
  explicit TextLstm(const TextLstmOptions& net_options, Generator& generator = default_generator())
      : embedding(word_vectors<T>(net_options.words, net_options.dim, generator), {.padding_index = 0}),
        lstm(net_options.dim, net_options.hidden, {.batch_first = true, .bidirectional = true}, generator),
        fc(2 * net_options.hidden, net_options.classes, true, generator),
        options(net_options) {}

  /// ids (N, L), filled up with 0, and the words of each sentence, at least 1, to scores (N, classes)
  Tensor<T> operator()(const Tensor<index_t>& ids, const std::vector<index_t>& lengths) const {
    return classify(embedding(ids), lengths);
  }
  /// The same of the words' vectors (N, L, dim).
  Tensor<T> classify(const Tensor<T>& words, const std::vector<index_t>& lengths) const {
    const Tensor<T> ends =
        lstm(dropout(words, options.dropout, mode.training()), {}, lengths).hidden;  // (2, N, hidden)
    const Tensor<T> features = cat<T>({select(ends, 0, 0), select(ends, 0, 1)}, 1);
    return fc(dropout(features, options.dropout, mode.training()));
  }
  TENON_FIELDS(embedding, lstm, fc, options, mode);
};

}  // namespace TENON_NAMESPACE::models
