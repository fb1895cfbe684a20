#pragma once
/// Rprop: a step size for each element, which only the signs of its gradients change (Riedmiller & Braun
/// 1993). For gradients over all data: those of batches change their signs by chance.

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Rprop`.
struct RpropOptions {
  double lr = 1e-2;        ///< the first step size; a later change has no effect
  double eta_minus = 0.5;  ///< factor of the step size where the gradient has changed its sign
  double eta_plus = 1.2;   ///< factor of the step size where it has kept its sign
  double min_step = 1e-6;  ///< smallest step size
  double max_step = 50;    ///< largest step size
  bool maximize = false;   ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct RpropRule {
  static constexpr const char* name = "rprop";
  using Options = RpropOptions;
  struct State {
    Tensor<T> prev, step_size;
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0, name, "lr must not be negative");
    check<ValueError>(0 < o.eta_minus && o.eta_minus < 1 && 1 < o.eta_plus, name,
                      "expected 0 < eta_minus < 1 < eta_plus, got ", o.eta_minus, " and ", o.eta_plus);
    check<ValueError>(0 <= o.min_step && o.min_step <= o.max_step, name,
                      "expected 0 <= min_step <= max_step, got ", o.min_step, " and ", o.max_step);
  }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    ensure_state(state.prev, p);
    ensure_state(state.step_size, p, o.lr);
  }

  /// s = clamp(s eta);  g = 0 where its sign has changed;  p -= s sign(g)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T down = static_cast<T>(o.eta_minus), up = static_cast<T>(o.eta_plus),
            least = static_cast<T>(o.min_step), most = static_cast<T>(o.max_step),
            direction = o.maximize ? T(-1) : T(1);
    const auto step = [=](auto w, auto d, auto before, auto s) {
      const auto turn = direction * d * before;
      const auto wanted = select(turn > 0, up * s, select(turn < 0, down * s, s));
      const auto size = select(wanted < least, least, select(wanted > most, most, wanted));
      const auto slope = select(turn < 0, 0, direction * d);
      return backend::Packs<T, 3>{{w - size * sign(slope), slope, size}};
    };
    update_fused(step, p, g, state.prev, state.step_size);
  }
};

}  // namespace detail

/// Rprop: p -= s sign(g); the step size s of an element, at first lr, is multiplied by eta_plus where its
/// gradient has the sign of the step before, and by eta_minus where the sign has changed; there the element
/// rests for a step.
///
///   throws: as `Optimizer`; ValueError unless lr >= 0, 0 < eta_minus < 1 < eta_plus, and
///           0 <= min_step <= max_step
///   keeps: two tensors of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning"
template <Real T>
using Rprop = Optimizer<T, detail::RpropRule<T>>;

}  // namespace TENON_NAMESPACE::optim
