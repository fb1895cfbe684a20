#pragma once
/// Losses of predicted numbers. Targets have the shape of the predictions, and may be differentiated as well.

#include <numbers>  // pi

#include "tenon/ops/compare.hpp"
#include "tenon/ops/loss_reduction.hpp"

namespace TENON_NAMESPACE {

/// (x - t)^2
///   target  x's shape    throws ShapeError
template <Real T>
Tensor<T> mse_loss(const Tensor<T>& x, const Tensor<T>& target, Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "mse_loss");
  return detail::map_loss(
      "mse_loss", reduction, [](auto a, auto b) { return (a - b) * (a - b); }, x, target);
}

/// |x - t|; the gradient is 0 where they are equal
///   target  x's shape    throws ShapeError
template <Real T>
Tensor<T> l1_loss(const Tensor<T>& x, const Tensor<T>& target, Reduction reduction = Reduction::mean) {
  detail::check_same_shape(x, target, "l1_loss");
  return detail::map_loss(
      "l1_loss", reduction, [](auto a, auto b) { return abs(a - b); }, x, target);
}

struct SmoothL1Options {
  double beta = 1;  ///< where the parabola becomes a line
  Reduction reduction = Reduction::mean;
};
/// With d = |x - t|: d^2 / (2 beta) below beta, d - beta / 2 from there on; `l1_loss` for beta 0.
///   target  x's shape
///   throws  ShapeError; ValueError when beta is negative    see Girshick 2015, "Fast R-CNN"
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

struct HuberOptions {
  double delta = 1;  ///< where the parabola becomes a line
  Reduction reduction = Reduction::mean;
};
/// With d = |x - t|: d^2 / 2 below delta, delta (d - delta / 2) from there on.
///   target  x's shape
///   throws  ShapeError; ValueError when delta is not positive    see Huber 1964
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

struct GaussianNllOptions {
  bool full = false;  ///< adds the constant log(2 pi) / 2
  double eps = 1e-6;  ///< variances below it count as this much, with the gradient that they would have there
  Reduction reduction = Reduction::mean;
};
/// Negative log likelihood of targets under normal distributions of mean x and the given variances.
///   (log v + (x - t)^2 / v) / 2
///   target     x's shape
///   variance   broadcasts to x, or has its shape without the last axis
///   throws ShapeError; ValueError when a variance is negative    see Nix & Weigend 1994
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

struct PoissonNllOptions {
  bool log_input = true;  ///< whether x is the logarithm of the rate
  bool full = false;      ///< adds Stirling's approximation of log t! for targets above 1
  double eps = 1e-8;      ///< added to a rate of which the logarithm is taken
  Reduction reduction = Reduction::mean;
};
/// Negative log likelihood of counts under Poisson distributions.
///   e^x - t x, or x - t log(x + eps) when x is the rate itself; with `full` also t log t - t + log(2 pi t) /
///   2
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
