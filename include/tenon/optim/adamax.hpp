#pragma once
/// Adamax: Adam by the largest gradients instead of their squares (Kingma & Ba 2015, section 7.1).

#include "tenon/optim/adam.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Adamax`.
struct AdamaxOptions {
  double lr = 2e-3;         ///< learning rate
  double beta1 = 0.9;       ///< decay of the gradients' running mean
  double beta2 = 0.999;     ///< decay of the largest gradient
  double eps = 1e-8;        ///< added to the size of each gradient
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  bool maximize = false;    ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct AdamaxRule {
  static constexpr const char* name = "adamax";
  using Options = AdamaxOptions;
  struct State {
    Tensor<T> exp_avg, exp_inf;
    index_t steps = 0;
  };

  static void validate(const Options& o) { check_adam_options(name, o); }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.exp_avg, p);
    ensure_state(state.exp_inf, p);
  }

  /// m = b1 m + (1 - b1) g;  u = max(b2 u, |g| + eps);  p -= lr / (1 - b1^t) m / u
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, static_cast<double>(++state.steps))));
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            eps = static_cast<T>(o.eps), decay = static_cast<T>(o.weight_decay),
            sign = o.maximize ? T(-1) : T(1);
    const auto step = [=](auto w, auto d, auto m, auto u) {
      const auto slope = sign * d + decay * w;
      const auto mean = b1 * m + c1 * slope;
      const auto size = abs(slope) + eps, faded = b2 * u;
      const auto largest = select(faded > size, faded, size);
      return backend::Packs<T, 3>{{w - rate * mean / largest, mean, largest}};
    };
    update_fused(step, p, g, state.exp_avg, state.exp_inf);
  }
};

}  // namespace detail

/// Adamax: m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + eps); p -= lr / (1 - beta1^t) m / u, t the
/// number of steps.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980
template <Real T>
using Adamax = Optimizer<T, detail::AdamaxRule<T>>;

}  // namespace TENON_NAMESPACE::optim
