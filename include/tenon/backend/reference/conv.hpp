#pragma once
/// Convolution, its two gradients, and folding, by plain loops.

#include "tenon/backend/windows.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// Calls f(r, k, i) for window r's entry k, which stands at element i.
template <class F>
void each_entry(const Windows& w, F&& f) {
  const auto along = [&w](int axis, auto&& g) {
    for (index_t r = 0; r < w.result[axis]; ++r) {
      for (index_t k = 0; k < w.kernel[axis]; ++k) {
        const index_t i = r * w.stride[axis] + k * w.dilation[axis] - w.padding[axis];
        if (i >= 0 && i < w.size[axis]) g(r, k, i);
      }
    }
  };
  along(0, [&](index_t r0, index_t k0, index_t i0) {
    along(1, [&](index_t r1, index_t k1, index_t i1) {
      along(2, [&](index_t r2, index_t k2, index_t i2) {
        f((r0 * w.result[1] + r1) * w.result[2] + r2, (k0 * w.kernel[1] + k1) * w.kernel[2] + k2,
          (i0 * w.size[1] + i1) * w.size[2] + i2);
      });
    });
  });
}

/// Calls f(x, w, y) with the offsets of the planes that meet.
template <class F>
void each_plane_triple(const ConvShape& s, F&& f) {
  for (index_t n = 0; n < s.batch; ++n) {
    for (index_t g = 0; g < s.groups; ++g) {
      for (index_t o = 0; o < s.out; ++o) {
        for (index_t i = 0; i < s.in; ++i) {
          f(((n * s.groups + g) * s.in + i) * s.windows.elements(),
            ((g * s.out + o) * s.in + i) * s.windows.taps(),
            ((n * s.groups + g) * s.out + o) * s.windows.positions());
        }
      }
    }
  }
}

/// to(batch, channels, plane) = the bias of each channel, or 0.
template <class T>
void spread_bias(index_t batch, index_t channels, index_t plane, const T* bias, T* to) {
  for (index_t n = 0; n < batch; ++n) {
    for (index_t c = 0; c < channels; ++c) {
      for (index_t i = 0; i < plane; ++i) *to++ = bias ? bias[c] : T(0);
    }
  }
}

template <class T>
void conv(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  spread_bias(s.batch, s.groups * s.out, s.windows.positions(), bias, y);
  each_plane_triple(s, [&](index_t from, index_t weights, index_t to) {
    each_entry(s.windows, [&](index_t r, index_t k, index_t i) {
      y[to + r] = static_cast<T>(y[to + r] + w[weights + k] * x[from + i]);
    });
  });
}

template <class T>
void conv_transpose(const ConvShape& s, const T* y, const T* w, const T* bias, T* x) {
  spread_bias(s.batch, s.groups * s.in, s.windows.elements(), bias, x);
  each_plane_triple(s, [&](index_t to, index_t weights, index_t from) {
    each_entry(s.windows, [&](index_t r, index_t k, index_t i) {
      x[to + i] = static_cast<T>(x[to + i] + w[weights + k] * y[from + r]);
    });
  });
}

template <class T>
void conv_weight(const ConvShape& s, const T* x, const T* dy, T* dw) {
  for (index_t i = 0; i < s.groups * s.out * s.in * s.windows.taps(); ++i) dw[i] = T(0);
  each_plane_triple(s, [&](index_t from, index_t weights, index_t upstream) {
    each_entry(s.windows, [&](index_t r, index_t k, index_t i) {
      dw[weights + k] = static_cast<T>(dw[weights + k] + x[from + i] * dy[upstream + r]);
    });
  });
}

}  // namespace TENON_NAMESPACE::backend::reference
