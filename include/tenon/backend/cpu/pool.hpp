#pragma once
/// Maxima of windows, a pack of neighbouring windows at a time.

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/cpu/planes.hpp"
#include "tenon/backend/cpu/reduction.hpp"
#include "tenon/backend/reference/pool.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Maxima over planes that were laid out with -infinity around them.
template <Real T>
struct MaxPool {
  const Windows& w;
  const PlaneLayout& layout;
  Grid grid = Grid::of(w, layout);
  Buffer<index_t> offset = entry_offsets(w, layout, 1);  // of a window's entries, laid out
  Buffer<index_t> entry{w.taps() + 1};  // the same in the plane itself, after a place for tap -1

  MaxPool(const Windows& windows, const PlaneLayout& planes) : w(windows), layout(planes) {
    index_t* to = entry.data();
    *to++ = 0;
    for (index_t k0 = 0; k0 < w.kernel[0]; ++k0)
      for (index_t k1 = 0; k1 < w.kernel[1]; ++k1)
        for (index_t k2 = 0; k2 < w.kernel[2]; ++k2)
          *to++ = (k0 * w.dilation[0] * w.size[1] + k1 * w.dilation[1]) * w.size[2] + k2 * w.dilation[2];
  }

  void plane(const T* x, T* y, index_t* where) const {
    for (index_t r0 = 0; r0 < w.result[0]; ++r0) {
      for (index_t r1 = 0; r1 < w.result[1]; ++r1) {
        const T* const from = x + r0 * grid.source[0] + r1 * grid.source[1];
        const index_t line = (r0 * w.result[1] + r1) * w.result[2];
        if (where)
          line_with_places(from, y + line, where + line, r0, r1);
        else
          line_of_values(w.result[2], w.taps(), offset.data(), from, y + line);
      }
    }
  }

 private:
  struct Largest {
    Pack<T> value, tap;
  };
  static void line_of_values(index_t n, index_t taps, const index_t* offset, const T* from, T* y) {
    each_pack<T>(0, n, [&](auto lanes) {
      Pack<T> best = lanes.load(from + offset[0]);
      for (index_t k = 1; k < taps; ++k) best = Max<T>::step(best, lanes.load(from + offset[k]));
      lanes.store(y, best);
    });
  }
  /// NaN, once met, stays; a tap of -1 says that nothing exceeded -infinity.
  template <class AnyLanes>
  static Largest largest(const AnyLanes& lanes, index_t taps, const index_t* offset, const T* from) {
    Largest best{Pack<T>(-std::numeric_limits<T>::infinity()), Pack<T>(-1)};
    for (index_t k = 0; k < taps; ++k) {
      const Pack<T> v = lanes.load(from + offset[k]);
      const Mask<T> better = (v > best.value) | ((v != v) & (best.value == best.value));
      best.value = select(better, v, best.value);
      best.tap = select(better, Pack<T>(k), best.tap);
    }
    return best;
  }

  void line_with_places(const T* from, T* y, index_t* where, index_t r0, index_t r1) const {
    const index_t base =
        ((r0 * w.stride[0] - w.padding[0]) * w.size[1] + r1 * w.stride[1] - w.padding[1]) * w.size[2] -
        w.padding[2];
    const index_t taps = w.taps(), stride = w.stride[2];
    const index_t *const offsets = offset.data(), *const entries = entry.data() + 1;
    each_pack<T>(0, w.result[2], [&](auto lanes) {
      const Largest best = largest(lanes, taps, offsets, from);
      lanes.store(y, best.value);
      T tap_of[Pack<T>::width];
      best.tap.store(tap_of);
      bool none = false;
      const auto each = [&](auto&& f) {
        for (index_t i = 0; i < std::min<index_t>(lanes.count, Pack<T>::width); ++i)
          f(lanes.at + i, static_cast<index_t>(tap_of[i]));
      };
      each([&](index_t r2, index_t tap) {
        none |= tap < 0;
        where[r2] = base + r2 * stride + entries[tap];
      });
      if (none)
        each([&](index_t r2, index_t tap) {
          if (tap < 0) where[r2] = first_place(r0, r1, r2);
        });
    });
  }
  index_t first_place(index_t r0, index_t r1, index_t r2) const {
    const auto inside = [this](int axis, index_t r) {
      const index_t start = r * w.stride[axis] - w.padding[axis], d = w.dilation[axis];
      return start >= 0 ? start : start + (-start + d - 1) / d * d;
    };
    const index_t i0 = inside(0, r0), i1 = inside(1, r1), i2 = inside(2, r2);
    return i0 < w.size[0] && i1 < w.size[1] && i2 < w.size[2] ? (i0 * w.size[1] + i1) * w.size[2] + i2 : 0;
  }
};

template <Real T>
void max_pool(index_t planes, const Windows& w, const T* x, T* y, index_t* where) {
  const PlaneLayout layout = PlaneLayout::of(w);
  const MaxPool<T> pool(w, layout);
  const bool direct = layout.serves_itself();
  parallel_for(planes, plane_grain(w.elements() + w.positions() * w.taps() / 4),
               [&](index_t begin, index_t end) {
                 Buffer<T> padded(direct ? 0 : layout.elements());
                 for (index_t p = begin; p < end; ++p) {
                   const T* from = x + p * w.elements();
                   if (!direct) {
                     pad_plane(layout, from, padded.data(), -std::numeric_limits<T>::infinity());
                     from = padded.data();
                   }
                   pool.plane(from, y + p * w.positions(), where ? where + p * w.positions() : nullptr);
                 }
               });
}

template <Real T>
void max_pool_gather(index_t planes, index_t count, index_t extent, const T* x, const index_t* where, T* y) {
  parallel_for(planes, plane_grain(count), [&](index_t begin, index_t end) {
    reference::max_pool_gather(end - begin, count, extent, x + begin * extent, where + begin * count,
                               y + begin * count);
  });
}

template <Real T>
void max_unpool(index_t planes, index_t count, index_t extent, const T* y, const index_t* where, T* x) {
  parallel_for(planes, plane_grain(count + extent), [&](index_t begin, index_t end) {
    reference::max_unpool(end - begin, count, extent, y + begin * count, where + begin * count,
                          x + begin * extent);
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
