#pragma once
/// Losses: what a prediction costs. Those of classes stand here; regression_loss.hpp and binary_loss.hpp are
/// included, metric_loss.hpp and ctc_loss.hpp are on their own.

#include "tenon/ops/binary_loss.hpp"
#include "tenon/ops/regression_loss.hpp"
#include "tenon/ops/softmax.hpp"

namespace TENON_NAMESPACE {

template <Real T>
struct ClassLossOptions {
  Tensor<T> weight{};                     ///< one constant for each class; all 1 when undefined
  Reduction reduction = Reduction::mean;  ///< the mean divides by the weights of the targets that count
  index_t ignore_index = -100;            ///< targets equal to it contribute nothing
  double label_smoothing = 0;             ///< the part of each target spread evenly over all classes
};

namespace detail {

/// Log-probabilities (…, C, …) with the class axis last, as a matrix of one row for each target.
template <class T>
Tensor<T> rows_of_classes(const Tensor<T>& x) {
  if (x.rank() == 1) return unsqueeze(x, 0);
  Dims axes;
  for (int i = 0; i < x.rank(); ++i)
    if (i != 1) axes.push_back(i);
  axes.push_back(1);
  return flatten(permute(x, axes), 0, -2);
}
inline int class_axis(const Shape& shape, const char* op) {
  check<ShapeError>(shape.size() >= 1, op, "expected class scores of shape (C,) or (N, C, ...), got ", shape);
  return shape.size() == 1 ? 0 : 1;
}

/// What is to be known of each target.
template <class T>
struct ClassTargets {
  Tensor<T> counts;    ///< 1, or 0 where ignored
  Tensor<T> weights;   ///< of their classes, 0 where ignored
  Tensor<index_t> at;  ///< positions in the matrix of rows

  ClassTargets(const Tensor<index_t>& target, index_t classes, const ClassLossOptions<T>& options,
               const char* op)
      : counts(Tensor<T>::empty({target.size()})),
        weights(Tensor<T>::empty({target.size()})),
        at(Tensor<index_t>::empty({target.size()})) {
    const Tensor<T> of_class = options.weight.defined() ? contiguous(options.weight.detach()) : Tensor<T>{};
    T *count = counts.mutable_data(), *weight = weights.mutable_data();
    index_t* position = at.mutable_data();
    index_t row = 0;
    for (index_t t : target) {
      const bool ignored = t == options.ignore_index;
      check<IndexError>(ignored || (t >= 0 && t < classes), op, "target ", t, " is not one of ", classes,
                        " classes");
      *count++ = ignored ? T(0) : T(1);
      *weight++ = ignored ? T(0) : of_class.defined() ? of_class.data()[t] : T(1);
      *position++ = row++ * classes + (ignored ? 0 : t);
    }
  }
};

template <class T>
void check_weight(const ClassLossOptions<T>& options, index_t classes, const char* op) {
  check<ShapeError>(!options.weight.defined() || options.weight.shape() == Shape{classes}, op,
                    "expected one weight for each of ", classes, " classes");
}

template <class T>
Tensor<T> class_loss(const Tensor<T>& log_probabilities, const Tensor<index_t>& target,
                     const ClassLossOptions<T>& options, const char* op) {
  const int axis = class_axis(log_probabilities.shape(), op);
  const index_t classes = log_probabilities.shape()[axis];
  check_weight(options, classes, op);
  Shape expected = log_probabilities.shape();
  expected.erase(axis);
  check<ShapeError>(target.shape() == expected, op, "expected targets of shape ", expected, ", got ",
                    target.shape());
  const Tensor<T> rows = rows_of_classes(log_probabilities);
  const ClassTargets<T> targets(target, classes, options, op);
  Tensor<T> losses = map(
      op, [](auto w, auto l) { return select(w == 0, 0, -(w * l)); }, targets.weights,
      index_select(flatten(rows), 0, targets.at));
  if (options.label_smoothing > 0) {
    const Tensor<T> weighted =
        options.weight.defined() ? map(op, detail::weighted_log, options.weight.detach(), rows) : rows;
    const Tensor<T> spread = sum(weighted, {1});
    const T e = static_cast<T>(options.label_smoothing);
    losses = map(
        op,
        [e, c = static_cast<T>(classes)](auto l, auto s, auto k) {
          return (1 - e) * l - e / c * weighted_log(k, s);
        },
        losses, spread, targets.counts);
  }
  if (options.reduction == Reduction::none) return reshape(losses, target.shape());
  const Tensor<T> total = sum(losses);
  if (options.reduction != Reduction::mean) return scale_total(total, target.shape(), options.reduction);
  const T count = sum(targets.weights).item();
  return count == 0 ? add(total, std::numeric_limits<T>::quiet_NaN())
                    : div(total, count);  // NaN, but its gradient is 0
}

}  // namespace detail

/// Negative log likelihood of class indices under log-probabilities.
///   -w_t x_t        the mean divides by the sum of w_t (NaN when nothing counts)
///   x (C,) or (N, C, …)   target () or (N, …)
///   throws ShapeError, IndexError
template <Real T>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const Tensor<index_t>& target,
                   const ClassLossOptions<T>& options = {}) {
  return detail::class_loss(log_probabilities, target, options, "nll_loss");
}

