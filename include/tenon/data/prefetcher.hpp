#pragma once
/// A thread that makes items before they are used.

#include <condition_variable>  // condition_variable
#include <deque>               // deque
#include <exception>           // exception_ptr
#include <mutex>               // mutex, unique_lock
#include <optional>            // optional
#include <thread>              // thread
#include <utility>             // move

#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::data {

/// Calls `produce() -> std::optional<T>` on a thread until it returns nothing or throws, at most `capacity`
/// calls ahead of `next`. Kernels on that thread are not parallel, which leaves the other processors to the
/// consumer. The destructor waits only for a call in progress.
template <class T>
class Prefetcher {
 public:
  /// Starts the thread.
  template <class Produce>
  Prefetcher(Produce produce, std::size_t capacity)
      : capacity_(capacity), thread_([this, produce = std::move(produce)]() mutable { run(produce); }) {}
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    room_.notify_one();
    thread_.join();
  }

  /// The next result of `produce`, in order; none at the end. An exception of `produce` is thrown here.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return !queue_.empty() || finished_; });
    if (queue_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return std::nullopt;
    }
    std::optional<T> item(std::move(queue_.front()));
    queue_.pop_front();
    lock.unlock();
    room_.notify_one();
    return item;
  }

 private:
  template <class Produce>
  void run(Produce& produce) {
    set_num_threads(1);
    std::exception_ptr error;
    try {
      while (wait_for_room()) {
        std::optional<T> item = produce();
        if (!item) break;
        const std::lock_guard lock(mutex_);
        queue_.push_back(*std::move(item));
        ready_.notify_one();
      }
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
    ready_.notify_one();
  }

  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return queue_.size() < capacity_ || stopped_; });
    return !stopped_;
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::deque<T> queue_;
  bool stopped_ = false, finished_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace TENON_NAMESPACE::data
