#pragma once
/// What a run cost.

#include <sys/resource.h>

#include <cstdio>

#include "tenon/train/progress.hpp"

namespace examples {

/// Prints how long the program ran, and its largest resident memory.
inline void print_cost(const tn::train::Stopwatch& watch) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("Time      %s, at most %ld MB of memory\n", tn::train::format_duration(watch.seconds()).c_str(),
              usage.ru_maxrss / 1024);
}

}  // namespace examples
