#pragma once
/// Recurrent networks over sequences. https://pytorch.org/docs/stable/nn.html#recurrent-layers
///
/// Holds for `Rnn`, `Gru` and `Lstm`:
///   shapes: x (T, N, input), or (N, T, input) batch first; initial states (layers directions, N, state),
///           undefined: 0; `lengths` the steps of each sequence, in any order, empty: all have T steps
///   returns: output (T, N, directions state), or batch first, of the last layer, 0 beyond a sequence's end;
///            and the states after each sequence's last step, (layers directions, N, state)
///   throws: ShapeError if x or a state has another shape; ValueError if T = 0 or a length is not in 1 … T.
///           The constructor throws ValueError if a size or the number of layers is not positive
///   cost: T N multiply-adds for each element of the weights

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/recurrent.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of `Rnn`, `Gru` and `Lstm`.
struct RecurrentLayerOptions {
  index_t num_layers = 1;      ///< each reads the outputs of the one before
  bool bias = true;            ///< with bias_ih and bias_hh
  bool batch_first = false;    ///< x and output are (N, T, …) instead of (T, N, …)
  double dropout = 0;          ///< the probability with which outputs between layers are dropped in training
  bool bidirectional = false;  ///< also read backwards; outputs of both directions side by side
  index_t proj_size = 0;       ///< extent of an Lstm's projected state; 0: no projection
  tenon::Nonlinearity nonlinearity = tenon::Nonlinearity::tanh;  ///< of an Rnn; others ignore it
};

namespace detail {

/// The parameters of one direction of one layer, initially uniform within 1 / sqrt(hidden).
template <Real T>
struct RecurrentDirection {
  Parameter<T> weight_ih;         ///< (gates hidden, input)
  Parameter<T> weight_hh;         ///< (gates hidden, state)
  Parameter<T> bias_ih, bias_hh;  ///< (gates hidden) each, or undefined
  Parameter<T> weight_hr;         ///< (state, hidden): an lstm's projection, or undefined
};

/// The layers of a recurrent network, in one or both directions.
template <Real T>
struct RecurrentNet {
  std::vector<RecurrentDirection<T>> directions;  ///< layer by layer, forward before backward
  RecurrentLayerOptions options;
  Mode mode{};

  RecurrentNet() = default;
  RecurrentNet(const char* layer, index_t gates, index_t inputs, index_t hidden,
               const RecurrentLayerOptions& layer_options, Generator& generator)
      : options(layer_options) {
    check<ValueError>(inputs > 0 && options.num_layers > 0, layer, "expected positive numbers, got ", inputs,
                      " inputs and ", options.num_layers, " layers");
    const double bound = fan_bound(layer, hidden);
    const index_t per_layer = options.bidirectional ? 2 : 1;
    const index_t state = options.proj_size > 0 ? options.proj_size : hidden;
    for (index_t k = 0; k < options.num_layers * per_layer; ++k) {
      const auto draw = [&](const Shape& shape) { return init::uniform<T>(shape, -bound, bound, generator); };
      RecurrentDirection<T>& direction = directions.emplace_back();
      direction.weight_ih = draw({gates * hidden, k < per_layer ? inputs : per_layer * state});
      direction.weight_hh = draw({gates * hidden, state});
      if (options.bias) {
        direction.bias_ih = draw({gates * hidden});
        direction.bias_hh = draw({gates * hidden});
      }
      if (options.proj_size > 0) direction.weight_hr = draw({state, hidden});
    }
  }

  /// Names the parameters as PyTorch does: weight_ih_l0, …, bias_hh_l1_reverse.
  template <class Visitor>
  void visit_fields(Visitor&& visitor) {
    each(*this, visitor);
  }
  template <class Visitor>
  void visit_fields(Visitor&& visitor) const {
    each(*this, visitor);
  }
  auto tie_fields() { return std::tie(directions, options, mode); }
  auto tie_fields() const { return std::tie(directions, options, mode); }

  index_t macs(const Shape& x, const Shape&) const {
    index_t weights = 0;
    for (const RecurrentDirection<T>& direction : directions)
      for (const auto* weight : {&direction.weight_ih, &direction.weight_hh, &direction.weight_hr})
        weights += weight->defined() ? weight->size() : 0;
    return x[0] * x[1] * weights;
  }

 protected:
  std::vector<RecurrentWeights<T>> weights() const {
    std::vector<RecurrentWeights<T>> sets;
    for (const RecurrentDirection<T>& d : directions)
      sets.push_back({d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh, d.weight_hr});
    return sets;
  }
  RecurrentOptions call(const std::vector<index_t>& lengths) const {
    return {.bidirectional = options.bidirectional,
            .batch_first = options.batch_first,
            .lengths = lengths,
            .dropout = mode.training() ? options.dropout : 0};
  }

