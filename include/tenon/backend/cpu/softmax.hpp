#pragma once
/// Softmax and its gradient: each row is read from memory once and worked on in the first-level caches.

#include <algorithm>  // min, max, fill_n
#include <cmath>      // log
#include <limits>     // numeric_limits

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/cpu/reduce.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// About the number of elements that one task of a parallel loop is worth.
inline constexpr index_t softmax_task = index_t{1} << 14;

/// The largest element for the purpose of scaling: NaN may be passed over, the exponentials bring it back.
template <Real T>
struct Peak {
  static constexpr T identity = -std::numeric_limits<T>::infinity();
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) { return max(total, x); }
  static double combine(double total, double x) { return x > total ? x : total; }
};

/// The sum of f(lanes) over runs of n elements, where `lanes` loads and stores a pack or its first elements.
/// Lanes beyond the last element must give 0.
template <class T, class F>
[[gnu::always_inline]] inline double sum_packs(index_t n, F&& f) {
  constexpr index_t block = 1024;
  double total = 0;
  for (index_t first = 0; first < n; first += block) {
    Pack<T> sum(0);
    each_pack<T>(first, std::min(n, first + block), [&](auto lanes) { sum += f(lanes); });
    total += static_cast<double>(reduce_add(sum));
  }
  return total;
}

/// y = exp(x - m) / sum, or x - m - log sum; the exponentials wait in `scratch`.
template <class T>
void softmax_row(index_t n, const T* x, T* y, bool log, T* scratch) {
  const Pack<T> m(reduce_run<Peak<T>>(n, x));
  const double sum = sum_packs<T>(n, [&](auto lanes) {
    lanes.store(scratch, exp(lanes.load(x) - m));
    return lanes.load(scratch);
  });
  if (log) {
    const Pack<T> log_sum(static_cast<T>(std::log(sum)));
    each_pack<T>(0, n, [&](auto lanes) { lanes.store(y, lanes.load(x) - m - log_sum); });
  } else {
    const Pack<T> scale(static_cast<T>(1 / sum));
    each_pack<T>(0, n, [&](auto lanes) { lanes.store(y, lanes.load(scratch) * scale); });
  }
}

template <class T>
void softmax_row_backward(index_t n, const T* y, const T* g, T* dx, bool log) {
  if (log) {
    const Pack<T> dot(static_cast<T>(sum_packs<T>(n, [&](auto lanes) { return lanes.load(g); })));
    each_pack<T>(0, n, [&](auto lanes) { lanes.store(dx, lanes.load(g) - exp(lanes.load(y)) * dot); });
  } else {
    const Pack<T> dot(
        static_cast<T>(sum_packs<T>(n, [&](auto lanes) { return lanes.load(g) * lanes.load(y); })));
    each_pack<T>(0, n, [&](auto lanes) { lanes.store(dx, lanes.load(y) * (lanes.load(g) - dot)); });
  }
}

/// Columns side by side, `inner` apart from row to row.
inline constexpr index_t softmax_columns = 256;

template <class T>
void softmax_chunk(index_t n, index_t inner, index_t columns, const T* x, T* y, bool log) {
  alignas(64) T m[softmax_columns], sum[softmax_columns];
  std::fill_n(m, columns, Peak<T>::identity);
  std::fill_n(sum, columns, T{0});
  const auto each = [&](auto&& f) {
    for (index_t j = 0; j < n; ++j) {
      each_pack<T>(0, columns, [&](auto lanes) { f(lanes, x + j * inner, y + j * inner); });
    }
  };
  each([&](auto lanes, const T* xj, T*) { lanes.store(m, Peak<T>::step(lanes.load(m), lanes.load(xj))); });
  each([&](auto lanes, const T* xj, T* yj) {
    const Pack<T> shifted = lanes.load(xj) - lanes.load(m), e = exp(shifted);
    lanes.store(yj, log ? shifted : e);
    lanes.store(sum, lanes.load(sum) + e);
  });
  for (index_t c = 0; c < columns; ++c) sum[c] = log ? std::log(sum[c]) : 1 / sum[c];
  each([&](auto lanes, const T*, T* yj) {
    const Pack<T> value = lanes.load(yj), total = lanes.load(sum);
    lanes.store(yj, log ? value - total : value * total);
  });
}

template <class T>
void softmax_chunk_backward(index_t n, index_t inner, index_t columns, const T* y, const T* g, T* dx,
                            bool log) {
  alignas(64) T dot[softmax_columns];
  std::fill_n(dot, columns, T{0});
  const auto each = [&](auto&& f) {
    for (index_t j = 0; j < n; ++j) {
      each_pack<T>(0, columns, [&](auto lanes) {
        f(lanes, lanes.load(y + j * inner), lanes.load(g + j * inner), dx + j * inner);
      });
    }
  };
  each([&](auto lanes, const Pack<T>& yj, const Pack<T>& gj, T*) {
    lanes.store(dot, lanes.load(dot) + (log ? gj : gj * yj));
  });
  each([&](auto lanes, const Pack<T>& yj, const Pack<T>& gj, T* dxj) {
    const Pack<T> total = lanes.load(dot);
    lanes.store(dxj, log ? gj - exp(yj) * total : yj * (gj - total));
  });
}

/// Calls f(offset, columns) for each chunk of columns of (outer, n, inner), on several threads.
template <class F>
void each_softmax_chunk(index_t outer, index_t n, index_t inner, F&& f) {
  const index_t chunks = (inner + softmax_columns - 1) / softmax_columns;
  const index_t work = std::max<index_t>(1, n * std::min(inner, softmax_columns));
  parallel_for(outer * chunks, std::max<index_t>(1, softmax_task / work), [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const index_t first = i % chunks * softmax_columns;
      f(i / chunks * n * inner + first, std::min(softmax_columns, inner - first));
    }
  });
}

template <Real T>
void softmax(index_t outer, index_t n, index_t inner, const T* x, T* y, bool log) {
  if (inner != 1) {
    return each_softmax_chunk(outer, n, inner, [&](index_t at, index_t columns) {
      softmax_chunk(n, inner, columns, x + at, y + at, log);
    });
  }
  parallel_for(outer, std::max<index_t>(1, softmax_task / std::max<index_t>(1, n)),
               [&](index_t begin, index_t end) {
                 Buffer<T> scratch(n);
                 for (index_t o = begin; o < end; ++o)
                   softmax_row(n, x + o * n, y + o * n, log, scratch.data());
               });
}

template <Real T>
void softmax_backward(index_t outer, index_t n, index_t inner, const T* y, const T* g, T* dx, bool log) {
  if (inner != 1) {
    return each_softmax_chunk(outer, n, inner, [&](index_t at, index_t columns) {
      softmax_chunk_backward(n, inner, columns, y + at, g + at, dx + at, log);
    });
  }
  parallel_for(outer, std::max<index_t>(1, softmax_task / std::max<index_t>(1, n)),
               [&](index_t begin, index_t end) {
                 for (index_t o = begin; o < end; ++o)
                   softmax_row_backward(n, y + o * n, g + o * n, dx + o * n, log);
               });
}

}  // namespace TENON_NAMESPACE::backend::cpu
