#pragma once
/// A learning rate that falls when a metric stops improving.

#include <algorithm>  // max
#include <limits>     // infinity

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

/// Options of `ReduceLrOnPlateau`. A step is one call of `step`, usually an epoch.
struct PlateauOptions {
  bool maximize = false;    ///< a larger metric is better
  double factor = 0.1;      ///< the rate is multiplied by this
  double patience = 10;     ///< steps without improvement that are tolerated
  double threshold = 1e-4;  ///< smallest change of the metric that counts as an improvement
  bool relative = true;     ///< the threshold is relative to the best metric
  double cooldown = 0;      ///< steps after a reduction during which bad steps are not counted
  double min_lr = 0;        ///< the rate does not fall below this
  double eps = 1e-8;        ///< smaller changes of the rate are not made
};

/// The state of a `ReduceLrOnPlateau`, for a checkpoint. The rates belong to the optimizer's state.
///
///     checkpoint.add("plateau", named_numbers(plateau.state()));
///     plateau.load_state(from_named_numbers<PlateauState>(saved.numbers("plateau")));
struct PlateauState {
  double best = 0;           ///< the best metric so far
  double bad_steps = 0;      ///< steps since the last improvement or reduction
  double cooldown_left = 0;  ///< steps of the cooldown that remain
};

/// Multiplies the learning rate by `factor` when the metric has not improved for more than `patience` steps:
/// PyTorch's ReduceLROnPlateau. Call `step` with the metric after every epoch.
class ReduceLrOnPlateau {
 public:
  /// A scheduler without history.
  ///   throws: ValueError if factor is outside (0, 1) or patience or cooldown is negative
  explicit ReduceLrOnPlateau(const PlateauOptions& options = {}) : options_(options) {
    check<ValueError>(options.factor > 0 && options.factor < 1, name, "factor must lie in (0, 1), got ",
                      options.factor);
    check<ValueError>(options.patience >= 0 && options.cooldown >= 0, name,
                      "patience and cooldown must not be negative");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    state_.best = options.maximize ? -infinity : infinity;
  }

  /// Takes the metric of a step into account, and lowers the rate of every group if the metric has stalled.
  template <Real T, class Rule>
  void step(Optimizer<T, Rule>& optimizer, double metric) {
    if (!is_due(metric)) return;
    for (auto& group : optimizer.groups()) {
      double& lr = group.options.lr;
      const double lower = std::max(lr * options_.factor, options_.min_lr);
      if (lr - lower > options_.eps) lr = lower;
    }
  }

  /// The state, for a checkpoint.
  const PlateauState& state() const { return state_; }
  /// Continues from a saved state.
  void load_state(const PlateauState& state) { state_ = state; }

 private:
  static constexpr const char* name = "reduce_lr_on_plateau";

  bool is_due(double metric) {
    PlateauState& m = state_;
    if (is_better(metric)) {
      m.best = metric;
      m.bad_steps = 0;
    } else {
      ++m.bad_steps;
    }
    if (m.cooldown_left > 0) {
      --m.cooldown_left;
      m.bad_steps = 0;
    }
    if (m.bad_steps <= options_.patience) return false;
    m.cooldown_left = options_.cooldown;
    m.bad_steps = 0;
    return true;
  }
  bool is_better(double metric) const {
    const double best = state_.best, by = options_.threshold;
    if (!options_.relative) return options_.maximize ? metric > best + by : metric < best - by;
    return options_.maximize ? metric > best * (1 + by) : metric < best * (1 - by);
  }

  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace TENON_NAMESPACE::optim
