#pragma once
/// Convolution with 3 x 3 kernels of stride 1 by Winograd's minimal filtering F(4 x 4, 3 x 3): of each 4 x 4
/// tile of the result, 36 products for each pair of channels instead of 144.
///
/// With d a 6 x 6 tile of the input and g a kernel, the tile of the result is A^T [(G g G^T) * (B^T d B)] A,
/// where * multiplies element by element. Summed over channels, the products at each of the 36 places are a
/// matrix product. The gradient by the kernels is G^T [sum over tiles (A dy A^T) * (B^T d B)] G. Lavin & Gray
/// 2016, "Fast algorithms for convolutional neural networks", https://arxiv.org/abs/1509.09308.
///
/// The interpolation points are 0, +-3/4, +-3/2 and infinity. In float32 the error is about half of that of
/// the paper's 0, +-1, +-2: 1.4e-6 of the norm of the result, instead of 3e-6, for 256 channels of normally
/// distributed numbers.

#include <type_traits>  // is_same_v

#include "tenon/backend/conv_algorithm.hpp"
#include "tenon/backend/cpu/gemm_tile.hpp"
#include "tenon/backend/cpu/planes.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// The transforms along one axis, of numbers or packs.
template <class V>
struct WinogradAxis {
  static constexpr double a = 0.75, b = 1.5, a2 = a * a, b2 = b * b, fa = 1 / (2 * a2 * (a2 - b2)),
                          fb = 1 / (2 * b2 * (b2 - a2));
  static V by(double factor, V x) { return V(static_cast<float>(factor)) * x; }

  /// B^T d
  static void input(const V* d, index_t step, V* to, index_t to_step) {
    const V even_a = d[4 * step] - by(b2, d[2 * step]), odd_a = by(a, d[3 * step]) - by(a * b2, d[step]);
    const V even_b = d[4 * step] - by(a2, d[2 * step]), odd_b = by(b, d[3 * step]) - by(a2 * b, d[step]);
    to[0] = d[4 * step] + (by(a2 * b2, d[0]) - by(a2 + b2, d[2 * step]));
    to[to_step] = even_a + odd_a;
    to[2 * to_step] = even_a - odd_a;
    to[3 * to_step] = even_b + odd_b;
    to[4 * to_step] = even_b - odd_b;
    to[5 * to_step] = d[5 * step] + (by(a2 * b2, d[step]) - by(a2 + b2, d[3 * step]));
  }
  /// G g
  static void kernel(const V* g, index_t step, V* to, index_t to_step) {
    const auto pair = [&](double p, double f, V* plus, V* minus) {
      const V even = by(f, g[0]) + by(f * p * p, g[2 * step]), odd = by(f * p, g[step]);
      *plus = even + odd;
      *minus = even - odd;
    };
    to[0] = by(1 / (a2 * b2), g[0]);
    pair(a, fa, to + to_step, to + 2 * to_step);
    pair(b, fb, to + 3 * to_step, to + 4 * to_step);
    to[5 * to_step] = g[2 * step];
  }
  /// A^T m
  static void result(const V* m, index_t step, V* to, index_t to_step) {
    const V sum_a = m[step] + m[2 * step], difference_a = m[step] - m[2 * step];
    const V sum_b = m[3 * step] + m[4 * step], difference_b = m[3 * step] - m[4 * step];
    to[0] = m[0] + sum_a + sum_b;
    to[to_step] = by(a, difference_a) + by(b, difference_b);
    to[2 * to_step] = by(a2, sum_a) + by(b2, sum_b);
    to[3 * to_step] = by(a2 * a, difference_a) + by(b2 * b, difference_b) + m[5 * step];
  }
  /// A y, the transpose of `result`
  static void upstream(const V* y, index_t step, V* to, index_t to_step) {
    const auto pair = [&](double p, V* plus, V* minus) {
      const V even = y[0] + by(p * p, y[2 * step]), odd = by(p, y[step]) + by(p * p * p, y[3 * step]);
      *plus = even + odd;
      *minus = even - odd;
    };
    to[0] = y[0];
    pair(a, to + to_step, to + 2 * to_step);
    pair(b, to + 3 * to_step, to + 4 * to_step);
    to[5 * to_step] = y[3 * step];
  }
  /// G^T u, the transpose of `kernel`
  static void kernel_gradient(const V* u, index_t step, V* to, index_t to_step) {
    const V sum_a = u[step] + u[2 * step], difference_a = u[step] - u[2 * step];
    const V sum_b = u[3 * step] + u[4 * step], difference_b = u[3 * step] - u[4 * step];
    to[0] = by(1 / (a2 * b2), u[0]) + by(fa, sum_a) + by(fb, sum_b);
    to[to_step] = by(fa * a, difference_a) + by(fb * b, difference_b);
    to[2 * to_step] = by(fa * a2, sum_a) + by(fb * b2, sum_b) + u[5 * step];
  }
};

/// A transform of squares: of the columns, then of the rows. `from` and `to` are squares of the extents given.
template <class V, int from_extent, int to_extent, class Axis>
void transform_square(const V* from, V* to, Axis&& axis) {
  V between[to_extent * from_extent];
#pragma GCC unroll 6
  for (int j = 0; j < from_extent; ++j) axis(from + j, from_extent, between + j, from_extent);
#pragma GCC unroll 6
  for (int i = 0; i < to_extent; ++i) axis(between + i * from_extent, 1, to + i * to_extent, 1);
}

/// The tiles of the results of 3 x 3 convolutions over planes of one size, and the layout of input planes in
/// which neighbouring tiles' elements are neighbours: four phases of columns.
struct WinogradTiles {
  static constexpr index_t tile = 4, window = 6, places = window * window;
  index_t height, width;  // of a plane of the result
  index_t down, across;   // tiles
  PlaneLayout layout;
  index_t offset[places];

