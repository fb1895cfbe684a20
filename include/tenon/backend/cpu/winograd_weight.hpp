#pragma once
/// The gradient of a convolution by its kernels in the transformed domain of cpu/winograd_transform.hpp:
/// products of the tiles of the upstream gradient with those of the input, summed over all tiles.

#include "tenon/backend/cpu/transpose.hpp"
#include "tenon/backend/cpu/winograd_transform.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// dw(out, in, 3, 3) = the gradient by the kernels, summed over images in order.
template <Real T>
class WinogradWeightGradient {
  using P = Pack<T>;
  using Extents = GemmShape<T>;
  static constexpr index_t wide = Extents::tile_columns, places = WinogradTiles::places,
                           depth = Extents::depth;

 public:
  /// `inputs`, `upstream`: the tiles over planes of x and of dy.
  WinogradWeightGradient(const WinogradTiles& inputs, const WinogradTiles& upstream, index_t in, index_t out)
      : inputs_(inputs),
        upstream_(upstream),
        in_(in),
        out_(out),
        panels_((in + wide - 1) / wide),
        sums_(places * sums_step()),
        left_(places * left_step()),
        right_(places * right_step()) {}

  /// Adds what some images contribute.
  void add(index_t images, const T* x, const T* dy) {
    const index_t tiles = images * inputs_.per_image();
    for (index_t first = 0; first < tiles; first += depth) {
      const index_t count = std::min(depth, tiles - first);
      transform_upstream(dy, first, count);
      transform_inputs(x, first, count);
      multiply(count);
      fresh_ = false;
    }
  }

  void finish(T* dw) const {
    constexpr index_t taps = 9;
    parallel_for(out_, std::max<index_t>(1, (index_t{1} << 9) / in_), [&](index_t begin, index_t end) {
      for (index_t o = begin; o < end; ++o) {
        for (index_t c = 0; c < in_; c += P::width) {
          P u[places], g[taps];
          for (index_t i = 0; i < places; ++i)
            u[i] = P::load(sums_.data() + i * sums_step() + o * panels_ * wide + c);
          transform_square<P, 6, 3>(u, g, [](auto... v) { WinogradAxis<P>::kernel_gradient(v...); });
          T lines[taps * P::width];
          for (index_t t = 0; t < taps; ++t) g[t].store(lines + t * P::width);
          transpose(std::min<index_t>(P::width, in_ - c), taps, lines, P::width, dw + (o * in_ + c) * taps,
                    taps, false);
        }
      }
    });
  }

 private:
  index_t sums_step() const { return place_step<T>(out_ * panels_ * wide); }
  index_t left_step() const { return place_step<T>(out_ * Extents::a_stride); }
  index_t right_step() const { return place_step<T>(panels_ * depth * wide); }

  template <int extent, class Axis>
  static void stage_tiles(const WinogradTiles& tiles, const T* planes, index_t channels, index_t channel,
                          index_t begin, index_t end, WinogradStage<T>& stage, Axis&& axis) {
    const index_t plane = tiles.layout.elements(), row = tiles.layout.row();
    tiles.each_run(begin, end, [&](const WinogradTiles::Run& run) {
      const T* const from =
          planes + (run.image * channels + channel) * plane + run.y * WinogradTiles::tile * row + run.x;
      for (index_t t = 0; t < run.count; t += P::width)
        stage.template transform<extent>(from + t, tiles.offset, std::min<index_t>(P::width, run.count - t),
                                         run.column + t, axis);
    });
  }

  /// left(36, out, tiles in rows of a_stride)
  void transform_upstream(const T* dy, index_t first, index_t count) {
    each_panel_channel((count + wide - 1) / wide, out_, 16, [&](index_t panel, index_t o) {
      WinogradStage<T> stage;
      const index_t begin = first + panel * wide;
      stage_tiles<4>(upstream_, dy, out_, o, begin, std::min(begin + wide, first + count), stage,
                     [](auto... v) { WinogradAxis<P>::upstream(v...); });
      stage.copy_to(left_.data() + o * Extents::a_stride + panel * wide, left_step());
    });
  }

  /// right(36, panels of channels, tiles, wide): a pack's width of channels at a time, turned.
  void transform_inputs(const T* x, index_t first, index_t count) {
    constexpr index_t extent = Tile<T>::extent;
    const index_t groups = (panels_ * wide) / extent;
    each_panel_channel((count + wide - 1) / wide, groups, 2, [&](index_t panel, index_t group) {
      WinogradStage<T> stages[extent];
      const index_t begin = first + panel * wide, channel = group * extent;
      for (index_t i = 0; i < extent; ++i) {
        if (channel + i < in_)
          stage_tiles<6>(inputs_, x, in_, channel + i, begin, std::min(begin + wide, first + count),
                         stages[i], [](auto... v) { WinogradAxis<P>::input(v...); });
        else
          std::fill_n(stages[i].place, places * WinogradStage<T>::step, T(0));
      }
      T* const to = right_.data() + (channel / wide * depth + panel * wide) * wide + channel % wide;
      for (index_t place = 0; place < places; ++place)
        for (index_t t = 0; t < wide; t += extent)
          Tile<T>::transpose(stages[0].place + place * WinogradStage<T>::step + t,
                             places * WinogradStage<T>::step, to + place * right_step() + t * wide, wide,
                             false);
    });
  }

  /// sums(36, out, panels of channels * wide)
  void multiply(index_t count) {
    const index_t row_blocks = (out_ + Extents::block_rows - 1) / Extents::block_rows;
    parallel_for(places * row_blocks, 1, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t place = task / row_blocks, row = task % row_blocks * Extents::block_rows;
        for (index_t p = 0; p < panels_; ++p)
          gemm_panel(std::min<index_t>(Extents::block_rows, out_ - row), count,
                     left_.data() + place * left_step() + row * Extents::a_stride,
                     right_.data() + place * right_step() + p * depth * wide, wide, T(1),
                     fresh_ ? T(0) : T(1), sums_.data() + place * sums_step() + (row * panels_ + p) * wide,
                     panels_ * wide, wide);
      }
    });
  }

  const WinogradTiles &inputs_, &upstream_;
  index_t in_, out_, panels_;
  Buffer<T> sums_, left_, right_;
  bool fresh_ = true;  // nothing has been added
};

template <Real T>
void winograd_conv_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  const Windows& w = s.windows;
  constexpr index_t none[] = {0, 0};
  const WinogradTiles inputs(w.size[1], w.size[2], w.padding + 1, w.result[1], w.result[2]);
  WinogradTiles upstream(w.result[1], w.result[2], none, w.result[1], w.result[2]);
  upstream.offset_results();
  WinogradWeightGradient<T> gradient(inputs, upstream, s.in, s.out);
  const index_t plane = upstream.layout.elements();
  each_padded(inputs.layout, s.batch, s.in, x, T(0), [&](index_t first, index_t count, const T* planes) {
    Buffer<T> laid_out(count * s.out * plane);
    parallel_for(count * s.out, plane_grain(plane), [&](index_t begin, index_t end) {
      for (index_t p = begin; p < end; ++p)
        pad_plane(upstream.layout, dy + (first * s.out + p) * w.positions(), laid_out.data() + p * plane,
                  T(0));
    });
    gradient.add(count, planes, laid_out.data());
  });
  gradient.finish(dw);
}

}  // namespace TENON_NAMESPACE::backend::cpu
