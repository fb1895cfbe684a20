#pragma once
/// One direction of one recurrent layer as one recorded operation: one product computes the inputs of all
/// steps, and one the gradient of each weight.

#include "tenon/backend/recurrent.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/linear.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// The parameters of one direction of one recurrent layer. Rows of the weights stand gate by gate: i, f, g,
/// o of an lstm; r, z, n of a gru.
template <Real T>
struct RecurrentWeights {
  Tensor<T> input, hidden;            ///< (gates H, input) and (gates H, H)
  Tensor<T> input_bias, hidden_bias;  ///< (gates H) each, or both undefined
  Tensor<T> projection;               ///< (P, H), of an lstm's state, with hidden (gates H, P); or undefined

  // g++ 12 fails on default initialisers of the members here, when they are used in a generic lambda.
  RecurrentWeights(const Tensor<T>& input_weight, const Tensor<T>& hidden_weight,
                   const Tensor<T>& bias_of_input = {}, const Tensor<T>& bias_of_hidden = {},
                   const Tensor<T>& projected = {})
      : input(input_weight),
        hidden(hidden_weight),
        input_bias(bias_of_input),
        hidden_bias(bias_of_hidden),
        projection(projected) {}
};

namespace detail {

using backend::Cell;
using backend::RecurrentLayout;

template <class T>
struct RecurrentState {
  Tensor<T> output;        ///< (T, N, H)
  Tensor<T> hidden, cell;  ///< (N, H), after the last step; cell of an lstm only
};

/// Gates of one step, kept for its gradient in public ops.
template <class T>
struct RecurrentStep {
  Tensor<T> gate[4], hidden, cell, new_hidden, new_cell;
};

template <class T>
struct RecurrentLayer {
  RecurrentLayout extents;
  Tensor<index_t> lengths;  ///< steps of each sequence; undefined: all steps
  bool biased;
  Tensor<T> gates{}, cells{};  ///< kept from the forward pass for the gradient

  bool is_lstm() const { return extents.cell == Cell::lstm; }
  bool is_gru() const { return extents.cell == Cell::gru; }
  RecurrentLayout recurrence() const {
    RecurrentLayout r = extents;
    r.lengths = lengths.defined() ? lengths.data() : nullptr;
    return r;
  }
  index_t first_slot() const { return extents.reversed ? extents.steps : 0; }
  index_t last_slot() const { return extents.reversed ? 0 : extents.steps; }

  /// The states, (T + 1, N, H) as backend::RecurrentLayout describes them; of an lstm the last cell follows.
  /// Fills gates and cells.
  Tensor<T> run(const Tensor<T>& x, const RecurrentWeights<T>& w, const Tensor<T>& h0, const Tensor<T>& c0) {
    const NoGrad no_grad;
    const index_t steps = extents.steps, batch = extents.batch, hidden = extents.hidden;
    const index_t rows = extents.gates() * hidden;
    gates = Tensor<T>::empty({steps * batch, extents.width()});
    Tensor<T> sums = narrow(gates, 1, 0, rows);
    copy_(sums, !biased ? scalar(T(0)) : is_gru() ? w.input_bias.detach() : add(w.input_bias, w.hidden_bias));
    add_product(reshape(x.detach(), {steps * batch, x.extent(-1)}), w.input.detach(), gates.mutable_data(),
                extents.width());
    Tensor<T> states = Tensor<T>::empty({steps + 1 + is_lstm(), batch, hidden});
    set(states, first_slot(), h0);
    if (is_lstm()) {
      cells = Tensor<T>::empty({steps + 1, batch, hidden});
      set(cells, first_slot(), c0);
    }
    const Tensor<T> weight = contiguous(w.hidden.detach());
    const Tensor<T> bias = is_gru() && biased ? contiguous(w.hidden_bias.detach()) : Tensor<T>{};
    backend::kernel<backend::Recurrent<T>>()(
        recurrence(), weight.data(), bias.defined() ? bias.data() : nullptr, gates.mutable_data(),
        states.mutable_data(), is_lstm() ? cells.mutable_data() : nullptr);
    if (is_lstm()) set(states, steps + 1, select(cells, 0, last_slot()));
    return states;
  }

