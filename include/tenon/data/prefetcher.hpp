#pragma once
/// Threads that make items before they are used.

#include <concepts>            // invocable
#include <condition_variable>  // condition_variable
#include <deque>               // deque
#include <exception>           // exception_ptr
#include <memory>              // make_shared
#include <mutex>               // lock_guard, mutex, unique_lock
#include <optional>            // optional
#include <thread>              // thread
#include <utility>             // move
#include <vector>              // vector

#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::data {

/// Calls `produce() -> std::optional<T>` on a thread until it returns nothing or throws, at most `capacity`
/// results ahead of `next`. Several workers call `produce(k)` instead, for k = 0, 1, …, at the same time.
/// Kernels on these threads are not parallel, which leaves the other processors to the consumer. The destructor
/// waits only for calls in progress.
template <class T>
class Prefetcher {
 public:
  /// Starts the threads.
  template <class Produce>
  Prefetcher(Produce produce, std::size_t capacity, std::size_t workers = 1) : Prefetcher(capacity) {
    const auto shared = std::make_shared<Produce>(std::move(produce));
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this, shared] { run(*shared); });
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// The next result of `produce`, in order; none at the end. An exception of `produce` is thrown here, after the
  /// results before it.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return over_ || (!results_.empty() && results_.front().done); });
    if (over_) return std::nullopt;
    Result result = std::move(results_.front());
    results_.pop_front();
    ++taken_;
    over_ = !result.item;
    lock.unlock();
    room_.notify_one();
    if (result.error) std::rethrow_exception(result.error);
    return std::move(result.item);
  }

 private:
  struct Result {
    bool done = false;
    std::optional<T> item{};
    std::exception_ptr error{};
  };

  explicit Prefetcher(std::size_t capacity) : capacity_(capacity) {}

  template <class Produce>
  void run(Produce& produce) {
    set_num_threads(1);
    while (const std::optional<index_t> number = claim()) {
      Result result{.done = true};
      try {
        if constexpr (std::invocable<Produce&, index_t>)
          result.item = produce(*number);
        else
          result.item = produce();
      } catch (...) {
        result.error = std::current_exception();
      }
      deliver(*number, std::move(result));
    }
  }
  /// The number of a result to be made; none when nothing is to be done any more.
  std::optional<index_t> claim() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return results_.size() < capacity_ || stopped_; });
    if (stopped_) return std::nullopt;
    results_.emplace_back();
    return taken_ + static_cast<index_t>(results_.size()) - 1;
  }
  void deliver(index_t number, Result result) {
    const std::lock_guard lock(mutex_);
    if (!result.item) {
      stopped_ = true;
      room_.notify_all();
    }
    results_[static_cast<std::size_t>(number - taken_)] = std::move(result);
    ready_.notify_one();
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::deque<Result> results_;  // of numbers taken_, taken_ + 1, …; made, or being made
  index_t taken_ = 0;
  bool stopped_ = false, over_ = false;  // no further number is claimed; none is handed out
  std::vector<std::thread> threads_;
};

}  // namespace TENON_NAMESPACE::data
