#pragma once
/// Convolution by Winograd's minimal filtering: kernels, tiles of the input and their products in the
/// transformed domain, and the result's tiles. See cpu/winograd_transform.hpp.

#include "tenon/backend/cpu/transpose.hpp"
#include "tenon/backend/cpu/winograd_transform.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// The kernels of a convolution as it reads them: row r (a channel of the result), inner place k (one of the
/// input) at data + r * row_step + k * inner_step; `turned`: by half a circle, as the transpose needs them.
template <Real T>
struct WinogradWeights {
  const T* data;
  index_t row_step, inner_step;
  bool turned;
};

/// Some rows of kernels in the transformed domain, as left sides of matrix products: (36, blocks, rows,
/// a_stride).
template <Real T>
class WinogradKernels {
  using Extents = GemmShape<T>;
  using P = Pack<T>;
  static constexpr index_t taps = 9;

 public:
  WinogradKernels(index_t rows, index_t inner)
      : rows_(rows),
        inner_(inner),
        blocks_((inner + Extents::depth - 1) / Extents::depth),
        step_(place_step<T>(blocks_ * rows * Extents::a_stride)),
        data_(WinogradTiles::places * step_) {}

  void transform(const WinogradWeights<T>& w, index_t first, index_t rows) {
    constexpr index_t band = 4;  // where kernels of neighbouring rows are neighbours, they share lines
    const index_t bands = (rows + band - 1) / band;
    parallel_for(bands, std::max<index_t>(1, (index_t{1} << 9) / inner_), [&](index_t begin, index_t end) {
      for (index_t k = 0; k < inner_; k += P::width)
        for (index_t row = begin * band; row < std::min(end * band, rows); ++row)
          transform_pack(w.data + (first + row) * w.row_step + k * w.inner_step, w.inner_step, w.turned, row,
                         k);
    });
  }

  index_t blocks() const { return blocks_; }
  index_t depth(index_t block) const { return std::min(Extents::depth, inner_ - block * Extents::depth); }
  const T* at(index_t place, index_t block, index_t row) const {
    return data_.data() + place * step_ + (block * rows_ + row) * Extents::a_stride;
  }

 private:
  void transform_pack(const T* w, index_t step, bool turned, index_t row, index_t k) {
    T lines[taps * P::width] = {};
    transpose(taps, std::min<index_t>(P::width, inner_ - k), w, step, lines, P::width, false);
    P g[taps], u[WinogradTiles::places];
    for (index_t t = 0; t < taps; ++t) g[turned ? taps - 1 - t : t] = P::load(lines + t * P::width);
    transform_square<P, 3, 6>(g, u, [](auto... x) { WinogradAxis<P>::kernel(x...); });
    T* const to = data_.data() + (k / Extents::depth * rows_ + row) * Extents::a_stride + k % Extents::depth;
    for (index_t i = 0; i < WinogradTiles::places; ++i) u[i].store(to + i * step_);  // a_stride has room
  }

  index_t rows_, inner_, blocks_, step_;
  Buffer<T> data_;
};

/// y(images, out, height, width) = kernels applied to x(images, in, …), whose planes are laid out.
template <Real T>
class WinogradConv {
  using P = Pack<T>;
  static constexpr index_t wide = GemmShape<T>::tile_columns, places = WinogradTiles::places;

 public:
  /// bias(out) may be null.
  WinogradConv(const WinogradTiles& tiles, index_t in, index_t out, const WinogradWeights<T>& weights,
               const T* bias, index_t images)
      : tiles_(tiles),
        in_(in),
        out_(out),
        weights_(weights),
        bias_(bias),
        chunk_(chunk(images)),
        rows_(band_rows(images)),
        kernels_(rows_, in) {}

  void operator()(index_t images, const T* planes, T* y) {
    const index_t panels = panels_of(images);
    Buffer<T> inputs(places * place_step<T>(chunk_ * in_ * wide)),
        results(places * place_step<T>(chunk_ * rows_ * wide));
    for (index_t first = 0; first < panels; first += chunk_) {
      const Chunk c{images, planes, y, first, std::min(chunk_, panels - first)};
      transform_inputs(c, inputs.data());
      for (index_t row = 0; row < out_; row += rows_) {
        const index_t rows = std::min(rows_, out_ - row);
        if (rows_ < out_ || !ready_) kernels_.transform(weights_, row, rows);
        ready_ = true;
        multiply(c.count, rows, inputs.data(), results.data());
        transform_results(c, row, rows, results.data());
      }
    }
  }

 private:
  struct Chunk {
    index_t images;
    const T* planes;
    T* y;
    index_t first, count;  // panels
  };

  index_t panels_of(index_t images) const { return (images * tiles_.per_image() + wide - 1) / wide; }
  /// As many panels at a time as stay near in their transformed form, but enough to use kernels often.
  index_t chunk(index_t images) const {
    constexpr index_t near = index_t{1} << 22, least = 4;
    const index_t bytes = places * wide * (in_ + out_) * static_cast<index_t>(sizeof(T));
    return std::min(panels_of(images), std::max(least, near / bytes));
  }
  /// Kernels that are used by one chunk alone are transformed some rows at a time, so that they stay near.
  index_t band_rows(index_t images) const {
    if (panels_of(images) > chunk_) return out_;
    constexpr index_t near = index_t{1} << 22, block = GemmShape<T>::block_rows / 2;
    const index_t bytes = places * std::max(in_, GemmShape<T>::a_stride) * static_cast<index_t>(sizeof(T));
    return std::min(out_, std::max<index_t>(1, near / bytes / block) * block);
  }
  template <class F>
  void each_run(const Chunk& c, index_t panel, F&& f) const {
    const index_t begin = (c.first + panel) * wide;
    tiles_.each_run(begin, std::min(begin + wide, c.images * tiles_.per_image()), f);
  }

