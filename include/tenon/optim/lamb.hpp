#pragma once
/// LAMB: Adam's step, scaled to the size of each parameter, for large batches (You et al. 2020).

#include "tenon/ops/reduce/norm.hpp"
#include "tenon/optim/adam.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `Lamb`.
struct LambOptions {
  double lr = 1e-3;            ///< learning rate: the step's size relative to the parameter
  double beta1 = 0.9;          ///< decay of the gradients' running mean
  double beta2 = 0.999;        ///< decay of the squared gradients' running mean
  double eps = 1e-6;           ///< added to the denominator
  double weight_decay = 0.01;  ///< weight_decay p is added to the step before it is scaled
};

namespace detail {

template <Real T>
struct LambRule {
  static constexpr const char* name = "lamb";
  static constexpr bool whole_parameters = true;
  using Options = LambOptions;
  struct State {
    Tensor<T> exp_avg, exp_avg_sq;
    index_t steps = 0;
  };

  static void validate(const Options& o) { check_adam_options(name, o); }
  static void prepare(State& state, const Tensor<T>& p, const Options&) {
    ensure_state(state.exp_avg, p);
    ensure_state(state.exp_avg_sq, p);
  }

  /// m and v as Adam's;  u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + decay p;  p -= lr |p| / |u| u
  static void update(Tensor<T>& p, const Tensor<T>& g, State& state, const Options& o) {
    const double t = static_cast<double>(++state.steps);
    const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
            c2 = static_cast<T>(1 - o.beta2), eps = static_cast<T>(o.eps),
            decay = static_cast<T>(o.weight_decay);
    const T first = static_cast<T>(1 / (1 - std::pow(o.beta1, t))),
            second = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t)));
    update_fused([=](auto m, auto d) { return b1 * m + c1 * d; }, state.exp_avg, g);
    update_fused([=](auto v, auto d) { return b2 * v + c2 * d * d; }, state.exp_avg_sq, g);
    const Tensor<T> step =
        tenon::map([=](auto w, auto m, auto v) { return first * m / (sqrt(v) * second + eps) + decay * w; },
                   p, state.exp_avg, state.exp_avg_sq);
    const double size = static_cast<double>(norm(p).item()), length = static_cast<double>(norm(step).item());
    const T rate = static_cast<T>(o.lr * (size > 0 && length > 0 ? size / length : 1));
    update_fused([=](auto w, auto u) { return w - rate * u; }, p, step);
  }
};

}  // namespace detail

/// LAMB: u = Adam's step without its rate, plus weight_decay p; p -= lr |p| / |u| u, with the norms of the whole
/// parameter. The quotient is 1 if a norm is 0.
///
///   throws: as `Optimizer`; ValueError for negative options or betas outside [0, 1)
///   keeps: two tensors of each parameter's shape
///   cost: six passes over parameter, gradient or state
///   source: You et al. 2020, https://arxiv.org/abs/1904.00962
template <Real T>
using Lamb = Optimizer<T, detail::LambRule<T>>;

}  // namespace TENON_NAMESPACE::optim
