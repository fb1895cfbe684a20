#pragma once
/// Losses of decisions between two classes, and of several such decisions at once.

#include "tenon/ops/loss_reduction.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// A constant that broadcasts to `shape`; the number 1 when it is not given.
template <class T>
Tensor<T> loss_weight(const Tensor<T>& weight, const Shape& shape, const char* what, const char* op) {
  if (!weight.defined()) return scalar<T>(1);
  check<ShapeError>(broadcast_shapes(shape, weight.shape(), op) == shape, op, what, " of shape ",
                    weight.shape(), " does not broadcast to ", shape);
  return weight.detach();
}
}  // namespace detail

template <Real T>
struct BceOptions {
  Tensor<T> weight{};      ///< a constant factor of each loss, which broadcasts; 1 when undefined
  Tensor<T> pos_weight{};  ///< of logits alone: a constant factor of the term with t, which broadcasts
  Reduction reduction = Reduction::mean;
};

/// Binary cross entropy of probabilities.
///   -w (t log x + (1 - t) log(1 - x)), no logarithm below -100
///   x       in [0, 1]    target  x's shape, in [0, 1]
///   The slope of a logarithm is bounded by 1e12, so that a wrong answer that was certain can still be
///   unlearned.
///   throws  ShapeError; ValueError when an x lies outside [0, 1]
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

/// Binary cross entropy of sigmoid(x), exact for any magnitude of x.
///   w ((1 - t) x - (1 + (p - 1) t) log sigmoid(x)), p the pos_weight
///   target  x's shape, in [0, 1]    throws ShapeError
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

/// The mean over the last axis, the classes, of `bce_with_logits_loss`: each class is present or not.
///   x, target  (…, C)    weight  one constant for each class
template <Real T>
Tensor<T> multilabel_soft_margin_loss(const Tensor<T>& x, const Tensor<T>& target,
                                      const BceOptions<T>& options = {}) {
  check<ShapeError>(x.rank() >= 1, "multilabel_soft_margin_loss", "expected scores of shape (..., C), got ",
                    x.shape());
  BceOptions<T> each = options;
  each.reduction = Reduction::none;
  return detail::reduce_loss(mean(bce_with_logits_loss(x, target, each), {-1}), options.reduction);
}

struct FocalLossOptions {
  double alpha = 0.25;  ///< the weight of positives, 1 - alpha that of negatives; negative: no weights
  double gamma = 2;     ///< how strongly easy cases are discounted
  Reduction reduction = Reduction::none;
};
/// Binary cross entropy of sigmoid(x) that discounts what is answered well already.
///   a_t (1 - p_t)^gamma (-log p_t), with p_t the probability given to the truth and a_t its weight
///   target  x's shape, 0 or 1    throws ShapeError; ValueError when gamma is negative
///   see     Lin et al. 2017, "Focal loss for dense object detection"
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

struct DiceLossOptions {
  double smooth = 1;  ///< added above and below, so that nothing found where nothing is costs nothing
  Reduction reduction = Reduction::mean;
};
/// How little two regions overlap, for each sample.
///   1 - (2 sum x t + s) / (sum x + sum t + s), over all axes but the first
///   x       probabilities (N, …)    target  x's shape
///   throws  ShapeError    see Milletari et al. 2016, "V-Net"
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

/// log(1 + e^(-t x)) for targets 1 and -1
template <Real T>
Tensor<T> soft_margin_loss(const Tensor<T>& x, const Tensor<T>& target,
                           Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "soft_margin_loss");
  return detail::map_loss(
      "soft_margin_loss", reduction, [](auto v, auto t) { return -log_sigmoid(t * v); }, x, target);
}

/// max(0, 1 - t x) for targets 1 and -1. Cortes & Vapnik 1995.
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
