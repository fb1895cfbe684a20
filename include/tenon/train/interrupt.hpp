#pragma once
/// Ending a long run by Ctrl-C so that nothing is lost.

#include <atomic>   // atomic
#include <csignal>  // sigaction

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::train {

/// While it lives, the first SIGINT is noted instead of ending the program. A second one ends it, as it
/// always does. A program that wants this makes one and hands it to the loop:
///
///     const train::Interrupt interrupt;
///     train::fit(…, {.stop = [&] { return interrupt.requested(); }});
class Interrupt {
 public:
  [[nodiscard]] Interrupt() {
    struct sigaction action {};
    action.sa_handler = [](int) { count().fetch_add(1, std::memory_order_relaxed); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    check<ValueError>(::sigaction(SIGINT, &action, &before_) == 0, "interrupt", "SIGINT cannot be handled");
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }

  /// Whether Ctrl-C was pressed since this was made.
  bool requested() const { return count().load(std::memory_order_relaxed) != first_; }

 private:
  static std::atomic<int>& count() {
    static constinit std::atomic<int> count = 0;
    static_assert(std::atomic<int>::is_always_lock_free, "a signal handler takes no locks");
    return count;
  }

  int first_ = count();
  struct sigaction before_ {};
};

}  // namespace TENON_NAMESPACE::train