  /// The gradients of x, the weights, h0, c0 if there is one, and the biases if there are, by one kernel.
  Gradients<T> vjp(const Backward<T>& p) const {
    const index_t batch = extents.batch, hidden = extents.hidden, count = extents.steps * batch;
    const Tensor<T> g = contiguous(p.gradient()), states = p.output(), weight = contiguous(p.input(2));
    Tensor<T> dgates = Tensor<T>::empty({count, extents.width()}), dh = zeros<T>({batch, hidden}), dc;
    if (is_lstm()) dc = clone(select(g, 0, extents.steps + 1));
    backend::kernel<backend::RecurrentBackward<T>>()(
        recurrence(), weight.data(), gates.data(), states.data(), is_lstm() ? cells.data() : nullptr,
        g.data(), dgates.mutable_data(), dh.mutable_data(), is_lstm() ? dc.mutable_data() : nullptr);
    const Tensor<T> of_input = is_gru() ? narrow(dgates, 1, 0, 3 * hidden) : dgates;
    const Tensor<T> of_state =
        is_gru() ? cat<T>({narrow(dgates, 1, 0, 2 * hidden), narrow(dgates, 1, 3 * hidden, hidden)}, 1)
                 : dgates;
    const Tensor<T> before =
        reshape(narrow(states, 0, extents.reversed ? 1 : 0, extents.steps), {count, hidden});
    return collect(p, of_input, of_state, before, dh, dc);
  }

  /// The gradients in public ops, which compute the gates again, so that they can be differentiated in turn.
  Gradients<T> vjp_in_ops(const Backward<T>& p) const {
    const std::vector<RecurrentStep<T>> steps = steps_in_ops(p);
    const index_t count = extents.steps, hidden = extents.hidden;
    const Tensor<T>&g = p.gradient(), weight = p.input(2);
    Tensor<T> dh = zeros<T>({extents.batch, hidden});
    Tensor<T> dc = is_lstm() ? select(g, 0, count + 1) : Tensor<T>{};
    std::vector<Tensor<T>> of_input(steps.size()), of_state(steps.size()), before(steps.size());
    for (index_t i = count; i-- > 0;) {
      const index_t t = extents.step_at(i);
      const auto at = static_cast<std::size_t>(t);
      const Tensor<T> active = activity(t), total = add(dh, select(g, 0, extents.into(t)));
      dh = lengths.defined() ? mul(total, active) : total;
      const Tensor<T> carried = sub(total, dh),
                      carried_cell = is_lstm() ? sub(dc, mul(dc, active)) : Tensor<T>{};
      if (is_lstm()) dc = mul(dc, active);
      std::vector<Tensor<T>> d = step_back(steps[at], dh, dc);
      before[at] = steps[at].hidden;
      of_input[at] = cat<T>({d.begin(), d.begin() + extents.gates()}, 1);
      if (is_gru()) d[2] = d[3];
      of_state[at] = cat<T>({d.begin(), d.begin() + extents.gates()}, 1);
      dh = add(add(dh, carried), matmul(of_state[at], weight));
      if (is_lstm()) dc = add(dc, carried_cell);
    }
    return collect(p, cat(of_input), cat(of_state), cat(before), dh, dc);
  }

  /// The layer's steps in public ops, in the order of time.
  std::vector<RecurrentStep<T>> steps_in_ops(const Backward<T>& p) const {
    const Tensor<T> x = p.input(0);
    RecurrentWeights<T> w{p.input(1), p.input(2)};
    if (biased) {
      w.input_bias = p.input(4 + is_lstm());
      w.hidden_bias = p.input(5 + is_lstm());
    }
    return steps_in_ops(x, w, p.input(3), is_lstm() ? p.input(4) : Tensor<T>{});
  }
  std::vector<RecurrentStep<T>> steps_in_ops(const Tensor<T>& x, const RecurrentWeights<T>& w, Tensor<T> h,
                                             Tensor<T> c) const {
    std::vector<RecurrentStep<T>> steps(static_cast<std::size_t>(extents.steps));
    const Tensor<T> sums = linear(x, w.input, w.input_bias);
    for (index_t i = 0; i < extents.steps; ++i) {
      const index_t t = extents.step_at(i);
      RecurrentStep<T>& s = steps[static_cast<std::size_t>(t)];
      s.hidden = h;
      s.cell = c;
      step(s, select(sums, 0, t), linear(h, w.hidden, w.hidden_bias));
      if (w.projection.defined()) s.new_hidden = linear(s.new_hidden, w.projection);
      const Tensor<T> active = activity(t);
      const auto carry = [](auto a, auto now, auto old) { return select(a != 0, now, old); };
      if (lengths.defined()) s.new_hidden = map("recurrence", carry, active, s.new_hidden, h);
      if (lengths.defined() && is_lstm()) s.new_cell = map("recurrence", carry, active, s.new_cell, c);
      h = s.new_hidden;
      c = s.new_cell;
    }
    return steps;
  }