  /// `ahead`: elements of padding before each axis of the input.
  WinogradTiles(index_t in_height, index_t in_width, const index_t* ahead, index_t out_height,
                index_t out_width)
      : height(out_height),
        width(out_width),
        down((height + tile - 1) / tile),
        across((width + tile - 1) / tile),
        layout(padded(in_height, in_width, ahead, down, across)) {
    for (index_t i = 0; i < places; ++i) offset[i] = layout.at(0, i / window, i % window);
  }
  index_t per_image() const { return down * across; }
  /// The places of a tile of the result itself, when planes of the result are laid out.
  void offset_results() {
    for (index_t i = 0; i < tile * tile; ++i) offset[i] = layout.at(0, i / tile, i % tile);
  }

  /// Neighbouring tiles of one row.
  struct Run {
    index_t column, count, image, y, x;
  };
  /// Calls f(run) for the tiles [begin, end), counted through all images.
  template <class F>
  void each_run(index_t begin, index_t end, F&& f) const {
    for (index_t t = begin; t < end;) {
      const index_t image = t / per_image(), y = t % per_image() / across, x = t % across;
      const index_t count = std::min(across - x, end - t);
      f(Run{t - begin, count, image, y, x});
      t += count;
    }
  }

 private:
  static PlaneLayout padded(index_t in_height, index_t in_width, const index_t* ahead, index_t down,
                            index_t across) {
    const index_t size[] = {1, in_height, in_width}, before[] = {0, ahead[0], ahead[1]},
                  reach[] = {1, down * tile + 2, across * tile + 2};
    return {size, before, reach, tile};
  }
};

/// From one of the 36 places to the next in an array of `count` elements for each: a line more than needed,
/// so that the places' lines do not compete for the same places of the cache.
template <class T>
constexpr index_t place_step(index_t count) {
  return count + 64 / index_t{sizeof(T)};
}

/// Tiles of a panel in the transformed domain, before they are taken to where products read them, or after
/// they were fetched from where these wrote them. A row's last pack may be incomplete: there is room for it.
template <Real T>
struct WinogradStage {
  static constexpr index_t wide = GemmShape<T>::tile_columns, step = wide + Pack<T>::width;
  T place[WinogradTiles::places * step];

  /// Places the transforms of `count` <= Pack<T>::width neighbouring tiles in the columns from `column` on.
  template <int extent, class Axis>
  void transform(const T* from, const index_t* offset, index_t count, index_t column, Axis&& axis) {
    using P = Pack<T>;
    P d[extent * extent], v[WinogradTiles::places];
    if (count == P::width)
      for (index_t i = 0; i < extent * extent; ++i) d[i] = P::load(from + offset[i]);
    else
      for (index_t i = 0; i < extent * extent; ++i) d[i] = P::load_some(from + offset[i], count);
    transform_square<P, extent, 6>(d, v, axis);
    for (index_t i = 0; i < WinogradTiles::places; ++i) v[i].store(place + i * step + column);
  }
  void copy_to(T* to, index_t to_step) const {
    for (index_t i = 0; i < WinogradTiles::places; ++i)
      for (index_t c = 0; c < wide; c += Pack<T>::width)
        Pack<T>::load(place + i * step + c).store(to + i * to_step + c);
  }
  void copy_from(const T* from, index_t from_step) {
    for (index_t i = 0; i < WinogradTiles::places; ++i)
      for (index_t c = 0; c < wide; c += Pack<T>::width)
        Pack<T>::load(from + i * from_step + c).store(place + i * step + c);
  }
};

/// Calls f(panel, channel) for all panels and channels, in tasks of some channels of a panel.
template <class F>
void each_panel_channel(index_t panels, index_t channels, index_t band, F&& f) {
  const index_t bands = (channels + band - 1) / band;
  parallel_for(panels * bands, 1, [&](index_t begin, index_t end) {
    for (index_t task = begin; task < end; ++task) {
      const index_t first = task % bands * band;
      for (index_t channel = first; channel < std::min(channels, first + band); ++channel)
        f(task / bands, channel);
    }
  });
}

/// Whether a convolution of `rows` by `inner` channels is computed this way: of float32, where what is saved
/// pays for the transforms, of which `extra` products are the least for each pair of channels.
template <Real T>
bool prefers_winograd(const ConvShape& s, index_t least_channels, index_t extra) {
  const Windows& w = s.windows;
  const auto along = [&](int axis) {
    return w.kernel[axis] == 3 && w.stride[axis] == 1 && w.dilation[axis] == 1 && w.padding[axis] <= 2 &&
           w.result[axis] > 0;
  };
  const ConvAlgorithm algorithm = conv_algorithm();
  const bool possible = std::is_same_v<T, float> && s.batch > 0 && s.groups == 1 && s.in > 0 && s.out > 0 &&
                        w.size[0] == 1 && w.kernel[0] == 1 && w.result[0] == 1 && along(1) && along(2);
  if (!possible || algorithm == ConvAlgorithm::direct) return false;
  if (algorithm == ConvAlgorithm::winograd) return true;
  constexpr index_t tile = WinogradTiles::tile, wide = GemmShape<T>::tile_columns;
  const index_t tiles = s.batch * ((w.result[1] + tile - 1) / tile) * ((w.result[2] + tile - 1) / tile);
  const index_t products = WinogradTiles::places * ((tiles + wide - 1) / wide * wide) + extra;
  return std::min(s.in, s.out) >= least_channels && 5 * products < 4 * 9 * s.batch * w.positions();
}

}  // namespace TENON_NAMESPACE::backend::cpu
