#pragma once
/// The objective of skip-gram with negative sampling as a differentiable expression, which the fused training
/// step minimises.

#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/nn/embedding.hpp"

namespace TENON_NAMESPACE::models {

/// The loss of skip-gram with negative sampling: -log sigmoid(u . v) - sum_k log sigmoid(-n_k . v) with
/// v = in_embed[centre], u = out_embed[context], n_k = out_embed[negatives[., k]].
///
///   shapes: in_embed, out_embed (V, D); centre, context (N); negatives (N, K)
///   returns: (), or (N) without reduction
///   throws: ShapeError for other shapes, IndexError if an index is outside the tables
///   source: Mikolov et al. 2013, https://arxiv.org/abs/1310.4546
template <Real T>
Tensor<T> sgns_loss(const Tensor<T>& in_embed, const Tensor<T>& out_embed, const Tensor<index_t>& centre,
                    const Tensor<index_t>& context, const Tensor<index_t>& negatives,
                    Reduction reduction = Reduction::mean) {
  check<ShapeError>(negatives.rank() == 2 && centre.rank() == 1 && context.shape() == centre.shape() &&
                        negatives.shape()[0] == centre.size(),
                    "sgns_loss", "expected centre and context (N,) and negatives (N, K), got ",
                    centre.shape(), ", ", context.shape(), " and ", negatives.shape());
  const Tensor<T> v = embedding(in_embed, centre);
  const Tensor<T> attraction = sum(mul(v, embedding(out_embed, context)), {1});
  const Tensor<T> repulsion = sum(mul(unsqueeze(v, 1), embedding(out_embed, negatives)), {2});
  const Tensor<T> losses = neg(add(logsigmoid(attraction), sum(logsigmoid(neg(repulsion)), {1})));
  return tenon::detail::reduce_loss(losses, reduction);
}

}  // namespace TENON_NAMESPACE::models
