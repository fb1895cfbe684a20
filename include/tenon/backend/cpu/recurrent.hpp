#pragma once
/// Recurrent layers: each step is one matrix product, added onto the gates, and one pass that does everything
/// else. Sequences do not know of each other, so each thread takes some of them through all steps.

#include <algorithm>    // max, min, fill_n
#include <type_traits>  // remove_const_t

#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/recurrent_layout.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Calls f(first, count) for groups of sequences, of four at least: from two on the products of a group have
/// the bits of those of the whole batch. Work that is not worth it is not shared.
template <class F>
void each_group_of_sequences(const RecurrentLayout& r, const F& f) {
  const bool small = r.steps * r.batch * r.hidden * r.hidden * r.gates() < 4 * gemm_serial_work;
  const index_t groups = small ? 1 : std::max<index_t>(1, std::min<index_t>(num_threads(), r.batch / 4));
  parallel_for(groups, 1, [&](index_t begin, index_t end) {
    for (index_t k = begin; k < end; ++k) {
      const index_t first = r.batch * k / groups;
      f(first, r.batch * (k + 1) / groups - first);
    }
  });
}

/// One sequence's arrays at one step, of T or of const T.
template <class U>
struct RecurrentRow {
  using T = std::remove_const_t<U>;
  index_t hidden;
  U *gates, *state, *cell;
  const T *old_state, *old_cell;

  /// Gates hold the sums; `product` those of a gru's state.
  void step(Cell kind, const T* product) const {
    const index_t h = hidden;
    U* const g = gates;
    if (kind == Cell::lstm) {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> i = sigmoid(lanes.load(g)), f = sigmoid(lanes.load(g + h)),
                      n = tanh(lanes.load(g + 2 * h)), o = sigmoid(lanes.load(g + 3 * h)),
                      c = f * lanes.load(old_cell) + i * n;
        lanes.store(g, i);
        lanes.store(g + h, f);
        lanes.store(g + 2 * h, n);
        lanes.store(g + 3 * h, o);
        lanes.store(cell, c);
        lanes.store(state, o * tanh(c));
      });
    } else if (kind == Cell::gru) {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> r = sigmoid(lanes.load(g) + lanes.load(product)),
                      z = sigmoid(lanes.load(g + h) + lanes.load(product + h)),
                      q = lanes.load(product + 2 * h), n = tanh(lanes.load(g + 2 * h) + r * q);
        lanes.store(g, r);
        lanes.store(g + h, z);
        lanes.store(g + 2 * h, n);
        lanes.store(g + 3 * h, q);
        lanes.store(state, n + z * (lanes.load(old_state) - n));
      });
    } else {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> sum = lanes.load(g);
        const Pack<T> y = kind == Cell::tanh ? tanh(sum) : select(sum <= Pack<T>(0), Pack<T>(0), sum);
        lanes.store(g, y);
        lanes.store(state, y);
      });
    }
  }

  /// The gradients d of the gates from those of state and cell, which become the parts of the former ones
  /// that do not go through the gates.
  void step_backward(Cell kind, T* d, T* dh, T* dc) const {
    const index_t h = hidden;
    const T* const g = gates;
    const Pack<T> one(1);
    if (kind == Cell::lstm) {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> i = lanes.load(g), f = lanes.load(g + h), n = lanes.load(g + 2 * h),
                      o = lanes.load(g + 3 * h), bent = tanh(lanes.load(cell)), dy = lanes.load(dh),
                      total = lanes.load(dc) + dy * o * (one - bent * bent);
        lanes.store(d, total * n * i * (one - i));
        lanes.store(d + h, total * lanes.load(old_cell) * f * (one - f));
        lanes.store(d + 2 * h, total * i * (one - n * n));
        lanes.store(d + 3 * h, dy * bent * o * (one - o));
        lanes.store(dc, total * f);
        lanes.store(dh, Pack<T>(0));
      });
    } else if (kind == Cell::gru) {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> r = lanes.load(g), z = lanes.load(g + h), n = lanes.load(g + 2 * h),
                      q = lanes.load(g + 3 * h), dy = lanes.load(dh), dn = dy * (one - z) * (one - n * n);
        lanes.store(d, dn * q * r * (one - r));
        lanes.store(d + h, dy * (lanes.load(old_state) - n) * z * (one - z));
        lanes.store(d + 2 * h, dn);
        lanes.store(d + 3 * h, dn * r);
        lanes.store(dh, dy * z);
      });
    } else {
      each_pack<T>(0, h, [&](auto lanes) {
        const Pack<T> y = lanes.load(state), dy = lanes.load(dh);
        lanes.store(d, kind == Cell::tanh ? dy * (one - y * y) : select(y > Pack<T>(0), dy, Pack<T>(0)));
        lanes.store(dh, Pack<T>(0));
      });
    }
  }
};

