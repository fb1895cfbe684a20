#pragma once
/// NAdam: Adam with Nesterov's momentum (Dozat 2016).

#include "tenon/optim/adam.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Nadam`.
struct NadamOptions {
  double lr = 2e-3;              ///< learning rate
  double beta1 = 0.9;            ///< limit of the momentum
  double beta2 = 0.999;          ///< decay of the squared gradients' running mean
  double eps = 1e-8;             ///< added to the denominator
  double weight_decay = 0;       ///< L2 penalty: weight_decay p is added to the gradient
  double momentum_decay = 4e-3;  ///< how fast the momentum approaches its limit
};

namespace detail {

template <Real T>
struct NadamRule {
  static constexpr const char* name = "nadam";
  using Options = NadamOptions;
  struct State {
    Tensor<T> exp_avg, exp_avg_sq;
    double momentum_product = 1;  // mu_1 … mu_t
    index_t steps = 0;
  };

  static void validate(const Options& o) {
    check_adam_options(name, o);
    check<ValueError>(o.momentum_decay >= 0, name, "momentum_decay must not be negative");
  }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.exp_avg, p);
    ensure_state(state.exp_avg_sq, p);
  }

  /// mu_t = b1 (1 - 0.96^(t momentum_decay) / 2), M_t = mu_1 … mu_t;  m and v as Adam's;
  /// p -= lr ((1 - mu_t) / (1 - M_t) g + mu_{t+1} / (1 - M_{t+1}) m) / (sqrt(v / (1 - b2^t)) + eps)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const double t = static_cast<double>(++state.steps);
    const double now = momentum_at(t, o), next = momentum_at(t + 1, o);
    state.momentum_product *= now;
    const T by_gradient = static_cast<T>(o.lr * (1 - now) / (1 - state.momentum_product)),
            by_mean = static_cast<T>(o.lr * next / (1 - state.momentum_product * next)),
            correction = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t)));
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2), eps = static_cast<T>(o.eps),
            decay = static_cast<T>(o.weight_decay);
    const auto step = [=](auto w, auto d, auto m, auto v) {
      const auto slope = d + decay * w;
      const auto mean = b1 * m + c1 * slope;
      const auto square = b2 * v + c2 * slope * slope;
      const auto move = (by_gradient * slope + by_mean * mean) / (sqrt(square) * correction + eps);
      return backend::Packs<T, 3>{{w - move, mean, square}};
    };
    update_fused(step, p, g, state.exp_avg, state.exp_avg_sq);
  }

 private:
  static double momentum_at(double t, const Options& o) {
    return o.beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay));
  }
};

}  // namespace detail

/// NAdam: Adam's step taken from a momentum one step ahead, mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2),
/// M_t = mu_1 … mu_t, m and v as in `Adam`:
/// p -= lr ((1 - mu_t) / (1 - M_t) g + mu_{t+1} / (1 - M_{t+1}) m) / (sqrt(v / (1 - beta2^t)) + eps).
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Dozat 2016
template <Real T>
using Nadam = Optimizer<T, detail::NadamRule<T>>;

}  // namespace TENON_NAMESPACE::optim
