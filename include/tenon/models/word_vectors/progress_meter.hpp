#pragma once
/// The progress and speed of a run.

#include <chrono>   // steady_clock
#include <cmath>    // nan
#include <cstdint>  // uint64_t
#include <mutex>    // mutex

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// A sum of losses.
struct LossSum {
  double sum = 0;                 ///< the sum
  std::uint64_t predictions = 0;  ///< the number of predictions in it
};

/// The progress of a run.
struct Progress {
  double fraction = 0;         ///< share of the work that is done
  double rate = 0;             ///< units of work per second since this run began
  double loss = std::nan("");  ///< mean loss of a prediction since the last report; NaN before the first
  double seconds = 0;          ///< since this run began
  double seconds_left = 0;     ///< estimate at the speed of this run
};

/// Collects the progress of several threads. Any thread may call `add` and `report`.
class ProgressMeter {
 public:
  /// `whole` is the number of units of work, `done` the share that was done before this run.
  explicit ProgressMeter(double whole, double done = 0) : whole_(whole), first_(done), done_(done) {}

  /// Adds a share of the work, and losses.
  void add(double fraction, const LossSum& loss = {}) {
    const std::lock_guard lock(mutex_);
    done_ += fraction;
    loss_.sum += loss.sum;
    loss_.predictions += loss.predictions;
  }

  /// The seconds since this run began.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  /// The progress so far.
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
  std::mutex mutex_;  // protects the members below
  double done_;
  LossSum loss_;  // since the last report
  double last_loss_ = std::nan("");
};

}  // namespace TENON_NAMESPACE::models::word_vectors
