#pragma once
/// A mutex for headers that every program includes. <mutex> would also bring in clocks and error codes, which
/// takes a fiftieth of the time of including all of Tenon.

#include <pthread.h>  // pthread_mutex_t

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// A mutex, as std::mutex. It is trivially destructible, so that static objects may use it in any order of
/// destruction.
class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// Waits until the mutex is free and takes it.
  void lock() { pthread_mutex_lock(&mutex_); }
  /// Frees the mutex.
  void unlock() { pthread_mutex_unlock(&mutex_); }
  /// Frees the mutex, waits until the condition is signalled or for no reason, and takes the mutex.
  void wait(pthread_cond_t& condition) { pthread_cond_wait(&condition, &mutex_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

/// Holds a mutex until the end of its scope.
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
