#pragma once
/// The best of the scores so far, and for how long there was no better one.

#include <limits>  // infinity

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::train {

struct BestScoreOptions {
  bool maximize = false;  ///< whether higher is better
  double margin = 0;      ///< by which a score must be better to count as such
};

/// For a loop of one's own:
///
///     train::BestScore best({.maximize = true});
///     …
///     if (best.add(accuracy)) best_model = model;
///     if (best.stale() == 5) break;
class BestScore {
 public:
  struct State {
    double score = std::numeric_limits<double>::quiet_NaN();  ///< NaN before any
    index_t index = -1;                                       ///< the how many'th it was, from 0
    index_t count = 0;                                        ///< of all scores
  };

  explicit BestScore(const BestScoreOptions& options = {}) : options_(options) {}

  /// Whether this is the best yet; NaN never is.
  bool add(double score) {
    const double gain = options_.maximize ? score - state_.score : state_.score - score;
    const bool better = score == score && (state_.index < 0 || gain > options_.margin);
    if (better) state_ = {score, state_.count, state_.count};
    ++state_.count;
    return better;
  }
  double score() const { return state_.score; }
  /// Scores since the best one.
  index_t stale() const { return state_.count - state_.index - 1; }

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  BestScoreOptions options_;
  State state_;
};

}  // namespace TENON_NAMESPACE::train
