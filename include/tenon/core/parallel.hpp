#pragma once
/// Parallel loops.
///
/// Work is divided by its size alone, not by the number of threads. A kernel that writes disjoint parts, or
/// keeps a partial result for each part, therefore gives the same bits for any number of threads.

#include "tenon/core/thread_pool.hpp"

namespace TENON_NAMESPACE {

/// The number of threads of parallel loops that the calling thread starts; 1 within a parallel loop. By
/// default the number in TENON_NUM_THREADS or OMP_NUM_THREADS, else that of the processors the process may
/// use.
inline int num_threads() {
  static const int by_default = detail::default_threads();
  if (detail::in_parallel) return 1;
  return detail::requested_threads > 0 ? detail::requested_threads : by_default;
}

/// Sets the number of threads (at least 1) of parallel loops that the calling thread starts.
inline void set_num_threads(int count) {
  detail::requested_threads = count > 1 ? count : 1;
}

/// Calls f(part, begin, end) for the parts [0, grain), [grain, 2 grain), … of [0, n), on several threads if
/// there is more than one part. An exception of f is rethrown in the caller, the first one if there are
/// several.
template <class F>
void parallel_parts(index_t n, index_t grain, const F& f) {
  if (n <= 0) return;
  const detail::PartBody body{&f, [](const void* g, index_t part, index_t begin, index_t end) {
                                (*static_cast<const F*>(g))(part, begin, end);
                              }};
  if (n > grain) {
    const int threads = num_threads();
    if (threads > 1 && detail::thread_pool.run(n, grain, body, threads)) return;
  }
  for (index_t part = 0, begin = 0; begin < n; ++part, begin += grain)
    body.call(&f, part, begin, n - begin < grain ? n : begin + grain);
}

/// Calls f(begin, end) for the parts [0, grain), [grain, 2 grain), … of [0, n); see `parallel_parts`.
template <class F>
void parallel_for(index_t n, index_t grain, const F& f) {
  parallel_parts(n, grain, [&](index_t, index_t begin, index_t end) { f(begin, end); });
}

}  // namespace TENON_NAMESPACE
