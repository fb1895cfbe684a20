#pragma once
/// Learning rate schedules. A schedule is a function (initial rate, time) -> rate without state, so a resumed
/// run needs only its count of epochs or steps:
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
#include <tuple>      // tuple, apply
#include <utility>    // move

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// A schedule: `schedule(lr, t)` returns the learning rate at time t for the initial rate lr.
template <class S>
concept Schedule = requires(const S& schedule, double lr, double t) {
  { schedule(lr, t) } -> std::convertible_to<double>;
};

/// Sets the learning rate of every group to schedule(initial rate, t), and the momentum to
/// schedule.momentum(t) if the schedule has one.
///
///   throws: ValueError if the schedule sets a momentum and the optimizer has none
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

/// Step decay: lr gamma^floor(t / step_size).
///
///   throws: ValueError if step_size <= 0
struct StepLr {
  double step_size;    ///< time between decays
  double gamma = 0.1;  ///< factor of each decay

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    check<ValueError>(step_size > 0, "step_lr", "step_size must be positive, got ", step_size);
    return lr * std::pow(gamma, std::floor(t / step_size));
  }
};

/// Multi-step decay: multiplies the rate by gamma at each milestone; a milestone given twice counts twice.
struct MultiStepLr {
  std::vector<double> milestones;  ///< times of the decays, in any order
  double gamma = 0.1;              ///< factor of each decay

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    for (double milestone : milestones)
      if (milestone <= t) lr *= gamma;
    return lr;
  }
};

/// Exponential decay: lr gamma^t.
struct ExponentialLr {
  double gamma;  ///< factor for each unit of time

  /// The learning rate at time t.
  double operator()(double lr, double t) const { return lr * std::pow(gamma, t); }
};

/// Reduced rate at the start: lr factor for t < total_iters, then lr.
struct ConstantLr {
  double factor = 1.0 / 3;  ///< factor of the rate before total_iters
  double total_iters = 5;   ///< time from which on the rate is lr

  /// The learning rate at time t.
  double operator()(double lr, double t) const { return t < total_iters ? lr * factor : lr; }
};

/// Linear warm-up or decay: lr times a factor that goes linearly from start_factor to end_factor over
/// total_iters and stays there.
struct LinearLr {
  double start_factor = 1.0 / 3;  ///< factor at t = 0
  double end_factor = 1;          ///< factor from total_iters on
  double total_iters = 5;         ///< length of the ramp

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    const double part = t < total_iters ? t / total_iters : 1;
    return lr * (start_factor + (end_factor - start_factor) * part);
  }
};

/// Polynomial decay: lr (1 - t / total_iters)^power, and 0 from total_iters on.
struct PolynomialLr {
  double total_iters = 5;  ///< time at which the rate reaches 0
  double power = 1;        ///< exponent; 1 is a straight line

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    return t < total_iters ? lr * std::pow(1 - t / total_iters, power) : 0;
  }
};

namespace detail {
/// The value between `start` and `end` along half a cosine, as `part` goes from 0 to 1.
inline double cosine_between(double start, double end, double part) {
  return end + (start - end) * (1 + std::cos(std::numbers::pi * part)) / 2;
}
}  // namespace detail

/// Cosine annealing: eta_min + (lr - eta_min) (1 + cos(pi t / t_max)) / 2, which rises again after t_max.
///
///   throws: ValueError if t_max <= 0
///   source: Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983
struct CosineAnnealingLr {
  double t_max;        ///< time of the lowest rate
  double eta_min = 0;  ///< the lowest rate

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    check<ValueError>(t_max > 0, "cosine_annealing_lr", "t_max must be positive, got ", t_max);
    return detail::cosine_between(lr, eta_min, t / t_max);
  }
};

/// Cosine annealing with warm restarts: from lr down to eta_min in t_0, then again from lr in t_0 t_mult, and
/// so on.
///
///   throws: ValueError if t_0 <= 0 or t_mult < 1
///   source: Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983
struct CosineAnnealingWarmRestarts {
  double t_0;          ///< length of the first period
  double t_mult = 1;   ///< factor of each following period's length
  double eta_min = 0;  ///< the lowest rate

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    check<ValueError>(t_0 > 0 && t_mult >= 1, "cosine_annealing_warm_restarts",
                      "t_0 must be positive and t_mult at least 1, got ", t_0, " and ", t_mult);
    double period = t_0;
    if (t_mult == 1) t = std::fmod(t, period);
    for (; t >= period; period *= t_mult) t -= period;
    return detail::cosine_between(lr, eta_min, t / period);
  }
};

/// One-cycle policy, in steps rather than epochs: from max_lr / div_factor up to max_lr in pct_start of the
/// steps, then down to max_lr / div_factor / final_div_factor. A group's initial rate is its max_lr. Momentum
/// moves in the opposite direction.
///
///   throws: ValueError if total_steps < 1 or pct_start is outside [0, 1]
///   source: Smith & Topin 2018, https://arxiv.org/abs/1708.07120
struct OneCycleLr {
  double total_steps;             ///< number of steps of the cycle
  double pct_start = 0.3;         ///< share of the steps before the peak
  bool linear = false;            ///< straight lines instead of half cosines
  bool cycle_momentum = true;     ///< also set the momentum
  double base_momentum = 0.85;    ///< momentum at the peak of the rate
  double max_momentum = 0.95;     ///< momentum at start and end
  double div_factor = 25;         ///< the rate begins at max_lr / div_factor
  double final_div_factor = 1e4;  ///< the rate ends at its initial value / final_div_factor
  bool three_phase = false;  ///< fall to the initial value in pct_start of the steps, then to the final one

