#pragma once
/// Parallel loops over OpenMP; without OpenMP they are serial.
///
/// Work is divided by its size alone, not by the number of threads. A kernel that writes disjoint parts, or
/// keeps a partial result for each part, therefore gives the same bits for any number of threads.

#if defined(_OPENMP)
#if !__has_include(<omp.h>)
#error \
    "-fopenmp needs the header omp.h, which clang has in a package of its own (Debian: libomp-dev, for clang-19 libomp-19-dev)"
#endif
#include <omp.h>
#include <pthread.h>  // pthread_atfork
#endif

#include <exception>  // exception_ptr

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// The number of threads of parallel loops that the calling thread starts; 1 within a parallel loop.
inline int num_threads() {
#if defined(_OPENMP)
  return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// Sets the number of threads (at least 1) of parallel loops that the calling thread starts.
inline void set_num_threads([[maybe_unused]] int count) {
#if defined(_OPENMP)
  omp_set_num_threads(count > 1 ? count : 1);
#endif
}

namespace detail {

#if defined(_OPENMP)
/// Ends OpenMP's threads before a fork. The child has none of its parent's threads, and GNU's OpenMP would
/// wait for them forever. Parent and child start new ones when they need them.
inline const int threads_end_before_fork =
    pthread_atfork([] { omp_pause_resource_all(omp_pause_soft); }, nullptr, nullptr);
#endif

/// A type-erased loop body, so that the loop below is compiled only once.
struct PartBody {
  const void* f;
  void (*call)(const void* f, index_t part, index_t begin, index_t end);
};

[[gnu::noinline]] inline void run_parts(index_t n, index_t grain, PartBody body) {
  const index_t parts = (n + grain - 1) / grain;
  const auto run = [&](index_t part) {
    const index_t begin = part * grain;
    body.call(body.f, part, begin, begin + grain < n ? begin + grain : n);
  };
#if defined(_OPENMP)
  if (parts > 1 && num_threads() > 1) {
    std::exception_ptr error;
#pragma omp parallel for schedule(static)
    for (index_t part = 0; part < parts; ++part) {
      try {
        run(part);
      } catch (...) {
#pragma omp critical(tenon_parallel_error)
        if (!error) error = std::current_exception();
      }
    }
    if (error) std::rethrow_exception(error);
    return;
  }
#endif
  for (index_t part = 0; part < parts; ++part) run(part);
}

}  // namespace detail

/// Calls f(part, begin, end) for the parts [0, grain), [grain, 2 grain), … of [0, n), on several threads if
/// there is more than one part. An exception of f is rethrown in the caller, the first one if there are
/// several.
template <class F>
void parallel_parts(index_t n, index_t grain, const F& f) {
  if (n <= 0) return;
  detail::run_parts(n, grain, {&f, [](const void* body, index_t part, index_t begin, index_t end) {
                                 (*static_cast<const F*>(body))(part, begin, end);
                               }});
}

/// Calls f(begin, end) for the parts [0, grain), [grain, 2 grain), … of [0, n); see `parallel_parts`.
template <class F>
void parallel_for(index_t n, index_t grain, const F& f) {
  parallel_parts(n, grain, [&](index_t, index_t begin, index_t end) { f(begin, end); });
}

}  // namespace TENON_NAMESPACE
