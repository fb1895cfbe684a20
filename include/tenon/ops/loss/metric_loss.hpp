#pragma once
/// Distances, similarities, and the losses that order them.

#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/reduce/norm.hpp"

namespace TENON_NAMESPACE {

/// Cosine of the angle between vectors along an axis: <a, b> / (max(|a|, eps) max(|b|, eps)).
///
///   shapes: a, b broadcast to one another
///   returns: the common shape without the axis
///   throws: ShapeError if the shapes do not broadcast; IndexError if the axis is out of range
///   keeps: a, b and three numbers a pair
///   cost: three products and sums, each of two passes
template <Real T>
Tensor<T> cosine_similarity(const Tensor<T>& a, const Tensor<T>& b, index_t axis = 1, double eps = 1e-8) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "cosine_similarity");
  const int k = normalize_axis(axis, shape.size(), "cosine_similarity");
  const auto dot = [k](const Tensor<T>& u, const Tensor<T>& v) { return sum(mul(u, v), {k}); };
  const Tensor<T> x = expand(a, shape), y = expand(b, shape);
  return map(
      "cosine_similarity",
      [least = static_cast<T>(eps * eps)](auto xy, auto xx, auto yy) {
        return xy * rsqrt(select(xx < least, least, xx)) * rsqrt(select(yy < least, least, yy));
      },
      dot(x, y), dot(x, x), dot(y, y));
}

/// Distance of order p along the last axis: |a - b + eps|_p.
///
///   shapes: a, b broadcast to one another
///   returns: the common shape without the last axis; with `keepdim` it stays with extent 1
///   throws: ShapeError if the shapes do not broadcast
///   keeps: the differences and what `norm` keeps
///   cost: three passes
template <Real T>
Tensor<T> pairwise_distance(const Tensor<T>& a, const Tensor<T>& b, double p = 2, double eps = 1e-6,
                            bool keepdim = false) {
  const Tensor<T> difference =
      map("pairwise_distance", [e = static_cast<T>(eps)](auto x, auto y) { return x - y + e; }, a, b);
  return norm(difference, p, {-1}, keepdim);
}

/// Options of the losses with a margin.
struct MarginOptions {
  double margin = 0;                      ///< the distance from which a pair costs nothing
  Reduction reduction = Reduction::mean;  ///< of the losses of the pairs
};

/// Pulls pairs with target 1 together and pushes pairs with target -1 apart, by the cosine c of their
/// angle: 1 - c where t = 1, max(0, c - margin) where t = -1.
///
///   shapes: x1, x2 (N, D) and target (N); or (D) and ()
///   returns: a tensor of rank 0; without reduction the shape of target
///   throws: ShapeError if the shapes do not fit
///   keeps: x1, x2 and four numbers a pair
///   cost: three products and sums, each of two passes
template <Real T>
Tensor<T> cosine_embedding_loss(const Tensor<T>& x1, const Tensor<T>& x2, const Tensor<T>& target,
                                const MarginOptions& options = {}) {
  constexpr const char* op = "cosine_embedding_loss";
  check<ShapeError>(x1.shape() == x2.shape() && (x1.rank() == 1 || x1.rank() == 2), op,
                    "expected two tensors of one shape (N, D) or (D,), got ", x1.shape(), " and ",
                    x2.shape());
  Shape expected = x1.shape();
  expected.erase(x1.rank() - 1);
  check<ShapeError>(target.shape() == expected, op, "expected targets of shape ", expected, ", got ",
                    target.shape());
  const auto dot = [](const Tensor<T>& u, const Tensor<T>& v) { return sum(mul(u, v), {-1}); };
  return detail::map_loss(
      op, options.reduction,
      [m = static_cast<T>(options.margin)](auto xy, auto xx, auto yy, auto t) {
        constexpr double tiny = 1e-12;
        const auto c = xy * rsqrt((xx + tiny) * (yy + tiny));
        const auto apart = select(c < m, 0, c - m);
        return select(t == 1, 1 - c, select(t == -1, apart, 0));
      },
      dot(x1, x2), dot(x1, x1), dot(x2, x2), target.detach());
}

