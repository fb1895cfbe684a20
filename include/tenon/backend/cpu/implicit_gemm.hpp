#pragma once
/// The matrix product inside a convolution: weights against a matrix that is never stored whole, since its
/// rows are the planes of an image shifted by the entries of the kernel.
///
/// The usual way copies 32 columns of that matrix at a time into a panel and multiplies it as cpu/gemm.hpp
/// does. Few rows of weights would not repay the copy: they take their operands where these lie.

#include <bit>  // bit_ceil

#include "tenon/backend/cpu/gemm_tile.hpp"
#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/cpu/planes.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// to[r * stride + column] = source[offset[r] + position] for rows r < count and the columns of a run.
template <class T>
void pack_run(const Run& run, const T* source, const index_t* offset, index_t count, T* to, index_t stride) {
  constexpr index_t width = Pack<T>::width;
  for (index_t c = 0; c < run.length; c += width) {
    const T* const from = source + run.source + c;
    T* const column = to + run.column + c;
    const index_t left = run.length - c;
    if (left >= width)
      for (index_t r = 0; r < count; ++r) Pack<T>::load(from + offset[r]).store(column + r * stride);
    else
      for (index_t r = 0; r < count; ++r)
        Pack<T>::load_some(from + offset[r], left).store_some(column + r * stride, left);
  }
}

/// target[image][group][row][position] = bias[group][row] +
///     sum over r < inner of weights[group][row][r] * source[image][group][offset[r] + position].
template <Real T>
struct ImplicitGemm {
  Grid grid;
  index_t images, groups, rows, inner;
  const index_t* offset;
  const T* source;
  index_t source_image, source_group;
  T* target;
  index_t target_row;
  const T* weights;
  const T* bias;  // may be null

  using Extents = GemmShape<T>;
  static constexpr index_t wide = Extents::tile_columns;
  static constexpr index_t few_rows = 8;

  void run() const {
    if (grid.positions() == 0 || rows == 0) return;
    if (rows <= few_rows || inner == 0)
      run_direct();
    else
      run_packed();
  }

 private:
  index_t target_image() const { return groups * rows * target_row; }

  // Few rows ---------------------------------------------------------------------------------------------

  void run_direct() const {
    constexpr index_t tall = 4;
    const index_t blocks = (grid.extent[1] + tall - 1) / tall, depths = grid.extent[0];
    const index_t work = std::max<index_t>(rows * inner, 1) * tall * grid.extent[2];
    const index_t grain = std::max<index_t>(1, (index_t{1} << 17) / work);
    parallel_for(images * groups * depths * blocks, grain, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t block = task % blocks, d = task / blocks % depths, plane = task / blocks / depths;
        const index_t line = block * tall, lines = std::min(tall, grid.extent[1] - line);
        const index_t g = plane % groups, image = plane / groups;
        const T* const first = inner > 0 ? source : target;  // nothing is read where there are no taps
        const T* const from =
            first + image * source_image + g * source_group + d * grid.source[0] + line * grid.source[1];
        T* const to = target + image * target_image() + g * rows * target_row + d * grid.target[0] +
                      line * grid.target[1];
        index_t row = 0;
        const auto take = [&]<int r, int l>(std::integer_sequence<int, r, l>) {
          for (; row + r <= rows; row += r) {
            index_t i = 0;
            for (; i + l <= lines; i += l)
              direct_lines<r, l>(g * rows + row, from + i * grid.source[1],
                                 to + row * target_row + i * grid.target[1]);
            for (; l > 1 && i < lines; ++i)
              direct_lines<r, 1>(g * rows + row, from + i * grid.source[1],
                                 to + row * target_row + i * grid.target[1]);
          }
        };
        take(std::integer_sequence<int, 4, 1>{});
        take(std::integer_sequence<int, 2, 2>{});
        take(std::integer_sequence<int, 1, 4>{});
      }
    });
  }

  template <int count, int lines>
  void direct_lines(index_t row, const T* from, T* to) const {
    constexpr index_t width = Pack<T>::width, n2 = 2 * width;
    const index_t n = grid.extent[2];
    index_t at = 0;
    const auto whole = [](const T* p) { return Pack<T>::load(p); };
    for (; at + n2 <= n; at += n2)
      direct_tile<count, lines, 2>(row, from + at, to + at * grid.target[2], n2, whole);
    for (; at + width <= n; at += width)
      direct_tile<count, lines, 1>(row, from + at, to + at * grid.target[2], width, whole);
    if (const index_t left = n - at; left > 0)
      direct_tile<count, lines, 1>(row, from + at, to + at * grid.target[2], left,
                                   [left](const T* p) { return Pack<T>::load_some(p, left); });
  }

  template <int count, int lines, int packs, class Load>
  void direct_tile(index_t row, const T* from, T* to, index_t columns, Load load) const {
    constexpr index_t width = Pack<T>::width;
    const T* const w = weights + row * inner;
    Pack<T> sum[count][lines][packs];
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i)
#pragma GCC unroll 4
      for (int l = 0; l < lines; ++l)
