#pragma once
/// Distances, similarities, and the losses that order them.

#include "tenon/ops/activation.hpp"
#include "tenon/ops/loss.hpp"
#include "tenon/ops/matmul.hpp"

namespace TENON_NAMESPACE {

/// The cosine of the angle between vectors along an axis; norms below eps count as eps.
///   <a, b> / (max(|a|, eps) max(|b|, eps))    shapes broadcast    throws ShapeError, IndexError
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

/// |a - b + eps| of order p along the last axis.    shapes broadcast    throws ShapeError
template <Real T>
Tensor<T> pairwise_distance(const Tensor<T>& a, const Tensor<T>& b, double p = 2, double eps = 1e-6,
                            bool keepdim = false) {
  const Tensor<T> difference = map(
      "pairwise_distance", [e = static_cast<T>(eps)](auto x, auto y) { return x - y + e; }, a, b);
  return norm(difference, p, {-1}, keepdim);
}

struct MarginOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};

/// Pulls pairs with target 1 together and pushes pairs with target -1 apart, by the cosine c of their angle.
///   1 - c where t = 1, max(0, c - margin) where t = -1
///   x1, x2 (N, D) and target (N), or (D) and ()    throws ShapeError
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

/// x where the target is 1, max(0, margin - x) where it is -1; x is a distance.
///   target  x's shape    throws ShapeError
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

/// max(0, -t (x1 - x2) + margin): x1 is to exceed x2 where t is 1, and the reverse where it is -1.
///   x1, x2, target  of one shape    throws ShapeError
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

struct TripletOptions {
  double margin = 1;
  double p = 2;       ///< order of the distances
  double eps = 1e-6;  ///< added to differences
  bool swap = false;  ///< whether the negative may be compared with the positive where that is nearer
  Reduction reduction = Reduction::mean;
};
/// An anchor is to be nearer to its positive than to its negative, by a margin.
///   max(0, d(a, p) - d(a, n) + margin)    anchor, positive, negative  (…, D), which broadcast,
///   but are of one rank    throws ShapeError
///   see Balntas et al. 2016, "Learning local feature descriptors with triplets"
template <Real T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Tensor<T>& positive, const Tensor<T>& negative,
                              const TripletOptions& options = {}) {
  check<ShapeError>(anchor.rank() == positive.rank() && anchor.rank() == negative.rank() && anchor.rank() > 0,
                    "triplet_margin_loss", "expected anchor, positive and negative of one rank, got shapes ",
                    anchor.shape(), ", ", positive.shape(), " and ", negative.shape());
  const auto distance = [&](const Tensor<T>& u, const Tensor<T>& v) {
    return pairwise_distance(u, v, options.p, options.eps);
  };
  Tensor<T> away = distance(anchor, negative);
  if (options.swap) away = minimum(away, distance(positive, negative));
  return detail::map_loss(
      "triplet_margin_loss", options.reduction,
      [m = static_cast<T>(options.margin)](auto near, auto far) {
        const auto gap = near - far + m;
        return select(gap <= 0, 0, gap);
      },
      distance(anchor, positive), away);
}

/// Normalised, temperature-scaled cross entropy: of two views of each of N samples, each is to recognise the
/// other among all 2 N.
///   the mean over i of -log(e^(s_ij / tau) / sum_{k != i} e^(s_ik / tau)), j the other view of i, s cosines
///   x1, x2 (N, D)    throws ShapeError; ValueError when the temperature is not positive
///   cost one product (2 N, D) (D, 2 N)    see Chen et al. 2020, "A simple framework for contrastive
///   learning"
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