/// Loss of distances x: x where the target is 1, max(0, margin - x) where it is -1.
///
///   shapes: x any; target the shape of x
///   returns: a tensor of rank 0; without reduction the shape of x
///   throws: ShapeError if target differs from x in shape
///   keeps: x and target
///   cost: one pass in each direction
template <Real T>
Tensor<T> hinge_embedding_loss(const Tensor<T>& x, const Tensor<T>& target,
                               const MarginOptions& options = {.margin = 1}) {
  detail::check_same_shape(x, target, "hinge_embedding_loss");
  return detail::map_loss(
      "hinge_embedding_loss", options.reduction,
      [m = static_cast<T>(options.margin)](auto v, auto t) {
        const auto near = select(v > m, 0, m - v);
        return select(t != 1, near, 0) + select(t != -1, v, 0);
      },
      x, target.detach());
}

/// Ranking loss: max(0, -t (x1 - x2) + margin). x1 is to exceed x2 where t is 1, and x2 is to exceed x1
/// where t is -1.
///
///   shapes: x1, x2, target of one shape
///   returns: a tensor of rank 0; without reduction that shape
///   throws: ShapeError if the shapes differ
///   keeps: x1, x2 and target
///   cost: one pass in each direction
template <Real T>
Tensor<T> margin_ranking_loss(const Tensor<T>& x1, const Tensor<T>& x2, const Tensor<T>& target,
                              const MarginOptions& options = {}) {
  check<ShapeError>(x1.shape() == x2.shape() && x1.shape() == target.shape(), "margin_ranking_loss",
                    "expected x1, x2 and targets of one shape, got ", x1.shape(), ", ", x2.shape(), " and ",
                    target.shape());
  return detail::map_loss(
      "margin_ranking_loss", options.reduction,
      [m = static_cast<T>(options.margin)](auto a, auto b, auto t) {
        const auto gap = m - t * (a - b);
        return select(gap <= 0, 0, gap);
      },
      x1, x2, target);
}

/// Options of `triplet_margin_with_distance_loss`.
struct TripletDistanceOptions {
  double margin = 1;                      ///< how much farther than the positive the negative is to be
  bool swap = false;                      ///< whether d(p, n) takes the place of d(a, n) where it is smaller
  Reduction reduction = Reduction::mean;  ///< of the losses of the triplets
};
namespace detail {
template <class T, class Distance>
Tensor<T> triplet_loss(const char* op, const Tensor<T>& anchor, const Tensor<T>& positive,
                       const Tensor<T>& negative, const Distance& distance,
                       const TripletDistanceOptions& options) {
  Tensor<T> away = distance(anchor, negative);
  if (options.swap) away = minimum(away, distance(positive, negative));
  return map_loss(
      op, options.reduction,
      [m = static_cast<T>(options.margin)](auto near, auto far) {
        const auto gap = near - far + m;
        return select(gap <= 0, 0, gap);
      },
      distance(anchor, positive), away);
}
}  // namespace detail

