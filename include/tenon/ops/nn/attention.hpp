#pragma once
/// Scaled dot-product attention. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762

#include <cmath>     // sqrt
#include <optional>  // optional

#include "tenon/backend/attention.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/nn/softmax.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE {

/// Options of `scaled_dot_product_attention`.
template <Real T>
struct AttentionOptions {
  Tensor<T> mask{};                ///< added to the logits, to which it broadcasts; undefined: none
  Tensor<bool> allowed{};          ///< true where a query may attend to a key; undefined: everywhere
  bool is_causal = false;          ///< whether query i attends to keys 0 … i only, counted from the start
  std::optional<double> scale{};   ///< the factor of the products q k^T; absent: 1 / sqrt(E)
  double dropout_p = 0;            ///< the probability with which a weight is dropped
  Generator* generator = nullptr;  ///< the source of dropout's random numbers; null: the default generator
};

namespace detail {

/// The leading axes of an attention's operands.
template <class T>
Shape leading(const Tensor<T>& x) {
  return Shape(x.shape().begin(), x.shape().end() - 2);
}
inline Shape with_matrix(Shape batch, index_t rows, index_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

/// A boolean mask as numbers to add to the logits: 0 where allowed, else minus infinity.
template <class T>
Tensor<T> additive_mask(const Tensor<bool>& allowed) {
  return masked_fill(zeros<T>(allowed.shape()), map([](auto m) { return m == 0; }, allowed),
                     -std::numeric_limits<T>::infinity());
}

/// The additive mask of keys after the position of the query.
template <class T>
Tensor<T> causal_mask(index_t queries, index_t keys) {
  return additive_mask<T>(lower_mask({queries, keys}, 0, "scaled_dot_product_attention"));
}

/// The weights softmax(q k^T scale + mask) as one tensor, by public ops.
template <class T>
Tensor<T> attention_weights(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& mask, bool causal,
                            double scale) {
  Tensor<T> scores = mul(matmul(q, transpose(k, -1, -2)), static_cast<T>(scale));
  if (mask.defined()) scores = add(scores, mask);
  if (causal) scores = add(scores, causal_mask<T>(q.extent(-2), k.extent(-2)));
  return softmax(scores, -1);
}

/// The operands of attention in memory, and the `Attention` that points to them.
template <class T>
struct AttentionOperands {
  Tensor<T> q, k, v, mask;
  std::vector<index_t> q_offset, k_offset, v_offset, mask_offset;
  backend::AttentionLayout<T> layout;

  /// Operands with one shape of leading axes; they are copied unless elements of their rows are neighbours.
  AttentionOperands(const Tensor<T>& q_in, const Tensor<T>& k_in, const Tensor<T>& v_in,
                    const Tensor<T>& mask_in, bool causal, double scale)
      : q(rows_of_neighbours(q_in)), k(rows_of_neighbours(k_in)), v(rows_of_neighbours(v_in)) {
    const Shape batch = leading(q_in);
    q_offset = batch_offsets(q, batch);
    k_offset = batch_offsets(k, batch);
    v_offset = batch_offsets(v, batch);
    layout = {static_cast<index_t>(q_offset.size()),
              q.extent(-2),
              k.extent(-2),
              q.extent(-1),
              v.extent(-1),
              static_cast<T>(scale),
              causal,
              q.data(),
              k.data(),
              v.data(),
              q.strides().back(1),
              k.strides().back(1),
              v.strides().back(1),
              q_offset.data(),
              k_offset.data(),
              v_offset.data()};
    if (!mask_in.defined()) return;
    Shape whole_rows = mask_in.shape();  // stretched along the keys, but not along other axes that broadcast
    while (whole_rows.size() < 2) whole_rows.insert(0, 1);
    whole_rows[whole_rows.size() - 1] = layout.keys;
    mask = rows_of_neighbours(expand(mask_in.detach(), whole_rows));
    mask_offset = batch_offsets(mask, batch);
    layout.mask = mask.data();
    layout.mask_row = mask.extent(-2) == 1 ? 0 : mask.strides().back(1);
    layout.mask_offset = mask_offset.data();
  }
  AttentionOperands(const AttentionOperands&) = delete;  // it points into itself
  AttentionOperands& operator=(const AttentionOperands&) = delete;

 private:
  static Tensor<T> rows_of_neighbours(const Tensor<T>& x) {
    const Tensor<T> constant = x.detach();
    return x.extent(-1) <= 1 || x.strides().back() == 1 ? constant : contiguous(constant);
  }
};

/// Attention by blocks, of operands with one shape of leading axes.
template <class T>
Tensor<T> blockwise_attention(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                              const Tensor<T>& mask, bool causal, double scale) {
  const Shape batch = leading(q);
  Tensor<T> y = Tensor<T>::empty(with_matrix(batch, q.extent(-2), v.extent(-1)));
  Tensor<T> log_sum = Tensor<T>::empty(with_matrix(batch, q.extent(-2), 1));
  const AttentionOperands<T> operands(q, k, v, mask, causal, scale);
  backend::kernel<backend::Attention<T>>()(operands.layout, y.mutable_data(), log_sum.mutable_data());
  return record(
      "scaled_dot_product_attention", y, {q, k, v},
      [mask, causal, scale, log_sum](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> qs = p.input(0), ks = p.input(1), vs = p.input(2);
        if (grad_enabled()) {  // with weights w: dv = w^T g, ds = w (g v^T - <g v^T, w>)
          const Tensor<T> w = attention_weights(qs, ks, mask, causal, scale), &g = p.gradient();
          const Tensor<T> dw = matmul(g, transpose(vs, -1, -2));
          const Tensor<T> ds = mul(mul(w, sub(dw, sum(mul(dw, w), {-1}, true))), static_cast<T>(scale));
          return {matmul(ds, ks), matmul(transpose(ds, -1, -2), qs), matmul(transpose(w, -1, -2), g)};
        }
        Tensor<T> dq = Tensor<T>::empty(qs.shape()), dk = Tensor<T>::empty(ks.shape()),
                  dv = Tensor<T>::empty(vs.shape());
        const AttentionOperands<T> all(qs, ks, vs, mask, causal, scale);
        backend::kernel<backend::AttentionBackward<T>>()(all.layout, p.output().data(), log_sum.data(),
                                                         contiguous(p.gradient()).data(), dq.mutable_data(),
                                                         dk.mutable_data(), dv.mutable_data());
        return {dq, dk, dv};
      },
      Keep::output);
}

/// The masks of the options as numbers to add to the logits; undefined if there are none.
template <class T>
Tensor<T> attention_mask(const AttentionOptions<T>& options, const Shape& scores) {
  const auto fits = [&](const Shape& shape) {
    check<ShapeError>(broadcast_shapes(shape, scores, "scaled_dot_product_attention") == scores,
                      "scaled_dot_product_attention", "mask of shape ", shape,
                      " does not broadcast to the scores' shape ", scores);
  };
  Tensor<T> mask = options.mask;
  if (mask.defined()) fits(mask.shape());
  if (!options.allowed.defined()) return mask;
  fits(options.allowed.shape());
  const Tensor<T> allowed = additive_mask<T>(options.allowed);
  return mask.defined() ? add(mask, allowed) : allowed;
}

/// Attention over operands whose leading axes broadcast.
template <class T>
Tensor<T> attention(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                    const AttentionOptions<T>& options, double scale) {
  const char* const op = "scaled_dot_product_attention";
  const Shape batch = broadcast_shapes(broadcast_shapes(leading(q), leading(k), op), leading(v), op);
  const Tensor<T> mask = attention_mask(options, with_matrix(batch, q.extent(-2), k.extent(-2)));
  const auto stretched = [&](const Tensor<T>& x) {
    return expand(x, with_matrix(batch, x.extent(-2), x.extent(-1)));
  };
  const bool differentiable_mask = mask.defined() && mask.requires_grad() && grad_enabled();
  if (!differentiable_mask && options.dropout_p == 0)
    return blockwise_attention(stretched(q), stretched(k), stretched(v), mask, options.is_causal, scale);
  const Tensor<T> w = attention_weights(stretched(q), k, mask, options.is_causal, scale);
  Generator& generator = options.generator ? *options.generator : default_generator();
  return matmul(dropout(w, options.dropout_p, true, generator), stretched(v));
}

/// The heads (…, heads, rows, columns) in groups, (…, groups, heads / groups, rows, columns).
template <class T>
Tensor<T> in_groups(const Tensor<T>& x, index_t groups) {
  if (!x.defined() || x.rank() < 3) return x;
  const int axis = x.rank() - 3;
  Shape shape = x.shape();
  shape[axis] = shape[axis] == 1 ? 1 : groups;
  shape.insert(axis + 1, x.shape()[axis] / shape[axis]);
  return reshape(x, shape);
}

}  // namespace detail

/// Attention of queries to keys: y = softmax(q k^T scale + mask) v.
/// Heads are the third axis from the right. If q has a multiple of the heads of k and v, neighbouring heads
/// of q share a head of k and v (grouped queries, Ainslie et al. 2023, https://arxiv.org/abs/2305.13245). A
/// query that may attend to no key becomes NaN.
///
///   shapes: q (..., L, E); k (..., S, E); v (..., S, D); leading axes broadcast; masks broadcast to (...,
///     L, S)
///   returns: (..., L, D)
///   throws: ShapeError if the shapes do not fit; ValueError if dropout_p is not in [0, 1]
///   keeps: q, k, v, y, the mask and one number a query, from which the backward pass computes the weights
///     again; with dropout or a mask that requires a gradient q, k, v and the weights (..., L, S) instead
///   cost: 2 L S (E + D) flops a head, half of it when causal. The logits q k^T are stored in blocks only,
///     unless weights are dropped, the mask requires a gradient, or the gradient itself is recorded
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
template <Real T>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                                       const AttentionOptions<T>& options = {}) {
  const char* const op = "scaled_dot_product_attention";
  check<ShapeError>(q.rank() >= 2 && k.rank() >= 2 && v.rank() >= 2 && q.extent(-1) == k.extent(-1) &&
                        k.extent(-2) == v.extent(-2),
                    op, "expected q (..., L, E), k (..., S, E), v (..., S, D), got ", q.shape(), ", ",
                    k.shape(), ", ", v.shape());
  check<ValueError>(options.dropout_p >= 0 && options.dropout_p <= 1, op, "dropout_p ", options.dropout_p,
                    " is no probability");
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.extent(-1))));
  const index_t heads = q.rank() >= 3 ? q.extent(-3) : 1, groups = k.rank() >= 3 ? k.extent(-3) : 1;
  if (groups <= 1 || heads <= groups || heads % groups != 0 || v.rank() != k.rank() || v.extent(-3) != groups)
    return detail::attention(q, k, v, options, scale);
  AttentionOptions<T> grouped = options;
  grouped.mask = detail::in_groups(options.mask, groups);
  if (options.allowed.defined()) grouped.allowed = detail::in_groups(options.allowed, groups);
  const Tensor<T> y =
      detail::attention(detail::in_groups(q, groups), unsqueeze(k, -3), unsqueeze(v, -3), grouped, scale);
  return flatten(y, -4, -3);
}

}  // namespace TENON_NAMESPACE
