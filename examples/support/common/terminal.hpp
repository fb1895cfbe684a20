#pragma once
/// What the program shows: a progress line that overwrites itself, numbers that can be read, columns that
/// line up.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "program.hpp"
#include "tenon/text/normalize.hpp"

namespace examples {

/// A line on the terminal that is replaced by the next. Silent when standard error is not a terminal.
class StatusLine {
 public:
  explicit StatusLine(bool quiet) : on_(!quiet && ::isatty(STDERR_FILENO)) {}
  StatusLine(const StatusLine&) = delete;
  ~StatusLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }

  bool on() const { return on_; }
  void show(const std::string& text) {
    if (!on_) return;
    std::fprintf(stderr, "\r%s\033[K", text.c_str());
    std::fflush(stderr);
    shown_ = true;
  }

 private:
  bool on_, shown_ = false;
};

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// 1234567 as 1,234,567.
inline std::string grouped(long long number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<long long>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

/// 95 as 1:35, 3700 as 1:01:40.
inline std::string clock_time(double seconds) {
  const auto total = static_cast<long long>(seconds + 0.5);
  if (total < 3600) return format("%lld:%02lld", total / 60, total % 60);
  return format("%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
}

/// Filled up with blanks to so many characters.
inline std::string padded(std::string text, std::size_t width) {
  std::size_t characters = 0;
  for (std::string_view rest = text; !rest.empty(); ++characters)
    rest.remove_prefix(static_cast<std::size_t>(tn::text::decode_utf8(rest).bytes));
  if (characters < width) text.append(width - characters, ' ');
  return text;
}

}  // namespace examples
