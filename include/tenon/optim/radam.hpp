#pragma once
/// RAdam: Adam that ignores the running variance in the first steps, where its estimate is unreliable (Liu et
/// al. 2020).

#include "tenon/optim/adam.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Radam`.
struct RadamOptions {
  double lr = 1e-3;         ///< learning rate
  double beta1 = 0.9;       ///< decay of the gradients' running mean
  double beta2 = 0.999;     ///< decay of the squared gradients' running mean
  double eps = 1e-8;        ///< added to the denominator
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
};

namespace detail {

template <Real T>
struct RadamRule {
  static constexpr const char* name = "radam";
  using Options = RadamOptions;
  struct State {
    Tensor<T> exp_avg, exp_avg_sq;
    index_t steps = 0;
  };

  static void validate(const Options& o) { check_adam_options(name, o); }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.exp_avg, p);
    ensure_state(state.exp_avg_sq, p);
  }

  /// m and v as Adam's, M = m / (1 - b1^t);  p -= lr M r sqrt(1 - b2^t) / (sqrt(v) + eps), or lr M while r
  /// is not yet defined
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const double t = static_cast<double>(++state.steps);
    const double known = 1 - std::pow(o.beta2, t), r = rectification(t, o.beta2);
    const bool adaptive = r > 0;
    const T rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, t)) * (adaptive ? r * std::sqrt(known) : 1));
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2), decay = static_cast<T>(o.weight_decay);
    // The denominator sqrt(v) + eps, or 1.
    const T by_root = adaptive ? T(1) : T(0), beside = adaptive ? static_cast<T>(o.eps) : T(1);
    const auto step = [=](auto w, auto d, auto m, auto v) {
      const auto slope = d + decay * w;
      const auto mean = b1 * m + c1 * slope;
      const auto square = b2 * v + c2 * slope * slope;
      return backend::Packs<T, 3>{{w - rate * mean / (by_root * sqrt(square) + beside), mean, square}};
    };
    update_fused(step, p, g, state.exp_avg, state.exp_avg_sq);
  }

 private:
  /// The rectification r, which corrects for the variance of 1 / sqrt(v) after t steps; 0 while undefined.
  static double rectification(double t, double beta2) {
    const double power = std::pow(beta2, t), limit = 2 / (1 - beta2) - 1,
                 rho = limit - 2 * t * power / (1 - power);
    if (rho <= 5) return 0;
    return std::sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
  }
};

}  // namespace detail

/// Rectified Adam, m and v as in `Adam`: p -= lr M r sqrt(1 - beta2^t) / (sqrt(v) + eps) with
/// M = m / (1 - beta1^t), or p -= lr M in the first steps, while the rectification r is undefined.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Liu et al. 2020, https://arxiv.org/abs/1908.03265
template <Real T>
using Radam = Optimizer<T, detail::RadamRule<T>>;

}  // namespace TENON_NAMESPACE::optim
