#pragma once
/// A learning rate that falls when a metric stops getting better.

#include <algorithm>  // max
#include <limits>     // infinity

#include "tenon/optim/optimizer.hpp"

namespace TENON_NAMESPACE::optim {

struct PlateauOptions {
  bool maximize = false;  ///< a larger metric is better
  double factor = 0.1;    ///< what the rate is multiplied by
  double patience = 10;   ///< steps without improvement that are let pass
  double threshold = 1e-4;
  bool relative = true;  ///< the threshold is a part of the best metric
  double cooldown = 0;   ///< steps after a fall that do not count
  double min_lr = 0;
  double eps = 1e-8;  ///< smaller changes are not made
};

/// What it remembers; the rates themselves belong to the optimizer's state.
///
///     checkpoint.add("plateau", named_numbers(plateau.state()));
///     plateau.load_state(from_named_numbers<PlateauState>(saved.numbers("plateau")));
struct PlateauState {
  double best = 0;
  double bad_steps = 0;
  double cooldown_left = 0;
};

/// PyTorch's ReduceLROnPlateau: `step` with the metric of every epoch.
class ReduceLrOnPlateau {
 public:
  explicit ReduceLrOnPlateau(const PlateauOptions& options = {}) : options_(options) {
    check<ValueError>(options.factor > 0 && options.factor < 1, name, "factor must lie in (0, 1), got ",
                      options.factor);
    check<ValueError>(options.patience >= 0 && options.cooldown >= 0, name,
                      "patience and cooldown must not be negative");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    state_.best = options.maximize ? -infinity : infinity;
  }

  /// Lowers the rate of every group when it is time to.
  template <Real T, class Rule>
  void step(Optimizer<T, Rule>& optimizer, double metric) {
    if (!is_due(metric)) return;
    for (auto& group : optimizer.groups()) {
      double& lr = group.options.lr;
      const double lower = std::max(lr * options_.factor, options_.min_lr);
      if (lr - lower > options_.eps) lr = lower;
    }
  }

  const PlateauState& state() const { return state_; }
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
