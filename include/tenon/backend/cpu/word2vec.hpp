#pragma once
/// The step of word2vec over packs.
///
/// The rows of a window stay in the first-level cache while small matrix products run over them, so registers
/// decide the speed. Outputs are taken in tiles: the scores of two inputs with a tile are summed in registers
/// and their lanes added up together; then two packs of dimensions at a time receive their changes, a factor
/// once broadcast serving twice.

#include <type_traits>  // integral_constant
#include <utility>      // integer_sequence

#include "tenon/backend/hogwild.hpp"
#include "tenon/backend/reference/word2vec.hpp"
#include "tenon/backend/sgns_batch.hpp"

namespace TENON_NAMESPACE::backend::cpu {

namespace detail {

/// Rows of a tile of outputs. Processors with the widest packs also have 32 of them, the others 16.
template <Real T>
inline constexpr int tile_outputs = Pack<T>::width * sizeof(T) == 64 ? 6 : 4;

/// f(0), …, f(N - 1) without a loop: compilers keep arrays in registers only where every index is a constant
/// early on.
template <int N, class F>
[[gnu::always_inline]] inline void unroll(const F& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (f(std::integral_constant<int, I>()), ...);
  }(std::make_integer_sequence<int, N>());
}

/// scores[i * N + j] = <x_i, y_j>; up to a pack beyond them is written too.
template <int M, int N, Real T>
[[gnu::always_inline]] inline void score_rows(const T* const* x, T* const* y, index_t stride, T* scores) {
  constexpr int width = Pack<T>::width, packs = (M * N + width - 1) / width;
  Pack<T> sums[packs * width];
  unroll<packs * width>([&](auto k) { sums[k] = Pack<T>(0); });
  for (index_t d = 0; d < stride; d += width) {
    Pack<T> yd[N];
    unroll<N>([&](auto j) { yd[j] = hogwild::load(y[j] + d); });
    unroll<M>([&](auto i) {
      const Pack<T> xd = hogwild::load(x[i] + d);
      unroll<N>([&](auto j) { sums[i * N + j] = fma(xd, yd[j], sums[i * N + j]); });
    });
  }
  unroll<packs>([&](auto k) { reduce_add_each(sums + k * width).store(scores + k * width); });
}

template <int N, Real T>
void score_tile(const SgnsBatch<T>& grid, T* const* y, T* scores) {
  index_t i = 0;
  for (; i + 2 <= grid.input_count; i += 2) score_rows<2, N>(grid.inputs + i, y, grid.stride, scores + i * N);
  if (i < grid.input_count) score_rows<1, N>(grid.inputs + i, y, grid.stride, scores + i * N);
}

/// y_j += sum_i g_ij x_i and updates_i += sum_j g_ij y_j for C packs of dimensions from d on.
template <int C, int N, Real T>
[[gnu::always_inline]] inline void change_columns(const SgnsBatch<T>& grid, const T* const* x, T* const* y,
                                                  const T* g, index_t d) {
  constexpr int width = Pack<T>::width;
  Pack<T> sum[N * C], old_y[N * C];
  unroll<N * C>([&](auto k) { sum[k] = Pack<T>(0); });
  for (index_t i = 0; i < grid.input_count; ++i) {
    Pack<T> xd[C];
    unroll<C>([&](auto c) { xd[c] = hogwild::load(x[i] + d + c * width); });
    unroll<N>([&](auto j) {
      const Pack<T> factor(g[i * N + j]);
      unroll<C>([&](auto c) { sum[j * C + c] = fma(factor, xd[c], sum[j * C + c]); });
    });
  }
  unroll<N * C>([&](auto k) { old_y[k] = hogwild::load(y[k / C] + d + k % C * width); });
  unroll<N * C>([&](auto k) {  // read again: a row may occur twice
    T* const to = y[k / C] + d + k % C * width;
    hogwild::store(to, hogwild::load(to) + sum[k]);
  });
  for (index_t i = 0; i < grid.input_count; ++i) {
    T* const to = grid.updates[i] + d;
    Pack<T> xd[C];
    unroll<C>([&](auto c) { xd[c] = hogwild::load(to + c * width); });
    unroll<N>([&](auto j) {
      const Pack<T> factor(g[i * N + j]);
      unroll<C>([&](auto c) { xd[c] = fma(factor, old_y[j * C + c], xd[c]); });
    });
    unroll<C>([&](auto c) { hogwild::store(to + c * width, xd[c]); });
  }
}

template <int N, Real T>
void change_tile(const SgnsBatch<T>& grid, const T* const* x, T* const* y, const T* g) {
  constexpr index_t width = Pack<T>::width;
  index_t d = 0;
  for (; d + 2 * width <= grid.stride; d += 2 * width) change_columns<2, N>(grid, x, y, g, d);
  for (; d < grid.stride; d += width) change_columns<1, N>(grid, x, y, g, d);
}

/// Scores become factors: g = rate (label - sigmoid(score)).
template <Real T>
void scores_to_factors(T* scores, index_t count, T rate) {
  for (index_t k = 0; k < count; k += Pack<T>::width)
    (sigmoid(Pack<T>::load(scores + k)) * Pack<T>(-rate)).store(scores + k);
}

template <Real T>
void add_labels(const SgnsBatch<T>& grid, const T* labels, index_t n, T* g) {
  for (index_t j = 0; j < n; ++j) {
    if (labels[j] == 0) continue;
    for (index_t i = 0; i < grid.input_count; ++i) g[i * n + j] += grid.rate;
  }
}

template <Real T>
double tile_loss(const SgnsBatch<T>& grid, const T* labels, index_t n, const T* scores) {
  double loss = 0;
  for (index_t k = 0; k < grid.input_count * n; ++k)
    loss += static_cast<double>(reference::softplus(scores[k]) - labels[k % n] * scores[k]);
  return loss;
}

/// Calls f(std::integral_constant<int, n>()) for 1 <= n <= N.
template <int N, class F>
void with_constant(index_t n, const F& f) {
  if constexpr (N > 1) {
    if (n < N) return with_constant<N - 1>(n, f);
  }
  f(std::integral_constant<int, N>());
}

/// Calls f(N, j) for each tile of N outputs from the j-th on.
template <Real T, class F>
void for_tiles(const SgnsBatch<T>& grid, const F& f) {
  constexpr index_t most = tile_outputs<T>;
  for (index_t j = 0; j < grid.output_count; j += most)
    with_constant<most>(grid.output_count - j < most ? grid.output_count - j : most,
                        [&](auto n) { f(n, j); });
}

}  // namespace detail

