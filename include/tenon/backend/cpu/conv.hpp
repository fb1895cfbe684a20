#pragma once
/// Convolution, and its transpose in the form that gathers: each element of the result collects the windows
/// that cover it. With stride s the elements at a, a + s, … are covered by the same entries of the kernel, so
/// that each such phase is a convolution of stride 1 with a part of the kernel.

#include <vector>  // vector

#include "tenon/backend/cpu/implicit_gemm.hpp"
#include "tenon/backend/cpu/winograd.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Products for each pair of channels that the transform of a kernel costs as much as.
inline constexpr index_t winograd_kernel_cost = 600;

template <Real T>
void conv(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  if (prefers_winograd<T>(s, 16, winograd_kernel_cost)) {
    const Windows& v = s.windows;
    const WinogradTiles tiles(v.size[1], v.size[2], v.padding + 1, v.result[1], v.result[2]);
    return winograd_conv<T>(tiles, s.batch, s.in, s.out, x, {w, s.in * 9, 9, false}, bias, y);
  }
  const PlaneLayout layout = PlaneLayout::of(s.windows);
  const Buffer<index_t> offsets = entry_offsets(s.windows, layout, s.in);
  const Grid grid = Grid::of(s.windows, layout).merged();
  const index_t positions = s.windows.positions(), size = s.in * layout.elements();
  const index_t inner = s.in * s.windows.taps();
  // Some images, or one group of one image.
  const auto multiply = [&](index_t images, index_t groups, index_t image, index_t g, const T* planes) {
    ImplicitGemm<T>{.grid = grid,
                    .images = images,
                    .groups = groups,
                    .rows = s.out,
                    .inner = inner,
                    .offset = offsets.data(),
                    .source = planes,
                    .source_image = groups * size,
                    .source_group = size,
                    .target = y + (image * s.groups + g) * s.out * positions,
                    .target_row = positions,
                    .weights = w + g * s.out * inner,
                    .bias = bias ? bias + g * s.out : nullptr}
        .run();
  };
  if (s.out <= ImplicitGemm<T>::few_rows && prefers_own_planes(layout, s.batch * s.groups, s.in))
    return each_own_planes(
        layout, s.batch * s.groups, s.in, x, T(0), s.out * inner * positions,
        [&](index_t k, const T* planes) { multiply(1, 1, k / s.groups, k % s.groups, planes); });
  each_padded(layout, s.batch, s.groups * s.in, x, T(0), [&](index_t first, index_t count, const T* planes) {
    multiply(count, s.groups, first, 0, planes);
  });
}

/// Along one axis: the elements a, a + stride, … and what covers them. Entry k of the window r = t + shift(k)
/// stands at the t-th of them.
struct Phase {
  index_t start, stride, padding, dilation, kernel, count;

  Phase(const Windows& w, int axis, index_t a)
      : start(a),
        stride(w.stride[axis]),
        padding(w.padding[axis]),
        dilation(w.dilation[axis]),
        kernel(w.kernel[axis]),
        count(a < w.size[axis] ? (w.size[axis] - a + w.stride[axis] - 1) / w.stride[axis] : 0) {}

  bool meets(index_t k) const { return (start + padding - k * dilation) % stride == 0; }
  index_t shift(index_t k) const { return (start + padding - k * dilation) / stride; }
};

/// The layout of windows' results from which all phases gather.
inline PlaneLayout gathering_layout(const Windows& w) {
  index_t before[3], reach[3];
  for (int axis = 0; axis < 3; ++axis) {
    before[axis] = 0;
    reach[axis] = 0;
    for (index_t a = 0; a < w.stride[axis]; ++a) {
      const Phase phase(w, axis, a);
      for (index_t k = 0; k < w.kernel[axis] && phase.count > 0; ++k) {
        if (!phase.meets(k)) continue;
        before[axis] = std::max(before[axis], -phase.shift(k));
        reach[axis] = std::max(reach[axis], phase.shift(k) + phase.count);
      }
    }
    reach[axis] += before[axis];
  }
  return {w.result, before, reach, 1};
}

/// The entries of the kernel that belong to one phase of each axis: their places in the kernel, and how far
/// from an element's own place the windows stand.
struct PhaseTaps {
  Buffer<index_t> entry, offset;
  index_t count = 0;

  PhaseTaps(const Windows& w, const PlaneLayout& l, const Phase* phase) : entry(w.taps()), offset(w.taps()) {
    for (index_t k0 = 0; k0 < w.kernel[0]; ++k0) {
      for (index_t k1 = 0; k1 < w.kernel[1]; ++k1) {
        for (index_t k2 = 0; k2 < w.kernel[2]; ++k2) {
          if (!phase[0].meets(k0) || !phase[1].meets(k1) || !phase[2].meets(k2)) continue;
          entry[count] = (k0 * w.kernel[1] + k1) * w.kernel[2] + k2;
          offset[count++] = l.at(phase[0].shift(k0) + l.before[0], phase[1].shift(k1) + l.before[1],
                                 phase[2].shift(k2) + l.before[2]);
        }
      }
    }
  }
};

