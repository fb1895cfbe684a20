#pragma once
/// Stochastic gradient descent with momentum (Polyak 1964, Nesterov 1983), in PyTorch's form (Sutskever et
/// al. 2013).

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Sgd`.
struct SgdOptions {
  double lr = 0.1;          ///< learning rate
  double momentum = 0;      ///< factor of the velocity; 0: no velocity is kept
  double dampening = 0;     ///< the velocity takes (1 - dampening) of the gradient
  double weight_decay = 0;  ///< L2 penalty: weight_decay p is added to the gradient
  bool nesterov = false;    ///< Nesterov's momentum; needs momentum > 0 and no dampening
  bool maximize = false;    ///< ascend instead of descend
};

namespace detail {

template <Real T>
struct SgdRule {
  static constexpr const char* name = "sgd";
  using Options = SgdOptions;
  struct State {
    Tensor<T> momentum_buffer;
    index_t steps = 0;  // with momentum
  };

  static void validate(const Options& o) {
    check<ValueError>(o.lr >= 0 && o.momentum >= 0 && o.weight_decay >= 0, name,
                      "lr, momentum and weight_decay must not be negative");
    check<ValueError>(!o.nesterov || (o.momentum > 0 && o.dampening == 0), name,
                      "nesterov needs a momentum and no dampening");
  }
  static void prepare(State& state, const Tensor<T>& p, const Options& o) {
    if (o.momentum != 0) ensure_state(state.momentum_buffer, p);
  }

  /// g += decay p;  b = momentum b + (1 - dampening) g, at first b = g;  p -= lr (nesterov ? g + momentum b :
  /// b)
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const T lr = static_cast<T>(o.lr), decay = static_cast<T>(o.weight_decay),
            sign = o.maximize ? T(-1) : T(1);
    if (o.momentum == 0)
      return update_fused([=](auto w, auto d) { return w - lr * (sign * d + decay * w); }, p, g);
    const bool first = state.steps++ == 0;
    const T keep = first ? T(0) : static_cast<T>(o.momentum),
            take = first ? T(1) : static_cast<T>(1 - o.dampening);
    const T momentum = static_cast<T>(o.momentum), ahead = o.nesterov ? T(1) : T(0);
    const auto descend = [=](auto w, auto d, auto b) {
      const auto slope = sign * d + decay * w;
      const auto next = keep * b + take * slope;
      const auto move = ahead * (slope + momentum * next) + (1 - ahead) * next;
      return backend::Packs<T, 2>{{w - lr * move, next}};
    };
    update_fused(descend, p, g, state.momentum_buffer);
  }
};

}  // namespace detail

/// Stochastic gradient descent: g += weight_decay p; b = momentum b + (1 - dampening) g; p -= lr b, or with
/// Nesterov's momentum p -= lr (g + momentum b). In the first step b = g.
///
///   throws: as `Optimizer`; ValueError for negative options, or nesterov without momentum or with dampening
///   keeps: with momentum, one tensor of each parameter's shape
///   cost: one pass over parameter, gradient and state
template <Real T>
using Sgd = Optimizer<T, detail::SgdRule<T>>;

}  // namespace TENON_NAMESPACE::optim
