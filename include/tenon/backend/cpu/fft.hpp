#pragma once
/// Fast Fourier transforms: Stockham's self-sorting passes of radix 4, 2, 3, 5 and 7 (Van Loan 1992, section
/// 1.7), Bluestein's convolution (1970) for lengths with other factors.
///
/// Real and imaginary parts stand apart, and as many rows as a pack has lanes stand side by side: every pass
/// is then arithmetic on packs, and a row's bits do not depend on its neighbours.

#include <algorithm>  // fill, max, min
#include <cmath>      // cos, sin
#include <memory>     // unique_ptr
#include <numbers>    // pi
#include <vector>     // vector

#include "tenon/backend/cpu/loop.hpp"
#include "tenon/core/parallel.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Complex numbers, real parts apart from imaginary ones.
template <class T>
struct SplitArray {
  std::vector<T> re, im;

  explicit SplitArray(index_t size = 0)
      : re(static_cast<std::size_t>(size)), im(static_cast<std::size_t>(size)) {}
  void swap(SplitArray& other) {
    re.swap(other.re);
    im.swap(other.im);
  }
  /// Element i as a pair of numbers.
  T& real(index_t i) { return re[static_cast<std::size_t>(i)]; }
  T& imag(index_t i) { return im[static_cast<std::size_t>(i)]; }
  T real(index_t i) const { return re[static_cast<std::size_t>(i)]; }
  T imag(index_t i) const { return im[static_cast<std::size_t>(i)]; }
};

template <class T>
struct ComplexPack {
  Pack<T> re, im;

  friend ComplexPack operator+(const ComplexPack& a, const ComplexPack& b) {
    return {a.re + b.re, a.im + b.im};
  }
  friend ComplexPack operator-(const ComplexPack& a, const ComplexPack& b) {
    return {a.re - b.re, a.im - b.im};
  }
  friend ComplexPack operator*(const ComplexPack& a, const ComplexPack& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  /// -i times this.
  ComplexPack turned() const { return {im, -re}; }
};

template <class T>
ComplexPack<T> load_complex(const SplitArray<T>& x, const Lanes<T>& lanes, index_t offset) {
  return {lanes.load(x.re.data() + offset), lanes.load(x.im.data() + offset)};
}
template <class T>
void store_complex(SplitArray<T>& x, const Lanes<T>& lanes, index_t offset, const ComplexPack<T>& v) {
  lanes.store(x.re.data() + offset, v.re);
  lanes.store(x.im.data() + offset, v.im);
}

/// exp(-2 pi i k / n) in double, by symmetry from the first eighth of the circle.
struct UnitRoot {
  double re, im;
};
inline UnitRoot unit_root(index_t k, index_t n) {
  const index_t eighths = 8 * k / n, sector = (eighths + 1) / 2 % 4;  // the nearest of the four half axes
  const double angle =
      2 * std::numbers::pi * static_cast<double>(4 * k - (eighths + 1) / 2 * n) / static_cast<double>(4 * n);
  const double c = std::cos(angle), s = std::sin(angle);
  switch (sector) {
    case 0:
      return {c, -s};
    case 1:
      return {-s, -c};
    case 2:
      return {-c, s};
    default:
      return {s, c};
  }
}

/// b = the discrete Fourier transform of R numbers a.
template <int R, class T>
void small_fft(const ComplexPack<T>* a, ComplexPack<T>* b) {
  if constexpr (R == 2) {
    b[0] = a[0] + a[1];
    b[1] = a[0] - a[1];
  } else if constexpr (R == 4) {
    const auto even = a[0] + a[2], odd = a[1] + a[3], even_rest = a[0] - a[2],
               odd_rest = (a[1] - a[3]).turned();
    b[0] = even + odd;
    b[1] = even_rest + odd_rest;
    b[2] = even - odd;
    b[3] = even_rest - odd_rest;
  } else {  // an odd prime: cosines meet sums of opposite numbers, sines their differences
    constexpr int half = R / 2;
    b[0] = a[0];
    for (int j = 1; j <= half; ++j) b[0] = b[0] + (a[j] + a[R - j]);
    for (int k = 1; k <= half; ++k) {
      ComplexPack<T> c = a[0], s{Pack<T>(0), Pack<T>(0)};
      for (int j = 1; j <= half; ++j) {
        const UnitRoot root = unit_root(j * k % R, R);
        const Pack<T> cosine(root.re), sine(-root.im);
        const auto sum = a[j] + a[R - j], difference = a[j] - a[R - j];
        c = {fma(cosine, sum.re, c.re), fma(cosine, sum.im, c.im)};
        s = {fma(sine, difference.re, s.re), fma(sine, difference.im, s.im)};
      }
      b[k] = c + s.turned();
      b[R - k] = c - s.turned();
    }
  }
}

/// One pass: `length` is what is left to transform, `stride` the numbers side by side.
template <int R, class T>
void fft_pass(index_t length, index_t stride, const SplitArray<T>& roots, index_t root_step,
              const SplitArray<T>& x, SplitArray<T>& y) {
  const index_t m = length / R;
  for (index_t p = 0; p < m; ++p) {
    ComplexPack<T> twiddle[R];
    for (int k = 1; k < R; ++k) {
      const index_t at = p * k * root_step;
      twiddle[k] = {Pack<T>(roots.real(at)), Pack<T>(roots.imag(at))};
    }
    each_pack<T>(0, stride, [&](auto lanes) {
      ComplexPack<T> a[R], b[R];
      for (int k = 0; k < R; ++k) a[k] = load_complex(x, lanes, stride * (p + m * k));
      small_fft<R>(a, b);
      store_complex(y, lanes, stride * R * p, b[0]);
      for (int k = 1; k < R; ++k) store_complex(y, lanes, stride * (R * p + k), b[k] * twiddle[k]);
    });
  }
}

/// What a transform of one length needs to know.
template <class T>
class FftPlan {
 public:
  explicit FftPlan(index_t n) : n_(n) {
    index_t left = n;
    for (index_t radix : {4, 2, 3, 5, 7})
      for (; left % radix == 0 && left > 1; left /= radix) radices_.push_back(radix);
    left > 1 ? plan_convolution() : fill_roots(n, n);
  }
  index_t length() const { return n_; }

