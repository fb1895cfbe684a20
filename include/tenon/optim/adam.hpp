#pragma once
/// Adam (Kingma & Ba 2015), with decoupled weight decay as AdamW (Loshchilov & Hutter 2019), and AMSGrad
/// (Reddi et al. 2018).

#include <cmath>  // pow, sqrt

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Adam`.
struct AdamOptions {
  double lr = 1e-3;         ///< learning rate
  double beta1 = 0.9;       ///< decay of the gradients' running mean
  double beta2 = 0.999;     ///< decay of the squared gradients' running mean
  double eps = 1e-8;        ///< added to the denominator
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  bool amsgrad = false;     ///< divide by the largest running mean of squares so far
  bool maximize = false;    ///< ascend instead of descend
};
/// Options of `AdamW`.
struct AdamWOptions {
  double lr = 1e-3;            ///< learning rate
  double beta1 = 0.9;          ///< decay of the gradients' running mean
  double beta2 = 0.999;        ///< decay of the squared gradients' running mean
  double eps = 1e-8;           ///< added to the denominator
  double weight_decay = 0.01;  ///< decoupled: the parameter is multiplied by 1 - lr weight_decay
  bool amsgrad = false;        ///< divide by the largest running mean of squares so far
  bool maximize = false;       ///< ascend instead of descend
};

namespace detail {

/// Checks the options that Adam and its variants have in common.
template <class Options>
void check_adam_options(const char* name, const Options& o) {
  check<ValueError>(o.lr >= 0 && o.eps >= 0 && o.weight_decay >= 0, name,
                    "lr, eps and weight_decay must not be negative");
  check<ValueError>(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1, name,
                    "betas must lie in [0, 1), got ", o.beta1, " and ", o.beta2);
}

template <Real T, class AnyOptions>
struct AdamRule {
  using Options = AnyOptions;
  static constexpr bool decoupled = std::is_same_v<Options, AdamWOptions>;
  static constexpr const char* name = decoupled ? "adamw" : "adam";
  struct State {
    Tensor<T> exp_avg, exp_avg_sq, max_exp_avg_sq;
    index_t steps = 0;
  };

  static void validate(const Options& o) { check_adam_options(name, o); }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    ensure_state(state.exp_avg, p);
    ensure_state(state.exp_avg_sq, p);
    if (o.amsgrad) ensure_state(state.max_exp_avg_sq, p);
  }

  /// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const double t = static_cast<double>(++state.steps);
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2);
    const T rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, t)));
    const T correction = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t)));
    const T eps = static_cast<T>(o.eps), sign = o.maximize ? T(-1) : T(1);
    const T added = static_cast<T>(decoupled ? 0 : o.weight_decay),
            shrink = static_cast<T>(decoupled ? 1 - o.lr * o.weight_decay : 1);
    const auto moments = [=](auto w, auto d, auto m, auto v) {
      const auto slope = sign * d + added * w;
      return backend::Packs<T, 2>{{b1 * m + c1 * slope, b2 * v + c2 * slope * slope}};
    };
    const auto moved = [=](auto w, auto m, auto v) {
      return shrink * w - rate * m / (sqrt(v) * correction + eps);
    };
    if (o.amsgrad) {
      const auto step = [=](auto w, auto d, auto m, auto v, auto largest) {
        const auto next = moments(w, d, m, v);
        const auto bound = select(next.pack[1] > largest, next.pack[1], largest);
        return backend::Packs<T, 4>{{moved(w, next.pack[0], bound), next.pack[0], next.pack[1], bound}};
      };
      update_fused(step, p, g, state.exp_avg, state.exp_avg_sq, state.max_exp_avg_sq);
    } else {
      const auto step = [=](auto w, auto d, auto m, auto v) {
        const auto next = moments(w, d, m, v);
        return backend::Packs<T, 3>{{moved(w, next.pack[0], next.pack[1]), next.pack[0], next.pack[1]}};
      };
      update_fused(step, p, g, state.exp_avg, state.exp_avg_sq);
    }
  }
};

}  // namespace detail

/// Adam: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
/// p -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps), t the number of steps.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape; three with amsgrad
///   cost: one pass over parameter, gradient and state
///   source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980; AMSGrad: Reddi et al. 2018
template <Real T>
using Adam = Optimizer<T, detail::AdamRule<T, AdamOptions>>;
/// AdamW: Adam with decoupled weight decay, p -= lr weight_decay p beside Adam's step.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape; three with amsgrad
///   cost: one pass over parameter, gradient and state
///   source: Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
template <Real T>
using AdamW = Optimizer<T, detail::AdamRule<T, AdamWOptions>>;

}  // namespace TENON_NAMESPACE::optim
