#pragma once
/// Distances and similarities as modules: the functions of ops/loss/metric_loss.hpp with their options kept.
/// https://pytorch.org/docs/stable/nn.html#distance-functions
///
/// Holds for both:
///   shapes: a, b broadcast to one another
///   throws: ShapeError if the shapes do not broadcast; IndexError if the axis is out of range

#include "tenon/nn/observe.hpp"
#include "tenon/ops/loss/metric_loss.hpp"

namespace TENON_NAMESPACE::nn {

/// Cosine of the angle between vectors along an axis: <a, b> / (max(|a|, eps) max(|b|, eps)).
///
///   returns: the common shape without the axis
struct CosineSimilarity {
  using is_layer = void;
  index_t axis = 1;   ///< of the vectors
  double eps = 1e-8;  ///< least length of a vector
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b) const {
    return call_layer(*this, a, [&] { return cosine_similarity(a, b, axis, eps); });
  }
};

/// Distance of order p along the last axis: |a - b + eps|_p.
///
///   returns: the common shape without the last axis; with keepdim it stays with extent 1
struct PairwiseDistance {
  using is_layer = void;
  double p = 2;          ///< order of the norm
  double eps = 1e-6;     ///< added to differences
  bool keepdim = false;  ///< whether the result keeps the last axis
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& a, const Tensor<T>& b) const {
    return call_layer(*this, a, [&] { return pairwise_distance(a, b, p, eps, keepdim); });
  }
};

}  // namespace TENON_NAMESPACE::nn
