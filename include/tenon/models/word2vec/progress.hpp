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

/// What a run reports about itself.
struct Word2VecProgress {
  double fraction = 0;          ///< of the whole training that is done
  double words_per_second = 0;  ///< since this run began; words of the vocabulary
  double alpha = 0;             ///< learning rate
  double loss =
      std::nan("");    ///< of a prediction with its negatives, the mean since the last report; NaN before any
  double seconds = 0;  ///< since this run began
  double seconds_left = 0;  ///< at this speed
};

/// Gathers from the threads what is done. Any thread may call.
class ProgressMeter {
 public:
  /// words   of the whole training
  /// done    the share of it that was done before
  ProgressMeter(double words, double done) : words_(words), first_(done), done_(done) {}

  void add(double fraction, const LossSum& loss) {
    const std::lock_guard lock(mutex_);
    done_ += fraction;
    loss_.sum += loss.sum;
    loss_.predictions += loss.predictions;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  /// All but the learning rate.
  Word2VecProgress report() {
    const std::lock_guard lock(mutex_);
    if (loss_.predictions > 0) last_loss_ = loss_.sum / static_cast<double>(loss_.predictions);
    loss_ = {};
    Word2VecProgress progress;
    progress.fraction = done_;
    progress.seconds = seconds();
    const double speed = progress.seconds > 0 ? (done_ - first_) / progress.seconds : 0;
    progress.words_per_second = words_ * speed;
    progress.seconds_left = speed > 0 ? (1 - done_) / speed : 0;
    progress.loss = last_loss_;
    return progress;
  }

 private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point start_ = Clock::now();
  const double words_, first_;
  std::mutex mutex_;  // of what follows
  double done_;
  LossSum loss_;  // since the last report
  double last_loss_ = std::nan("");
};

}  // namespace TENON_NAMESPACE::models
