#pragma once
/// Means, variances and normalisation: a row, or all elements of a channel, are summed while they are in the
/// nearest cache that holds them. Sums are taken as in reduction.hpp, in blocks whose totals are added in
/// double.

#include <algorithm>  // max, min, fill_n
#include <cmath>      // sqrt

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/map.hpp"
#include "tenon/backend/memory.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// About the number of elements that one task of a parallel loop is worth.
inline constexpr index_t norm_task = index_t{1} << 15;

/// The first n lanes of a pack, zeros in the others.
template <class T>
Pack<T> first_lanes(const Pack<T>& pack, index_t n) {
  T lanes[Pack<T>::width] = {};
  pack.store_some(lanes, n);
  return Pack<T>::load(lanes);
}

/// totals[k] += the sum over elements [0, n) of the k-th pack that f(lanes) returns.
template <int sums, class T, class F>
[[gnu::always_inline]] inline void add_run_sums(index_t n, double* totals, const F& f) {
  constexpr index_t width = Pack<T>::width, ways = 4, block = 128 * width;
  for (index_t first = 0; first < n; first += block) {
    const index_t last = std::min(n, first + block);
    Pack<T> sum[ways][sums];
#pragma GCC unroll 4
    for (auto& way : sum)
      for (Pack<T>& s : way) s = Pack<T>(0);
    index_t i = first;
    for (; i + ways * width <= last; i += ways * width) {
#pragma GCC unroll 4
      for (index_t w = 0; w < ways; ++w) {
        const Packs<T, sums> part = f(FullPack<T>(i + w * width));
        for (int k = 0; k < sums; ++k) sum[w][k] += part.pack[k];
      }
    }
    for (; i < last; i += width) {
      const Packs<T, sums> part = f(Lanes<T>{i, last - i});
      for (int k = 0; k < sums; ++k)
        sum[0][k] += last - i >= width ? part.pack[k] : first_lanes(part.pack[k], last - i);
    }
    for (int k = 0; k < sums; ++k)
      totals[k] += static_cast<double>(reduce_add((sum[0][k] + sum[1][k]) + (sum[2][k] + sum[3][k])));
  }
}

/// totals[k][c] = the sums over `rows` rows, `stride` apart, of the k-th pack that f(lanes, offset of the
/// row) returns, for at most `column_sums_chunk` columns.
inline constexpr index_t column_sums_chunk = 512;
template <int sums, class T, class F>
[[gnu::always_inline]] inline void column_sums(index_t rows, index_t columns, index_t stride,
                                               double (*totals)[column_sums_chunk], const F& f) {
  constexpr index_t block = 256;
  alignas(64) T part[sums][column_sums_chunk];
  for (int k = 0; k < sums; ++k) std::fill_n(totals[k], columns, 0.0);
  for (index_t first = 0; first < rows; first += block) {
    for (int k = 0; k < sums; ++k) std::fill_n(part[k], columns, T{0});
    for (index_t r = first; r < std::min(rows, first + block); ++r) {
      each_pack<T>(0, columns, [&](auto lanes) {
        const Packs<T, sums> value = f(lanes, r * stride);
        for (int k = 0; k < sums; ++k) lanes.store(part[k], lanes.load(part[k]) + value.pack[k]);
      });
    }
    for (int k = 0; k < sums; ++k)
      for (index_t c = 0; c < columns; ++c) totals[k][c] += static_cast<double>(part[k][c]);
  }
}

/// Runs shorter than this are walked across, all channels side by side.
template <class T>
inline constexpr index_t short_run = 2 * Pack<T>::width;

/// Calls channel(k) for the channels of (outer, n, inner), shared among threads, if their runs are long, else
/// chunk(first, count) for groups of channels whose runs are at most `column_sums_chunk` elements together.
template <class T, class Channel, class Chunk>
void each_channel(index_t outer, index_t n, index_t inner, const Channel& channel, const Chunk& chunk) {
  if (inner >= short_run<T> || (outer == 1 && inner > 1)) {
    const index_t grain = std::max<index_t>(1, norm_task / std::max<index_t>(1, outer * inner));
    return parallel_for(n, grain, [&](index_t begin, index_t end) {
      for (index_t k = begin; k < end; ++k) channel(k);
    });
  }
  const index_t wide = std::max<index_t>(1, column_sums_chunk / std::max<index_t>(1, inner));
  parallel_for(n, wide, [&](index_t begin, index_t end) { chunk(begin, end - begin); });
}

/// totals[k] summed over runs of `inner` neighbours, each into the first place of its run.
inline void fold_runs(index_t runs, index_t inner, double* totals) {
  for (index_t r = 0; r < runs; ++r) {
    double total = 0;
    for (index_t i = 0; i < inner; ++i) total += totals[r * inner + i];
    totals[r] = total;
  }
}

