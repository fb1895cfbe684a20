#pragma once
/// Losses of classes. The file includes regression_loss.hpp and binary_loss.hpp; metric_loss.hpp and
/// ctc_loss.hpp are included on their own.

#include "tenon/ops/loss/binary_loss.hpp"
#include "tenon/ops/loss/regression_loss.hpp"
#include "tenon/ops/nn/softmax.hpp"

namespace TENON_NAMESPACE {

/// Options of `nll_loss` and `cross_entropy`.
template <Real T>
struct ClassLossOptions {
  Tensor<T> weight{};                     ///< one constant for each class; all 1 when undefined
  Reduction reduction = Reduction::mean;  ///< the mean divides by the weights of the targets that count
  index_t ignore_index = -100;            ///< targets equal to it contribute nothing
  double label_smoothing = 0;             ///< the share of a target spread evenly over all classes
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

/// For each target its count, its weight and its position.
template <class T>
struct ClassTargets {
  Tensor<T> counts;    ///< 1, or 0 for a target that is ignored
  Tensor<T> weights;   ///< the weight of the target's class, 0 for a target that is ignored
  Tensor<index_t> at;  ///< the position of the target's class in the matrix of rows

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

/// Negative log likelihood of class indices under log-probabilities: -w_t x_t. The mean divides by the sum
/// of w_t over the targets that count; it is NaN if there are none.
///
///   shapes: log_probabilities (C) or (N, C, ...); target () or (N, ...), in [0, C) or ignore_index
///   returns: a tensor of rank 0; without reduction the shape of target
///   throws: ShapeError if the shapes do not fit; IndexError if a target is not a class
///   keeps: a few numbers a target; with label_smoothing and weight also the log-probabilities
///   cost: one pass over the targets; with label_smoothing two over the log-probabilities
template <Real T>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const Tensor<index_t>& target,
                   const ClassLossOptions<T>& options = {}) {
  return detail::class_loss(log_probabilities, target, options, "nll_loss");
}

/// Cross entropy of logits and class indices: `nll_loss` of log_softmax(x). With label_smoothing e the loss
/// is (1 - e) -w_t log p_t - e / C sum_c w_c log p_c.
///
///   shapes: x (C) or (N, C, ...); target () or (N, ...), in [0, C) or ignore_index
///   returns: a tensor of rank 0; without reduction the shape of target
///   throws: ShapeError if the shapes do not fit; IndexError if a target is not a class
///   keeps: the log-probabilities and a few numbers a target
///   cost: a log_softmax and one pass over the targets
template <Real T>
Tensor<T> cross_entropy(const Tensor<T>& x, const Tensor<index_t>& target,
                        const ClassLossOptions<T>& options = {}) {
  return detail::class_loss(log_softmax(x, detail::class_axis(x.shape(), "cross_entropy")), target, options,
                            "cross_entropy");
}

/// Cross entropy of logits and class probabilities: -sum_c w_c t_c log p_c with p = softmax(x). The mean
/// divides by the number of targets. A class of probability 0 contributes nothing even if its logit is
/// -infinity.
///
///   shapes: x (C) or (N, C, ...); probabilities the shape of x
///   returns: a tensor of rank 0; without reduction () or (N, ...)
///   throws: ShapeError if the shapes do not fit
///   keeps: log-probabilities and probabilities; with weight also the terms
///   cost: a log_softmax and two passes, three with weight
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

/// Options of `kl_div`.
struct KlDivOptions {
  Reduction reduction = Reduction::mean;  ///< batch_mean gives the divergence of textbooks
  bool log_target = false;                ///< whether targets are log-probabilities as well
};
/// Kullback-Leibler divergence of targets from log-probabilities x, term by term: t (log t - x), or with
/// log_target e^t (t - x). A term is 0 where t (or e^t) is 0, even for an x of -infinity.
///
///   shapes: x any; target the shape of x
///   returns: a tensor of rank 0; without reduction the shape of x
///   throws: ShapeError if target differs from x in shape
///   keeps: x and target
///   cost: one pass in each direction
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

/// Options of `multi_margin_loss`.
template <Real T>
struct MultiMarginOptions {
  double p = 1;                           ///< the power of each gap, 1 or 2
  double margin = 1;                      ///< the distance of logits from which a class costs nothing
  Tensor<T> weight{};                     ///< one constant for each class; all 1 when undefined
  Reduction reduction = Reduction::mean;  ///< of the losses of the targets
};
/// Multi-class margin loss: the logit of each other class is to lie below that of the target by a margin,
/// sum_{j != t} w_t max(0, margin - x_t + x_j)^p / C. Crammer & Singer 2001.
///
///   shapes: x (N, C) or (C); target (N) or (), in [0, C)
///   returns: a tensor of rank 0; without reduction the shape of target
///   throws: ShapeError if the shapes do not fit; IndexError if a target is not a class; ValueError if p is
///     neither 1 nor 2
///   keeps: x and a few numbers a target; for p = 2 also the gaps
///   cost: two passes, three for p = 2
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

namespace detail {
/// Which entries of targets (N, C) are labels: in each row those before the first -1.
template <std::same_as<index_t> I>
Tensor<bool> listed_labels(const Tensor<I>& target, const char* op) {
  const index_t classes = target.extent(1);
  Tensor<bool> listed = zeros<bool>(target.shape());
  bool* to = listed.mutable_data();
  bool before_end = false;
  index_t column = 0;
  for (const index_t label : target) {
    check<IndexError>(label >= -1 && label < classes, op, "target ", label, " is neither one of ", classes,
                      " classes nor -1");
    before_end = (column == 0 || before_end) && label != -1;
    *to++ = before_end;
    column = (column + 1) % classes;
  }
  return listed;
}
}  // namespace detail

/// Margin loss of several labels: the score of each label is to exceed that of each class that is none by 1,
/// sum_{j a label} sum_{i none} max(0, 1 - x_j + x_i) / C. The labels of a row are its targets before the
/// first -1.
///
///   shapes: x (N, C) or (C); target the shape of x, in [-1, C)
///   returns: a tensor of rank 0; without reduction (N), or of rank 0 for x (C)
///   throws: ShapeError if the shapes do not fit; IndexError if a target is neither a class nor -1
///   keeps: x, the labels' scores, and masks; nothing of the shape of the pairs
///   cost: one pass over N C C pairs in each direction
template <Real T>
Tensor<T> multilabel_margin_loss(const Tensor<T>& x, const Tensor<index_t>& target,
                                 Reduction reduction = Reduction::mean) {
  constexpr const char* op = "multilabel_margin_loss";
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, op, "expected scores of shape (N, C) or (C,), got ",
                    x.shape());
  check<ShapeError>(target.shape() == x.shape(), op, "expected targets of shape ", x.shape(), ", got ",
                    target.shape());
  if (x.rank() == 1) return multilabel_margin_loss(unsqueeze(x, 0), unsqueeze(target, 0), Reduction::sum);
  const Tensor<bool> listed = detail::listed_labels(target, op);
  const Tensor<index_t> label = mul(target, to<index_t>(listed));  // class 0 where there is none
  const Tensor<bool> none = eq(scatter_add(zeros<index_t>(x.shape()), 1, label, to<index_t>(listed)), 0);
  const Tensor<T> gaps = map(
      op,
      [](auto right, auto other, auto j, auto i) {
        const auto gap = 1 - right + other;
        return select((gap > 0) & (j != 0) & (i != 0), gap, 0);
      },
      unsqueeze(gather(x, 1, label), 2), unsqueeze(x, 1), unsqueeze(listed, 2), unsqueeze(none, 1));
  return detail::reduce_loss(div(sum(gaps, {1, 2}), x.extent(1)), reduction);
}

}  // namespace TENON_NAMESPACE
