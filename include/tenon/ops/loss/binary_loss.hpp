#pragma once
/// Losses of decisions between two classes, and of several such decisions at once.
///
///   shapes: x any; target the shape of x
///   returns: a tensor of rank 0; without reduction the shape of x
///   throws: ShapeError if target differs from x in shape
///   keeps: x, target and weights
///   cost: one pass in each direction; with a reduction the losses are not stored

#include "tenon/ops/loss/loss_reduction.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// A weight as a constant that broadcasts to `shape`; the number 1 if it is undefined.
template <class T>
Tensor<T> loss_weight(const Tensor<T>& weight, const Shape& shape, const char* what, const char* op) {
  if (!weight.defined()) return scalar<T>(1);
  check<ShapeError>(broadcast_shapes(shape, weight.shape(), op) == shape, op, what, " of shape ",
                    weight.shape(), " does not broadcast to ", shape);
  return weight.detach();
}
}  // namespace detail

/// Options of `bce_loss`, `bce_with_logits_loss` and `multilabel_soft_margin_loss`.
template <Real T>
struct BceOptions {
  Tensor<T> weight{};                     ///< a constant factor of each loss; broadcasts; undefined: 1
  Tensor<T> pos_weight{};                 ///< for logits only: a factor of the term with t; broadcasts
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
};

/// Binary cross entropy of probabilities: -w (t log x + (1 - t) log(1 - x)), with no logarithm below -100.
/// The derivative of a logarithm is bounded by 1e12, so that a prediction that is certain and wrong still
/// has a gradient.
///
///   shapes: x in [0, 1]; target the shape of x, in [0, 1]; weight broadcasts to x
///   throws: ShapeError if the shapes do not fit; ValueError if an x lies outside [0, 1] or pos_weight is
///     given
///   cost: three passes, backward one
template <Real T>
Tensor<T> bce_loss(const Tensor<T>& x, const Tensor<T>& target, const BceOptions<T>& options = {}) {
  detail::check_same_shape(x, target, "bce_loss");
  check<ValueError>(!options.pos_weight.defined(), "bce_loss", "pos_weight is for bce_with_logits_loss");
  const bool inside =
      x.size() == 0 || !(amin(x.detach()).item() < 0 || amax(x.detach()).item() > 1);  // NaN may pass
  check<ValueError>(inside, "bce_loss", "a probability lies outside [0, 1]");
  const auto floored_log = [](auto v) {
    constexpr double tiny = 1e-12;
    const auto value = innermost(v);
    const auto bounded = select(value > 0, log(select(value > 0, value, 1)), -100);
    return select(v < tiny, select(bounded < -100, -100, bounded) + (v - value) / tiny,
                  log(select(v < tiny, 1, v)));
  };
  const auto entropy = [floored_log](auto v, auto t) {
    return -(t * floored_log(v) + (1 - t) * floored_log(1 - v));
  };
  if (!options.weight.defined()) return detail::map_loss("bce_loss", options.reduction, entropy, x, target);
  return detail::map_loss(
      "bce_loss", options.reduction, [entropy](auto v, auto t, auto w) { return w * entropy(v, t); }, x,
      target, detail::loss_weight(options.weight, x.shape(), "weight", "bce_loss"));
}

/// Binary cross entropy of sigmoid(x), exact for any magnitude of x: w ((1 - t) x - (1 + (p - 1) t) log
/// sigmoid(x)), p the pos_weight.
///
///   shapes: x any; target the shape of x, in [0, 1]; weight and pos_weight broadcast to x
///   throws: ShapeError if the shapes do not fit
template <Real T>
Tensor<T> bce_with_logits_loss(const Tensor<T>& x, const Tensor<T>& target,
                               const BceOptions<T>& options = {}) {
  constexpr const char* op = "bce_with_logits_loss";
  detail::check_same_shape(x, target, op);
  if (!options.weight.defined() && !options.pos_weight.defined())
    return detail::map_loss(
        op, options.reduction, [](auto v, auto t) { return (1 - t) * v - log_sigmoid(v); }, x, target);
  return detail::map_loss(
      op, options.reduction,
      [](auto v, auto t, auto w, auto p) { return w * ((1 - t) * v - (1 + (p - 1) * t) * log_sigmoid(v)); },
      x, target, detail::loss_weight(options.weight, x.shape(), "weight", op),
      detail::loss_weight(options.pos_weight, x.shape(), "pos_weight", op));
}

