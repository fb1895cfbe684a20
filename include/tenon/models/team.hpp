#pragma once
/// Threads that work through numbered parts until none is left or they are told to stop.

#include <algorithm>           // min
#include <atomic>              // atomic
#include <chrono>              // duration
#include <condition_variable>  // condition_variable
#include <exception>           // exception_ptr
#include <mutex>               // mutex
#include <thread>              // thread
#include <utility>             // exchange
#include <vector>              // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// Threads that share the parts [next, end). They stop between parts, so that all parts before `next_part()`
/// are then done.
class Team {
 public:
  /// Each thread calls make_worker() once, and what that returns for each part that it takes.
  template <class MakeWorker>
  Team(int threads, index_t next, index_t end, const MakeWorker& make_worker) : next_(next), end_(end) {
    working_ = threads;
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, make_worker] { work(make_worker); });
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() { join(); }

  /// Waits until all parts are done, at most for a while. Whether they are.
  bool wait(double seconds) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return working_ == 0; });
  }

  /// Lets the threads finish the parts in work, and rethrows the first exception of theirs. Returns the first
  /// part not done.
  index_t stop() {
    join();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    const index_t next = next_.load();
    return next < end_ ? next : end_;
  }

 private:
  template <class MakeWorker>
  void work(const MakeWorker& make_worker) {
    try {
      auto worker = make_worker();
      while (!halt_.load(std::memory_order_relaxed)) {
        const index_t part = next_.fetch_add(1, std::memory_order_relaxed);
        if (part >= end_) break;
        worker(part);
      }
    } catch (...) {
      halt_ = true;
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (--working_ == 0) ended_.notify_all();
  }
  void join() {
    halt_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::atomic<index_t> next_;
  const index_t end_;
  std::atomic<bool> halt_ = false;
  std::mutex mutex_;  // of what follows
  std::condition_variable ended_;
  int working_ = 0;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

/// Has a team do the parts [next, end) for as long as `go_on()` says so, which is asked about ten times a
/// second. Returns the first part not done.
template <class MakeWorker, class GoOn>
index_t work_through(int threads, index_t next, index_t end, const MakeWorker& make_worker,
                     const GoOn& go_on) {
  constexpr double longest_pause = 0.1;  // seconds between questions; the first come sooner
  Team team(threads, next, end, make_worker);
  for (double pause = 0.001; !team.wait(pause); pause = std::min(2 * pause, longest_pause))
    if (!go_on()) break;
  return team.stop();
}

/// So many threads as are wanted; 0: as many as the machine has.
inline int team_size(int wanted) {
  const unsigned machine = std::thread::hardware_concurrency();
  return wanted > 0 ? wanted : machine > 0 ? static_cast<int>(machine) : 1;
}

}  // namespace TENON_NAMESPACE::models
