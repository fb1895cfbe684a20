#pragma once
/// Lion: steps of constant size along the sign of the momentum (Chen et al. 2023). Suitable learning rates
/// are three to ten times smaller than Adam's.

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Lion`.
struct LionOptions {
  double lr = 1e-4;         ///< learning rate: the size of every element's step
  double beta1 = 0.9;       ///< weight of the momentum in the sign
  double beta2 = 0.99;      ///< decay of the momentum
  double weight_decay = 0;  ///< decoupled: the parameter is multiplied by 1 - lr weight_decay
};

namespace detail {

template <Real T>
struct LionRule {
  static constexpr const char* name = "lion";
  using Options = LionOptions;
  struct State {
    Tensor<T> exp_avg;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.weight_decay >= 0, name, "lr and weight_decay must not be negative");
    check<ValueError>(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1, name,
                      "betas must lie in [0, 1), got ", o.beta1, " and ", o.beta2);
  }
  static void prepare(State& state, const Tensor<T>& p, const Options&) { ensure_state(state.exp_avg, p); }

  /// p -= lr (sign(b1 m + (1 - b1) g) + decay p);  m = b2 m + (1 - b2) g
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T lr = static_cast<T>(o.lr), shrink = static_cast<T>(1 - o.lr * o.weight_decay);
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2);
    const auto step = [=](auto w, auto d, auto m) {
      return backend::Packs<T, 2>{{shrink * w - lr * sign(b1 * m + c1 * d), b2 * m + c2 * d}};
    };
    update_fused(step, p, g, state.exp_avg);
  }
};

}  // namespace detail

/// Lion: p -= lr (sign(beta1 m + (1 - beta1) g) + weight_decay p); m = beta2 m + (1 - beta2) g.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: one tensor of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Chen et al. 2023, https://arxiv.org/abs/2302.06675
template <Real T>
using Lion = Optimizer<T, detail::LionRule<T>>;

}  // namespace TENON_NAMESPACE::optim
