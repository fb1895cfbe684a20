#pragma once
/// Sentence classification by a bidirectional LSTM.

#include "tenon/models/language/text_cnn.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/ops/index/select.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `TextLstm`.
struct TextLstmOptions {
  index_t words = 0;     ///< rows of the embedding table; row 0 is padding
  index_t classes = 2;   ///< number of classes
  index_t dim = 300;     ///< dimensions of a word's vector
  index_t hidden = 150;  ///< extent of the state of each direction
  double dropout = 0.5;  ///< the probability for word vectors and features, in training
};

/// A recurrent classifier of sentences: a linear layer on the final states of an LSTM in both directions.
///
///   shapes: ids (N, L), padded with 0; lengths one for each sentence
///   returns: logits (N, classes)
///   throws: ValueError if a length is not in 1 … L
template <Real T>
struct TextLstm {
  nn::Embedding<T> embedding;  ///< initially uniform within 0.25; row 0 is 0 and not trained
  nn::Lstm<T> lstm;            ///< bidirectional, of one layer
  nn::Linear<T> fc;            ///< the classifier
  TextLstmOptions options;     ///< as given to the constructor
  nn::Mode mode{};             ///< training or evaluation

  TextLstm() = default;
  explicit TextLstm(const TextLstmOptions& net_options, Generator& generator = default_generator())
      : embedding(initial_word_vectors<T>(net_options.words, net_options.dim, generator),
                  {.padding_index = 0}),
        lstm(net_options.dim, net_options.hidden, {.batch_first = true, .bidirectional = true}, generator),
        fc(2 * net_options.hidden, net_options.classes, true, generator),
        options(net_options) {}

  /// Logits (N, classes) of sentences (N, L), padded with 0, with the number of words of each, at least 1.
  Tensor<T> operator()(const Tensor<index_t>& ids, const std::vector<index_t>& lengths) const {
    return classify(embedding(ids), lengths);
  }
  /// Logits (N, classes) of the words' vectors (N, L, dim), with the number of words of each sentence.
  Tensor<T> classify(const Tensor<T>& words, const std::vector<index_t>& lengths) const {
    const Tensor<T> ends =
        lstm(dropout(words, options.dropout, mode.training()), {}, lengths).hidden;  // (2, N, hidden)
    const Tensor<T> features = cat<T>({select(ends, 0, 0), select(ends, 0, 1)}, 1);
    return fc(dropout(features, options.dropout, mode.training()));
  }
  TENON_FIELDS(embedding, lstm, fc, options, mode);
};

}  // namespace TENON_NAMESPACE::models
