#pragma once
/// Recurrent layers, a number at a time.

#include <cmath>   // exp, tanh
#include <vector>  // vector

#include "tenon/backend/recurrent_layout.hpp"

namespace TENON_NAMESPACE::backend::reference {

inline double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

/// W h + b of one sequence, from the rows of the state's weight.
template <class T>
std::vector<double> state_products(const RecurrentLayout& r, const T* weight, const T* bias, const T* h) {
  std::vector<double> sums;
  for (index_t row = 0; row < r.gates() * r.hidden; ++row) {
    double sum = bias ? static_cast<double>(bias[row]) : 0;
    for (index_t d = 0; d < r.hidden; ++d)
      sum += static_cast<double>(weight[row * r.hidden + d]) * static_cast<double>(h[d]);
    sums.push_back(sum);
  }
  return sums;
}

/// One step of unit d; gates point to the unit's first gate, `hidden` apart. Returns the new state.
template <class T>
double recurrent_unit(Cell cell, index_t hidden, const double* wh, T* gates, double h, double c,
                      T* new_cell) {
  const auto sum = [&](int k) { return static_cast<double>(gates[k * hidden]) + wh[k * hidden]; };
  const auto set = [&](int k, double value) {
    gates[k * hidden] = static_cast<T>(value);
    return value;
  };
  if (cell == Cell::tanh) return set(0, std::tanh(sum(0)));
  if (cell == Cell::relu) return set(0, sum(0) <= 0 ? 0 : sum(0));
  if (cell == Cell::gru) {
    const double reset = set(0, logistic(sum(0))), z = set(1, logistic(sum(1))), q = set(3, wh[2 * hidden]);
    const double n = set(2, std::tanh(static_cast<double>(gates[2 * hidden]) + reset * q));
    return (1 - z) * n + z * h;
  }
  const double i = set(0, logistic(sum(0))), f = set(1, logistic(sum(1))), g = set(2, std::tanh(sum(2))),
               o = set(3, logistic(sum(3))), next = f * c + i * g;
  *new_cell = static_cast<T>(next);
  return o * std::tanh(next);
}

template <class T>
void recurrent(const RecurrentLayout& r, const T* weight, const T* bias, T* gates, T* states, T* cells) {
  for (index_t i = 0; i < r.steps; ++i) {
    const index_t t = r.step_at(i);
    for (index_t s = 0; s < r.batch; ++s) {
      const index_t from = r.from(t) * r.slot() + s * r.hidden, into = r.into(t) * r.slot() + s * r.hidden;
      const std::vector<double> wh = state_products(r, weight, bias, states + from);
      T* const gate = gates + (t * r.batch + s) * r.width();
      for (index_t d = 0; d < r.hidden; ++d) {
        const double h = static_cast<double>(states[from + d]),
                     c = cells ? static_cast<double>(cells[from + d]) : 0;
        if (r.active(t, s)) {
          states[into + d] = static_cast<T>(recurrent_unit(r.cell, r.hidden, wh.data() + d, gate + d, h, c,
                                                           cells ? cells + into + d : nullptr));
        } else {
          states[into + d] = static_cast<T>(h);
          if (cells) cells[into + d] = static_cast<T>(c);
        }
      }
    }
  }
}

/// The gradients dgates of one unit's gates from those of its state, dh, and cell, dc, which become the parts
/// of the former ones that do not go through the gates.
template <class T>
void recurrent_unit_backward(Cell cell, index_t hidden, const T* gates, double state, double h, double c,
                             double new_c, T* dgates, double& dh, double& dc) {
  const auto gate = [&](int k) { return static_cast<double>(gates[k * hidden]); };
  const auto set = [&](int k, double value) { dgates[k * hidden] = static_cast<T>(value); };
  const double d = dh;
  dh = 0;
  if (cell == Cell::tanh) return set(0, d * (1 - state * state));
  if (cell == Cell::relu) return set(0, state > 0 ? d : 0);
  if (cell == Cell::gru) {
    const double reset = gate(0), z = gate(1), n = gate(2), dn = d * (1 - z) * (1 - n * n);
    set(0, dn * gate(3) * reset * (1 - reset));
    set(1, d * (h - n) * z * (1 - z));
    set(2, dn);
    set(3, dn * reset);
    dh = d * z;
    return;
  }
  const double i = gate(0), f = gate(1), g = gate(2), o = gate(3), bent = std::tanh(new_c);
  const double total = dc + d * o * (1 - bent * bent);
  set(0, total * g * i * (1 - i));
  set(1, total * c * f * (1 - f));
  set(2, total * i * (1 - g * g));
  set(3, d * bent * o * (1 - o));
  dc = total * f;
}

template <class T>
void recurrent_backward(const RecurrentLayout& r, const T* weight, const T* gates, const T* states,
                        const T* cells, const T* g, T* dgates, T* dh, T* dc) {
  const index_t hidden = r.hidden;
  for (index_t i = r.steps; i-- > 0;) {
    const index_t t = r.step_at(i);
    for (index_t s = 0; s < r.batch; ++s) {
      const index_t from = r.from(t) * r.slot() + s * hidden, into = r.into(t) * r.slot() + s * hidden;
      const T* gate = gates + (t * r.batch + s) * r.width();
      T *dgate = dgates + (t * r.batch + s) * r.width(), *dhs = dh + s * hidden;
      std::vector<double> direct(static_cast<std::size_t>(hidden));
      for (index_t d = 0; d < hidden; ++d) {
        double dhd = static_cast<double>(dhs[d]) + static_cast<double>(g[into + d]);
        double dcd = cells ? static_cast<double>(dc[s * hidden + d]) : 0;
        const auto cell = [&](index_t at) { return cells ? static_cast<double>(cells[at + d]) : 0; };
        if (r.active(t, s)) {
          recurrent_unit_backward(r.cell, hidden, gate + d, static_cast<double>(states[into + d]),
                                  static_cast<double>(states[from + d]), cell(from), cell(into), dgate + d,
                                  dhd, dcd);
        } else {
          for (index_t k = 0; k * hidden < r.width(); ++k) dgate[k * hidden + d] = T(0);
        }
        direct[static_cast<std::size_t>(d)] = dhd;
        if (cells) dc[s * hidden + d] = static_cast<T>(dcd);
      }
      for (index_t d = 0; d < hidden; ++d) {
        double sum = direct[static_cast<std::size_t>(d)];
        for (index_t row = 0; row < r.gates() * hidden; ++row) {
          const bool last_of_gru = r.cell == Cell::gru && row >= 2 * hidden;  // whose gradient stands fourth
          sum += static_cast<double>(dgate[last_of_gru ? row + hidden : row]) *
                 static_cast<double>(weight[row * hidden + d]);
        }
        dhs[d] = static_cast<T>(sum);
      }
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
