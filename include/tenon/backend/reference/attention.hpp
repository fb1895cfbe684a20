#pragma once
/// Attention with one whole row of scores at a time.

#include <cmath>   // exp, log, fmax
#include <vector>  // vector

#include "tenon/backend/attention_layout.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// Scores of query i of an item; keys that it does not see are minus infinity.
template <class T>
void attention_scores(const AttentionLayout<T>& a, index_t item, index_t i, double* scores) {
  const T *q = a.q + a.q_offset[item] + i * a.q_row, *k = a.k + a.k_offset[item];
  const T* mask = a.mask ? a.mask + a.mask_offset[item] + i * a.mask_row : nullptr;
  const index_t seen = a.seen(i, 0, a.keys);
  for (index_t j = 0; j < a.keys; ++j) {
    double dot = 0;
    for (index_t d = 0; d < a.depth; ++d)
      dot += static_cast<double>(q[d]) * static_cast<double>(k[j * a.k_row + d]);
    scores[j] = dot * static_cast<double>(a.scale) + (mask ? static_cast<double>(mask[j]) : 0);
    if (j >= seen) scores[j] = -INFINITY;
  }
}

template <class T>
void attention(const AttentionLayout<T>& a, T* y, T* log_sum) {
  std::vector<double> row(static_cast<std::size_t>(a.keys));
  double* const s = row.data();
  for (index_t item = 0; item < a.batch; ++item) {
    const T* v = a.v + a.v_offset[item];
    for (index_t i = 0; i < a.queries; ++i, ++log_sum, y += a.value_depth) {
      attention_scores(a, item, i, s);
      double m = -INFINITY, sum = 0;
      for (index_t j = 0; j < a.keys; ++j) m = std::fmax(m, s[j]);
      for (index_t j = 0; j < a.keys; ++j) sum += s[j] = std::exp(s[j] - m);
      *log_sum = static_cast<T>(m + std::log(sum));
      for (index_t d = 0; d < a.value_depth; ++d) {
        double total = 0;
        for (index_t j = 0; j < a.keys; ++j) total += s[j] * static_cast<double>(v[j * a.v_row + d]);
        y[d] = static_cast<T>(total / sum);
      }
    }
  }
}

template <class T>
void attention_backward(const AttentionLayout<T>& a, const T* y, const T* log_sum, const T* g, T* dq, T* dk,
                        T* dv) {
  std::vector<double> row(static_cast<std::size_t>(a.keys));
  for (index_t i = 0; i < a.batch * a.keys * a.depth; ++i) dk[i] = T(0);
  for (index_t i = 0; i < a.batch * a.keys * a.value_depth; ++i) dv[i] = T(0);
  const auto add = [](T& to, double value) { to = static_cast<T>(static_cast<double>(to) + value); };
  for (index_t item = 0; item < a.batch; ++item) {
    const T *q = a.q + a.q_offset[item], *k = a.k + a.k_offset[item], *v = a.v + a.v_offset[item];
    T *item_dk = dk + item * a.keys * a.depth, *item_dv = dv + item * a.keys * a.value_depth;
    for (index_t i = 0; i < a.queries;
         ++i, ++log_sum, y += a.value_depth, g += a.value_depth, dq += a.depth) {
      attention_scores(a, item, i, row.data());
      double dot = 0;
      for (index_t d = 0; d < a.value_depth; ++d)
        dot += static_cast<double>(y[d]) * static_cast<double>(g[d]);
      for (index_t d = 0; d < a.depth; ++d) dq[d] = T(0);
      for (index_t j = 0; j < a.keys; ++j) {
        const double p = std::exp(row[static_cast<std::size_t>(j)] - static_cast<double>(*log_sum));
        double dp = 0;
        for (index_t d = 0; d < a.value_depth; ++d) {
          dp += static_cast<double>(g[d]) * static_cast<double>(v[j * a.v_row + d]);
          add(item_dv[j * a.value_depth + d], p * static_cast<double>(g[d]));
        }
        const double ds = p * (dp - dot) * static_cast<double>(a.scale);
        for (index_t d = 0; d < a.depth; ++d) {
          add(dq[d], ds * static_cast<double>(k[j * a.k_row + d]));
          add(item_dk[j * a.depth + d], ds * static_cast<double>(q[i * a.q_row + d]));
        }
      }
    }
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