/// Options of `triplet_margin_loss`.
struct TripletOptions {
  double margin = 1;                      ///< how much farther than the positive the negative is to be
  double p = 2;                           ///< the order of the distances
  double eps = 1e-6;                      ///< added to differences
  bool swap = false;                      ///< whether d(p, n) takes the place of d(a, n) where it is smaller
  Reduction reduction = Reduction::mean;  ///< of the losses of the triplets
};
/// Triplet loss: an anchor a is to be nearer to its positive p than to its negative n, by a margin, max(0,
/// d(a, p) - d(a, n) + margin).
///
///   shapes: anchor, positive, negative (..., D) of one rank, which broadcast
///   returns: a tensor of rank 0; without reduction (...)
///   throws: ShapeError if the ranks differ or are 0, or the shapes do not broadcast
///   keeps: for each of two distances, with `swap` three, what `pairwise_distance` keeps, and the distances
///   cost: two distances, with `swap` three
///   source: Balntas et al. 2016, "Learning local feature descriptors with triplets and shallow
///     convolutional neural networks"
template <Real T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Tensor<T>& positive, const Tensor<T>& negative,
                              const TripletOptions& options = {}) {
  check<ShapeError>(anchor.rank() == positive.rank() && anchor.rank() == negative.rank() && anchor.rank() > 0,
                    "triplet_margin_loss", "expected anchor, positive and negative of one rank, got shapes ",
                    anchor.shape(), ", ", positive.shape(), " and ", negative.shape());
  const auto distance = [&](const Tensor<T>& u, const Tensor<T>& v) {
    return pairwise_distance(u, v, options.p, options.eps);
  };
  return detail::triplet_loss("triplet_margin_loss", anchor, positive, negative, distance,
                              {options.margin, options.swap, options.reduction});
}

/// Triplet loss with any distance, a function of two tensors: max(0, d(a, p) - d(a, n) + margin).
///
///   shapes: anchor, positive, negative as the distance wants them; its results broadcast
///   returns: a tensor of rank 0; without reduction the shape of the distances
///   throws: ShapeError if the distances do not broadcast, and what the distance throws
///   keeps: the distances, and what they keep
///   cost: two distances, with `swap` three
template <Real T, class Distance>
Tensor<T> triplet_margin_with_distance_loss(const Tensor<T>& anchor, const Tensor<T>& positive,
                                            const Tensor<T>& negative, const Distance& distance,
                                            const TripletDistanceOptions& options = {}) {
  return detail::triplet_loss("triplet_margin_with_distance_loss", anchor, positive, negative, distance,
                              options);
}

/// Normalised, temperature-scaled cross entropy of contrastive learning: of two views of each of N samples,
/// each is to recognise the other among all 2 N. The mean over i of -log(e^(s_ij / tau) / sum_{k != i}
/// e^(s_ik / tau)), j the other view of i, s the cosines.
///
///   shapes: x1, x2 (N, D)
///   returns: a tensor of rank 0; without reduction (2 N)
///   throws: ShapeError if the shapes are others; ValueError if the temperature is not positive
///   keeps: two tensors (2 N, D), and three (2 N, 2 N), one of them a mask
///   cost: a product (2 N, D) (D, 2 N) and about six passes over (2 N, 2 N)
///   source: Chen et al. 2020, "A simple framework for contrastive learning of visual representations",
///     https://arxiv.org/abs/2002.05709
template <Real T>
Tensor<T> nt_xent_loss(const Tensor<T>& x1, const Tensor<T>& x2, double temperature = 0.5,
                       Reduction reduction = Reduction::mean) {
  constexpr const char* op = "nt_xent_loss";
  check<ShapeError>(x1.rank() == 2 && x1.shape() == x2.shape(), op,
                    "expected two tensors of one shape (N, D), got ", x1.shape(), " and ", x2.shape());
  check<ValueError>(temperature > 0, op, "the temperature is ", temperature, ", expected a positive number");
  const index_t n = x1.shape()[0];
  const Tensor<T> x = cat<T>({x1, x2}, 0);
  const Tensor<T> unit = map(
      op, [](auto v, auto s) { return v * rsqrt(select(s < 1e-16, 1e-16, s)); }, x,
      sum(square(x), {1}, true));
  const Tensor<T> scores = div(matmul(unit, transpose(unit, 0, 1)), temperature);
  const Tensor<T> others = masked_fill(scores, eye<bool>(2 * n), -std::numeric_limits<T>::infinity());
  return cross_entropy(others, roll(arange<index_t>(2 * n), {n}), {.reduction = reduction});
}

}  // namespace TENON_NAMESPACE
