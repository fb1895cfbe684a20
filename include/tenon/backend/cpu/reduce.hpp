#pragma once
/// Reductions whose bits do not depend on the number of threads.
///
/// Elements are accumulated in several packs over blocks of a fixed size; the results of blocks are combined
/// in order, sums in double. The error of a long sum is thereby that of a short one.

#include <algorithm>    // min, max, fill_n
#include <array>        // array
#include <limits>       // numeric_limits
#include <type_traits>  // is_same_v

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// How packs and the totals of blocks are combined.
template <Real T>
struct Sum {
  using Total = double;
  static constexpr T identity = 0;
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) { return total + x; }
  static Total combine(Total total, Total x) { return total + x; }
};
template <Real T>
struct Max {
  using Total = T;
  static constexpr T identity = -std::numeric_limits<T>::infinity();
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) {
    return select((x > total) | (x != x), x, total);
  }
  static Total combine(Total total, Total x) { return x > total || x != x ? x : total; }
};
template <Real T>
struct Min {
  using Total = T;
  static constexpr T identity = std::numeric_limits<T>::infinity();
  static Pack<T> step(const Pack<T>& total, const Pack<T>& x) {
    return select((x < total) | (x != x), x, total);
  }
  static Total combine(Total total, Total x) { return x < total || x != x ? x : total; }
};

/// About the number of elements that one task of a parallel loop is worth.
inline constexpr index_t reduce_task = index_t{1} << 16;

// Along contiguous runs
// ------------------------------------------------------------------------------------------------

