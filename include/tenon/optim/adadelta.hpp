#pragma once
/// Adadelta (Zeiler 2012): steps in the units of the parameter, so that the rate needs no tuning.

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Adadelta`.
struct AdadeltaOptions {
  double lr = 1;            ///< factor of the step
  double rho = 0.9;         ///< decay of the running means of squares
  double eps = 1e-6;        ///< added under both roots
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  bool maximize = false;    ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct AdadeltaRule {
  static constexpr const char* name = "adadelta";
  using Options = AdadeltaOptions;
  struct State {
    Tensor<T> square_avg, acc_delta;  // running means of the squares of gradients and of steps
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.eps >= 0 && o.weight_decay >= 0, name,
                      "lr, eps and weight_decay must not be negative");
    check<ValueError>(o.rho >= 0 && o.rho <= 1, name, "rho must lie in [0, 1], got ", o.rho);
  }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.square_avg, p);
    ensure_state(state.acc_delta, p);
  }

  /// g += decay p;  v = rho v + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(v + eps) g;
  /// u = rho u + (1 - rho) d^2;  p -= lr d
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T lr = static_cast<T>(o.lr), keep = static_cast<T>(o.rho), take = static_cast<T>(1 - o.rho),
            eps = static_cast<T>(o.eps), decay = static_cast<T>(o.weight_decay),
            sign = o.maximize ? T(-1) : T(1);
    const auto step = [=](auto w, auto d, auto v, auto u) {
      const auto slope = sign * d + decay * w;
      const auto square = keep * v + take * slope * slope;
      const auto move = sqrt(u + eps) / sqrt(square + eps) * slope;
      return backend::Packs<T, 3>{{w - lr * move, square, keep * u + take * move * move}};
    };
    update_fused(step, p, g, state.square_avg, state.acc_delta);
  }
};

}  // namespace detail

/// Adadelta: v = rho v + (1 - rho) g^2; d = sqrt(u + eps) / sqrt(v + eps) g; u = rho u + (1 - rho) d^2;
/// p -= lr d.
///
///   throws: as `Optimizer`; ValueError for negative options or rho outside [0, 1]
///   keeps: two tensors of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Zeiler 2012, https://arxiv.org/abs/1212.5701
template <Real T>
using Adadelta = Optimizer<T, detail::AdadeltaRule<T>>;

}  // namespace TENON_NAMESPACE::optim
