#pragma once
/// Mutual exclusion for headers that everyone includes: <mutex> would bring clocks and error codes with it, a
/// fiftieth of what including all of Tenon takes.

#include <pthread.h>  // pthread_mutex_t

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// As std::mutex. Trivially destructible, so that static objects may use one in any order.
class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

/// Holds a mutex from here to the end of its scope.
class Lock {
 public:
  [[nodiscard]] explicit Lock(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace TENON_NAMESPACE
