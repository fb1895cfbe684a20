#pragma once
/// Worker threads that process numbered parts until all are done or they are stopped.

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

namespace TENON_NAMESPACE::models::word_vectors {

/// Worker threads that share the parts [next, end). They stop only between parts, so that all parts before
/// the number that `stop` returns are done.
class Team {
 public:
  /// Starts threads. Each calls make_worker() once, and the result of that with the number of each part that
  /// it takes.
  template <class MakeWorker>
  Team(int threads, index_t next, index_t end, const MakeWorker& make_worker) : next_(next), end_(end) {
    working_ = threads;
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, make_worker] { work(make_worker); });
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() { join(); }

  /// Waits until all threads have ended, at most `seconds`; returns whether they have.
  bool wait(double seconds) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return working_ == 0; });
  }

  /// Stops the threads after their current parts, and returns the first part not done. Rethrows the first
  /// exception of a thread.
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

/// Processes the parts [next, end) by worker threads until all are done or `go_on()`, which is called about
/// ten times a second, returns false. Returns the first part not done. Rethrows the first exception of a
/// thread.
template <class MakeWorker, class GoOn>
index_t work_through(int threads, index_t next, index_t end, const MakeWorker& make_worker,
                     const GoOn& go_on) {
  constexpr double longest_pause = 0.1;  // seconds between calls of go_on; the first ones come sooner
  Team team(threads, next, end, make_worker);
  for (double pause = 0.001; !team.wait(pause); pause = std::min(2 * pause, longest_pause))
    if (!go_on()) break;
  return team.stop();
}

/// The number of threads to use: `wanted`, or the number of the machine's processors if that is 0.
inline int team_size(int wanted) {
  const unsigned machine = std::thread::hardware_concurrency();
  return wanted > 0 ? wanted : machine > 0 ? static_cast<int>(machine) : 1;
}

}  // namespace TENON_NAMESPACE::models::word_vectors
