#pragma once
/// An LSTM language model (Zaremba, Sutskever & Vinyals 2014, https://arxiv.org/abs/1409.2329).

#include <cmath>    // exp
#include <utility>  // move

#include "tenon/data/token_windows.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/module.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/ops/loss/loss.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `LstmLanguageModel`. The defaults are the paper's small network; its medium one has hidden 650,
/// dropout 0.5 and init 0.05.
struct LstmLanguageModelOptions {
  index_t words = 0;     ///< words of the vocabulary
  index_t hidden = 200;  ///< extent of a word's vector and of each layer's state
  index_t layers = 2;    ///< layers of the LSTM
  double dropout =
      0;  ///< probability for connections between layers in training; those between steps are never dropped
  double init = 0.1;  ///< weights are initially uniform within this
};

/// An LSTM language model: an embedding, an LSTM and a linear layer. Members have the names of PyTorch's
/// example word_language_model.
///
///   shapes: ids (T, N)
///   returns: logits (T, N, words) of the words that follow, and the final state
///   source: Zaremba, Sutskever & Vinyals 2014, https://arxiv.org/abs/1409.2329
template <Real T>
struct LstmLanguageModel {
  /// The result of a call.
  struct Result {
    Tensor<T> logits;    ///< (T, N, words)
    LstmState<T> state;  ///< the final state, for the next call; detach it where gradients should end
  };

  nn::Embedding<T> encoder;          ///< the words' vectors
  nn::Lstm<T> rnn;                   ///< the recurrent layers
  nn::Linear<T> decoder;             ///< the map to logits
  LstmLanguageModelOptions options;  ///< as given to the constructor
  nn::Mode mode{};                   ///< training or evaluation

  LstmLanguageModel() = default;
  explicit LstmLanguageModel(const LstmLanguageModelOptions& net_options,
                             Generator& generator = default_generator())
      : encoder(net_options.words, net_options.hidden, {}, generator),
        rnn(net_options.hidden, net_options.hidden,
            {.num_layers = net_options.layers, .dropout = net_options.dropout}, generator),
        decoder(net_options.hidden, net_options.words, true, generator),
        options(net_options) {
    const NoGrad no_grad;
    for (Tensor<T>& tensor : nn::parameters(*this))
      copy_(tensor, nn::init::uniform<T>(tensor.shape(), -options.init, options.init, generator));
  }

  /// Logits (T, N, words) of the words that follow ids (T, N), and the final state. An undefined state is 0.
  Result operator()(const Tensor<index_t>& ids, const LstmState<T>& state = {}) const {
    auto [output, hidden, cell] = rnn(dropout(encoder(ids), options.dropout, mode.training()), state);
    return {decoder(dropout(output, options.dropout, mode.training())), {std::move(hidden), std::move(cell)}};
  }
  TENON_FIELDS(encoder, rnn, decoder, options, mode);
};

/// The mean negative log-likelihood of a window's target words, in nats. Reading begins from `state`, which
/// is replaced by the detached state after the window.
template <Real T>
Tensor<T> next_word_loss(const LstmLanguageModel<T>& model, const data::TokenWindow& window,
                         LstmState<T>& state) {
  if (window.first) state = {};
  const auto [logits, next] = model(window.inputs, state);
  state = {next.hidden.detach(), next.cell.detach()};
  return cross_entropy(reshape(logits, {-1, logits.extent(2)}), reshape(window.targets, {-1}));
}

/// The perplexity of windows in order: exp of the mean negative log-likelihood of a word. Nothing is recorded
/// or dropped.
template <Real T>
double perplexity(const LstmLanguageModel<T>& model, const std::vector<data::TokenWindow>& windows) {
  const NoGrad no_grad;
  LstmState<T> state;
  double sum = 0, words = 0;
  for (const data::TokenWindow& window : windows) {
    const auto count = static_cast<double>(window.size());
    sum += count * static_cast<double>(next_word_loss(model, window, state).item());
    words += count;
  }
  return std::exp(sum / words);
}

}  // namespace TENON_NAMESPACE::models
