#pragma once
/// Interruption of a long run by Ctrl-C without loss of its state.

#include <atomic>   // atomic
#include <csignal>  // sigaction

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::train {

/// While an Interrupt exists, the first SIGINT is recorded instead of ending the program; a second one ends
/// it as usual. A program creates an Interrupt and passes it to the loop:
///
///     const train::Interrupt interrupt;
///     train::fit(…, {.stop = [&] { return interrupt.requested(); }});
class Interrupt {
 public:
  /// Installs the signal handler.    throws: ValueError if the system refuses
  [[nodiscard]] Interrupt() {
    struct sigaction action{};
    action.sa_handler = [](int) { count().fetch_add(1, std::memory_order_relaxed); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    check<ValueError>(::sigaction(SIGINT, &action, &before_) == 0, "interrupt", "SIGINT cannot be handled");
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }

  /// Whether Ctrl-C was pressed since this object was made.
  bool requested() const { return count().load(std::memory_order_relaxed) != first_; }

 private:
  static std::atomic<int>& count() {
    static constinit std::atomic<int> count = 0;
    static_assert(std::atomic<int>::is_always_lock_free, "a signal handler takes no locks");
    return count;
  }

  int first_ = count();
  struct sigaction before_{};
};

}  // namespace TENON_NAMESPACE::train