  /// The forward transform of `lanes` rows side by side, in place; exchanged parts make it the inverse.
  void transform(index_t lanes, SplitArray<T>& x) const {
    if (convolution_) return convolve(lanes, x);
    SplitArray<T> y(n_ * lanes);
    index_t length = n_, stride = lanes;
    for (index_t radix : radices_) {
      const index_t step = n_ / length;
      if (radix == 4) fft_pass<4>(length, stride, roots_, step, x, y);
      if (radix == 2) fft_pass<2>(length, stride, roots_, step, x, y);
      if (radix == 3) fft_pass<3>(length, stride, roots_, step, x, y);
      if (radix == 5) fft_pass<5>(length, stride, roots_, step, x, y);
      if (radix == 7) fft_pass<7>(length, stride, roots_, step, x, y);
      x.swap(y);
      length /= radix;
      stride *= radix;
    }
  }

 private:
  void fill_roots(index_t count, index_t n) {
    roots_ = SplitArray<T>(count);
    for (index_t k = 0; k < count; ++k) set_root(roots_, k, unit_root(k, n));
  }
  static void set_root(SplitArray<T>& to, index_t k, const UnitRoot& root) {
    to.real(k) = static_cast<T>(root.re);
    to.imag(k) = static_cast<T>(root.im);
  }

