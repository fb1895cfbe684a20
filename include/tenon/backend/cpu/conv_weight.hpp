#pragma once
/// The gradient of a convolution by its weights: products of shifted planes with the planes of the upstream
/// gradient, summed over all positions of all images. Positions are cut into segments by size alone, whose
/// sums are added in order: the same bits at any thread count.

#include "tenon/backend/cpu/implicit_gemm.hpp"
#include "tenon/backend/cpu/transpose.hpp"
#include "tenon/backend/cpu/winograd_weight.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// dw[group][o][r] += sum over images and positions of dy[image][group][o][position] *
///     source[image][group][offset[r] + position].
template <Real T>
struct WeightProduct {
  Grid grid;  // its targets are positions of dy
  index_t images, groups, out, inner;
  const index_t* offset;
  const T* source;
  index_t source_image, source_group;
  const T* dy;

  using Extents = GemmShape<T>;
  static constexpr index_t wide = Extents::tile_columns, depth = Extents::depth;

  index_t positions() const { return grid.positions(); }
  index_t dy_image() const { return groups * out * positions(); }

  // Few channels: sums of products where the operands lie ---------------------------------------------------

  void add_direct(T* dw) const {
    constexpr index_t most = 9;  // entries at a time: those of a 3 x 3 kernel
    const index_t parts = (inner + most - 1) / most, tasks = groups * out * parts;
    const index_t work = std::max<index_t>(images * positions() * most, 1);
    parallel_for(tasks, std::max<index_t>(1, (index_t{1} << 17) / work), [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t part = task % parts, channel = task / parts;
        T* const to = dw + channel * inner;
        index_t r = part * most;
        const index_t last = std::min(r + most, inner);
        const auto take = [&]<int count>(std::integral_constant<int, count>) {
          for (; r + count <= last; r += count) add_entries<count>(channel, r, to);
        };
        take(std::integral_constant<int, 9>{});
        take(std::integral_constant<int, 4>{});
        take(std::integral_constant<int, 2>{});
        take(std::integral_constant<int, 1>{});
      }
    });
  }

  template <int count>
  void add_entries(index_t channel, index_t r, T* to) const {
    constexpr index_t width = Pack<T>::width;
    const index_t group = channel / out;
    Pack<T> sum[count];
#pragma GCC unroll 9
    for (int i = 0; i < count; ++i) sum[i] = Pack<T>(0);
    const auto add = [&](const Pack<T>& g, const T* from, auto load) {
#pragma GCC unroll 9
      for (int i = 0; i < count; ++i) sum[i] = fma(g, load(from + offset[r + i]), sum[i]);
    };
    each_run(grid, source_image, dy_image(), 0, images * positions(), [&](const Run& run) {
      const T* const from = source + group * source_group + run.source;
      const T* const upstream = dy + channel * positions() + run.target;
      index_t j = 0;
      for (; j + width <= run.length; j += width)
        add(Pack<T>::load(upstream + j), from + j, [](const T* p) { return Pack<T>::load(p); });
      if (const index_t left = run.length - j; left > 0)
        add(Pack<T>::load_some(upstream + j, left), from + j,
            [left](const T* p) { return Pack<T>::load_some(p, left); });
    });
#pragma GCC unroll 9
    for (int i = 0; i < count; ++i) to[r + i] += reduce_add(sum[i]);
  }

  // Many channels: a matrix product whose left side are the shifted planes, packed, and whose right side are
  // the planes of dy, turned so that channels are neighbours ------------------------------------------------

  index_t panels() const { return (out + wide - 1) / wide; }
  index_t columns() const { return images * positions(); }

  /// to(groups, panels, columns, wide)
  void turn(T* to) const {
    parallel_for(groups * panels() * images, 1, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t image = task % images, panel = task / images % panels(), g = task / images / panels();
        const index_t first = panel * wide, count = std::min<index_t>(wide, out - first);
        T* const rows = to + ((g * panels() + panel) * columns() + image * positions()) * wide;
        if (count < wide) std::fill_n(rows, positions() * wide, T(0));
        transpose(positions(), count, dy + image * dy_image() + (g * out + first) * positions(), positions(),
                  rows, wide, false);
      }
    });
  }

  /// sums(segments, groups, inner, out) += the products of each segment's positions, or = if they are fresh.
  void add_packed(const T* turned, index_t segments, index_t rows, bool fresh, T* sums) const {
    const index_t row_tasks = (inner + rows - 1) / rows, blocks = (columns() + depth - 1) / depth;
    const index_t share = (blocks + segments - 1) / segments;
    const index_t tasks = segments * groups * row_tasks;
    const bool serial = columns() * groups * inner * out < (index_t{1} << 18);
    parallel_for(tasks, serial ? tasks : 1, [&](index_t begin, index_t end) {
      Buffer<T> left(rows * Extents::a_stride);
      for (index_t task = begin; task < end; ++task) {
        const index_t row = task % row_tasks * rows, g = task / row_tasks % groups,
                      segment = task / row_tasks / groups;
        const index_t count = std::min(rows, inner - row);
        T* const to = sums + ((segment * groups + g) * inner + row) * out;
        bool write = fresh;
        for (index_t b = segment * share; b < std::min((segment + 1) * share, blocks); ++b) {
          const index_t first = b * depth, k = std::min(depth, columns() - first);
          each_run(grid, source_image, 0, first, first + k, [&](const Run& run) {
            pack_run(run, source + g * source_group, offset + row, count, left.data(), Extents::a_stride);
          });
          for (index_t p = 0; p < panels(); ++p)
            gemm_panel(count, k, left.data(), turned + ((g * panels() + p) * columns() + first) * wide, wide,
                       T(1), write ? T(0) : T(1), to + p * wide, out,
                       std::min<index_t>(wide, out - p * wide));
          write = false;
        }
        if (write) std::fill_n(to, count * out, T(0));
      }
    });
  }
};

