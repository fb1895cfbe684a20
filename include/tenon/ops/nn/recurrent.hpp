#pragma once
/// Recurrent networks: cells, and sequences through layers of them in one or both directions. Sequences of
/// a batch may differ in length, as PyTorch's packed ones do.
///
///   shapes: x (T, N, input), or (N, T, input) batch first; weights layer by layer, forward before
///     backward, where each layer reads the outputs of the one before; h0, c0 (layers directions, N, H), or
///     undefined for 0
///   returns: output (T, N, directions H), and states (layers directions, N, H)
///   throws: ShapeError if the shapes do not fit; ValueError if there is no step, the sets of weights do
///     not divide into directions, or a length is not in [1, T]
///   keeps: x, weights, gates and states of all steps, for each layer
///   cost: for each layer and direction one product for the inputs of all steps and one for each step;
///     backward one for each step and up to three for all; differentiable to any order

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/nn/recurrent_layer.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE {

/// The activation function of `rnn`.
enum class Nonlinearity { tanh, relu };

/// Options of `rnn`, `gru` and `lstm`.
struct RecurrentOptions {
  bool bidirectional = false;      ///< whether layers run in both directions, with outputs side by side
  bool batch_first = false;        ///< whether x and output are (N, T, …) instead of (T, N, …)
  std::vector<index_t> lengths{};  ///< steps of each sequence, in any order; empty: T for each
  double dropout = 0;              ///< the probability of dropping outputs between layers in training
  Generator* generator = nullptr;  ///< the source of dropout's random numbers; null: the default generator
};

/// The outputs of the last layer at each step, 0 beyond the end of a sequence; and the states at the ends
/// of the sequences, (layers directions, N, H), layer by layer, forward before backward. `cell` is defined
/// for lstm only.
template <Real T>
struct [[nodiscard]] RecurrentResult {
  Tensor<T> output, hidden, cell;
};

namespace detail {

/// A call of rnn, gru or lstm.
template <class T>
struct RecurrentCall {
  const char* op;
  Cell cell;
  const std::vector<RecurrentWeights<T>>& weights;
  const RecurrentOptions& options;

  RecurrentResult<T> operator()(const Tensor<T>& x_in, const Tensor<T>& h0, const Tensor<T>& c0) const {
    check<ShapeError>(x_in.rank() == 3, op,
                      "expected shape (T, N, input), or (N, T, input) batch first, got ", x_in.shape());
    const index_t directions = options.bidirectional ? 2 : 1, count = static_cast<index_t>(weights.size());
    check<ValueError>(count > 0 && count % directions == 0, op, count, " sets of weights for ", directions,
                      " direction(s)");
    Tensor<T> x = options.batch_first ? transpose(x_in, 0, 1) : x_in;
    const index_t steps = x.shape()[0], batch = x.shape()[1];
    check<ValueError>(steps > 0, op, "expected at least one step");
    const Tensor<index_t> lengths = checked_lengths(steps, batch);
    if (const Tensor<T>& first = weights[0].input; first.defined() && first.rank() == 2)
      check<ShapeError>(x.extent(-1) == first.shape()[1], op, "the input of shape ", x_in.shape(), " has ",
                        x.extent(-1), " features, the weights are for ", first.shape()[1]);
    const index_t size = state_size(weights[0]), cell_size = weights[0].hidden.shape()[0] / gates();
    const Tensor<T> initial = initial_state(h0, {count, batch, size}, "h0");
    const Tensor<T> initial_cell =
        cell == Cell::lstm ? initial_state(c0, {count, batch, cell_size}, "c0") : Tensor<T>{};
    std::vector<Tensor<T>> hidden, cells;
    for (index_t k = 0; k < count; k += directions) {
      std::vector<Tensor<T>> outputs;
      for (index_t direction = 0; direction < directions; ++direction) {
        const RecurrentWeights<T>& w = weights[static_cast<std::size_t>(k + direction)];
        check_weights(w, x.shape()[2], k + direction, size);
        RecurrentLayer<T> layer{
            {cell, steps, batch, cell_size, direction == 1, nullptr}, lengths, w.input_bias.defined()};
        const RecurrentState<T> state =
            recurrent_layer(op, std::move(layer), x, w, select(initial, 0, k + direction),
                            cell == Cell::lstm ? select(initial_cell, 0, k + direction) : Tensor<T>{});
        outputs.push_back(state.output);
        hidden.push_back(state.hidden);
        if (cell == Cell::lstm) cells.push_back(state.cell);
      }
      x = directions == 1 ? outputs[0] : cat(outputs, 2);
      if (lengths.defined()) x = mul(x, within(lengths, steps));
      if (options.dropout > 0 && training() && k + directions < count)
        x = dropout(x, options.dropout, true, options.generator ? *options.generator : default_generator());
    }
    return {options.batch_first ? transpose(x, 0, 1) : x, stack(hidden),
            cell == Cell::lstm ? stack(cells) : Tensor<T>{}};
  }

 private:
  index_t gates() const { return RecurrentLayout{cell, 0, 0, 0}.gates(); }
  /// The extent of the state, which is smaller than that of the cell if there is a projection.
  index_t state_size(const RecurrentWeights<T>& w) const {
    check<ShapeError>(w.hidden.rank() == 2 && w.hidden.shape()[0] % gates() == 0, op,
                      "expected a hidden weight of shape (", gates(), " H, H), got ", w.hidden.shape());
    return w.hidden.shape()[1];
  }
  void check_weights(const RecurrentWeights<T>& w, index_t inputs, index_t at, index_t state) const {
    const index_t hidden = weights[0].hidden.shape()[0] / gates(), rows = gates() * hidden;
    const auto fits = [&](const Tensor<T>& x, const Shape& shape, const char* what) {
      check<ShapeError>(x.defined() && x.shape() == shape, op, "expected the ", what, " of set ", at,
                        " of shape ", shape, ", got ", x.defined() ? x.shape() : Shape{});
    };
    fits(w.input, {rows, inputs}, "input weight");
    fits(w.hidden, {rows, state}, "hidden weight");
    if (w.input_bias.defined() || w.hidden_bias.defined()) {
      fits(w.input_bias, {rows}, "input bias");
      fits(w.hidden_bias, {rows}, "hidden bias");
    }
    check<ValueError>(!w.projection.defined() || cell == Cell::lstm, op, "only an lstm's state is projected");
    if (w.projection.defined() || state != hidden) fits(w.projection, {state, hidden}, "projection");
  }
  Tensor<index_t> checked_lengths(index_t steps, index_t batch) const {
    if (options.lengths.empty()) return {};
    check<ShapeError>(static_cast<index_t>(options.lengths.size()) == batch, op, "expected ", batch,
                      " lengths, got ", options.lengths.size());
    for (index_t length : options.lengths)
      check<ValueError>(length > 0 && length <= steps, op, "length ", length,
                        " of a sequence is not in 1 ... ", steps);
    return from<index_t>(options.lengths, {batch});
  }
  Tensor<T> initial_state(const Tensor<T>& given, const Shape& shape, const char* what) const {
    if (!given.defined()) return zeros<T>(shape);
    check<ShapeError>(given.shape() == shape, op, "expected ", what, " of shape ", shape, ", got ",
                      given.shape());
    return given;
  }
  /// (T, N, 1): 1 before a sequence's end, 0 beyond.
  static Tensor<T> within(const Tensor<index_t>& lengths, index_t steps) {
    Tensor<T> mask = Tensor<T>::empty({steps, lengths.size(), 1});
    T* m = mask.mutable_data();
    for (index_t t = 0; t < steps; ++t)
      for (index_t length : lengths) *m++ = T(t < length);
    return mask;
  }
};

/// One step, as a sequence of one.
template <class T>
RecurrentState<T> recurrent_cell(const char* op, Cell cell, const Tensor<T>& x, const Tensor<T>& h,
                                 const Tensor<T>& c, const RecurrentWeights<T>& w) {
  check<ShapeError>(x.rank() == 2 && h.rank() == 2 && x.shape()[0] == h.shape()[0], op,
                    "expected x (N, input) and a state (N, H), got ", x.shape(), " and ", h.shape());
  const RecurrentResult<T> result = RecurrentCall<T>{op, cell, {w}, {}}(unsqueeze(x, 0), unsqueeze(h, 0),
                                                                        c.defined() ? unsqueeze(c, 0) : c);
  return {{}, select(result.hidden, 0, 0), c.defined() ? select(result.cell, 0, 0) : c};
}

}  // namespace detail

/// Elman network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu instead of tanh. Elman 1990.
template <Real T>
RecurrentResult<T> rnn(const Tensor<T>& x, const std::vector<RecurrentWeights<T>>& weights,
                       const Tensor<T>& h0 = {}, const RecurrentOptions& options = {},
                       Nonlinearity nonlinearity = Nonlinearity::tanh) {
  using detail::Cell;
  return detail::RecurrentCall<T>{"rnn", nonlinearity == Nonlinearity::tanh ? Cell::tanh : Cell::relu,
                                  weights, options}(x, h0, {});
}

/// Gated recurrent units: r, z = sigmoid(W_i x + b_i + W_h h + b_h), n = tanh(W_in x + b_in + r (W_hn h +
/// b_hn)), h' = (1 - z) n + z h. Cho et al. 2014, https://arxiv.org/abs/1406.1078
template <Real T>
RecurrentResult<T> gru(const Tensor<T>& x, const std::vector<RecurrentWeights<T>>& weights,
                       const Tensor<T>& h0 = {}, const RecurrentOptions& options = {}) {
  return detail::RecurrentCall<T>{"gru", detail::Cell::gru, weights, options}(x, h0, {});
}

/// Long short-term memory: i, f, o = sigmoid(W_i x + b_i + W_h h + b_h), g = tanh of such a sum, c' = f c +
/// i g, h' = o tanh(c'). Hochreiter & Schmidhuber 1997, Gers et al. 2000.
/// With a projection (Sak et al. 2014, https://arxiv.org/abs/1402.1128) h' is multiplied by it, and h0 has
/// its extent; such a layer is computed by public ops, step by step.
template <Real T>
RecurrentResult<T> lstm(const Tensor<T>& x, const std::vector<RecurrentWeights<T>>& weights,
                        const Tensor<T>& h0 = {}, const Tensor<T>& c0 = {},
                        const RecurrentOptions& options = {}) {
  return detail::RecurrentCall<T>{"lstm", detail::Cell::lstm, weights, options}(x, h0, c0);
}

/// One step of `rnn`.
///
///   shapes: x (N, input); h (N, H)
///   returns: (N, H)
///   throws: ShapeError if the shapes do not fit
///   cost: two products
template <Real T>
Tensor<T> rnn_cell(const Tensor<T>& x, const Tensor<T>& h, const RecurrentWeights<T>& weights,
                   Nonlinearity nonlinearity = Nonlinearity::tanh) {
  using detail::Cell;
  const Cell cell = nonlinearity == Nonlinearity::tanh ? Cell::tanh : Cell::relu;
  return detail::recurrent_cell("rnn_cell", cell, x, h, {}, weights).hidden;
}
/// One step of `gru`.
///
///   shapes: x (N, input); h (N, H)
///   returns: (N, H)
///   throws: ShapeError if the shapes do not fit
///   cost: two products
template <Real T>
Tensor<T> gru_cell(const Tensor<T>& x, const Tensor<T>& h, const RecurrentWeights<T>& weights) {
  return detail::recurrent_cell("gru_cell", detail::Cell::gru, x, h, {}, weights).hidden;
}

/// The state and the cell of an lstm, as `lstm_cell` returns them.
template <Real T>
struct [[nodiscard]] LstmState {
  Tensor<T> hidden, cell;
};
/// One step of `lstm`.
///
///   shapes: x (N, input); h, c (N, H)
///   returns: hidden and cell, (N, H)
///   throws: ShapeError if the shapes do not fit
///   cost: two products
template <Real T>
LstmState<T> lstm_cell(const Tensor<T>& x, const Tensor<T>& h, const Tensor<T>& c,
                       const RecurrentWeights<T>& weights) {
  const auto state = detail::recurrent_cell("lstm_cell", detail::Cell::lstm, x, h, c, weights);
  return {state.hidden, state.cell};
}

}  // namespace TENON_NAMESPACE