  /// With j k = (j^2 + k^2 - (k - j)^2) / 2 the transform is a convolution with exp(pi i j^2 / n), done by
  /// transforms of a power of 2.
  void plan_convolution() {
    radices_.clear();
    index_t m = 1;
    while (m < 2 * n_ - 1) m *= 2;
    convolution_ = std::make_unique<FftPlan>(m);
    roots_ = SplitArray<T>(n_);
    filter_ = SplitArray<T>(m);
    for (index_t j = 0; j < n_; ++j) {
      const auto squared = static_cast<index_t>(static_cast<uint128_t>(j) * static_cast<uint128_t>(j) %
                                                static_cast<uint128_t>(2 * n_));
      const UnitRoot root = unit_root(squared, 2 * n_);
      set_root(roots_, j, root);
      for (index_t at : {j, (m - j) % m})
        set_root(filter_, at, {root.re / static_cast<double>(m), -root.im / static_cast<double>(m)});
    }
    convolution_->transform(1, filter_);
  }
  static void multiply(index_t count, index_t lanes, const SplitArray<T>& by, SplitArray<T>& x) {
    for (index_t j = 0; j < count; ++j) {
      const ComplexPack<T> factor{Pack<T>(by.real(j)), Pack<T>(by.imag(j))};
      each_pack<T>(0, lanes, [&](auto run) {
        store_complex(x, run, j * lanes, load_complex(x, run, j * lanes) * factor);
      });
    }
  }
  void convolve(index_t lanes, SplitArray<T>& x) const {
    const index_t m = convolution_->length();
    multiply(n_, lanes, roots_, x);
    x.re.resize(static_cast<std::size_t>(m * lanes));
    x.im.resize(static_cast<std::size_t>(m * lanes));
    convolution_->transform(lanes, x);
    multiply(m, lanes, filter_, x);
    x.re.swap(x.im);
    convolution_->transform(lanes, x);
    x.re.swap(x.im);
    multiply(n_, lanes, roots_, x);
  }

