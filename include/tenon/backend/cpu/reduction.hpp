#pragma once
/// The arithmetic of reductions: packs, runs and columns.
///
/// Elements are accumulated in several packs over blocks of a fixed size; the results of blocks are combined
/// in order, and in double. The error of a long sum is thereby that of a short one.

#include <algorithm>    // min, fill_n
#include <array>        // array
#include <limits>       // numeric_limits
#include <type_traits>  // is_same_v

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// How packs and the totals of blocks are combined.
template <Real T>
struct Sum {
  static constexpr T identity = 0;
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) { return total + x; }
  static double combine(double total, double x) { return total + x; }
};
template <Real T>
struct Max {
  static constexpr T identity = -std::numeric_limits<T>::infinity();
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) {
    return select((x > total) | (x != x), x, total);
  }
  static double combine(double total, double x) { return x > total || x != x ? x : total; }
};
template <Real T>
struct Min {
  static constexpr T identity = std::numeric_limits<T>::infinity();
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) {
    return select((x < total) | (x != x), x, total);
  }
  static double combine(double total, double x) { return x < total || x != x ? x : total; }
};

/// The lanes of a pack as one.
template <class Op, class T>
double reduce_lanes(const Pack<T>& pack) {
  constexpr int width = Pack<T>::width;
  T lanes[width];
  pack.store(lanes);
  double totals[width];
#pragma GCC unroll 16
  for (int i = 0; i < width; ++i) totals[i] = lanes[i];
#pragma GCC unroll 4
  for (int half = width / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) totals[i] = Op::combine(totals[i], totals[i + half]);
  }
  return totals[0];
}

/// The first n lanes, filled up with what changes nothing.
template <class Op, class T>
Pack<T> load_rest(const T* x, index_t n) {
  constexpr int width = Pack<T>::width;
  static constexpr auto numbers = [] {
    std::array<T, width> lanes{};
    for (int i = 0; i < width; ++i) lanes[static_cast<std::size_t>(i)] = static_cast<T>(i);
    return lanes;
  }();
  const auto wanted = Pack<T>::load(numbers.data()) < Pack<T>(n);
  return select(wanted, Pack<T>::load_some(x, n), Pack<T>(Op::identity));
}

/// One block of a run. What lies a page ahead is asked for, since processors themselves look ahead within a
/// page only: a tenth faster where memory is read (Zen 5).
template <class Op, class T>
double reduce_block(index_t n, const T* x) {
  constexpr index_t width = Pack<T>::width, page = 4096 / static_cast<index_t>(sizeof(T));
  constexpr int ways = 4;
  Pack<T> total(Op::identity);
  index_t i = 0;
  if (n >= ways * width) {
    Pack<T> totals[ways];
#pragma GCC unroll 4
    for (int k = 0; k < ways; ++k) totals[k] = Pack<T>(Op::identity);
    for (; i + ways * width <= n; i += ways * width) {
#pragma GCC unroll 4
      for (int k = 0; k < ways; ++k) {
        __builtin_prefetch(x + i + k * width + page);
        totals[k] = Op::step(totals[k], Pack<T>::load_halves(x + i + k * width));
      }
    }
#pragma GCC unroll 2
    for (int half = ways / 2; half > 0; half /= 2) {
#pragma GCC unroll 4
      for (int k = 0; k < half; ++k) totals[k] = Op::step(totals[k], totals[k + half]);
    }
    total = totals[0];
  }
  for (; i + width <= n; i += width) total = Op::step(total, Pack<T>::load(x + i));
  if (i < n) total = Op::step(total, load_rest<Op>(x + i, n - i));
  return reduce_lanes<Op>(total);
}

/// A run of any length.
template <class Op, class T>
double reduce_run(index_t n, const T* x) {
  constexpr index_t block = 128 * Pack<T>::width;  // 32 additions in each lane of four packs
  double total = Op::identity;
  for (index_t i = 0; i < n; i += block)
    total = Op::combine(total, reduce_block<Op>(std::min(block, n - i), x + i));
  return total;
}

