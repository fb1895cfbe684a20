#pragma once
/// How far a run has come, and how fast it goes.

#include <chrono>   // steady_clock
#include <cmath>    // nan
#include <cstdint>  // uint64_t
#include <mutex>    // mutex

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// A sum of losses, and the number of predictions that it is over.
struct LossSum {
  double sum = 0;
  std::uint64_t predictions = 0;
};

/// How far work has come.
struct Progress {
  double fraction = 0;         ///< of the whole that is done
  double rate = 0;             ///< units of work a second since this run began
  double loss = std::nan("");  ///< of a prediction, the mean since the last report; NaN before any
  double seconds = 0;          ///< since this run began
  double seconds_left = 0;     ///< at this speed
};

/// Gathers from the threads what is done. Any thread may call.
class ProgressMeter {
 public:
  /// whole   units of work in all
  /// done    the share of them that was done before
  explicit ProgressMeter(double whole, double done = 0) : whole_(whole), first_(done), done_(done) {}

  void add(double fraction, const LossSum& loss = {}) {
    const std::lock_guard lock(mutex_);
    done_ += fraction;
    loss_.sum += loss.sum;
    loss_.predictions += loss.predictions;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  Progress report() {
    const std::lock_guard lock(mutex_);
    if (loss_.predictions > 0) last_loss_ = loss_.sum / static_cast<double>(loss_.predictions);
    loss_ = {};
    Progress progress;
    progress.fraction = done_;
    progress.seconds = seconds();
    const double speed = progress.seconds > 0 ? (done_ - first_) / progress.seconds : 0;
    progress.rate = whole_ * speed;
    progress.seconds_left = speed > 0 ? (1 - done_) / speed : 0;
    progress.loss = last_loss_;
    return progress;
  }

 private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point start_ = Clock::now();
  const double whole_, first_;
  std::mutex mutex_;  // of what follows
  double done_;
  LossSum loss_;  // since the last report
  double last_loss_ = std::nan("");
};

}  // namespace TENON_NAMESPACE::models
