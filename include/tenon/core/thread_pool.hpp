#pragma once
/// The threads behind parallel loops.
///
/// A loop's parts are dealt out evenly, a range to each thread; who has finished its own takes parts of the
/// others. A thread that does not get a processor, since another program has it, therefore delays nobody: the
/// caller computes its parts. Idle threads look for work for a short time before they sleep, so that waiting
/// costs a busy machine little.

#include <pthread.h>
#include <sched.h>  // sched_getaffinity, sched_yield
#include <time.h>   // clock_gettime

#include <cstdint>           // uint32_t
#include <cstdlib>           // getenv, strtol
#include <exception>         // exception_ptr
#include <initializer_list>  // initializer_list

#include "tenon/core/atomic.hpp"
#include "tenon/core/mutex.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::detail {

/// A type-erased loop body, so that the pool is compiled only once.
struct PartBody {
  const void* f;
  void (*call)(const void* f, index_t part, index_t begin, index_t end);
};

/// Whether the thread runs a part of a loop, so that loops within it are serial.
TENON_SHARED inline constinit thread_local bool in_parallel = false;
/// The thread's own number of threads; 0: the process's default.
TENON_SHARED inline constinit thread_local int requested_threads = 0;

/// The processors that this process may use, unless TENON_NUM_THREADS or OMP_NUM_THREADS says otherwise.
inline int default_threads() {
  for (const char* name : {"TENON_NUM_THREADS", "OMP_NUM_THREADS"}) {
    const char* const text = std::getenv(name);
    if (const long count = text ? std::strtol(text, nullptr, 10) : 0; count > 0)
      return static_cast<int>(count < 1024 ? count : 1024);
  }
#if defined(__linux__)
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) return CPU_COUNT(&usable);
#endif
  return 1;
}

/// Tells the processor that this is a loop which waits.
inline void pause_thread() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until done() holds, at most about `microseconds`; returns done().
template <class F>
bool spin_until(const F& done, std::int64_t microseconds) {
  const auto now = [] {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
  };
  const std::int64_t start = now();
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      pause_thread();
    }
  } while (now() - start < microseconds);
  return done();
}

/// The process's pool. One loop uses it at a time; a loop of another thread is serial meanwhile.
class ThreadPool {
 public:
  constexpr ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() { stop(); }

  /// Runs the parts [0, grain), [grain, 2 grain), … of [0, n) on up to `threads` threads, or returns false if
  /// another thread's loop has the pool. The first exception of a part is rethrown when all parts have run.
  [[gnu::noinline]] bool run(index_t n, index_t grain, PartBody body, int threads) {
    if (taken_.exchange(true, MemoryOrder::acquire)) return false;
    const index_t parts = (n + grain - 1) / grain;
    std::exception_ptr error;
    loop_ = {body, n, grain, &error};
    threads_ = start(static_cast<int>(parts < threads ? parts : threads));
    for (int t = 0; t < threads_; ++t) {
      ranges_[t].next.store(parts * t / threads_, MemoryOrder::relaxed);
      ranges_[t].end = parts * (t + 1) / threads_;
    }
    const std::uint32_t round = round_of(gate_.load(MemoryOrder::relaxed)) + one_round;
    gate_.store(round | open, MemoryOrder::seq_cst);
    wake();
    take_parts(0);
    gate_.fetch_sub(open, MemoryOrder::acq_rel);
    const auto left = [this] { return (gate_.load(MemoryOrder::acquire) & inside_mask) == 0; };
    while (!spin_until(left, wait_microseconds)) sched_yield();
    has_error_.store(false, MemoryOrder::relaxed);
    taken_.store(false, MemoryOrder::release);
    if (error) std::rethrow_exception(error);
    return true;
  }

  /// Ends the threads; a later loop starts new ones. A child of fork has none of its parent's threads, so
  /// they end before, and both start their own when they need them.
  void before_fork() {
    if (in_parallel) return;
    while (taken_.exchange(true, MemoryOrder::acquire)) sched_yield();
    stop();
  }
  void after_fork() {
    if (!in_parallel) taken_.store(false, MemoryOrder::release);
  }

 private:
  // The gate is one word: the number of threads inside, whether it is open, and the loop's number.
  static constexpr std::uint32_t inside_mask = 0x7ff, open = 0x800, one_round = 0x1000;
  static constexpr std::uint32_t round_of(std::uint32_t gate) { return gate & ~(open | inside_mask); }
  static constexpr int most_threads = 1024;
  static constexpr std::int64_t wait_microseconds = 50;

