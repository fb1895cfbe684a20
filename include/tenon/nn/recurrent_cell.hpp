#pragma once
/// Cells: one step of a recurrent network. https://pytorch.org/docs/stable/nn.html#recurrent-layers

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/recurrent.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// The parameters of a cell, initially uniform within 1 / sqrt(hidden).
template <Real T>
struct RecurrentCell {
  Parameter<T> weight_ih;         ///< (gates hidden, input)
  Parameter<T> weight_hh;         ///< (gates hidden, hidden)
  Parameter<T> bias_ih, bias_hh;  ///< (gates hidden) each, or undefined

  RecurrentCell() = default;
  RecurrentCell(const char* layer, index_t gates, index_t inputs, index_t hidden, bool bias,
                Generator& generator) {
    const double bound = fan_bound(layer, hidden);
    const auto draw = [&](const Shape& shape) { return init::uniform<T>(shape, -bound, bound, generator); };
    weight_ih = draw({gates * hidden, inputs});
    weight_hh = draw({gates * hidden, hidden});
    if (!bias) return;
    bias_ih = draw({gates * hidden});
    bias_hh = draw({gates * hidden});
  }

  index_t macs(const Shape& x, const Shape&) const { return x[0] * (weight_ih.size() + weight_hh.size()); }

 protected:
  RecurrentWeights<T> weights() const { return {weight_ih, weight_hh, bias_ih, bias_hh}; }
  /// The state h, or zeros if it is undefined.
  Tensor<T> state(const Tensor<T>& x, const Tensor<T>& h) const {
    return h.defined() ? h : zeros<T>({x.extent(0), weight_hh.extent(1)});
  }
};

}  // namespace detail

/// One step of an Elman network; `Rnn` gives the formula.
///
///   shapes: x (N, input); h (N, hidden), undefined: 0
///   returns: the next h (N, hidden)
///   throws: ShapeError for other shapes. The constructor throws ValueError if hidden <= 0
///   cost: N (input + hidden) hidden multiply-adds
template <Real T>
struct RnnCell : detail::RecurrentCell<T> {
  using detail::RecurrentCell<T>::weight_ih, detail::RecurrentCell<T>::weight_hh;
  using detail::RecurrentCell<T>::bias_ih, detail::RecurrentCell<T>::bias_hh;
  tenon::Nonlinearity nonlinearity = tenon::Nonlinearity::tanh;  ///< tanh or relu

  RnnCell() = default;
  RnnCell(index_t inputs, index_t hidden, bool bias = true,
          tenon::Nonlinearity of_gates = tenon::Nonlinearity::tanh,
          Generator& generator = default_generator())
      : detail::RecurrentCell<T>("rnn_cell", 1, inputs, hidden, bias, generator), nonlinearity(of_gates) {}

  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& h = {}) const {
    return call_layer(*this, x,
                      [&] { return rnn_cell(x, this->state(x, h), this->weights(), nonlinearity); });
  }
  TENON_FIELDS(weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity);
};

/// One step of gated recurrent units; `Gru` gives the formula.
///
///   shapes: x (N, input); h (N, hidden), undefined: 0
///   returns: the next h (N, hidden)
///   throws: ShapeError for other shapes. The constructor throws ValueError if hidden <= 0
///   cost: 3 N (input + hidden) hidden multiply-adds
template <Real T>
struct GruCell : detail::RecurrentCell<T> {
  using detail::RecurrentCell<T>::weight_ih, detail::RecurrentCell<T>::weight_hh;
  using detail::RecurrentCell<T>::bias_ih, detail::RecurrentCell<T>::bias_hh;

  GruCell() = default;
  GruCell(index_t inputs, index_t hidden, bool bias = true, Generator& generator = default_generator())
      : detail::RecurrentCell<T>("gru_cell", 3, inputs, hidden, bias, generator) {}

  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& h = {}) const {
    return call_layer(*this, x, [&] { return gru_cell(x, this->state(x, h), this->weights()); });
  }
  TENON_FIELDS(weight_ih, weight_hh, bias_ih, bias_hh);
};

/// One step of a long short-term memory; `Lstm` gives the formula.
///
///   shapes: x (N, input); hidden and cell (N, hidden) each, undefined: 0
///   returns: the next hidden and cell (N, hidden)
///   throws: ShapeError for other shapes. The constructor throws ValueError if hidden <= 0
///   cost: 4 N (input + hidden) hidden multiply-adds
template <Real T>
struct LstmCell : detail::RecurrentCell<T> {
  using detail::RecurrentCell<T>::weight_ih, detail::RecurrentCell<T>::weight_hh;
  using detail::RecurrentCell<T>::bias_ih, detail::RecurrentCell<T>::bias_hh;

  LstmCell() = default;
  LstmCell(index_t inputs, index_t hidden, bool bias = true, Generator& generator = default_generator())
      : detail::RecurrentCell<T>("lstm_cell", 4, inputs, hidden, bias, generator) {}

  LstmState<T> operator()(const Tensor<T>& x, const LstmState<T>& before = {}) const {
    return call_layer(*this, x, [&] {
      return lstm_cell(x, this->state(x, before.hidden), this->state(x, before.cell), this->weights());
    });
  }
  TENON_FIELDS(weight_ih, weight_hh, bias_ih, bias_hh);
};

}  // namespace TENON_NAMESPACE::nn