/// Sums of rows shorter than a few packs: as many rows at a time as a pack has lanes.
template <class T>
void sum_short_rows(index_t outer, index_t n, const T* x, T* y) {
  constexpr index_t width = Pack<T>::width;
  for (index_t o = 0; o < outer; o += width) {
    const index_t rows = std::min(width, outer - o);
    Pack<T> sums[width];
    for (index_t r = 0; r < width; ++r) {
      const T* row = x + (o + std::min(r, rows - 1)) * n;
      Pack<T> sum(0);
      each_pack<T>(0, n, [&](auto lanes) { sum += lanes.load(row); });
      sums[r] = sum;
    }
    const Pack<T> totals = reduce_add_each(sums);
    rows == width ? totals.store(y + o) : totals.store_some(y + o, rows);
  }
}

/// y(rows) from x(rows, n).
template <class Op, class T>
void reduce_each_row(index_t rows, index_t n, const T* x, T* y) {
  if constexpr (std::is_same_v<Op, Sum<T>>) {
    constexpr index_t width = Pack<T>::width;
    if (n <= 4 * width && rows >= width) return sum_short_rows(rows, n, x, y);
  }
  for (index_t r = 0; r < rows; ++r) y[r] = static_cast<T>(reduce_run<Op>(n, x + r * n));
}

/// Columns that are reduced together: their accumulators fit the first-level cache.
inline constexpr index_t column_chunk = 4096;

/// totals[c] = step(totals[c], x[0][c], …, x[rows - 1][c]). Narrow rows follow each other in memory and are
/// best read in order; wide ones four at a time, so that the accumulators pass through the cache less often.
template <class Op, class T>
void accumulate_columns(index_t rows, index_t columns, const T* x, index_t stride, T* totals) {
  constexpr index_t narrow = 1024;
  index_t r = 0;
  for (; r + 4 <= rows && columns > narrow; r += 4) {
    const T *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    each_pack<T>(0, columns, [&](auto lanes) {
      const Pack<T> ab = Op::step(lanes.load(a), lanes.load(b)), cd = Op::step(lanes.load(c), lanes.load(d));
      lanes.store(totals, Op::step(lanes.load(totals), Op::step(ab, cd)));
    });
  }
  for (; r < rows; ++r) {
    each_pack<T>(0, columns, [&](auto lanes) {
      lanes.store(totals, Op::step(lanes.load(totals), lanes.load(x + r * stride)));
    });
  }
}

/// totals[c] = the reduction of x[0 … n - 1][c], for at most column_chunk columns.
template <class Op, class T>
void reduce_columns(index_t n, index_t columns, const T* x, index_t stride, double* totals) {
  constexpr index_t block = 256;
  alignas(64) T accumulators[column_chunk];
  std::fill_n(totals, columns, double{Op::identity});
  for (index_t r = 0; r < n; r += block) {
    std::fill_n(accumulators, columns, Op::identity);
    accumulate_columns<Op>(std::min(block, n - r), columns, x + r * stride, stride, accumulators);
    for (index_t c = 0; c < columns; ++c) totals[c] = Op::combine(totals[c], accumulators[c]);
  }
}

/// totals[c] = combine(totals[c], x[0][c], …, x[rows - 1][c]).
template <class Op>
void combine_rows(index_t rows, index_t columns, const double* x, double* totals) {
  for (index_t r = 0; r < rows; ++r) {
    for (index_t c = 0; c < columns; ++c) totals[c] = Op::combine(totals[c], x[r * columns + c]);
  }
}

/// One operation's arithmetic behind pointers, so that the distribution of work is compiled once for all of
/// them.
template <class T>
struct Reduction {
  T identity;
  double (*run)(index_t n, const T* x);
  void (*rows)(index_t rows, index_t n, const T* x, T* y);
  void (*columns)(index_t n, index_t columns, const T* x, index_t stride, double* totals);
  void (*combine)(index_t rows, index_t columns, const double* x, double* totals);
};
template <class Op, class T>
inline constexpr Reduction<T> reduction = {Op::identity, reduce_run<Op, T>, reduce_each_row<Op, T>,
                                           reduce_columns<Op, T>, combine_rows<Op>};

}  // namespace TENON_NAMESPACE::backend::cpu
