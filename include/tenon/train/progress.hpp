#pragma once
/// How far a training has come, as a value and as a line of text. The library never prints: whoever trains
/// gives a function that takes a `Progress`, and `TerminalLine` shows it where a program wants that.

#include <chrono>       // steady_clock
#include <cmath>        // exp, isnan, lround
#include <cstdio>       // snprintf
#include <limits>       // quiet_NaN
#include <string>       // string, to_string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::train {

/// A figure and what it is called.
struct Score {
  std::string name;
  double value = 0;
};
using Scores = std::vector<Score>;

/// The figure of this name; NaN when there is none.
inline double find_score(const Scores& scores, std::string_view name) {
  for (const Score& score : scores)
    if (score.name == name) return score.value;
  return std::numeric_limits<double>::quiet_NaN();
}

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  /// The seconds so far, and a new start.
  double restart() {
    const Clock::time_point start = start_;
    start_ = Clock::now();
    return std::chrono::duration<double>(start_ - start).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Amount done a second, over about the last `memory` seconds: what was done t seconds ago weighs
/// exp(-t / memory).
class SmoothedRate {
 public:
  explicit SmoothedRate(double memory = 10) : memory_(memory) {}

  /// amount   that was done within these seconds
  void add(double amount, double seconds) {
    const double keep = std::exp(-seconds / memory_);
    amount_ = keep * amount_ + amount;
    seconds_ = keep * seconds_ + seconds;
  }
  /// 0 before anything was done.
  double value() const { return seconds_ > 0 ? amount_ / seconds_ : 0; }

 private:
  double memory_, amount_ = 0, seconds_ = 0;
};

/// Where a training stands.
struct Progress {
  index_t epoch = 0, epochs = 0;                           ///< in the first of so many; 0: not known
  index_t batch = 0, batches = 0;                          ///< done in this epoch, of so many; 0: not known
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< the mean of this epoch's batches so far
  Scores scores{};                                         ///< of the last validation
  double samples_per_second = 0;                           ///< lately; 0: not known
  double seconds = 0;                                      ///< since this run began
  double seconds_left = std::numeric_limits<double>::quiet_NaN();  ///< of the whole training, at this speed
};

/// 12.3 as 12.3 s, 95 as 1:35, 3700 as 1:01:40; a dash for what is not known.
inline std::string format_duration(double seconds) {
  if (!(seconds >= 0 && seconds < 1e12)) return "-";
  char text[48];
  const long long whole = std::llround(seconds);
  if (seconds < 59.95)
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

/// 1234567 as 1,234,567.
inline std::string format_count(index_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(), first = number < 0 ? 1 : 0; at > first + 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

/// A rate a second: 8.25, 12,345, 3.21 M.
inline std::string format_rate(double rate) {
  char text[48];
  if (rate >= 1e6)
    std::snprintf(text, sizeof text, "%.3g M", rate / 1e6);
  else if (rate < 100)
    std::snprintf(text, sizeof text, "%.3g", rate);
  else
    return format_count(std::llround(rate));
  return text;
}

/// Four digits that matter.
inline std::string format_score(double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// One line of it: `epoch 3/20  batch 120/600  loss 0.1234  accuracy 0.975  12,345 samples/s  ETA 1:23`.
inline std::string progress_line(const Progress& progress) {
  const auto of = [](index_t part, index_t whole) {
    return std::to_string(part) + (whole > 0 ? "/" + std::to_string(whole) : "");
  };
  std::string line = "epoch " + of(progress.epoch, progress.epochs);
  if (progress.batch > 0) line += "  batch " + of(progress.batch, progress.batches);
  if (!std::isnan(progress.loss)) line += "  loss " + format_score(progress.loss);
  for (const Score& score : progress.scores) line += "  " + score.name + " " + format_score(score.value);
  if (progress.samples_per_second > 0) line += "  " + format_rate(progress.samples_per_second) + " samples/s";
  if (!std::isnan(progress.seconds_left)) line += "  ETA " + format_duration(progress.seconds_left);
  return line;
}

}  // namespace TENON_NAMESPACE::train
