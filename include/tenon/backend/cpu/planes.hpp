#pragma once
/// Spatial planes with an edge around them, so that every entry of every window is simply there: an entry
/// stands at a fixed distance from the start of its window, and neighbouring windows are neighbours in
/// memory.

#include <algorithm>  // fill_n, max, min

#include "tenon/backend/memory.hpp"
#include "tenon/backend/windows.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Planes that are worth a thread's while.
inline index_t plane_grain(index_t work) {
  return std::max<index_t>(1, (index_t{1} << 15) / std::max<index_t>(work, 1));
}

/// How planes are laid out for windows. Rows are sorted by phase when windows advance by more than one
/// element: entries 0, s, 2 s, … first, then 1, s + 1, ….
struct PlaneLayout {
  index_t size[3], before[3], extent[3];
  index_t phases = 1, columns = 1;  // of a row

  /// extent: as far as windows reach, counted from `before` elements ahead of the plane.
  PlaneLayout(const index_t* plane, const index_t* ahead, const index_t* reach, index_t row_phases) {
    for (int axis = 0; axis < 3; ++axis) {
      size[axis] = plane[axis];
      before[axis] = ahead[axis];
      extent[axis] = std::max<index_t>(reach[axis], 0);
    }
    phases = row_phases;
    if (serves_itself())
      for (int axis = 0; axis < 3; ++axis) extent[axis] = size[axis];
    columns = (extent[2] + phases - 1) / phases;
  }
  static PlaneLayout of(const Windows& w) {
    index_t reach[3];
    for (int axis = 0; axis < 3; ++axis)
      reach[axis] = (w.result[axis] - 1) * w.stride[axis] + (w.kernel[axis] - 1) * w.dilation[axis] + 1;
    return {w.size, w.padding, reach, w.result[2] > 1 ? w.stride[2] : 1};
  }

  /// Whether the planes need no copy.
  bool serves_itself() const {
    bool fits = phases == 1;
    for (int axis = 0; axis < 3; ++axis) fits &= before[axis] == 0 && extent[axis] <= size[axis];
    return fits;
  }
  index_t row() const { return phases * columns; }
  index_t elements() const { return extent[0] * extent[1] * row(); }
  /// Where the element at i0, i1, i2, counted from `before` elements ahead, stands.
  index_t at(index_t i0, index_t i1, index_t i2) const {
    return (i0 * extent[1] + i1) * row() + i2 % phases * columns + i2 / phases;
  }
};

/// One plane in its layout, `fill` around it.
template <class T>
void pad_plane(const PlaneLayout& l, const T* from, T* to, T fill) {
  for (index_t i0 = 0; i0 < l.extent[0]; ++i0) {
    for (index_t i1 = 0; i1 < l.extent[1]; ++i1, to += l.row()) {
      const index_t s0 = i0 - l.before[0], s1 = i1 - l.before[1];
      if (s0 < 0 || s0 >= l.size[0] || s1 < 0 || s1 >= l.size[1]) {
        std::fill_n(to, l.row(), fill);
        continue;
      }
      const T* const line = from + (s0 * l.size[1] + s1) * l.size[2];
      for (index_t phase = 0; phase < l.phases; ++phase) {
        T* const part = to + phase * l.columns;
        // Column c of this part is element c * phases + offset of the line.
        const index_t offset = phase - l.before[2];
        const auto columns_below = [&](index_t bound) {
          const index_t room = bound - offset;
          return std::clamp<index_t>(room > 0 ? (room + l.phases - 1) / l.phases : 0, 0, l.columns);
        };
        const index_t first = columns_below(0), last = columns_below(l.size[2]);
        std::fill_n(part, first, fill);
        const T* const source = line + offset;
        if (l.phases == 1)
          std::copy(source + first, source + last, part + first);
        else if (l.phases == 2)
          for (index_t c = first; c < last; ++c) part[c] = source[2 * c];
        else if (l.phases == 4)
          for (index_t c = first; c < last; ++c) part[c] = source[4 * c];
        else
          for (index_t c = first; c < last; ++c) part[c] = source[c * l.phases];
        std::fill_n(part + last, l.columns - last, fill);
      }
    }
  }
}