#pragma GCC unroll 2
        for (int j = 0; j < packs; ++j) sum[i][l][j] = Pack<T>(bias ? bias[row + i] : T(0));
    for (index_t r = 0; r < inner; ++r) {
      const T* const entry = from + offset[r];
      Pack<T> x[lines][packs];
#pragma GCC unroll 4
      for (int l = 0; l < lines; ++l)
#pragma GCC unroll 2
        for (int j = 0; j < packs; ++j) x[l][j] = load(entry + l * grid.source[1] + j * width);
#pragma GCC unroll 4
      for (int i = 0; i < count; ++i) {
        const Pack<T> factor(w[i * inner + r]);
#pragma GCC unroll 4
        for (int l = 0; l < lines; ++l)
#pragma GCC unroll 2
          for (int j = 0; j < packs; ++j) sum[i][l][j] = fma(factor, x[l][j], sum[i][l][j]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i)
#pragma GCC unroll 4
      for (int l = 0; l < lines; ++l)
#pragma GCC unroll 2
        for (int j = 0; j < packs; ++j)
          store(sum[i][l][j], to + i * target_row + l * grid.target[1] + j * width * grid.target[2],
                columns - j * width);
  }

  void store(const Pack<T>& values, T* to, index_t count) const {
    constexpr index_t width = Pack<T>::width;
    if (grid.target[2] == 1) {
      count >= width ? values.store(to) : values.store_some(to, count);
    } else {
      T lanes[width];
      values.store(lanes);
      for (index_t i = 0; i < std::min(count, width); ++i) to[i * grid.target[2]] = lanes[i];
    }
  }

  // Many rows ---------------------------------------------------------------------------------------------

  void run_packed() const {
    const index_t blocks = (inner + Extents::depth - 1) / Extents::depth;
    Buffer<T> packed(groups * blocks * rows * Extents::a_stride);
    pack_weights(blocks, packed.data());
    const index_t panels = (images * grid.positions() + wide - 1) / wide;
    // A task: some rows of one group against some panels, so many that weights are fetched seldom. Where
    // panels are few, rows are shared out as well.
    const index_t some = std::clamp<index_t>(panels / 4, 1, 4), panel_tasks = (panels + some - 1) / some;
    const index_t wanted = (16 + panel_tasks * groups - 1) / (panel_tasks * groups);
    const index_t tile = Extents::tile_rows, most = std::max<index_t>(1, rows / (4 * tile));
    const index_t parts =
        std::min(static_cast<index_t>(std::bit_ceil(static_cast<std::uint64_t>(wanted))), most);
    const index_t block_rows = ((rows + parts - 1) / parts + tile - 1) / tile * tile;
    const index_t row_tasks = (rows + block_rows - 1) / block_rows;
    const bool serial = images * grid.positions() * groups * rows * inner < (index_t{1} << 18);
    const index_t tasks = groups * row_tasks * panel_tasks;
    parallel_for(tasks, serial ? tasks : 1, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t p = task % panel_tasks * some, row = task / panel_tasks % row_tasks * block_rows;
        multiply(packed.data(), task / panel_tasks / row_tasks, row, std::min(block_rows, rows - row), p,
                 std::min(some, panels - p));
      }
    });
  }

  void pack_weights(index_t blocks, T* packed) const {
    const index_t grain = std::max<index_t>(1, (index_t{1} << 16) / std::max<index_t>(inner, 1));
    parallel_for(groups * rows, grain, [&](index_t begin, index_t end) {
      for (index_t row = begin; row < end; ++row) {
        for (index_t b = 0; b < blocks; ++b) {
          const index_t k = std::min<index_t>(Extents::depth, inner - b * Extents::depth);
          const T* const from = weights + row * inner + b * Extents::depth;
          std::copy(from, from + k,
                    packed + ((row / rows * blocks + b) * rows + row % rows) * Extents::a_stride);
        }
      }
    });
  }

  /// Where a panel's columns go: into the target at once where they are neighbours there.
  struct Columns {
    index_t count, first;
    bool together;
  };
  Columns columns_of(index_t panel) const {
    const index_t begin = panel * wide, end = std::min(begin + wide, images * grid.positions());
    Columns c{end - begin, 0, grid.target[2] == 1};
    each_run(grid, source_image, target_image(), begin, end, [&](const Run& run) {
      if (run.column == 0) c.first = run.target;
      c.together &= run.target == c.first + run.column;
    });
    return c;
  }

  void multiply(const T* packed, index_t group, index_t row, index_t count, index_t first,
                index_t panels) const {
    const index_t blocks = (inner + Extents::depth - 1) / Extents::depth;
    Buffer<T> right(panels * Extents::depth * wide), aside(panels * count * wide);
    T* const to = target + (group * rows + row) * target_row;
    for (index_t b = 0; b < blocks; ++b) {
      const index_t k = std::min<index_t>(Extents::depth, inner - b * Extents::depth);
      pack_panels(group, b, k, first, panels, right.data());
      const T* const left = packed + ((group * blocks + b) * rows + row) * Extents::a_stride;
      for (index_t i = 0; i < count; i += Extents::block_rows) {
        const index_t height = std::min<index_t>(Extents::block_rows, count - i);
        for (index_t p = 0; p < panels; ++p) {
          const Columns c = columns_of(first + p);
          T* const out = c.together ? to + i * target_row + c.first : aside.data() + (p * count + i) * wide;
          gemm_panel(height, k, left + i * Extents::a_stride, right.data() + p * Extents::depth * wide, wide,
                     T(1), b == 0 ? T(0) : T(1), out, c.together ? target_row : wide, c.count);
        }
      }
    }
    for (index_t p = 0; p < panels; ++p)
      finish(first + p, aside.data() + p * count * wide, to, bias ? bias + group * rows + row : nullptr,
             count);
  }

  void pack_panels(index_t group, index_t block, index_t k, index_t first, index_t panels, T* right) const {
    for (index_t p = 0; p < panels; ++p) {
      const index_t begin = (first + p) * wide, end = std::min(begin + wide, images * grid.positions());
      T* const panel = right + p * Extents::depth * wide;
      if (end - begin < wide) std::fill_n(panel, k * wide, T(0));
      each_run(grid, source_image, target_image(), begin, end, [&](const Run& run) {
        pack_run(run, source + group * source_group, offset + block * Extents::depth, k, panel, wide);
      });
    }
  }

  /// Adds the bias, and takes what was put aside to its places.
  void finish(index_t panel, const T* aside, T* to, const T* add, index_t count) const {
    const Columns c = columns_of(panel);
    if (c.together) {
      for (index_t i = 0; add && i < count; ++i) {
        T* const out = to + i * target_row + c.first;
        const Pack<T> b(add[i]);
        each_pack<T>(0, c.count, [&](auto lanes) { lanes.store(out, lanes.load(out) + b); });
      }
      return;
    }
    const index_t begin = panel * wide;
    each_run(grid, source_image, target_image(), begin, begin + c.count, [&](const Run& run) {
      for (index_t i = 0; i < count; ++i) {
        const T* const from = aside + i * wide + run.column;
        T* const out = to + i * target_row + run.target;
        const T b = add ? add[i] : T(0);
        for (index_t j = 0; j < run.length; ++j) out[j * grid.target[2]] = from[j] + b;
      }
    });
  }
};

}  // namespace TENON_NAMESPACE::backend::cpu
