#pragma once
/// Learning rates that change. A schedule is a function (initial rate, time) -> rate; it remembers nothing,
/// so a resumed run needs no more than its count of epochs or steps:
///
///     const tn::optim::CosineAnnealingLr cosine{.t_max = 90};
///     for (int epoch = 0; epoch < 90; ++epoch) {
///       set_lr(sgd, cosine, epoch);
///       …
///
/// Any lambda `[](double lr, double t) { return …; }` is a schedule too. Times may be fractions of an epoch.

#include <algorithm>  // min
#include <cmath>      // cos, pow, fmod
#include <concepts>   // convertible_to
#include <numbers>    // pi

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

template <class S>
concept Schedule = requires(const S& schedule, double lr, double t) {
  { schedule(lr, t) } -> std::convertible_to<double>;
};

/// Sets the rate of every group to what the schedule makes of its initial rate at time t, and its momentum
/// where the schedule has `momentum(t)`.
template <Real T, class Rule, Schedule S>
void set_lr(Optimizer<T, Rule>& optimizer, const S& schedule, double t) {
  for (auto& group : optimizer.groups()) {
    group.options.lr = schedule(group.initial_lr, t);
    if constexpr (requires { schedule.momentum(t); }) {
      if (!schedule.cycle_momentum) continue;
      double* const momentum = momentum_of(group.options);
      check<ValueError>(momentum, Rule::name, "there is no momentum that the schedule could set");
      *momentum = schedule.momentum(t);
    }
  }
}

/// Multiplies by gamma every `step_size`.
struct StepLr {
  double step_size;
  double gamma = 0.1;

  double operator()(double lr, double t) const {
    check<ValueError>(step_size > 0, "step_lr", "step_size must be positive, got ", step_size);
    return lr * std::pow(gamma, std::floor(t / step_size));
  }
};

/// Multiplies by gamma at each milestone; one that is named twice counts twice.
struct MultiStepLr {
  std::vector<double> milestones;
  double gamma = 0.1;

  double operator()(double lr, double t) const {
    for (double milestone : milestones)
      if (milestone <= t) lr *= gamma;
    return lr;
  }
};

/// lr gamma^t
struct ExponentialLr {
  double gamma;

  double operator()(double lr, double t) const { return lr * std::pow(gamma, t); }
};

/// The rate times `factor` until `total_iters`, then the rate itself.
struct ConstantLr {
  double factor = 1.0 / 3;
  double total_iters = 5;

  double operator()(double lr, double t) const { return t < total_iters ? lr * factor : lr; }
};

/// The rate times a factor that goes from `start_factor` to `end_factor` in a straight line over
/// `total_iters`, and stays there.
struct LinearLr {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  double total_iters = 5;

  double operator()(double lr, double t) const {
    const double part = t < total_iters ? t / total_iters : 1;
    return lr * (start_factor + (end_factor - start_factor) * part);
  }
};

/// lr (1 - t / total_iters)^power, 0 from there on.
struct PolynomialLr {
  double total_iters = 5;
  double power = 1;

  double operator()(double lr, double t) const {
    return t < total_iters ? lr * std::pow(1 - t / total_iters, power) : 0;
  }
};

namespace detail {
/// From `start` to `end` along half a cosine, as part goes from 0 to 1.
inline double cosine_between(double start, double end, double part) {
  return end + (start - end) * (1 + std::cos(std::numbers::pi * part)) / 2;
}
}  // namespace detail

/// Half a cosine from the rate down to eta_min in t_max, and up again in the next t_max (Loshchilov & Hutter
/// 2017).
struct CosineAnnealingLr {
  double t_max;
  double eta_min = 0;

  double operator()(double lr, double t) const {
    check<ValueError>(t_max > 0, "cosine_annealing_lr", "t_max must be positive, got ", t_max);
    return detail::cosine_between(lr, eta_min, t / t_max);
  }
};

/// Half a cosine from the rate down to eta_min in t_0, from the top again in t_0 t_mult, and so on (the same
/// paper).
struct CosineAnnealingWarmRestarts {
  double t_0;
  double t_mult = 1;
  double eta_min = 0;

  double operator()(double lr, double t) const {
    check<ValueError>(t_0 > 0 && t_mult >= 1, "cosine_annealing_warm_restarts",
                      "t_0 must be positive and t_mult at least 1, got ", t_0, " and ", t_mult);
    double period = t_0;
    if (t_mult == 1) t = std::fmod(t, period);
    for (; t >= period; period *= t_mult) t -= period;
    return detail::cosine_between(lr, eta_min, t / period);
  }
};

/// One cycle (Smith & Topin 2018), set at every step, not epoch: from max_lr / div_factor up to max_lr in
/// pct_start of the steps, then down to 1 / final_div_factor of where it began. The initial rate of a group
/// is its max_lr. Momentum goes the other way.
struct OneCycleLr {
  double total_steps;
  double pct_start = 0.3;
  bool linear = false;  ///< straight lines instead of half cosines
  bool cycle_momentum = true;
  double base_momentum = 0.85;
  double max_momentum = 0.95;
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;  ///< first back to where it began, then down

  double operator()(double max_lr, double t) const {
    const double initial = max_lr / div_factor;
    return along(t, initial, max_lr, three_phase ? initial : initial / final_div_factor,
                 initial / final_div_factor);
  }
  double momentum(double t) const {
    return along(t, max_momentum, base_momentum, max_momentum, max_momentum);
  }

 private:
  /// The values at the ends of the phases, and between them.
  double along(double t, double start, double peak, double after, double last) const {
    check<ValueError>(total_steps >= 1 && pct_start >= 0 && pct_start <= 1, "one_cycle_lr",
                      "expected total_steps >= 1 and pct_start in [0, 1], got ", total_steps, " and ",
                      pct_start);
    const double top = pct_start * total_steps - 1, end = total_steps - 1,
                 middle = three_phase ? 2 * pct_start * total_steps - 2 : end;
    if (t <= top) return between(start, peak, 0, top, t);
    if (t <= middle || !three_phase) return between(peak, after, top, middle, t);
    return between(after, last, middle, end, t);
  }
  double between(double from, double to, double begin, double end, double t) const {
    const double part = t < end ? (t - begin) / (end - begin) : 1;
    return linear ? from + (to - from) * part : detail::cosine_between(from, to, part);
  }
};

/// One schedule until a milestone, then another whose time starts there. Warm-up is
/// `SequentialLr{LinearLr{.start_factor = 0, .total_iters = 500}, 500, CosineAnnealingLr{9500}}`.
template <Schedule First, Schedule Then>
struct SequentialLr {
  First first;
  double milestone;
  Then then;

  double operator()(double lr, double t) const {
    return t < milestone ? first(lr, t) : then(lr, t - milestone);
  }
};
template <class First, class Then>
SequentialLr(First, double, Then) -> SequentialLr<First, Then>;

}  // namespace TENON_NAMESPACE::optim
