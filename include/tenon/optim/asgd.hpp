#pragma once
/// Averaged stochastic gradient descent (Polyak & Juditsky 1992), with the decaying rates of Xu 2011.

#include <algorithm>  // max
#include <cmath>      // pow

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Asgd`.
struct AsgdOptions {
  double lr = 1e-2;         ///< the first learning rate
  double lambd = 1e-4;      ///< decay of parameters and learning rate
  double alpha = 0.75;      ///< exponent of the learning rate's decay
  double t0 = 1e6;          ///< number of steps after which averaging begins
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  bool maximize = false;    ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct AsgdRule {
  static constexpr const char* name = "asgd";
  using Options = AsgdOptions;
  struct State {
    Tensor<T> ax;
    double eta = 0, mu = 1;
    index_t steps = 0;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.weight_decay >= 0, name, "lr and weight_decay must not be negative");
  }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    ensure_state(state.ax, p);
    if (state.steps == 0) state.eta = o.lr;
  }

  /// p = (1 - lambd eta) p - eta g;  a += mu (p - a);
  /// then eta = lr / (1 + lambd lr t)^alpha,  mu = 1 / max(1, t - t0)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T eta = static_cast<T>(state.eta), shrink = static_cast<T>(1 - o.lambd * state.eta),
            mu = static_cast<T>(state.mu), decay = static_cast<T>(o.weight_decay),
            sign = o.maximize ? T(-1) : T(1);
    const auto step = [=](auto w, auto d, auto a) {
      const auto moved = shrink * w - eta * (sign * d + decay * w);
      return backend::Packs<T, 2>{{moved, mu == 1 ? moved : a + mu * (moved - a)}};
    };
    update_fused(step, p, g, state.ax);
    const double t = static_cast<double>(++state.steps);
    state.eta = o.lr / std::pow(1 + o.lambd * o.lr * t, o.alpha);
    state.mu = 1 / std::max(1.0, t - o.t0);
  }
};

}  // namespace detail

/// Averaged stochastic gradient descent: p = (1 - lambd eta) p - eta g, with eta = lr / (1 + lambd lr t)^alpha
/// after t steps. The state `ax` is the average of the parameters after t0 steps: copied into the
/// parameters at the end of the training, it predicts better than they.
///
///   throws: as `Optimizer`; ValueError if lr or weight_decay is negative
///   keeps: one tensor of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Polyak & Juditsky 1992; Xu 2011, https://arxiv.org/abs/1107.2490
template <Real T>
using Asgd = Optimizer<T, detail::AsgdRule<T>>;

}  // namespace TENON_NAMESPACE::optim