  /// inputs(36, panels, in, wide)
  void transform_inputs(const Chunk& c, T* inputs) const {
    const index_t plane = tiles_.layout.elements(), row = tiles_.layout.row();
    each_panel_channel(c.count, in_, 16, [&](index_t panel, index_t channel) {
      WinogradStage<T> stage;
      each_run(c, panel, [&](const WinogradTiles::Run& run) {
        const T* const from =
            c.planes + (run.image * in_ + channel) * plane + run.y * WinogradTiles::tile * row + run.x;
        for (index_t t = 0; t < run.count; t += P::width)
          stage.template transform<6>(from + t, tiles_.offset, std::min<index_t>(P::width, run.count - t),
                                      run.column + t, [](auto... x) { WinogradAxis<P>::input(x...); });
      });
      stage.copy_to(inputs + (panel * in_ + channel) * wide, place_step<T>(c.count * in_ * wide));
    });
  }

  /// results(36, panels, rows, wide)
  void multiply(index_t panels, index_t rows, const T* inputs, T* results) const {
    constexpr index_t block_rows = GemmShape<T>::block_rows;
    const index_t row_blocks = (rows + block_rows - 1) / block_rows;
    parallel_for(places * row_blocks, 1, [&](index_t begin, index_t end) {
      for (index_t task = begin; task < end; ++task) {
        const index_t place = task / row_blocks, row = task % row_blocks * block_rows;
        for (index_t b = 0; b < kernels_.blocks(); ++b) {
          for (index_t p = 0; p < panels; ++p) {
            const T* const right = inputs + place * place_step<T>(panels * in_ * wide) +
                                   (p * in_ + b * GemmShape<T>::depth) * wide;
            T* const to = results + place * place_step<T>(panels * rows * wide) + (p * rows + row) * wide;
            gemm_panel(std::min(block_rows, rows - row), kernels_.depth(b), kernels_.at(place, b, row), right,
                       wide, T(1), b == 0 ? T(0) : T(1), to, wide, wide);
          }
        }
      }
    });
  }

  void transform_results(const Chunk& c, index_t row, index_t rows, const T* results) const {
    each_panel_channel(c.count, rows, 16, [&](index_t panel, index_t r) {
      WinogradStage<T> stage;
      stage.copy_from(results + (panel * rows + r) * wide, place_step<T>(c.count * rows * wide));
      const P add(bias_ ? bias_[row + r] : T(0));
      each_run(c, panel, [&](const WinogradTiles::Run& run) {
        T* const plane = c.y + (run.image * out_ + row + r) * tiles_.height * tiles_.width;
        for (index_t t = 0; t < run.count; t += P::width)
          write_tiles(stage.place + run.column + t, add, plane, run.y, run.x + t,
                      std::min<index_t>(P::width, run.count - t));
      });
    });
  }
  void write_tiles(const T* from, const P& add, T* plane, index_t tile_y, index_t tile_x,
                   index_t count) const {
    constexpr index_t tile = WinogradTiles::tile, area = tile * tile, extent = Tile<T>::extent;
    P m[places], r[area];
    for (index_t i = 0; i < places; ++i) m[i] = P::load(from + i * WinogradStage<T>::step);
    transform_square<P, 6, 4>(m, r, [](auto... x) { WinogradAxis<P>::result(x...); });
    T lanes[area * P::width], squares[P::width * area];
    for (index_t i = 0; i < area; ++i) (r[i] + add).store(lanes + i * P::width);
    for (index_t i = 0; i < area; i += extent)
      for (index_t t = 0; t < P::width; t += extent)
        Tile<T>::transpose(lanes + i * P::width + t, P::width, squares + t * area + i, area, false);
    const index_t rows = std::min(tile, tiles_.height - tile_y * tile);
    T* const to = plane + tile_y * tile * tiles_.width + tile_x * tile;
    const index_t whole = std::min(count, (tiles_.width - tile_x * tile) / tile);
    for (index_t i = 0; i < rows; ++i) {
      for (index_t t = 0; t < whole; ++t)
        __builtin_memcpy(to + i * tiles_.width + t * tile, squares + t * area + i * tile, tile * sizeof(T));
      for (index_t t = whole; t < count; ++t)
        std::copy_n(squares + t * area + i * tile, tiles_.width - (tile_x + t) * tile,
                    to + i * tiles_.width + t * tile);
    }
  }

  const WinogradTiles& tiles_;
  index_t in_, out_;
  WinogradWeights<T> weights_;
  const T* bias_;
  index_t chunk_, rows_;
  WinogradKernels<T> kernels_;
  bool ready_ = false;  // kernels_, if they are all rows
};

/// Convolution, or its transpose: which only differ in the kernels and the padding.
template <Real T>
void winograd_conv(const WinogradTiles& tiles, index_t batch, index_t in, index_t out, const T* x,
                   const WinogradWeights<T>& w, const T* bias, T* y) {
  WinogradConv<T> convolve(tiles, in, out, w, bias, batch);
  each_padded(tiles.layout, batch, in, x, T(0), [&](index_t first, index_t count, const T* planes) {
    convolve(count, planes, y + first * out * tiles.height * tiles.width);
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
