#pragma once
/// RMSprop (Hinton 2012), optionally centred (Graves 2013) and with momentum.

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Rmsprop`.
struct RmspropOptions {
  double lr = 0.01;         ///< learning rate
  double alpha = 0.99;      ///< decay of the squared gradients' running mean
  double eps = 1e-8;        ///< added to the denominator
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  double momentum = 0;      ///< factor of the velocity; 0: no velocity is kept
  bool centered = false;    ///< divide by the gradient's standard deviation, not its root mean square
  bool maximize = false;    ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct RmspropRule {
  static constexpr const char* name = "rmsprop";
  using Options = RmspropOptions;
  struct State {
    Tensor<T> square_avg, grad_avg, momentum_buffer;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.eps >= 0 && o.weight_decay >= 0 && o.momentum >= 0, name,
                      "lr, eps, weight_decay and momentum must not be negative");
    check<ValueError>(o.alpha >= 0 && o.alpha <= 1, name, "alpha must lie in [0, 1], got ", o.alpha);
  }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    ensure_state(state.square_avg, p);
    if (o.centered) ensure_state(state.grad_avg, p);
    if (o.momentum != 0) ensure_state(state.momentum_buffer, p);
  }

  /// g += decay p;  v = a v + (1 - a) g^2;  d = g / (sqrt(v) + eps), centred g / (sqrt(v - m^2) + eps) with
  /// m = a m + (1 - a) g;  b = momentum b + d;  p -= lr b
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T lr = static_cast<T>(o.lr), keep = static_cast<T>(o.alpha), take = static_cast<T>(1 - o.alpha),
            eps = static_cast<T>(o.eps), decay = static_cast<T>(o.weight_decay),
            momentum = static_cast<T>(o.momentum), sign = o.maximize ? T(-1) : T(1);
    const auto plain = [=](auto w, auto d, auto v) {
      const auto slope = sign * d + decay * w;
      const auto square = keep * v + take * slope * slope;
      return backend::Packs<T, 2>{{slope / (sqrt(square) + eps), square}};
    };
    const auto centered = [=](auto w, auto d, auto v, auto m) {
      const auto slope = sign * d + decay * w;
      const auto square = keep * v + take * slope * slope;
      const auto mean = keep * m + take * slope;
      const auto variance = square - mean * mean;
      const auto positive = select(variance > 0, variance, variance * 0);  // rounding may make it negative
      return backend::Packs<T, 3>{{slope / (sqrt(positive) + eps), square, mean}};
    };
    if (o.centered && o.momentum != 0) {
      const auto step = [=](auto w, auto d, auto v, auto m, auto b) {
        const auto next = centered(w, d, v, m);
        const auto velocity = momentum * b + next.pack[0];
        return backend::Packs<T, 4>{{w - lr * velocity, next.pack[1], next.pack[2], velocity}};
      };
      update_fused(step, p, g, state.square_avg, state.grad_avg, state.momentum_buffer);
    } else if (o.centered) {
      const auto step = [=](auto w, auto d, auto v, auto m) {
        const auto next = centered(w, d, v, m);
        return backend::Packs<T, 3>{{w - lr * next.pack[0], next.pack[1], next.pack[2]}};
      };
      update_fused(step, p, g, state.square_avg, state.grad_avg);
    } else if (o.momentum != 0) {
      const auto step = [=](auto w, auto d, auto v, auto b) {
        const auto next = plain(w, d, v);
        const auto velocity = momentum * b + next.pack[0];
        return backend::Packs<T, 3>{{w - lr * velocity, next.pack[1], velocity}};
      };
      update_fused(step, p, g, state.square_avg, state.momentum_buffer);
    } else {
      const auto step = [=](auto w, auto d, auto v) {
        const auto next = plain(w, d, v);
        return backend::Packs<T, 2>{{w - lr * next.pack[0], next.pack[1]}};
      };
      update_fused(step, p, g, state.square_avg);
    }
  }
};

}  // namespace detail

/// RMSprop: v = alpha v + (1 - alpha) g^2; b = momentum b + g / (sqrt(v) + eps); p -= lr b. Centred, v is
/// replaced by v - m^2 with m = alpha m + (1 - alpha) g.
///
///   throws: as `Optimizer`; ValueError for negative options or alpha outside [0, 1]
///   keeps: one tensor of each parameter's shape, one more if centred, one more with momentum
///   cost: one pass over parameter, gradient and state
///   source: Hinton 2012; centred: Graves 2013, https://arxiv.org/abs/1308.0850
template <Real T>
using Rmsprop = Optimizer<T, detail::RmspropRule<T>>;

}  // namespace TENON_NAMESPACE::optim