template <Real T>
void moments(index_t outer, index_t n, index_t inner, const T* x, T* mean, T* variance) {
  using One = Packs<T, 1>;
  const double count = static_cast<double>(outer * inner);
  const auto channel = [&](index_t k) {
    const auto total = [&](auto&& f) {
      double sum = 0;
      for (index_t o = 0; o < outer; ++o) {
        const T* run = x + (o * n + k) * inner;
        add_run_sums<1, T>(inner, &sum, [&](auto lanes) { return One{{f(lanes.load(run))}}; });
      }
      return sum / count;
    };
    const double m = total([](const Pack<T>& v) { return v; });
    const Pack<T> centre(static_cast<T>(m));
    mean[k] = static_cast<T>(m);
    variance[k] = static_cast<T>(total([&](const Pack<T>& v) { return (v - centre) * (v - centre); }));
  };
  const auto chunk = [&](index_t first, index_t channels) {
    const index_t columns = channels * inner;
    double totals[1][column_sums_chunk];
    alignas(64) T centre[column_sums_chunk];
    const auto sum = [&](auto&& f) {
      column_sums<1, T>(outer, columns, n * inner, totals, [&](auto lanes, index_t row) {
        return One{{f(lanes, lanes.load(x + first * inner + row))}};
      });
      fold_runs(channels, inner, totals[0]);
    };
    sum([](auto, const Pack<T>& v) { return v; });
    for (index_t c = 0; c < columns; ++c) centre[c] = static_cast<T>(totals[0][c / inner] / count);
    for (index_t c = 0; c < channels; ++c) mean[first + c] = centre[c * inner];
    sum([&](auto lanes, const Pack<T>& v) {
      const Pack<T> d = v - lanes.load(centre);
      return d * d;
    });
    for (index_t c = 0; c < channels; ++c) variance[first + c] = static_cast<T>(totals[0][c] / count);
  };
  each_channel<T>(outer, n, inner, channel, chunk);
}

template <Real T>
void norm_backward_sums(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* mean,
                        T* sum_g, T* sum_gx) {
  using Two = Packs<T, 2>;
  const auto channel = [&](index_t k) {
    double totals[2] = {};
    const Pack<T> centre(mean[k]);
    for (index_t o = 0; o < outer; ++o) {
      const T *xs = x + (o * n + k) * inner, *gs = g + (o * n + k) * inner;
      add_run_sums<2, T>(inner, totals, [&](auto lanes) {
        const Pack<T> gi = lanes.load(gs);
        return Two{{gi, gi * (lanes.load(xs) - centre)}};
      });
    }
    sum_g[k] = static_cast<T>(totals[0]);
    sum_gx[k] = static_cast<T>(totals[1]);
  };
  const auto chunk = [&](index_t first, index_t channels) {
    const index_t columns = channels * inner;
    double totals[2][column_sums_chunk];
    alignas(64) T centre[column_sums_chunk];
    for (index_t c = 0; c < columns; ++c) centre[c] = mean[first + c / inner];
    column_sums<2, T>(outer, columns, n * inner, totals, [&](auto lanes, index_t row) {
      const Pack<T> gi = lanes.load(g + first * inner + row);
      return Two{{gi, gi * (lanes.load(x + first * inner + row) - lanes.load(centre))}};
    });
    for (int k = 0; k < 2; ++k) {
      fold_runs(channels, inner, totals[k]);
      T* const out = (k == 0 ? sum_g : sum_gx) + first;
      for (index_t c = 0; c < channels; ++c) out[c] = static_cast<T>(totals[k][c]);
    }
  };
  each_channel<T>(outer, n, inner, channel, chunk);
}

/// (x - m) a + b + g c over a run, for which `number(array)` gives a pack of each of m, a, b, c.
template <class T, class Number, class F>
void affine_run(index_t n, const T* x, const T* g, T* y, const Number* m, const Number* a, const Number* b,
                const Number* c, const F& number) {
  if (g) {
    each_pack<T>(0, n, [&](auto lanes) {
      const Pack<T> d = fma(lanes.load(x) - number(m, lanes), number(a, lanes), number(b, lanes));
      lanes.store(y, fma(lanes.load(g), number(c, lanes), d));
    });
  } else {
    each_pack<T>(0, n, [&](auto lanes) {
      lanes.store(y, fma(lanes.load(x) - number(m, lanes), number(a, lanes), number(b, lanes)));
    });
  }
}