  struct alignas(64) Range {
    Atomic<index_t> next = 0;
    index_t end = 0;
  };
  struct Loop {
    PartBody body{};
    index_t n = 0, grain = 1;
    std::exception_ptr* error = nullptr;
  };

  void take_parts(int thread) {
    in_parallel = true;
    for (int i = 0; i < threads_; ++i) {
      Range& range = ranges_[(thread + i) % threads_];
      for (index_t part; (part = range.next.fetch_add(1, MemoryOrder::relaxed)) < range.end;) run_part(part);
    }
    in_parallel = false;
  }
  void run_part(index_t part) {
    const index_t begin = part * loop_.grain,
                  end = loop_.n - begin < loop_.grain ? loop_.n : begin + loop_.grain;
    try {
      loop_.body.call(loop_.body.f, part, begin, end);
    } catch (...) {
      if (!has_error_.exchange(true, MemoryOrder::relaxed)) *loop_.error = std::current_exception();
    }
  }

  /// Has at least count - 1 threads, if the system grants them; returns how many can work with the caller.
  int start(int count) {
    if (count > most_threads) count = most_threads;
    for (; workers_ < count - 1; ++workers_) {
      const auto work = [](void* worker) -> void* {
        static_cast<Worker*>(worker)->pool->serve(static_cast<Worker*>(worker)->number);
        return nullptr;
      };
      worker_[workers_] = {this, workers_ + 1, {}};
      if (pthread_create(&worker_[workers_].thread, nullptr, work, &worker_[workers_]) != 0) break;
    }
    return count < workers_ + 1 ? count : workers_ + 1;
  }
  void stop() {
    stopping_.store(true, MemoryOrder::release);
    gate_.fetch_add(one_round, MemoryOrder::seq_cst);
    wake();
    for (; workers_ > 0; --workers_) pthread_join(worker_[workers_ - 1].thread, nullptr);
    stopping_.store(false, MemoryOrder::release);
  }

  void serve(int number) {
    // A loop that begins while this thread starts is news to it.
    std::uint32_t seen = round_of(gate_.load(MemoryOrder::acquire)) - one_round;
    while (!stopping_.load(MemoryOrder::acquire)) {
      const auto news = [&] { return round_of(gate_.load(MemoryOrder::seq_cst)) != seen; };
      if (!spin_until(news, wait_microseconds)) {
        sleep_until(news);
        continue;
      }
      const std::uint32_t now = gate_.load(MemoryOrder::acquire);
      if (!(now & open)) {
        seen = round_of(now);
      } else if (gate_.compare_exchange(now, now + 1, MemoryOrder::acq_rel)) {
        seen = round_of(now);
        if (number < threads_) take_parts(number);
        gate_.fetch_sub(1, MemoryOrder::acq_rel);
      }
    }
  }

  template <class F>
  void sleep_until(const F& news) {
    const Lock lock(mutex_);
    sleeping_.fetch_add(1, MemoryOrder::seq_cst);
    while (!news()) mutex_.wait(awake_);
    sleeping_.fetch_sub(1, MemoryOrder::relaxed);
  }
  /// Called after the gate has changed: a thread either sees the change or is seen to sleep.
  void wake() {
    if (sleeping_.load(MemoryOrder::seq_cst) == 0) return;
    const Lock lock(mutex_);
    pthread_cond_broadcast(&awake_);
  }

  struct Worker {
    ThreadPool* pool = nullptr;
    int number = 0;
    pthread_t thread{};
  };

  Mutex mutex_{};
  pthread_cond_t awake_ = PTHREAD_COND_INITIALIZER;
  Atomic<int> sleeping_ = 0;
  Atomic<bool> taken_ = false, stopping_ = false, has_error_ = false;
  alignas(64) Atomic<std::uint32_t> gate_ = 0;
  Loop loop_{};
  int threads_ = 0, workers_ = 0;
  Range ranges_[most_threads]{};
  Worker worker_[most_threads]{};
};

TENON_SHARED inline constinit ThreadPool thread_pool{};

inline const int threads_end_before_fork = pthread_atfork(
    [] { thread_pool.before_fork(); }, [] { thread_pool.after_fork(); }, [] { thread_pool.after_fork(); });

}  // namespace TENON_NAMESPACE::detail