/// to(groups, in, out, phase's taps) from w(groups, out, in, taps).
template <class T>
void turn_weights(const ConvShape& s, const PhaseTaps& taps, const T* w, T* to) {
  const index_t all = s.windows.taps(), block = 16, blocks = (s.in + block - 1) / block;
  const index_t grain = std::max<index_t>(1, (index_t{1} << 15) / std::max<index_t>(s.out * block * all, 1));
  parallel_for(s.groups * blocks, grain, [&](index_t begin, index_t end) {
    for (index_t task = begin; task < end; ++task) {
      const index_t g = task / blocks, first = task % blocks * block, last = std::min(first + block, s.in);
      for (index_t o = 0; o < s.out; ++o) {
        for (index_t i = first; i < last; ++i) {
          const T* const from = w + ((g * s.out + o) * s.in + i) * all;
          T* const row = to + ((g * s.in + i) * s.out + o) * taps.count;
          for (index_t t = 0; t < taps.count; ++t) row[t] = from[taps.entry[t]];
        }
      }
    }
  });
}

/// One phase ready to be computed.
template <class T>
struct PreparedPhase {
  PhaseTaps taps;
  Grid grid;
  index_t start;  // of the phase in a plane
  Buffer<index_t> offsets;
  Buffer<T> weights;

  PreparedPhase(const ConvShape& s, const PlaneLayout& l, const Phase* phase, const T* w)
      : taps(s.windows, l, phase),
        grid{{phase[0].count, phase[1].count, phase[2].count},
             {l.extent[1] * l.row(), l.row(), 1},
             {s.windows.stride[0] * s.windows.size[1] * s.windows.size[2],
              s.windows.stride[1] * s.windows.size[2], s.windows.stride[2]}},
        start((phase[0].start * s.windows.size[1] + phase[1].start) * s.windows.size[2] + phase[2].start),
        offsets(s.out * taps.count),
        weights(s.groups * s.in * s.out * taps.count) {
    grid = grid.merged();
    for (index_t o = 0; o < s.out; ++o)
      for (index_t t = 0; t < taps.count; ++t)
        offsets[o * taps.count + t] = o * l.elements() + taps.offset[t];
    turn_weights(s, taps, w, weights.data());
  }
};

template <Real T>
void conv_transpose(const ConvShape& s, const T* y, const T* w, const T* bias, T* x) {
  const Windows& v = s.windows;
  if (prefers_winograd<T>(s, 16, winograd_kernel_cost)) {
    const index_t ahead[] = {2 - v.padding[1], 2 - v.padding[2]};
    const WinogradTiles tiles(v.result[1], v.result[2], ahead, v.size[1], v.size[2]);
    return winograd_conv<T>(tiles, s.batch, s.out, s.in, y, {w, 9, s.in * 9, true}, bias, x);
  }
  const PlaneLayout layout = gathering_layout(v);
  const index_t size = s.out * layout.elements(), elements = v.elements();
  // Some images, or one group of one image.
  const auto multiply = [&](const PreparedPhase<T>& phase, index_t images, index_t groups, index_t image,
                            index_t g, const T* planes) {
    const index_t inner = s.out * phase.taps.count;
    ImplicitGemm<T>{.grid = phase.grid,
                    .images = images,
                    .groups = groups,
                    .rows = s.in,
                    .inner = inner,
                    .offset = phase.offsets.data(),
                    .source = planes,
                    .source_image = groups * size,
                    .source_group = size,
                    .target = x + (image * s.groups + g) * s.in * elements + phase.start,
                    .target_row = elements,
                    .weights = phase.weights.data() + g * s.in * inner,
                    .bias = bias ? bias + g * s.in : nullptr}
        .run();
  };
  std::vector<PreparedPhase<T>> phases;
  for (index_t a0 = 0; a0 < std::min(v.stride[0], v.size[0]); ++a0) {
    for (index_t a1 = 0; a1 < std::min(v.stride[1], v.size[1]); ++a1) {
      for (index_t a2 = 0; a2 < std::min(v.stride[2], v.size[2]); ++a2) {
        const Phase phase[] = {{v, 0, a0}, {v, 1, a1}, {v, 2, a2}};
        phases.emplace_back(s, layout, phase, w);
      }
    }
  }
  if (s.in <= ImplicitGemm<T>::few_rows && prefers_own_planes(layout, s.batch * s.groups, s.out))
    return each_own_planes(layout, s.batch * s.groups, s.out, y, T(0),
                           s.in * s.out * v.taps() * v.positions(), [&](index_t k, const T* planes) {
                             for (const auto& phase : phases)
                               multiply(phase, 1, 1, k / s.groups, k % s.groups, planes);
                           });
  each_padded(layout, s.batch, s.groups * s.out, y, T(0), [&](index_t first, index_t count, const T* planes) {
    for (const auto& phase : phases) multiply(phase, count, s.groups, first, 0, planes);
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