/// dw(groups, out, inner) = the sum of sums(segments, groups, inner, out) in order.
template <Real T>
void combine_segments(const ConvShape& s, index_t inner, index_t segments, T* sums, T* dw) {
  const index_t size = s.groups * inner * s.out;
  parallel_for(size, index_t{1} << 14, [&](index_t begin, index_t end) {
    for (index_t k = 1; k < segments; ++k)
      for (index_t i = begin; i < end; ++i) sums[i] += sums[k * size + i];
  });
  constexpr index_t band = 32;
  const index_t bands = (s.out + band - 1) / band;
  parallel_for(s.groups * bands, std::max<index_t>(1, (index_t{1} << 10) / inner),
               [&](index_t begin, index_t end) {
                 for (index_t task = begin; task < end; ++task) {
                   const index_t g = task / bands, o = task % bands * band;
                   transpose(std::min(band, s.out - o), inner, sums + g * inner * s.out + o, s.out,
                             dw + (g * s.out + o) * inner, inner, false);
                 }
               });
}

/// By matrix products over the chunks of images that `each_chunk` goes through.
template <Real T, class EachChunk>
void conv_weight_packed(const ConvShape& s, const EachChunk& each_chunk, T* dw) {
  constexpr index_t most_rows = 8 * GemmShape<T>::tile_rows, tasks = 8;
  const index_t inner = s.in * s.windows.taps(), rows = std::min(inner, most_rows);
  const index_t segments = std::max<index_t>(1, tasks / (s.groups * ((inner + rows - 1) / rows)));
  const index_t size = segments * s.groups * s.out * inner;
  Buffer<T> sums(size);
  bool fresh = true;
  each_chunk([&](const WeightProduct<T>& product) {
    Buffer<T> turned(s.groups * product.panels() * product.columns() * product.wide);
    product.turn(turned.data());
    product.add_packed(turned.data(), segments, rows, fresh, sums.data());
    fresh = false;
  });
  combine_segments(s, inner, segments, sums.data(), dw);
}

template <Real T>
void conv_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  constexpr index_t winograd_gradient_cost = 900;  // as products for each pair of channels
  if (prefers_winograd<T>(s, 32, winograd_gradient_cost)) return winograd_conv_weight(s, x, dy, dw);
  const Windows& v = s.windows;
  const PlaneLayout layout = PlaneLayout::of(v);
  const Buffer<index_t> offsets = entry_offsets(v, layout, s.in);
  const Grid grid = Grid::of(v, layout).merged();
  const index_t inner = s.in * v.taps(), size = s.in * layout.elements(), weights = s.out * inner;
  constexpr index_t few_channels = 4;
  const bool packed = s.out > few_channels && s.batch * s.groups * weights > 0;
  if (!packed) std::fill_n(dw, s.groups * weights, T(0));
  if (s.groups * weights == 0) return;
  // Some images, or one group of one image.
  const auto product = [&](index_t images, index_t groups, index_t image, index_t g, const T* planes) {
    return WeightProduct<T>{.grid = grid,
                            .images = images,
                            .groups = groups,
                            .out = s.out,
                            .inner = inner,
                            .offset = offsets.data(),
                            .source = planes,
                            .source_image = groups * size,
                            .source_group = size,
                            .dy = dy + (image * s.groups + g) * s.out * v.positions()};
  };
  const auto each_chunk = [&](auto&& f) {
    each_padded(layout, s.batch, s.groups * s.in, x, T(0),
                [&](index_t first, index_t count, const T* planes) {
                  f(product(count, s.groups, first, 0, planes));
                });
  };
  if (packed) return conv_weight_packed<T>(s, each_chunk, dw);
  if (!prefers_own_planes(layout, s.groups, s.in))
    return each_chunk([&](const WeightProduct<T>& p) { p.add_direct(dw); });
  parallel_for(s.groups, 1, [&](index_t begin, index_t end) {
    Buffer<T> own(size);
    for (index_t g = begin; g < end; ++g) {
      for (index_t n = 0; n < s.batch; ++n) {
        for (index_t c = 0; c < s.in; ++c)
          pad_plane(layout, x + ((n * s.groups + g) * s.in + c) * v.elements(),
                    own.data() + c * layout.elements(), T(0));
        product(1, 1, n, g, own.data()).add_direct(dw + g * weights);
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