/// The scores of a tile lie together in the scratch, input by input.
template <Real T>
void sgns_step(const SgnsBatch<T>& grid) {
  T* const scores = grid.scratch->numbers();
  const auto of_tile = [&](index_t j) { return scores + j * grid.input_count; };

  detail::for_tiles(grid,
                    [&](auto n, index_t j) { detail::score_tile<n>(grid, grid.outputs + j, of_tile(j)); });
  if (grid.loss) {
    detail::for_tiles(grid, [&](auto n, index_t j) {
      *grid.loss += detail::tile_loss(grid, grid.labels + j, n, of_tile(j));
    });
  }
  detail::scores_to_factors(scores, grid.input_count * grid.output_count, grid.rate);
  detail::for_tiles(grid,
                    [&](auto n, index_t j) { detail::add_labels(grid, grid.labels + j, n, of_tile(j)); });

  const bool one_tile = grid.output_count <= detail::tile_outputs<T>;
  const T* const* const x =
      one_tile ? grid.inputs : grid.scratch->copy(grid.inputs, grid.input_count, grid.stride);
  detail::for_tiles(
      grid, [&](auto n, index_t j) { detail::change_tile<n>(grid, x, grid.outputs + j, of_tile(j)); });
}

}  // namespace TENON_NAMESPACE::backend::cpu