  /// The learning rate at step t.
  double operator()(double max_lr, double t) const {
    const double initial = max_lr / div_factor;
    return along(t, initial, max_lr, three_phase ? initial : initial / final_div_factor,
                 initial / final_div_factor);
  }
  /// The momentum at step t.
  double momentum(double t) const {
    return along(t, max_momentum, base_momentum, max_momentum, max_momentum);
  }

 private:
  /// The value at time t of a curve with these values at the ends of its phases.
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

/// The shape of the cycles of `CyclicLr`.
enum class CyclicMode {
  triangular,   ///< every cycle as high as the first
  triangular2,  ///< each half as high as the one before
  exp_range     ///< the height times gamma^t
};

/// Cycles between the initial rate and max_lr, in steps rather than epochs: straight up in step_size_up,
/// straight down in step_size_down. Momentum moves in the opposite direction.
///
///   throws: ValueError unless both step sizes are positive
///   source: Smith 2017, https://arxiv.org/abs/1506.01186
struct CyclicLr {
  double max_lr;                             ///< rate at the top of the first cycle
  double step_size_up = 2000;                ///< steps of the way up
  double step_size_down = step_size_up;      ///< steps of the way down
  CyclicMode mode = CyclicMode::triangular;  ///< the shape of the later cycles
  double gamma = 1;                          ///< factor of each step in the mode exp_range
  bool cycle_momentum = true;                ///< also set the momentum
  double base_momentum = 0.8;                ///< momentum at the top
  double max_momentum = 0.9;                 ///< momentum at the bottom

  /// The learning rate at step t.
  double operator()(double base_lr, double t) const { return base_lr + (max_lr - base_lr) * height(t); }
  /// The momentum at step t.
  double momentum(double t) const { return max_momentum - (max_momentum - base_momentum) * height(t); }

 private:
  /// The height at time t, of 1 at the top of the first cycle.
  double height(double t) const {
    check<ValueError>(step_size_up > 0 && step_size_down > 0, "cyclic_lr",
                      "step sizes must be positive, got ", step_size_up, " and ", step_size_down);
    const double length = step_size_up + step_size_down, cycle = std::floor(t / length),
                 at = t - cycle * length;
    const double part = at <= step_size_up ? at / step_size_up : (length - at) / step_size_down;
    if (mode == CyclicMode::triangular2) return part * std::pow(0.5, cycle);
    return mode == CyclicMode::exp_range ? part * std::pow(gamma, t) : part;
  }
};

/// A factor for each step: lr factor(1) factor(2) … factor(t), t rounded down.
///
///   cost: t calls of the factor
template <class Factor>
struct MultiplicativeLr {
  Factor factor;  ///< called with 1, 2, … as double

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    for (double step = 1; step <= t; ++step) lr *= factor(step);
    return lr;
  }
};
/// Deduces the factor's type from the argument.
template <class Factor>
MultiplicativeLr(Factor) -> MultiplicativeLr<Factor>;

/// The rate of stochastic weight averaging: from lr to swa_lr in anneal_epochs, then constant. `Ema` with
/// `equal_weights` averages the weights. After another schedule it begins at the rate where that one ends:
///
///     const auto schedule = [&](double lr, double t) {
///       return t < 75 ? cosine(lr, t) : swa(cosine(lr, 75), t - 75);
///     };
///
///   source: Izmailov et al. 2018, https://arxiv.org/abs/1803.05407
struct SwaLr {
  double swa_lr;              ///< the rate during averaging
  double anneal_epochs = 10;  ///< time until that rate is reached
  bool linear = false;        ///< a straight line instead of half a cosine

  /// The learning rate at time t after the change to averaging.
  double operator()(double lr, double t) const {
    const double part = t < anneal_epochs ? t / anneal_epochs : 1;
    return linear ? lr + (swa_lr - lr) * part : detail::cosine_between(lr, swa_lr, part);
  }
};

/// Several schedules at the same time, each of which takes the rate of the one before as its initial rate:
/// `ChainedScheduler{ConstantLr{0.1, 4}, ExponentialLr{0.9}}` multiplies the factors of both.
template <Schedule... Schedules>
struct ChainedScheduler {
  std::tuple<Schedules...> schedules;  ///< in the order of their calls

  explicit ChainedScheduler(Schedules... chained) : schedules(std::move(chained)...) {}

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    std::apply([&](const auto&... schedule) { ((lr = schedule(lr, t)), ...); }, schedules);
    return lr;
  }
};

/// Two schedules in a row: `first` until the milestone, then `then` with its time starting at 0. Warm-up
/// before cosine annealing is
/// `SequentialLr{LinearLr{.start_factor = 0, .total_iters = 500}, 500, CosineAnnealingLr{9500}}`. Of three
/// schedules, `then` is a SequentialLr, whose milestone is the length of the second:
/// `SequentialLr{warm_up, 500, SequentialLr{constant, 8000, decay}}`.
template <Schedule First, Schedule Then>
struct SequentialLr {
  First first;       ///< for t < milestone
  double milestone;  ///< the time of the change
  Then then;         ///< called with t - milestone

  /// The learning rate at time t.
  double operator()(double lr, double t) const {
    return t < milestone ? first(lr, t) : then(lr, t - milestone);
  }
};
/// Deduces the schedules' types from the arguments.
template <class First, class Then>
SequentialLr(First, double, Then) -> SequentialLr<First, Then>;

}  // namespace TENON_NAMESPACE::optim
