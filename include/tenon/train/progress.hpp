#pragma once
/// The progress of a training, as a value and as a line of text. The library never prints: a program passes a
/// function that takes a `Progress`, and may show it with `TerminalLine`.

#include <chrono>       // steady_clock
#include <cmath>        // exp, isnan, lround
#include <cstdio>       // snprintf
#include <limits>       // quiet_NaN
#include <string>       // string, to_string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::train {

/// A named number, such as an accuracy.
struct Score {
  std::string name;  ///< unique among the scores of a validation
  double value = 0;  ///< the number
};
/// The scores of a validation.
using Scores = std::vector<Score>;

/// The value of the score with this name; NaN if there is none.
inline double find_score(const Scores& scores, std::string_view name) {
  for (const Score& score : scores)
    if (score.name == name) return score.value;
  return std::numeric_limits<double>::quiet_NaN();
}

/// Measures time since its construction or last restart.
class Stopwatch {
 public:
  /// The seconds so far.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  /// Returns the seconds so far and starts again from 0.
  double restart() {
    const Clock::time_point start = start_;
    start_ = Clock::now();
    return std::chrono::duration<double>(start_ - start).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// The amount of work per second, averaged over about the last `memory` seconds: work done t seconds ago has
/// the weight exp(-t / memory).
class SmoothedRate {
 public:
  /// `memory` is the time constant in seconds.
  explicit SmoothedRate(double memory = 10) : memory_(memory) {}

  /// Adds an amount of work that took `seconds`.
  void add(double amount, double seconds) {
    const double keep = std::exp(-seconds / memory_);
    amount_ = keep * amount_ + amount;
    seconds_ = keep * seconds_ + seconds;
  }
  /// The rate per second; 0 before any work.
  double value() const { return seconds_ > 0 ? amount_ / seconds_ : 0; }

 private:
  double memory_, amount_ = 0, seconds_ = 0;
};

/// The progress of a training.
struct Progress {
  index_t epoch = 0, epochs = 0;   ///< current epoch, from 1, and number of epochs; 0: not known
  index_t batch = 0, batches = 0;  ///< batches done in this epoch, and its number of batches; 0: not known
  double loss = std::numeric_limits<double>::quiet_NaN();          ///< mean loss of this epoch so far
  Scores scores{};                                                 ///< of the last validation
  double samples_per_second = 0;                                   ///< recent speed; 0: not known
  double seconds = 0;                                              ///< since this run began
  double seconds_left = std::numeric_limits<double>::quiet_NaN();  ///< estimate for the whole training
};

/// A duration as text: 12.3 as 12.3 s, 95 as 1:35, 3700 as 1:01:40; a dash for NaN and negative numbers.
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

/// A count with its digits in groups of three: 1234567 as 1,234,567.
inline std::string format_count(index_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(), first = number < 0 ? 1 : 0; at > first + 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

/// A rate per second as text: 8.25, 12,345, 3.21 M.
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

/// A score with four significant digits.
inline std::string format_score(double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// Progress as a line: `epoch 3/20  batch 120/600  loss 0.1234  accuracy 0.975  12,345 samples/s  ETA 1:23`.
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
