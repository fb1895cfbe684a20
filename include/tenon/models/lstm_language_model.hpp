#pragma once
/// The next word of a text by a recurrent network (Zaremba, Sutskever & Vinyals 2014, "Recurrent neural
/// network regularization").

#include <cmath>    // exp
#include <utility>  // move

#include "tenon/data/token_windows.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/module.hpp"
#include "tenon/nn/recurrent.hpp"
#include "tenon/ops/loss.hpp"

namespace TENON_NAMESPACE::models {

/// The paper's small network; the medium one has hidden 650, dropout 0.5, init 0.05.
struct LstmLanguageModelOptions {
  index_t words = 0;     ///< of the vocabulary
  index_t hidden = 200;  ///< extent of a word's vector and of each layer's state
  index_t layers = 2;
  double dropout =
      0;  ///< of all that goes from layer to layer, in training; not of what goes from step to step
  double init = 0.1;  ///< all weights begin uniform within this
};

/// Members are called as in PyTorch's example word_language_model.
template <Real T>
struct LstmLanguageModel {
  /// The state may be handed to the next call; detached, where gradients should end.
  struct Result {
    Tensor<T> scores;
    LstmState<T> state;
  };

  nn::Embedding<T> encoder;
  nn::Lstm<T> rnn;
  nn::Linear<T> decoder;
  LstmLanguageModelOptions options;
  nn::Mode mode{};

  LstmLanguageModel() = default;
  explicit LstmLanguageModel(const LstmLanguageModelOptions& net_options,
                             Generator& generator = default_generator())
      : encoder(net_options.words, net_options.hidden, {}, generator),
        rnn(net_options.hidden, net_options.hidden,
            {.num_layers = net_options.layers, .dropout = net_options.dropout}, generator),
        decoder(net_options.hidden, net_options.words, true, generator),
        options(net_options) {
    const NoGrad no_grad;
    for (auto& [name, tensor] : nn::state(*this).tensors)
      copy_(tensor, nn::init::uniform<T>(tensor.shape(), -options.init, options.init, generator));
  }

  /// ids (T, N) of words to scores (T, N, words) of those that follow
  Result operator()(const Tensor<index_t>& ids, const LstmState<T>& state = {}) const {
    auto [output, hidden, cell] = rnn(dropout(encoder(ids), options.dropout, mode.training()), state);
    return {decoder(dropout(output, options.dropout, mode.training())), {std::move(hidden), std::move(cell)}};
  }
  TENON_FIELDS(encoder, rnn, decoder, options, mode);
};

/// The mean over a window's words of -log p(word), in nats. Goes on from `state`, which it replaces by the
/// one after the window; gradients end there.
template <Real T>
Tensor<T> next_word_loss(const LstmLanguageModel<T>& model, const data::TokenWindow& window,
                         LstmState<T>& state) {
  if (window.first) state = {};
  const auto [scores, next] = model(window.inputs, state);
  state = {next.hidden.detach(), next.cell.detach()};
  return cross_entropy(reshape(scores, {-1, scores.extent(2)}), reshape(window.targets, {-1}));
}

/// exp of the mean loss of all words, without recording and dropout.
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