/// Cross entropy of class scores and class indices: `nll_loss` of their log-softmax, with smoothed labels if
/// asked for.
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& x, const Tensor<index_t>& target,
                        const ClassLossOptions<T>& options = {}) {
  return detail::class_loss(log_softmax(x, detail::class_axis(x.shape(), "cross_entropy")), target, options,
                            "cross_entropy");
}

/// Cross entropy of class scores and class probabilities of the same shape; the mean divides by the number of
/// targets. A class of probability 0 contributes nothing even if its score is -infinity.
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& x, const Tensor<T>& probabilities,
                        const ClassLossOptions<T>& options = {}) {
  const int axis = detail::class_axis(x.shape(), "cross_entropy");
  const index_t classes = x.shape()[axis];
  detail::check_weight(options, classes, "cross_entropy");
  check<ShapeError>(probabilities.shape() == x.shape(), "cross_entropy", "expected probabilities of shape ",
                    x.shape(), ", got ", probabilities.shape());
  const T e = static_cast<T>(options.label_smoothing);
  const auto cross = [e, c = static_cast<T>(classes)](auto l, auto t) {
    return -detail::weighted_log((1 - e) * t + e / c, l);
  };
  Tensor<T> terms = map("cross_entropy", cross, detail::rows_of_classes(log_softmax(x, axis)),
                        detail::rows_of_classes(probabilities));
  if (options.weight.defined())
    terms = map(
        "cross_entropy", [](auto w, auto l) { return -detail::weighted_log(w, -l); }, options.weight.detach(),
        terms);
  Shape shape = x.shape();
  shape.erase(axis);
  return detail::reduce_loss(reshape(sum(terms, {1}), shape), options.reduction);
}

struct KlDivOptions {
  Reduction reduction = Reduction::mean;  ///< `batch_mean` is the divergence of the textbooks
  bool log_target = false;                ///< whether targets are log-probabilities as well
};
/// Kullback-Leibler divergence of targets from log-probabilities x, term by term.
///   t (log t - x), or e^t (t - x); 0 where t (e^t) is 0, even for an x of -infinity
///   target  x's shape    throws ShapeError
template <Real T>
Tensor<T> kl_div(const Tensor<T>& x, const Tensor<T>& target, const KlDivOptions& options = {}) {
  detail::check_same_shape(x, target, "kl_div");
  if (options.log_target)
    return detail::map_loss(
        "kl_div", options.reduction,
        [](auto v, auto t) {
          const auto p = exp(t);
          return select(p == 0, 0, p * (t - v));
        },
        x, target);
  return detail::map_loss(
      "kl_div", options.reduction,
      [](auto v, auto t) {
        return select(t == 0, 0, t * log(select(t == 0, 1, t))) - detail::weighted_log(t, v);
      },
      x, target);
}

template <Real T>
struct MultiMarginOptions {
  double p = 1;  ///< power of each gap
  double margin = 1;
  Tensor<T> weight{};  ///< one constant for each class; all 1 when undefined
  Reduction reduction = Reduction::mean;
};
/// Every other class is to score less than the right one, by a margin.
///   sum_{j != t} w_t max(0, margin - x_t + x_j)^p / C    x (N, C) or (C)    target (N) or ()
///   throws ShapeError, IndexError; ValueError when p is not 1 or 2    see Crammer & Singer 2001
template <Real T>
Tensor<T> multi_margin_loss(const Tensor<T>& x, const Tensor<index_t>& target,
                            const MultiMarginOptions<T>& options = {}) {
  constexpr const char* op = "multi_margin_loss";
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, op, "expected scores of shape (N, C) or (C,), got ",
                    x.shape());
  check<ValueError>(options.p == 1 || options.p == 2, op, "p is ", options.p, ", expected 1 or 2");
  const index_t classes = x.shape()[x.rank() - 1];
  detail::check_weight<T>({.weight = options.weight}, classes, op);
  Shape expected = x.shape();
  expected.erase(x.rank() - 1);
  check<ShapeError>(target.shape() == expected, op, "expected targets of shape ", expected, ", got ",
                    target.shape());
  const Tensor<T> rows = reshape(x, {target.size(), classes});
  const detail::ClassTargets<T> targets(target, classes, {.weight = options.weight, .ignore_index = -1}, op);
  for (index_t t : target) check<IndexError>(t != -1, op, "target -1 is not one of ", classes, " classes");
  const Tensor<T> right = unsqueeze(index_select(flatten(rows), 0, targets.at), 1);
  const T m = static_cast<T>(options.margin);
  const auto gap = [m](auto v, auto r) { return select(m - r + v <= 0, 0, m - r + v); };
  Tensor<T> gaps = map(op, gap, rows, right);
  if (options.p == 2) gaps = square(gaps);
  // The right class itself would contribute margin^p.
  const T own = std::max(T(0), options.p == 2 && m > 0 ? m * m : m);
  const Tensor<T> losses = map(
      op, [own, c = static_cast<T>(classes)](auto s, auto w) { return w * (s - own) / c; }, sum(gaps, {1}),
      targets.weights);
  return detail::reduce_loss(reshape(losses, target.shape()), options.reduction);
}

}  // namespace TENON_NAMESPACE