 private:
  static void set(Tensor<T>& slots, index_t slot, const Tensor<T>& value) {
    Tensor<T> target = select(slots, 0, slot);
    copy_(target, value.detach());
  }
  /// A column with 1 for each sequence that has a step t, 0 for each that has ended; without lengths 1.
  Tensor<T> activity(index_t t) const {
    if (!lengths.defined()) return scalar(T(1));
    Tensor<T> active = Tensor<T>::empty({extents.batch, 1});
    T* a = active.mutable_data();
    for (index_t length : lengths) *a++ = T(t < length);
    return active;
  }

  /// Gates and new state from the parts of the sums that belong to the input and to the state.
  void step(RecurrentStep<T>& s, const Tensor<T>& of_input, const Tensor<T>& of_state) const {
    const auto part = [&](const Tensor<T>& x, int k) {
      return narrow(x, 1, k * extents.hidden, extents.hidden);
    };
    const auto sum = [&](int k) { return add(part(of_input, k), part(of_state, k)); };
    if (extents.cell == Cell::tanh) s.new_hidden = s.gate[0] = tanh(sum(0));
    if (extents.cell == Cell::relu)
      s.new_hidden = s.gate[0] = map("relu", [](auto v) { return select(v <= 0, 0, v); }, sum(0));
    if (is_gru()) {
      s.gate[0] = sigmoid(sum(0));
      s.gate[1] = sigmoid(sum(1));
      s.gate[3] = part(of_state, 2);
      s.gate[2] = map([](auto a, auto r, auto q) { return tanh(a + r * q); }, part(of_input, 2), s.gate[0],
                      s.gate[3]);
      s.new_hidden =
          map([](auto z, auto n, auto h) { return n + z * (h - n); }, s.gate[1], s.gate[2], s.hidden);
    }
    if (is_lstm()) {
      for (int k : {0, 1, 3}) s.gate[k] = sigmoid(sum(k));
      s.gate[2] = tanh(sum(2));
      s.new_cell = map([](auto i, auto f, auto g, auto c) { return f * c + i * g; }, s.gate[0], s.gate[1],
                       s.gate[2], s.cell);
      s.new_hidden = map([](auto o, auto c) { return o * tanh(c); }, s.gate[3], s.new_cell);
    }
  }

  /// The gradients of the gates' sums, gate by gate; of a gru the fourth is that of q, the state's part of n.
  /// dh and dc enter as the gradients of the new state and cell. They leave as those parts of the gradients
  /// of the old state and cell that do not pass through the gates.
  std::vector<Tensor<T>> step_back(const RecurrentStep<T>& s, Tensor<T>& dh, Tensor<T>& dc) const {
    const auto bend = [](auto d, auto y) { return d * (1 - y * y); };
    const auto squash = [](auto a, auto b, auto y) { return a * b * y * (1 - y); };
    const Tensor<T> d = dh;
    if (extents.cell == Cell::tanh || extents.cell == Cell::relu) {
      dh = zeros<T>(d.shape());
      if (extents.cell == Cell::tanh) return {map(bend, d, s.gate[0])};
      return {map([](auto g, auto y) { return select(y > 0, g, 0); }, d, s.gate[0].detach())};
    }
    if (is_gru()) {
      const Tensor<T> dn =
          map([](auto g, auto z, auto n) { return g * (1 - z) * (1 - n * n); }, d, s.gate[1], s.gate[2]);
      dh = mul(d, s.gate[1]);
      return {map(squash, dn, s.gate[3], s.gate[0]), map(squash, d, sub(s.hidden, s.gate[2]), s.gate[1]), dn,
              mul(dn, s.gate[0])};
    }
    const Tensor<T> bent = tanh(s.new_cell);
    const Tensor<T> total = add(dc, map(bend, mul(d, s.gate[3]), bent));
    dh = zeros<T>(d.shape());
    dc = mul(total, s.gate[1]);
    return {map(squash, total, s.gate[2], s.gate[0]), map(squash, total, s.cell, s.gate[1]),
            map(bend, mul(total, s.gate[0]), s.gate[2]), map(squash, d, bent, s.gate[3])};
  }

