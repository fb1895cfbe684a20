#pragma once
/// Losses of predicted numbers. Targets may be differentiated as well.
///
///   shapes: x any; target the shape of x
///   returns: a tensor of rank 0; without reduction the shape of x
///   throws: ShapeError if target differs from x in shape
///   keeps: x and target
///   cost: one pass in each direction; with a reduction the losses are not stored

#include <numbers>  // pi

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/loss/loss_reduction.hpp"

namespace TENON_NAMESPACE {

/// Squared error: (x - t)^2.
template <Real T>
Tensor<T> mse_loss(const Tensor<T>& x, const Tensor<T>& target, Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "mse_loss");
  return detail::map_loss("mse_loss", reduction, [](auto a, auto b) { return (a - b) * (a - b); }, x, target);
}

/// Absolute error: |x - t|. The gradient is 0 where x equals t.
template <Real T>
Tensor<T> l1_loss(const Tensor<T>& x, const Tensor<T>& target, Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "l1_loss");
  return detail::map_loss("l1_loss", reduction, [](auto a, auto b) { return abs(a - b); }, x, target);
}

/// Options of `smooth_l1_loss`.
struct SmoothL1Options {
  double beta = 1;                        ///< the error at which the parabola becomes a line
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
};
/// Absolute error with a parabola near 0: with d = |x - t|, d^2 / (2 beta) below beta, d - beta / 2 from
/// there on; `l1_loss` for beta 0. Girshick 2015, "Fast R-CNN", https://arxiv.org/abs/1504.08083
///
///   throws: ShapeError if target differs from x in shape; ValueError if beta is negative
template <Real T>
Tensor<T> smooth_l1_loss(const Tensor<T>& x, const Tensor<T>& target, const SmoothL1Options& options = {}) {
  detail::check_same_shape(x, target, "smooth_l1_loss");
  check<ValueError>(options.beta >= 0, "smooth_l1_loss", "beta is ", options.beta, ", expected 0 or more");
  if (options.beta == 0) return l1_loss(x, target, options.reduction);
  return detail::map_loss(
      "smooth_l1_loss", options.reduction,
      [beta = static_cast<T>(options.beta)](auto a, auto b) {
        const auto d = abs(a - b);
        return select(d < beta, 0.5 / beta * d * d, d - 0.5 * beta);
      },
      x, target);
}

/// Options of `huber_loss`.
struct HuberOptions {
  double delta = 1;                       ///< the error at which the parabola becomes a line
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
};
/// Squared error that grows linearly far from 0: with d = |x - t|, d^2 / 2 below delta, delta (d - delta /
/// 2) from there on. Huber 1964.
///
///   throws: ShapeError if target differs from x in shape; ValueError if delta is not positive
template <Real T>
Tensor<T> huber_loss(const Tensor<T>& x, const Tensor<T>& target, const HuberOptions& options = {}) {
  detail::check_same_shape(x, target, "huber_loss");
  check<ValueError>(options.delta > 0, "huber_loss", "delta is ", options.delta,
                    ", expected a positive number");
  return detail::map_loss(
      "huber_loss", options.reduction,
      [delta = static_cast<T>(options.delta)](auto a, auto b) {
        const auto d = abs(a - b);
        return select(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta));
      },
      x, target);
}

/// Options of `gaussian_nll_loss`.
struct GaussianNllOptions {
  bool full = false;                      ///< whether the constant log(2 pi) / 2 is added
  double eps = 1e-6;                      ///< the least variance; smaller ones are raised to it
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
};
/// Negative log likelihood of targets under normal distributions of mean x and variance v: (log v + (x -
/// t)^2 / v) / 2. Nix & Weigend 1994.
///
///   shapes: x any; target the shape of x; variance broadcasts to x, or has its shape without the last axis
///   throws: ShapeError if the shapes do not fit; ValueError if a variance is negative or eps is not
///     positive
///   keeps: x, target and variance
///   cost: two passes, backward one
template <Real T>
Tensor<T> gaussian_nll_loss(const Tensor<T>& x, const Tensor<T>& target, const Tensor<T>& variance,
                            const GaussianNllOptions& options = {}) {
  detail::check_same_shape(x, target, "gaussian_nll_loss");
  check<ValueError>(options.eps > 0, "gaussian_nll_loss", "eps is ", options.eps,
                    ", expected a positive number");
  bool rows = variance.rank() + 1 == x.rank();
  for (int i = 0; rows && i < variance.rank(); ++i) rows = variance.shape()[i] == x.shape()[i];
  const Tensor<T> spread = rows ? unsqueeze(variance, -1) : variance;
  check<ShapeError>(broadcast_shapes(x.shape(), spread.shape(), "gaussian_nll_loss") == x.shape(),
                    "gaussian_nll_loss", "variances of shape ", variance.shape(), " do not broadcast to ",
                    x.shape());
  check<ValueError>(variance.size() == 0 || !(amin(variance.detach()).item() < 0), "gaussian_nll_loss",
                    "a variance is negative");
  return detail::map_loss(
      "gaussian_nll_loss", options.reduction,
      [eps = static_cast<T>(options.eps),
       constant = T(options.full ? 0.5 * std::log(2 * std::numbers::pi) : 0)](auto a, auto b, auto v) {
        const auto raised = select(v < eps, eps + (v - innermost(v)), v);
        return 0.5 * (log(raised) + (a - b) * (a - b) / raised) + constant;
      },
      x, target, spread);
}

/// Options of `poisson_nll_loss`.
struct PoissonNllOptions {
  bool log_input = true;                  ///< whether x is the logarithm of the rate
  bool full = false;                      ///< whether Stirling's log t! is added for targets above 1
  double eps = 1e-8;                      ///< added to a rate before its logarithm is taken
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
};
/// Negative log likelihood of counts t under Poisson distributions: e^x - t x with log_input, else x - t
/// log(x + eps). With `full` also t log t - t + log(2 pi t) / 2 for t above 1.
template <Real T>
Tensor<T> poisson_nll_loss(const Tensor<T>& x, const Tensor<T>& target,
                           const PoissonNllOptions& options = {}) {
  detail::check_same_shape(x, target, "poisson_nll_loss");
  const T full = options.full ? T(1) : T(0);
  const auto stirling = [full](auto t) {
    const auto large = select(t > 1, t, 1);
    return select(t > 1, full * (large * log(large) - large + 0.5 * log(2 * std::numbers::pi * large)), 0);
  };
  if (options.log_input)
    return detail::map_loss(
        "poisson_nll_loss", options.reduction,
        [stirling](auto a, auto t) { return exp(a) - detail::weighted_log(t, a) + stirling(t); }, x, target);
  return detail::map_loss(
      "poisson_nll_loss", options.reduction,
      [stirling, eps = static_cast<T>(options.eps)](auto a, auto t) {
        return a - detail::weighted_log(t, log(a + eps)) + stirling(t);
      },
      x, target);
}

}  // namespace TENON_NAMESPACE