/// Calls f(first, count, planes) for runs of images whose planes, laid out, stay near: `channels` planes
/// each.
template <class T, class F>
void each_padded(const PlaneLayout& layout, index_t images, index_t channels, const T* x, T fill, F&& f) {
  if (images == 0) return;
  if (layout.serves_itself()) return f(index_t{0}, images, x);
  constexpr index_t near = index_t{1} << 22;
  const index_t bytes = channels * layout.elements() * static_cast<index_t>(sizeof(T));
  const index_t chunk = std::clamp<index_t>(near / std::max<index_t>(bytes, 1), 1, images);
  const index_t from_plane = layout.size[0] * layout.size[1] * layout.size[2];
  Buffer<T> padded(chunk * channels * layout.elements());
  for (index_t first = 0; first < images; first += chunk) {
    const index_t count = std::min(chunk, images - first);
    const index_t grain = std::max<index_t>(1, (index_t{1} << 15) / std::max<index_t>(layout.elements(), 1));
    parallel_for(count * channels, grain, [&](index_t begin, index_t end) {
      for (index_t p = begin; p < end; ++p)
        pad_plane(layout, x + (first * channels + p) * from_plane, padded.data() + p * layout.elements(),
                  fill);
    });
    f(first, count, padded.data());
  }
}

/// Whether groups of `channels` planes are many, small and in need of a copy: then each is best laid out by
/// the task that reads it, in its own cache.
inline bool prefers_own_planes(const PlaneLayout& layout, index_t groups, index_t channels) {
  constexpr index_t many = 16, small = index_t{1} << 16;
  return !layout.serves_itself() && groups >= many && channels * layout.elements() <= small;
}
/// Calls f(group, planes) for groups of `channels` planes, on several threads.
template <class T, class F>
void each_own_planes(const PlaneLayout& layout, index_t groups, index_t channels, const T* x, T fill,
                     index_t work, F&& f) {
  const index_t from_plane = layout.size[0] * layout.size[1] * layout.size[2];
  const index_t grain = std::max<index_t>(1, (index_t{1} << 17) / std::max<index_t>(work, 1));
  parallel_for(groups, grain, [&](index_t begin, index_t end) {
    Buffer<T> own(channels * layout.elements());
    for (index_t g = begin; g < end; ++g) {
      for (index_t c = 0; c < channels; ++c)
        pad_plane(layout, x + (g * channels + c) * from_plane, own.data() + c * layout.elements(), fill);
      f(g, own.data());
    }
  });
}

/// A grid of positions, and the steps that it takes through two arrays.
struct Grid {
  index_t extent[3], source[3], target[3];

  static Grid of(const Windows& w, const PlaneLayout& l) {
    return {{w.result[0], w.result[1], w.result[2]},
            {w.stride[0] * l.extent[1] * l.row(), w.stride[1] * l.row(), 1},
            {w.result[1] * w.result[2], w.result[2], 1}};
  }
  index_t positions() const { return extent[0] * extent[1] * extent[2]; }

  /// The same positions in fewer and longer lines.
  Grid merged() const {
    Grid g = *this;
    for (int i = 0; i < 2; ++i) {
      const bool joined =
          g.source[1] == g.extent[2] * g.source[2] && g.target[1] == g.extent[2] * g.target[2];
      if (g.extent[1] != 1 && !joined) break;
      if (g.extent[1] != 1) g.extent[2] *= g.extent[1];
      g.extent[1] = g.extent[0];
      g.source[1] = g.source[0];
      g.target[1] = g.target[0];
      g.extent[0] = 1;
    }
    return g;
  }
};

/// Neighbouring positions of a line.
struct Run {
  index_t column, length, source, target;
};

/// Calls f(run) for positions [begin, end) of a grid that repeats for every image.
template <class F>
void each_run(const Grid& g, index_t source_image, index_t target_image, index_t begin, index_t end, F&& f) {
  const index_t positions = g.positions();
  for (index_t j = begin; j < end;) {
    const index_t image = j / positions, line = j % positions / g.extent[2], at = j % g.extent[2];
    const index_t length = std::min(g.extent[2] - at, end - j), i0 = line / g.extent[1],
                  i1 = line % g.extent[1];
    f(Run{j - begin, length, image * source_image + i0 * g.source[0] + i1 * g.source[1] + at * g.source[2],
          image * target_image + i0 * g.target[0] + i1 * g.target[1] + at * g.target[2]});
    j += length;
  }
}

/// The distances of a window's entries from its start, in each of `channels` planes.
inline Buffer<index_t> entry_offsets(const Windows& w, const PlaneLayout& l, index_t channels) {
  Buffer<index_t> offsets(channels * w.taps());
  index_t* to = offsets.data();
  for (index_t c = 0; c < channels; ++c)
    for (index_t k0 = 0; k0 < w.kernel[0]; ++k0)
      for (index_t k1 = 0; k1 < w.kernel[1]; ++k1)
        for (index_t k2 = 0; k2 < w.kernel[2]; ++k2)
          *to++ = c * l.elements() + l.at(k0 * w.dilation[0], k1 * w.dilation[1], k2 * w.dilation[2]);
  return offsets;
}

}  // namespace TENON_NAMESPACE::backend::cpu