 private:
  template <class Self, class Visitor>
  static void each(Self& self, Visitor& visitor) {
    const std::size_t per_layer = self.options.bidirectional ? 2 : 1;
    for (std::size_t k = 0; k < self.directions.size(); ++k) {
      auto& direction = self.directions[k];
      const std::string suffix =
          "_l" + std::to_string(k / per_layer) + (k % per_layer == 1 ? "_reverse" : "");
      visitor("weight_ih" + suffix, direction.weight_ih);
      visitor("weight_hh" + suffix, direction.weight_hh);
      visitor("bias_ih" + suffix, direction.bias_ih);
      visitor("bias_hh" + suffix, direction.bias_hh);
      visitor("weight_hr" + suffix, direction.weight_hr);
    }
    visitor("mode", self.mode);
  }
};

}  // namespace detail

/// Elman network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.
///
///     nn::Rnn<float> rnn(20, 30, {.num_layers = 2});
///     const auto [output, hidden, cell] = rnn(x);        // x (T, N, 20), output (T, N, 30)
///
///   shapes: x (T, N, input); h0 (layers directions, N, hidden), undefined: 0; lengths one for each sequence
///   returns: output (T, N, directions hidden), hidden (layers directions, N, hidden)
///   throws: ShapeError for other shapes; ValueError if a length is not in 1 … T. The constructor throws
///           ValueError if a size is not positive or a projection is asked for
///   source: Elman 1990
template <Real T>
struct Rnn : detail::RecurrentNet<T> {
  Rnn() = default;
  Rnn(index_t inputs, index_t hidden, const RecurrentLayerOptions& layer_options = {},
      Generator& generator = default_generator())
      : detail::RecurrentNet<T>("rnn", 1, inputs, hidden, layer_options, generator) {
    check<ValueError>(layer_options.proj_size == 0, "rnn", "only an lstm's state is projected");
  }

  RecurrentResult<T> operator()(const Tensor<T>& x, const Tensor<T>& h0 = {},
                                const std::vector<index_t>& lengths = {}) const {
    return call_layer(*this, x, [&] {
      return rnn(x, this->weights(), h0, this->call(lengths), this->options.nonlinearity);
    });
  }
};

/// Gated recurrent units: h' = (1 - z) n + z h with gates r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh) and
/// n = tanh(W_in x + b_in + r (W_hn h + b_hn)); shapes and errors as for `Rnn`.
///
///   source: Cho et al. 2014, https://arxiv.org/abs/1406.1078
template <Real T>
struct Gru : detail::RecurrentNet<T> {
  Gru() = default;
  Gru(index_t inputs, index_t hidden, const RecurrentLayerOptions& layer_options = {},
      Generator& generator = default_generator())
      : detail::RecurrentNet<T>("gru", 3, inputs, hidden, layer_options, generator) {
    check<ValueError>(layer_options.proj_size == 0, "gru", "only an lstm's state is projected");
  }

  RecurrentResult<T> operator()(const Tensor<T>& x, const Tensor<T>& h0 = {},
                                const std::vector<index_t>& lengths = {}) const {
    return call_layer(*this, x, [&] { return gru(x, this->weights(), h0, this->call(lengths)); });
  }
};

/// Long short-term memory: c' = f c + i g, h' = o tanh(c') with gates i, f, o = sigmoid(W_ih x + b_ih + W_hh
/// h + b_hh) and g = tanh(W_ig x + b_ig + W_hg h + b_hg). With proj_size, h' is multiplied by weight_hr.
///
/// A language model passes the final state of one stretch of text as the initial state of the next:
///
///     LstmState<float> state;
///     const auto result = lstm(x, state);
///     state = {result.hidden.detach(), result.cell.detach()};
///
///   shapes: x (T, N, input); initial hidden (layers directions, N, proj_size or hidden), initial cell
///           (layers directions, N, hidden), undefined: 0; lengths one for each sequence
///   returns: output (T, N, directions state), hidden and cell in the shapes of the initial ones
///   throws: ShapeError for other shapes; ValueError if a length is not in 1 … T. The constructor throws
///           ValueError if a size is not positive or proj_size is not below hidden
///   source: Hochreiter & Schmidhuber 1997; Gers et al. 2000; projection: Sak et al. 2014
template <Real T>
struct Lstm : detail::RecurrentNet<T> {
  Lstm() = default;
  Lstm(index_t inputs, index_t hidden, const RecurrentLayerOptions& layer_options = {},
       Generator& generator = default_generator())
      : detail::RecurrentNet<T>("lstm", 4, inputs, hidden, layer_options, generator) {
    check<ValueError>(layer_options.proj_size >= 0 && layer_options.proj_size < hidden, "lstm",
                      "the projected state's extent ", layer_options.proj_size,
                      " is not below that of the state, ", hidden);
  }

  RecurrentResult<T> operator()(const Tensor<T>& x, const LstmState<T>& initial = {},
                                const std::vector<index_t>& lengths = {}) const {
    return call_layer(*this, x, [&] {
      return lstm(x, this->weights(), initial.hidden, initial.cell, this->call(lengths));
    });
  }
};

}  // namespace TENON_NAMESPACE::nn
