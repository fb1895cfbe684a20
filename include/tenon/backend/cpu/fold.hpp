#pragma once
/// Folding line by line: the sum of windows at the places that they were read from.

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/backend/cpu/planes.hpp"
#include "tenon/backend/reference/fold.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// One plane: each entry of the kernel adds whole lines of windows.
template <Real T>
void fold_plane(const Windows& w, const T* columns, T* x) {
  std::fill_n(x, w.elements(), T(0));
  for (index_t k0 = 0; k0 < w.kernel[0]; ++k0) {
    for (index_t k1 = 0; k1 < w.kernel[1]; ++k1) {
      for (index_t k2 = 0; k2 < w.kernel[2]; ++k2, columns += w.positions()) {
        const index_t start = k2 * w.dilation[2] - w.padding[2], s = w.stride[2];
        const index_t first = start < 0 ? (-start + s - 1) / s : 0;
        const index_t last = start < w.size[2] ? std::min((w.size[2] - start + s - 1) / s, w.result[2]) : 0;
        for (index_t r0 = 0; r0 < w.result[0]; ++r0) {
          const index_t i0 = r0 * w.stride[0] + k0 * w.dilation[0] - w.padding[0];
          for (index_t r1 = 0; r1 < w.result[1]; ++r1) {
            const index_t i1 = r1 * w.stride[1] + k1 * w.dilation[1] - w.padding[1];
            if (i0 < 0 || i0 >= w.size[0] || i1 < 0 || i1 >= w.size[1]) continue;
            const T* const from = columns + (r0 * w.result[1] + r1) * w.result[2];
            T* const to = x + (i0 * w.size[1] + i1) * w.size[2] + start;
            for (index_t r2 = first; r2 < last; ++r2) to[r2 * s] += from[r2];
          }
        }
      }
    }
  }
}

template <Real T>
void fold(index_t planes, const Windows& w, const T* columns, T* x) {
  const index_t from = w.taps() * w.positions();
  parallel_for(planes, plane_grain(from), [&](index_t begin, index_t end) {
    for (index_t p = begin; p < end; ++p) fold_plane(w, columns + p * from, x + p * w.elements());
  });
}

/// Threads share the signals, whose frames are added in order.
template <Real T>
void overlap_add(index_t batch, index_t count, index_t size, index_t hop, index_t length, const T* x, T* y) {
  parallel_for(batch, plane_grain(count * size), [&](index_t begin, index_t end) {
    reference::overlap_add(end - begin, count, size, hop, length, x + begin * count * size,
                           y + begin * length);
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