/// Mean over classes, the last axis, of `bce_with_logits_loss`: each class is present or not.
///
///   shapes: x (..., C) of logits; target the shape of x, in [0, 1]; weight broadcasts to x, as (C)
///   returns: a tensor of rank 0; without reduction (...)
///   throws: ShapeError if the shapes do not fit or x has rank 0
///   cost: two passes, backward one
template <Real T>
Tensor<T> multilabel_soft_margin_loss(const Tensor<T>& x, const Tensor<T>& target,
                                      const BceOptions<T>& options = {}) {
  check<ShapeError>(x.rank() >= 1, "multilabel_soft_margin_loss", "expected scores of shape (..., C), got ",
                    x.shape());
  BceOptions<T> each = options;
  each.reduction = Reduction::none;
  return detail::reduce_loss(mean(bce_with_logits_loss(x, target, each), {-1}), options.reduction);
}

/// Options of `sigmoid_focal_loss`.
struct FocalLossOptions {
  double alpha = 0.25;                    ///< the weight of positives, 1 - alpha of negatives; below 0: none
  double gamma = 2;                       ///< how strongly well predicted elements are discounted
  Reduction reduction = Reduction::none;  ///< of the losses of the elements
};
/// Binary cross entropy of sigmoid(x) that discounts elements which are predicted well already: a_t (1 -
/// p_t)^gamma (-log p_t), with p_t the predicted probability of the target and a_t its weight. Lin et al.
/// 2017, "Focal loss for dense object detection", https://arxiv.org/abs/1708.02002
///
///   shapes: x of logits; target the shape of x, 0 or 1
///   throws: ShapeError if target differs from x in shape; ValueError if gamma is negative
template <Real T>
Tensor<T> sigmoid_focal_loss(const Tensor<T>& x, const Tensor<T>& target,
                             const FocalLossOptions& options = {}) {
  constexpr const char* op = "sigmoid_focal_loss";
  detail::check_same_shape(x, target, op);
  check<ValueError>(options.gamma >= 0, op, "gamma is ", options.gamma, ", expected 0 or more");
  const bool weighted = options.alpha >= 0;
  const T positive = weighted ? static_cast<T>(options.alpha) : T(1);
  const T negative = weighted ? static_cast<T>(1 - options.alpha) : T(1);
  // log(1 - p_t) is as exact as log p_t: the power of a probability that rounds to 0 keeps its gradient.
  return detail::map_loss(
      op, options.reduction,
      [positive, negative, gamma = static_cast<T>(options.gamma)](auto v, auto t) {
        const auto miss = t * log_sigmoid(-v) + (1 - t) * log_sigmoid(v);
        const auto cross = (1 - t) * v - log_sigmoid(v);
        return (positive * t + negative * (1 - t)) * exp(gamma * miss) * cross;
      },
      x, target);
}

/// Options of `dice_loss`.
struct DiceLossOptions {
  double smooth = 1;                      ///< added to both parts: two empty regions then cost 0
  Reduction reduction = Reduction::mean;  ///< of the losses of the samples
};
/// How little two regions overlap, for each sample: 1 - (2 sum x t + s) / (sum x + sum t + s), with sums
/// over all axes but the first and s the option `smooth`. Milletari et al. 2016, "V-Net",
/// https://arxiv.org/abs/1606.04797
///
///   shapes: x (N, ...) of probabilities; target the shape of x
///   returns: a tensor of rank 0; without reduction (N)
///   throws: ShapeError if target differs from x in shape or x has fewer than two axes
///   keeps: x, target and three numbers a sample
///   cost: four passes, backward two
template <Real T>
Tensor<T> dice_loss(const Tensor<T>& x, const Tensor<T>& target, const DiceLossOptions& options = {}) {
  check<ShapeError>(x.rank() >= 2, "dice_loss", "expected probabilities of shape (N, ...), got ", x.shape());
  detail::check_same_shape(x, target, "dice_loss");
  Dims axes;
  for (int i = 1; i < x.rank(); ++i) axes.push_back(i);
  const Tensor<T> losses = map(
      "dice_loss",
      [s = static_cast<T>(options.smooth)](auto both, auto a, auto b) {
        return 1 - (2 * both + s) / (a + b + s);
      },
      sum(mul(x, target), axes), sum(x, axes), sum(target, axes));
  return detail::reduce_loss(losses, options.reduction);
}

/// Logistic loss of targets 1 and -1: log(1 + e^(-t x)).
template <Real T>
Tensor<T> soft_margin_loss(const Tensor<T>& x, const Tensor<T>& target,
                           Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "soft_margin_loss");
  return detail::map_loss(
      "soft_margin_loss", reduction, [](auto v, auto t) { return -log_sigmoid(t * v); }, x, target);
}

/// Hinge loss of targets 1 and -1: max(0, 1 - t x). Cortes & Vapnik 1995.
template <Real T>
Tensor<T> hinge_loss(const Tensor<T>& x, const Tensor<T>& target, Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "hinge_loss");
  return detail::map_loss(
      "hinge_loss", reduction,
      [](auto v, auto t) {
        const auto gap = 1 - t * v;
        return select(gap <= 0, 0, gap);
      },
      x, target);
}

}  // namespace TENON_NAMESPACE