  /// The gradients of all inputs from those of the gates' sums, (T N, gates H): of_input for the part of the
  /// input, of_state for the part of the state, which differ in a gru.
  Gradients<T> collect(const Backward<T>& p, const Tensor<T>& of_input, const Tensor<T>& of_state,
                       const Tensor<T>& before, const Tensor<T>& dh, const Tensor<T>& dc) const {
    const Tensor<T> x = p.input(0);
    const Tensor<T> rows = reshape(x, {extents.steps * extents.batch, x.extent(-1)});
    Gradients<T> all = {p.needs(0) ? reshape(matmul(of_input, p.input(1)), x.shape()) : Tensor<T>{},
                        p.needs(1) ? matmul(transpose(of_input, 0, 1), rows) : Tensor<T>{},
                        p.needs(2) ? matmul(transpose(of_state, 0, 1), before) : Tensor<T>{}, dh};
    if (is_lstm()) all.push_back(dc);
    if (biased) {
      const Tensor<T> dbias = sum(of_input, {0});
      all.push_back(dbias);
      all.push_back(is_gru() ? sum(of_state, {0}) : dbias);
    }
    return all;
  }
};

/// A layer with a projected state, in public ops.
template <class T>
RecurrentState<T> projected_layer(const RecurrentLayer<T>& layer, const Tensor<T>& x,
                                  const RecurrentWeights<T>& w, const Tensor<T>& h0, const Tensor<T>& c0) {
  const auto steps = layer.steps_in_ops(x, w, h0, c0);
  std::vector<Tensor<T>> outputs;
  for (const RecurrentStep<T>& s : steps) outputs.push_back(s.new_hidden);
  const RecurrentStep<T>& last = layer.extents.reversed ? steps.front() : steps.back();
  return {stack(outputs), last.new_hidden, last.new_cell};
}

/// Runs a layer over x (T, N, input), T >= 1, from h0 (N, H) and of an lstm c0 (N, H). Outputs beyond the end
/// of a sequence repeat its last state.
template <class T>
RecurrentState<T> recurrent_layer(const char* op, RecurrentLayer<T> layer, const Tensor<T>& x,
                                  const RecurrentWeights<T>& w, const Tensor<T>& h0, const Tensor<T>& c0) {
  if (w.projection.defined()) return projected_layer(layer, x, w, h0, c0);
  const index_t steps = layer.extents.steps;
  Tensor<T> states = layer.run(x, w, h0, c0);
  SmallVector<graph::Input<T>, 8> inputs;
  for (const Tensor<T>* input : {&x, &w.input, &w.hidden, &h0}) inputs.push_back(*input);
  if (layer.is_lstm()) inputs.push_back(c0);
  if (layer.biased) {
    inputs.push_back(w.input_bias);
    inputs.push_back(w.hidden_bias);
  }
  const index_t last = layer.last_slot(), first = layer.extents.reversed ? 0 : 1;
  const bool lstm = layer.is_lstm();
  states = record(
      op, states, inputs.begin(), inputs.size(),
      [layer = std::move(layer)](const Backward<T>& p) -> Gradients<T> {
        return grad_enabled() ? layer.vjp_in_ops(p) : layer.vjp(p);
      },
      Keep::output);
  return {narrow(states, 0, first, steps), select(states, 0, last),
          lstm ? select(states, 0, steps + 1) : Tensor<T>{}};
}

}  // namespace detail

}  // namespace TENON_NAMESPACE
