#pragma once
/// Attention by blocks of queries and keys that stay in the second-level cache: the matrix of all scores
/// never exists (Dao et al. 2022, "FlashAttention", after Milakov & Gimelshein 2018).

#include <algorithm>  // max, min, fill_n
#include <cmath>      // exp, log
#include <limits>     // numeric_limits

#include "tenon/backend/attention_layout.hpp"
#include "tenon/backend/cpu/gemm.hpp"
#include "tenon/backend/cpu/softmax.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Extents of a block of scores: whole tiles of the matrix product, and its inner extent.
inline constexpr index_t attention_queries = 96;
template <class T>
inline constexpr index_t attention_keys = GemmShape<T>::depth;

/// A block of scores, queries [i, i + rows) against keys [j, j + columns) of one item.
template <class T>
struct ScoreBlock {
  const AttentionLayout<T>& a;
  index_t item, i, rows, j, columns;

  const T* q() const { return a.q + a.q_offset[item] + i * a.q_row; }
  const T* k() const { return a.k + a.k_offset[item] + j * a.k_row; }
  const T* v() const { return a.v + a.v_offset[item] + j * a.v_row; }

  /// s(rows, columns) = scale q k^T + mask; what a query does not see is left as it is.
  void compute(T* s) const {
    gemm(false, true, rows, columns, a.depth, a.scale, q(), a.q_row, k(), a.k_row, T{0}, s, columns);
    if (!a.mask) return;
    for (index_t r = 0; r < rows; ++r) {
      const T* mask = a.mask + a.mask_offset[item] + (i + r) * a.mask_row + j;
      T* row = s + r * columns;
      each_pack<T>(0, columns, [&](auto lanes) { lanes.store(row, lanes.load(row) + lanes.load(mask)); });
    }
  }
};

/// The running maximum and sum of exponentials of one query.
template <class T>
struct RunningSum {
  T peak = -std::numeric_limits<T>::infinity();
  double sum = 0;

  /// Turns n more scores into exponentials and returns by what the results so far are to be multiplied.
  double add(index_t n, T* s) {
    const T next = std::max(peak, static_cast<T>(reduce_run<Peak<T>>(n, s)));
    const T shift = next == -std::numeric_limits<T>::infinity() ? T{0} : next;  // nothing seen yet
    const Pack<T> shifts(shift);
    const double block = sum_packs<T>(n, [&](auto lanes) {
      lanes.store(s, exp(lanes.load(s) - shifts));
      return lanes.load(s);
    });
    const double factor = std::exp(static_cast<double>(peak) - static_cast<double>(shift));
    sum = sum * factor + block;
    peak = next;
    return factor;
  }
};

template <class T>
void scale_run(index_t n, T factor, T* x) {
  each_pack<T>(0, n, [&](auto lanes) { lanes.store(x, lanes.load(x) * Pack<T>(factor)); });
}

/// y and log_sum of the queries [i, i + rows) of an item.
template <class T>
void attend(const AttentionLayout<T>& a, index_t item, index_t i, index_t rows, T* y, T* log_sum, T* scores) {
  const index_t last = a.seen(i + rows - 1, 0, a.keys), depth = a.value_depth;
  RunningSum<T> running[attention_queries];
  if (last == 0) std::fill_n(y, rows * depth, T{0});
  for (index_t j = 0; j < last; j += attention_keys<T>) {
    const index_t columns = std::min(attention_keys<T>, last - j);
    const ScoreBlock<T> block{a, item, i, rows, j, columns};
    block.compute(scores);
    for (index_t r = 0; r < rows; ++r) {
      const index_t seen = a.seen(i + r, j, columns);
      T* row = scores + r * columns;
      std::fill_n(row + seen, columns - seen, T{0});
      const double factor = running[r].add(seen, row);
      if (j > 0 && factor != 1) scale_run(depth, static_cast<T>(factor), y + r * depth);
    }
    gemm(false, false, rows, depth, columns, T{1}, scores, columns, block.v(), a.v_row, T(j > 0), y, depth);
  }
  for (index_t r = 0; r < rows; ++r) {
    scale_run(depth, static_cast<T>(1 / running[r].sum), y + r * depth);
    log_sum[r] = static_cast<T>(static_cast<double>(running[r].peak) + std::log(running[r].sum));
  }
}