  index_t n_;
  std::vector<index_t> radices_;
  SplitArray<T> roots_, filter_;
  std::unique_ptr<FftPlan> convolution_;
};

/// The plan of a length. The last few short ones are kept by each thread.
template <class T>
std::shared_ptr<const FftPlan<T>> fft_plan(index_t n) {
  constexpr index_t longest = index_t{1} << 14;
  constexpr std::size_t most = 4;
  thread_local std::vector<std::shared_ptr<const FftPlan<T>>> kept;
  for (const auto& plan : kept)
    if (plan->length() == n) return plan;
  auto plan = std::make_shared<const FftPlan<T>>(n);
  if (n <= longest) {
    if (kept.size() == most) kept.erase(kept.begin());
    kept.push_back(plan);
  }
  return plan;
}

/// Calls f(row, lanes) for groups of rows that are transformed side by side.
template <class T, class F>
void each_row_group(index_t rows, index_t n, F f) {
  constexpr index_t width = Pack<T>::width;
  const index_t groups = (rows + width - 1) / width;
  const index_t grain = std::max<index_t>(1, (index_t{1} << 14) / std::max<index_t>(1, n * width));
  parallel_for(groups, grain, [&](index_t begin, index_t end) {
    for (index_t group = begin; group < end; ++group) f(group * width, std::min(width, rows - group * width));
  });
}

template <Real T>
void fft(index_t rows, index_t n, bool inverse, const T* x, T* y) {
  if (n == 0) return;
  const auto plan = fft_plan<T>(n);
  each_row_group<T>(rows, n, [&](index_t row, index_t lanes) {
    SplitArray<T> z(n * lanes);
    for (index_t j = 0; j < n; ++j) {
      for (index_t q = 0; q < lanes; ++q) {
        const T* const from = x + (row + q) * 2 * n;
        z.real(j * lanes + q) = from[2 * j];
        z.imag(j * lanes + q) = from[2 * j + 1];
      }
    }
    if (inverse) z.re.swap(z.im);
    plan->transform(lanes, z);
    if (inverse) z.re.swap(z.im);
    for (index_t j = 0; j < n; ++j) {
      for (index_t q = 0; q < lanes; ++q) {
        T* const to = y + (row + q) * 2 * n;
        to[2 * j] = z.real(j * lanes + q);
        to[2 * j + 1] = z.imag(j * lanes + q);
      }
    }
  });
}

/// exp(-2 pi i k / n) for k = 0 … n / 2, where n is even: what turns a complex transform of half the length
/// into that of real numbers.
template <class T>
SplitArray<T> half_roots(index_t n) {
  SplitArray<T> roots(n % 2 == 0 ? n / 2 + 1 : 0);
  for (index_t k = 0; k < static_cast<index_t>(roots.re.size()); ++k) {
    const UnitRoot root = unit_root(k, n);
    roots.real(k) = static_cast<T>(root.re);
    roots.imag(k) = static_cast<T>(root.im);
  }
  return roots;
}

template <Real T>
void rfft(index_t rows, index_t n, const T* x, T* y) {
  if (n == 0) return;
  const bool even = n % 2 == 0;
  const index_t h = even ? n / 2 : n, bins = n / 2 + 1;
  const auto plan = fft_plan<T>(h);
  const SplitArray<T> roots = half_roots<T>(n);
  each_row_group<T>(rows, h, [&](index_t row, index_t lanes) {
    SplitArray<T> z(h * lanes);
    for (index_t j = 0; j < h; ++j) {
      for (index_t q = 0; q < lanes; ++q) {
        const T* const from = x + (row + q) * n;
        z.real(j * lanes + q) = even ? from[2 * j] : from[j];
        z.imag(j * lanes + q) = even ? from[2 * j + 1] : T(0);
      }
    }
    plan->transform(lanes, z);
    for (index_t k = 0; k < bins; ++k) {
      for (index_t q = 0; q < lanes; ++q) {
        T* const to = y + (row + q) * 2 * bins;
        const index_t at = k % h * lanes + q, mirror = (h - k) % h * lanes + q;
        if (even) {  // of E = (z_k + conj z_-k) / 2 and O = (z_k - conj z_-k) / 2i
          const T e_re = T(0.5) * (z.real(at) + z.real(mirror)),
                  e_im = T(0.5) * (z.imag(at) - z.imag(mirror)),
                  o_re = T(0.5) * (z.imag(at) + z.imag(mirror)),
                  o_im = T(0.5) * (z.real(mirror) - z.real(at));
          to[2 * k] = e_re + roots.real(k) * o_re - roots.imag(k) * o_im;
          to[2 * k + 1] = e_im + roots.real(k) * o_im + roots.imag(k) * o_re;
        } else {
          to[2 * k] = z.real(at);
          to[2 * k + 1] = z.imag(at);
        }
      }
    }
    for (index_t q = 0; q < lanes; ++q) {
      T* const to = y + (row + q) * 2 * bins;
      to[1] = T(0);
      if (even) to[2 * bins - 1] = T(0);
    }
  });
}

template <Real T>
void irfft(index_t rows, index_t n, const T* x, T* y) {
  if (n == 0) return;
  const bool even = n % 2 == 0;
  const index_t h = even ? n / 2 : n, bins = n / 2 + 1;
  const auto plan = fft_plan<T>(h);
  const SplitArray<T> roots = half_roots<T>(n);
  each_row_group<T>(rows, h, [&](index_t row, index_t lanes) {
    SplitArray<T> z(h * lanes);
    for (index_t q = 0; q < lanes; ++q) {
      const T* const from = x + (row + q) * 2 * bins;
      const auto imag = [&](index_t k) { return k == 0 || 2 * k == n ? T(0) : from[2 * k + 1]; };
      for (index_t k = 0; k < h; ++k) {
        const index_t at = k * lanes + q;
        if (even) {  // E + i O, of E = x_k + conj x_h-k and O = (x_k - conj x_h-k) exp(2 pi i k / n)
          const T a = from[2 * k], b = imag(k), c = from[2 * (h - k)], d = -imag(h - k);
          const T o_re = (a - c) * roots.real(k) + (b - d) * roots.imag(k),
                  o_im = (b - d) * roots.real(k) - (a - c) * roots.imag(k);
          z.real(at) = a + c - o_im;
          z.imag(at) = b + d + o_re;
        } else {
          z.real(at) = from[2 * std::min(k, n - k)];
          z.imag(at) = k < bins ? imag(k) : -imag(n - k);
        }
      }
    }
    z.re.swap(z.im);
    plan->transform(lanes, z);
    z.re.swap(z.im);
    for (index_t j = 0; j < h; ++j) {
      for (index_t q = 0; q < lanes; ++q) {
        T* const to = y + (row + q) * n;
        (even ? to[2 * j] : to[j]) = z.real(j * lanes + q);
        if (even) to[2 * j + 1] = z.imag(j * lanes + q);
      }
    }
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