template <class U>
RecurrentRow<U> recurrent_row(const RecurrentLayout& r, index_t t, index_t sequence, U* gates, U* states,
                              U* cells) {
  const index_t at = sequence * r.hidden, from = r.from(t) * r.slot() + at, into = r.into(t) * r.slot() + at;
  return {r.hidden,      gates + (t * r.batch + sequence) * r.width(),
          states + into, cells ? cells + into : nullptr,
          states + from, cells ? cells + from : nullptr};
}

template <Real T>
void recurrent(const RecurrentLayout& r, const T* weight, const T* bias, T* gates, T* states, T* cells) {
  const index_t h = r.hidden, rows = r.gates() * h;
  Buffer<T> columns(rows * h);  // the weight transposed: read in place by every step's product
  transpose(h, rows, weight, h, columns.data(), rows, false);
  const bool gru = r.cell == Cell::gru;
  each_group_of_sequences(r, [&](index_t first, index_t count) {
    Buffer<T> products(gru ? count * rows : 0);
    for (index_t i = 0; i < r.steps; ++i) {
      const index_t t = r.step_at(i);
      for (index_t s = 0; s < count && gru && bias; ++s)
        copy_elements(rows, bias, products.data() + s * rows);
      gemm(false, false, count, rows, h, T{1}, states + r.from(t) * r.slot() + first * h, h, columns.data(),
           rows, T(!gru || bias), gru ? products.data() : gates + (t * r.batch + first) * r.width(),
           gru ? rows : r.width());
      for (index_t s = 0; s < count; ++s) {
        const RecurrentRow<T> row = recurrent_row(r, t, first + s, gates, states, cells);
        if (r.active(t, first + s)) {
          row.step(r.cell, products.data() + (gru ? s * rows : 0));
        } else {
          copy_elements(h, row.old_state, row.state);
          if (cells) copy_elements(h, row.old_cell, row.cell);
        }
      }
    }
  });
}

template <Real T>
void recurrent_backward(const RecurrentLayout& r, const T* weight, const T* gates, const T* states,
                        const T* cells, const T* g, T* dgates, T* dh, T* dc) {
  const index_t h = r.hidden, width = r.width();
  each_group_of_sequences(r, [&](index_t first, index_t count) {
    for (index_t i = r.steps; i-- > 0;) {
      const index_t t = r.step_at(i);
      for (index_t s = first; s < first + count; ++s) {
        T *d = dgates + (t * r.batch + s) * width, *dhs = dh + s * h;
        const T* gs = g + r.into(t) * r.slot() + s * h;
        each_pack<T>(0, h, [&](auto lanes) { lanes.store(dhs, lanes.load(dhs) + lanes.load(gs)); });
        if (r.active(t, s)) {
          recurrent_row(r, t, s, gates, states, cells)
              .step_backward(r.cell, d, dhs, dc ? dc + s * h : nullptr);
        } else {
          std::fill_n(d, width, T{0});
        }
      }
      const auto add_product = [&](index_t gate, index_t row, index_t k) {
        gemm(false, false, count, h, k, T{1}, dgates + (t * r.batch + first) * width + gate, width,
             weight + row * h, h, T{1}, dh + first * h, h);
      };
      if (r.cell == Cell::gru) {  // dn enters the sum of the input, dq that of the state
        add_product(0, 0, 2 * h);
        add_product(3 * h, 2 * h, h);
      } else {
        add_product(0, 0, r.gates() * h);
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