template <Real T>
void attention(const AttentionLayout<T>& a, T* y, T* log_sum) {
  const index_t blocks = (a.queries + attention_queries - 1) / attention_queries;
  parallel_for(a.batch * blocks, 1, [&](index_t begin, index_t end) {
    Buffer<T> scores(std::min(attention_queries, a.queries) * std::min(attention_keys<T>, a.keys));
    for (index_t task = begin; task < end; ++task) {
      const index_t item = task / blocks, i = task % blocks * attention_queries, at = item * a.queries + i;
      attend(a, item, i, std::min(attention_queries, a.queries - i), y + at * a.value_depth, log_sum + at,
             scores.data());
    }
  });
}

/// Everything that one block of scores adds to the gradients of its item, whose arrays begin at these
/// pointers.
template <class T>
struct AttentionGradients {
  const T *log_sum, *g;
  T *dq, *dk, *dv;
  const T* dots;  ///< <y, g> of each query

  void add(const ScoreBlock<T>& b, bool first_keys, bool first_queries, T* p, T* dp) const {
    const AttentionLayout<T>& a = b.a;
    const index_t n = b.columns, depth = a.value_depth;
    const T* gi = g + b.i * depth;
    b.compute(p);
    gemm(false, true, b.rows, n, depth, T{1}, gi, depth, b.v(), a.v_row, T{0}, dp, n);
    for (index_t r = 0; r < b.rows; ++r) {
      const index_t seen = a.seen(b.i + r, b.j, n);
      T *probability = p + r * n, *ds = dp + r * n;
      const Pack<T> shift(log_sum[b.i + r]), dot(dots[b.i + r]), scale(a.scale);
      each_pack<T>(0, seen, [&](auto lanes) {
        const Pack<T> e = exp(lanes.load(probability) - shift);
        lanes.store(probability, e);
        lanes.store(ds, e * (lanes.load(ds) - dot) * scale);
      });
      std::fill_n(probability + seen, n - seen, T{0});
      std::fill_n(ds + seen, n - seen, T{0});
    }
    const T keep_q(!first_keys), keep_k(!first_queries);
    gemm(true, false, n, depth, b.rows, T{1}, p, n, gi, depth, keep_k, dv + b.j * depth, depth);
    gemm(true, false, n, a.depth, b.rows, T{1}, dp, n, b.q(), a.q_row, keep_k, dk + b.j * a.depth, a.depth);
    gemm(false, false, b.rows, a.depth, n, T{1}, dp, n, b.k(), a.k_row, keep_q, dq + b.i * a.depth, a.depth);
  }
};

/// The gradients of one item.
template <class T>
void attend_backward(const AttentionLayout<T>& a, index_t item, const AttentionGradients<T>& gradients, T* p,
                     T* dp) {
  for (index_t j = 0; j < a.keys; j += attention_keys<T>) {
    const index_t columns = std::min(attention_keys<T>, a.keys - j);
    bool first = true;
    for (index_t i = 0; i < a.queries; i += attention_queries) {
      const index_t rows = std::min(attention_queries, a.queries - i);
      if (a.seen(i + rows - 1, j, columns) == 0) continue;
      gradients.add({a, item, i, rows, j, columns}, j == 0, first, p, dp);
      first = false;
    }
    if (!first) continue;  // some query saw these keys
    std::fill_n(gradients.dk + j * a.depth, columns * a.depth, T{0});
    std::fill_n(gradients.dv + j * a.value_depth, columns * a.value_depth, T{0});
  }
}

template <Real T>
void attention_backward(const AttentionLayout<T>& a, const T* y, const T* log_sum, const T* g, T* dq, T* dk,
                        T* dv) {
  if (a.keys == 0) std::fill_n(dq, a.batch * a.queries * a.depth, T{0});
  const index_t block = std::min(attention_queries, a.queries) * std::min(attention_keys<T>, a.keys);
  parallel_for(a.batch, 1, [&](index_t begin, index_t end) {
    Buffer<T> scratch(2 * block), dots(a.queries);
    for (index_t item = begin; item < end; ++item) {
      const index_t query = item * a.queries, key = item * a.keys, depth = a.value_depth;
      for (index_t i = 0; i < a.queries; ++i) {
        const T *yi = y + (query + i) * depth, *gi = g + (query + i) * depth;
        dots[i] =
            static_cast<T>(sum_packs<T>(depth, [&](auto lanes) { return lanes.load(yi) * lanes.load(gi); }));
      }
      attend_backward(a, item,
                      {log_sum + query, g + query * depth, dq + query * a.depth, dk + key * a.depth,
                       dv + key * depth, dots.data()},
                      scratch.data(), scratch.data() + block);
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