template <class Op, class T>
typename Op::Total reduce_lanes(const Pack<T>& pack) {
  constexpr int width = Pack<T>::width;
  T lanes[width];
  pack.store(lanes);
  typename Op::Total totals[width];
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

/// One block of a run.
template <class Op, class T>
typename Op::Total reduce_block(index_t n, const T* x) {
  constexpr index_t width = Pack<T>::width;
  constexpr int ways = 8;
  Pack<T> total(Op::identity);
  index_t i = 0;
  if (n >= ways * width) {
    Pack<T> totals[ways];
#pragma GCC unroll 8
    for (int k = 0; k < ways; ++k) totals[k] = Pack<T>(Op::identity);
    for (; i + ways * width <= n; i += ways * width) {
#pragma GCC unroll 8
      for (int k = 0; k < ways; ++k) totals[k] = Op::step(totals[k], Pack<T>::load(x + i + k * width));
    }
#pragma GCC unroll 3
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

template <class Op, class T>
typename Op::Total reduce_run(index_t n, const T* x) {
  constexpr index_t block = 256 * Pack<T>::width;  // 32 additions in each lane of eight packs
  typename Op::Total total = Op::identity;
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

/// y(outer) from x(outer, n).
template <class Op, class T>
void reduce_rows(index_t outer, index_t n, const T* x, T* y) {
  if (n <= reduce_task) {
    parallel_for(outer, std::max<index_t>(1, reduce_task / std::max<index_t>(n, 1)),
                 [&](index_t begin, index_t end) {
                   if constexpr (std::is_same_v<Op, Sum<T>>) {
                     constexpr index_t width = Pack<T>::width;
                     if (n <= 4 * width && outer >= width)
                       return sum_short_rows(end - begin, n, x + begin * n, y + begin);
                   }
                   for (index_t o = begin; o < end; ++o) y[o] = static_cast<T>(reduce_run<Op>(n, x + o * n));
                 });
    return;
  }
  const index_t pieces = (n + reduce_task - 1) / reduce_task;
  Buffer<typename Op::Total> partial(outer * pieces);
  parallel_for(outer * pieces, 1, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      const index_t first = i % pieces * reduce_task;
      partial[i] = reduce_run<Op>(std::min(reduce_task, n - first), x + i / pieces * n + first);
    }
  });
  for (index_t o = 0; o < outer; ++o) {
    typename Op::Total total = Op::identity;
    for (index_t piece = 0; piece < pieces; ++piece) total = Op::combine(total, partial[o * pieces + piece]);
    y[o] = static_cast<T>(total);
  }
}

// Across rows
// --------------------------------------------------------------------------------------------------------------

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
void reduce_columns(index_t n, index_t columns, const T* x, index_t stride, typename Op::Total* totals) {
  constexpr index_t block = 256;
  alignas(64) T accumulators[column_chunk];
  std::fill_n(totals, columns, typename Op::Total{Op::identity});
  for (index_t r = 0; r < n; r += block) {
    std::fill_n(accumulators, columns, Op::identity);
    accumulate_columns<Op>(std::min(block, n - r), columns, x + r * stride, stride, accumulators);
    for (index_t c = 0; c < columns; ++c) totals[c] = Op::combine(totals[c], accumulators[c]);
  }
}

/// partial(outer, pieces, inner) from x(outer, n, inner), the rows of each piece reduced to one.
template <class Op, class T>
void reduce_pieces(index_t outer, index_t n, index_t inner, const T* x, index_t outer_stride,
                   index_t piece_rows, index_t pieces, typename Op::Total* partial) {
  const index_t chunks = (inner + column_chunk - 1) / column_chunk;
  const index_t task = std::min(piece_rows, n) * std::min(column_chunk, inner);
  parallel_for(outer * pieces * chunks, std::max<index_t>(1, reduce_task / task),
               [&](index_t begin, index_t end) {
                 for (index_t i = begin; i < end; ++i) {
                   const index_t row = i / chunks, first_column = i % chunks * column_chunk;
                   const index_t first_row = row % pieces * piece_rows;
                   reduce_columns<Op>(std::min(piece_rows, n - first_row),
                                      std::min(column_chunk, inner - first_column),
                                      x + row / pieces * outer_stride + first_row * inner + first_column,
                                      inner, partial + row * inner + first_column);
                 }
               });
}

/// totals[i] = combine(totals[i], x[0][i], …, x[rows - 1][i]), for the little that is left to do.
template <class Op, class X>
void combine_rows(index_t rows, index_t columns, const X* x, typename Op::Total* totals) {
  for (index_t r = 0; r < rows; ++r) {
    for (index_t c = 0; c < columns; ++c) totals[c] = Op::combine(totals[c], x[r * columns + c]);
  }
}

/// y(outer, inner) from x(outer, n, inner).
template <class Op, class T>
void reduce_middle(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  using Total = typename Op::Total;
  // Short rows are taken several at a time, as one long row whose parts are combined at the end.
  const index_t fold = std::max<index_t>(1, std::min(256 / inner, n));
  const index_t rows = n / fold, wide = fold * inner;
  const index_t piece_rows = std::max<index_t>(256, 4 * reduce_task / wide / 256 * 256);
  const index_t pieces = (rows + piece_rows - 1) / piece_rows;
  Buffer<Total> partial(outer * pieces * wide);
  reduce_pieces<Op>(outer, rows, wide, x, n * inner, piece_rows, pieces, partial.data());
  parallel_for(outer, std::max<index_t>(1, reduce_task / (pieces * wide)), [&](index_t begin, index_t end) {
    for (index_t o = begin; o < end; ++o) {
      Total* total = partial.data() + o * pieces * wide;
      combine_rows<Op>(pieces - 1, wide, total + wide, total);
      combine_rows<Op>(1, (n - rows * fold) * inner, x + (o * n + rows * fold) * inner, total);
      combine_rows<Op>(fold - 1, inner, total + inner, total);
      for (index_t i = 0; i < inner; ++i) y[o * inner + i] = static_cast<T>(total[i]);
    }
  });
}

template <class Op, class T>
void reduce(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  if (n == 0) {
    std::fill_n(y, outer * inner, static_cast<T>(Op::identity));
  } else if (inner == 1) {
    reduce_rows<Op>(outer, n, x, y);
  } else if (outer * inner > 0) {
    reduce_middle<Op>(outer, n, inner, x, y);
  }
}

template <Real T>
void sum(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce<Sum<T>>(outer, n, inner, x, y);
}
template <Real T>
void max(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce<Max<T>>(outer, n, inner, x, y);
}
template <Real T>
void min(index_t outer, index_t n, index_t inner, const T* x, T* y) {
  reduce<Min<T>>(outer, n, inner, x, y);
}

}  // namespace TENON_NAMESPACE::backend::cpu
