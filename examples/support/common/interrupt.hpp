#pragma once
/// An end by Ctrl-C that the program chooses.

#include <csignal>

namespace examples {

/// Notes Ctrl-C while it lives. A second one ends the program at once.
class InterruptGuard {
 public:
  [[nodiscard]] InterruptGuard() {
    received() = 0;
    struct sigaction action{};
    action.sa_handler = [](int) { received() = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  ~InterruptGuard() { ::sigaction(SIGINT, &before_, nullptr); }

  bool interrupted() const { return received() != 0; }

 private:
  static volatile std::sig_atomic_t& received() {
    static volatile std::sig_atomic_t flag = 0;
    return flag;
  }
  struct sigaction before_{};
};

}  // namespace examples
