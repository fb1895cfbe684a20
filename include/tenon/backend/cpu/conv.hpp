#pragma once
/// Convolution, and its transpose in the form that gathers: each element of the result collects the windows
/// that cover it. With stride s the elements at a, a + s, … are covered by the same entries of the kernel, so
/// that each such phase is a convolution of stride 1 with a part of the kernel.

#include "tenon/backend/cpu/tap_product.hpp"

namespace TENON_NAMESPACE::backend::cpu {

template <Real T>
void conv(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  const PlaneLayout layout = PlaneLayout::of(s.windows);
  const Buffer<index_t> offsets = entry_offsets(s.windows, layout, s.in);
  const Grid grid = Grid::of(s.windows, layout).merged();
  const index_t positions = s.windows.positions(), group = s.in * layout.elements();
  each_padded(layout, s.batch, s.groups * s.in, x, T(0), [&](index_t first, index_t count, const T* planes) {
    TapProduct<T>{.grid = grid,
                  .images = count,
                  .groups = s.groups,
                  .rows = s.out,
                  .inner = s.in * s.windows.taps(),
                  .offset = offsets.data(),
                  .source = planes,
                  .source_image = s.groups * group,
                  .source_group = group,
                  .target = y + first * s.groups * s.out * positions,
                  .target_row = positions,
                  .weights = w,
                  .bias = bias}
        .run();
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

template <Real T>
void conv_transpose(const ConvShape& s, const T* y, const T* w, const T* bias, T* x) {
  const Windows& v = s.windows;
  const PlaneLayout layout = gathering_layout(v);
  const index_t group = s.out * layout.elements(), elements = v.elements();
  Buffer<T> weights(s.groups * s.in * s.out * v.taps());
  Buffer<index_t> offsets(s.out * v.taps());
  const auto gather = [&](const Phase* phase, index_t first, index_t images, const T* planes) {
    const PhaseTaps taps(v, layout, phase);
    turn_weights(s, taps, w, weights.data());
    for (index_t o = 0; o < s.out; ++o)
      for (index_t t = 0; t < taps.count; ++t)
        offsets[o * taps.count + t] = o * layout.elements() + taps.offset[t];
    const index_t start = (phase[0].start * v.size[1] + phase[1].start) * v.size[2] + phase[2].start;
    const Grid grid{{phase[0].count, phase[1].count, phase[2].count},
                    {layout.extent[1] * layout.row(), layout.row(), 1},
                    {v.stride[0] * v.size[1] * v.size[2], v.stride[1] * v.size[2], v.stride[2]}};
    TapProduct<T>{.grid = grid.merged(),
                  .images = images,
                  .groups = s.groups,
                  .rows = s.in,
                  .inner = s.out * taps.count,
                  .offset = offsets.data(),
                  .source = planes,
                  .source_image = s.groups * group,
                  .source_group = group,
                  .target = x + first * s.groups * s.in * elements + start,
                  .target_row = elements,
                  .weights = weights.data(),
                  .bias = bias}
        .run();
  };
  each_padded(layout, s.batch, s.groups * s.out, y, T(0), [&](index_t first, index_t count, const T* planes) {
    for (index_t a0 = 0; a0 < std::min(v.stride[0], v.size[0]); ++a0) {
      for (index_t a1 = 0; a1 < std::min(v.stride[1], v.size[1]); ++a1) {
        for (index_t a2 = 0; a2 < std::min(v.stride[2], v.size[2]); ++a2) {
          const Phase phase[] = {{v, 0, a0}, {v, 1, a1}, {v, 2, a2}};
          gather(phase, first, count, planes);
        }
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
