#pragma once
/// Adagrad (Duchi, Hazan & Singer 2011): coordinates with large past gradients get smaller steps.

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Adagrad`.
struct AdagradOptions {
  double lr = 0.01;                ///< learning rate
  double lr_decay = 0;             ///< step t has the rate lr / (1 + (t - 1) lr_decay)
  double weight_decay = 0;         ///< L2 penalty: weight_decay p is added to the gradient
  double initial_accumulator = 0;  ///< initial value of the sums of squares
  double eps = 1e-10;              ///< added to the denominator
  bool maximize = false;           ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct AdagradRule {
  static constexpr const char* name = "adagrad";
  using Options = AdagradOptions;
  struct State {
    Tensor<T> sum;
    index_t steps = 0;
  };

  static void validate(const Options& o) {
    check<ValueError>(
        o.lr >= 0 && o.lr_decay >= 0 && o.weight_decay >= 0 && o.initial_accumulator >= 0 && o.eps >= 0, name,
        "lr, lr_decay, weight_decay, initial_accumulator and eps must not be negative");
  }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    ensure_state(state.sum, p, o.initial_accumulator);
  }

  /// g += decay p;  s += g^2;  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T rate = static_cast<T>(o.lr / (1 + static_cast<double>(state.steps++) * o.lr_decay)),
            decay = static_cast<T>(o.weight_decay), eps = static_cast<T>(o.eps),
            sign = o.maximize ? T(-1) : T(1);
    const auto step = [=](auto w, auto d, auto s) {
      const auto slope = sign * d + decay * w;
      const auto sum = s + slope * slope;
      return backend::Packs<T, 2>{{w - rate * slope / (sqrt(sum) + eps), sum}};
    };
    update_fused(step, p, g, state.sum);
  }
};

}  // namespace detail

/// Adagrad: s += g^2; p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps), t the number of steps.
///
///   throws: as `Optimizer`; ValueError for negative options
///   keeps: one tensor of each parameter's shape
///   cost: one pass over parameter, gradient and state
///   source: Duchi, Hazan & Singer 2011
template <Real T>
using Adagrad = Optimizer<T, detail::AdagradRule<T>>;

}  // namespace TENON_NAMESPACE::optim
