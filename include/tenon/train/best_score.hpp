#pragma once
/// The best score so far, and the number of scores since.

#include <limits>  // infinity

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::train {

/// Options of `BestScore`.
struct BestScoreOptions {
  bool maximize = false;  ///< whether higher is better
  double margin = 0;      ///< a score must be better than the best by more than this
};

/// Keeps track of the best score, for early stopping in a training loop written by hand:
///
///     train::BestScore best({.maximize = true});
///     …
///     if (best.add(accuracy)) best_model = model;
///     if (best.stale() == 5) break;
class BestScore {
 public:
  /// The state, for a checkpoint.
  struct State {
    double score = std::numeric_limits<double>::quiet_NaN();  ///< the best score; NaN before the first
    index_t index = -1;                                       ///< position of the best score, from 0
    index_t count = 0;                                        ///< number of scores so far
  };

  /// A tracker without scores.
  explicit BestScore(const BestScoreOptions& options = {}) : options_(options) {}

  /// Adds a score and returns whether it is the best so far. NaN never is.
  bool add(double score) {
    const double gain = options_.maximize ? score - state_.score : state_.score - score;
    const bool better = score == score && (state_.index < 0 || gain > options_.margin);
    if (better) state_ = {score, state_.count, state_.count};
    ++state_.count;
    return better;
  }
  /// The best score; NaN before the first.
  double score() const { return state_.score; }
  /// The number of scores since the best one.
  index_t stale() const { return state_.count - state_.index - 1; }

  /// The state, for a checkpoint.
  const State& state() const { return state_; }
  /// Continues from a saved state.
  void set_state(const State& state) { state_ = state; }

 private:
  BestScoreOptions options_;
  State state_;
};

}  // namespace TENON_NAMESPACE::train