template <Real T>
void scale_shift(index_t outer, index_t n, index_t inner, const T* x, const T* g, const T* centre, const T* a,
                 const T* b, const T* c, T* y) {
  if (n * inner == 0) return;
  const index_t run = inner == 1 ? n : inner, runs = outer * n * inner / run;
  parallel_for(runs, std::max<index_t>(1, norm_task / run), [&](index_t begin, index_t end) {
    for (index_t r = begin; r < end; ++r) {
      const index_t at = r * run, k = r % n;
      const T* gs = g ? g + at : nullptr;
      if (inner == 1) {  // the run is one of all channels
        affine_run(run, x + at, gs, y + at, centre, a, b, c,
                   [](const T* array, auto lanes) { return lanes.load(array); });
      } else {
        const Pack<T> m(centre[k]), slope(a[k]), shift(b[k]), pull(g ? c[k] : T{0});
        affine_run(run, x + at, gs, y + at, &m, &slope, &shift, &pull,
                   [](const Pack<T>* pack, auto) -> const Pack<T>& { return *pack; });
      }
    }
  });
}

/// One row: y, its mean, and the factor that brings its variance to 1.
template <class T>
void norm_row(index_t n, const T* x, const T* weight, const T* bias, double eps, bool centred, T* y, T* mean,
              T* scale) {
  using One = Packs<T, 1>;
  const double count = static_cast<double>(n);
  double m = 0, squares = 0;
  if (centred) {
    add_run_sums<1, T>(n, &m, [&](auto lanes) { return One{{lanes.load(x)}}; });
    m /= count;
  }
  const Pack<T> centre(static_cast<T>(m));
  add_run_sums<1, T>(n, &squares, [&](auto lanes) {
    const Pack<T> d = lanes.load(x) - centre;
    return One{{d * d}};
  });
  *mean = static_cast<T>(m);
  *scale = static_cast<T>(1 / std::sqrt(squares / count + eps));
  const Pack<T> s(*scale);
  each_pack<T>(0, n, [&](auto lanes) {
    Pack<T> v = (lanes.load(x) - centre) * s;
    if (weight) v *= lanes.load(weight);
    if (bias) v += lanes.load(bias);
    lanes.store(y, v);
  });
}

template <Real T>
void norm_rows(index_t rows, index_t n, const T* x, const T* weight, const T* bias, double eps, bool centred,
               T* y, T* mean, T* scale) {
  parallel_for(rows, std::max<index_t>(1, norm_task / std::max<index_t>(1, n)),
               [&](index_t begin, index_t end) {
                 for (index_t r = begin; r < end; ++r)
                   norm_row(n, x + r * n, weight, bias, eps, centred, y + r * n, mean + r, scale + r);
               });
}

/// One row's dx, and its part of dweight and dbias.
template <class T>
void norm_row_backward(index_t n, const T* x, const T* g, const T* weight, T mean, T scale, bool centred,
                       T* dx, T* dweight, T* dbias) {
  const Pack<T> centre(mean), s(scale);
  const auto weighted = [&](auto lanes) {
    return weight ? lanes.load(g) * lanes.load(weight) : lanes.load(g);
  };
  double totals[2] = {};  // of g w and of g w (x - mean)
  add_run_sums<2, T>(n, totals, [&](auto lanes) {
    const Pack<T> d = lanes.load(x) - centre, gw = weighted(lanes);
    lanes.store(dweight, fma(lanes.load(g), d * s, lanes.load(dweight)));
    lanes.store(dbias, lanes.load(dbias) + lanes.load(g));
    return Packs<T, 2>{{gw, gw * d}};
  });
  const double count = static_cast<double>(n), rate = static_cast<double>(scale);
  const Pack<T> shift(static_cast<T>(centred ? totals[0] / count : 0));
  const Pack<T> slope(static_cast<T>(totals[1] / count * rate * rate));
  each_pack<T>(0, n, [&](auto lanes) {
    lanes.store(dx, s * (weighted(lanes) - shift - (lanes.load(x) - centre) * slope));
  });
}

template <Real T>
void norm_rows_backward(index_t rows, index_t n, const T* x, const T* g, const T* weight, const T* mean,
                        const T* scale, bool centred, T* dx, T* dweight, T* dbias) {
  const index_t part_rows = std::max<index_t>(32, 2 * norm_task / std::max<index_t>(1, n));
  const index_t parts = (rows + part_rows - 1) / part_rows;
  Buffer<T> partial(2 * parts * n);
  parallel_parts(rows, part_rows, [&](index_t part, index_t begin, index_t end) {
    T *dw = partial.data() + 2 * part * n, *db = dw + n;
    std::fill_n(dw, 2 * n, T{0});
    for (index_t r = begin; r < end; ++r)
      norm_row_backward(n, x + r * n, g + r * n, weight, mean[r], scale[r], centred, dx + r * n, dw, db);
  });
  const auto total = [&](index_t i) {
    double sum = 0;
    for (index_t part = 0; part < parts; ++part) sum += static_cast<double>(partial[2 * part * n + i]);
    return static_cast<T>(sum);
  };
  for (index_t i = 0; i < n; ++i) {
    dweight[i] = total(i);
    dbias[i] = total(n + i);
  }
}

}  // namespace TENON_NAMESPACE::backend::cpu
