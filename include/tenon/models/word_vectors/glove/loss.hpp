#pragma once
/// The objective of GloVe as a differentiable expression, of which the fused training step minimises one
/// half.

#include <optional>  // nullopt

#include "tenon/ops/index/index.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/nn/embedding.hpp"

namespace TENON_NAMESPACE::models {

/// The GloVe loss of co-occurrences (i, j, X): f(X) (w_i . w~_j + b_i + b~_j - log X)^2 with
/// f(X) = min(1, (X / x_max)^alpha). Counts X are constants.
///
///   shapes: w, w_tilde (V, D); b, b_tilde (V); i, j, count (N)
///   returns: (), or (N) without reduction
///   throws: ShapeError for other shapes, IndexError if an index is outside the tables
///   source: Pennington et al. 2014, equation 8
template <Real T>
Tensor<T> glove_loss(const Tensor<T>& w, const Tensor<T>& w_tilde, const Tensor<T>& b,
                     const Tensor<T>& b_tilde, const Tensor<index_t>& i, const Tensor<index_t>& j,
                     const Tensor<T>& count, double x_max = 100, double alpha = 0.75,
                     Reduction reduction = Reduction::sum) {
  check<ShapeError>(i.rank() == 1 && j.shape() == i.shape() && count.shape() == i.shape(), "glove_loss",
                    "expected i, j and count of one shape (N,), got ", i.shape(), ", ", j.shape(), " and ",
                    count.shape());
  const Tensor<T> weight = clamp(pow(count / x_max, alpha), std::nullopt, T(1));
  const Tensor<T> product = sum(embedding(w, i) * embedding(w_tilde, j), {1});
  const Tensor<T> miss = product + index_select(b, 0, i) + index_select(b_tilde, 0, j) - log(count);
  return tenon::detail::reduce_loss(weight * square(miss), reduction);
}

}  // namespace TENON_NAMESPACE::models
