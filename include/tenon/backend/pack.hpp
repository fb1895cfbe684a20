#pragma once
/// `Pack<T>`: as many numbers as one SIMD register holds, with the arithmetic that element-wise lambdas use.
///
/// float and double are held by xsimd, whose names differ between its versions 8 and 13: this file alone
/// knows them. Other scalar types are packs of one, whose loops the compiler vectorises itself.

#include <bit>          // bit_cast
#include <cmath>        // pow
#include <concepts>     // same_as
#include <type_traits>  // is_arithmetic_v

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#if defined(__AVX512BW__) && !defined(__OPTIMIZE__)
// Unoptimised, GCC's intrinsics are macros. These two cast their operands straight to vectors of bytes or
// words, which the objects that xsimd 8 hands them are not: they must become registers first.
#include <immintrin.h>
#define TENON_BLEND(builtin, vector, mask, a, b)                                       \
  reinterpret_cast<__m512i>(builtin(reinterpret_cast<vector>(static_cast<__m512i>(a)), \
                                    reinterpret_cast<vector>(static_cast<__m512i>(b)), mask))
#undef _mm512_mask_blend_epi8
#define _mm512_mask_blend_epi8(mask, a, b) TENON_BLEND(__builtin_ia32_blendmb_512_mask, __v64qi, mask, a, b)
#undef _mm512_mask_blend_epi16
#define _mm512_mask_blend_epi16(mask, a, b) TENON_BLEND(__builtin_ia32_blendmw_512_mask, __v32hi, mask, a, b)
#endif
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

template <class T>
class Pack;

/// The lane-wise outcome of a comparison.
template <class T>
struct Mask {
  using pack = Pack<T>;
  using Lanes = typename pack::MaskLanes;
  Lanes lanes;

  friend Mask operator&(const Mask& a, const Mask& b) { return {static_cast<Lanes>(a.lanes & b.lanes)}; }
  friend Mask operator|(const Mask& a, const Mask& b) { return {static_cast<Lanes>(a.lanes | b.lanes)}; }
  /// By `^`, since version 8 of xsimd goes through integers in halves for `!` with AVX.
  friend Mask operator!(const Mask& a) { return {static_cast<Lanes>(a.lanes ^ Lanes(true))}; }
  explicit operator bool() const =
      delete;  // lanes differ: choose by select(mask, a, b) instead of `if` and `?:`
};

/// One number, for integers and booleans.
template <class T>
class Pack {
 public:
  using Lanes = T;
  using MaskLanes = bool;
  static constexpr int width = 1;
  static constexpr int stream_alignment = 1;
  T lanes;

  Pack() = default;
  template <class S>
    requires std::is_arithmetic_v<S>
  Pack(S value) : lanes(static_cast<T>(value)) {}

  static Pack load(const T* p) { return Pack(*p); }
  static Pack load_halves(const T* p) { return Pack(*p); }
  void store(T* p) const { *p = lanes; }
  void stream(T* p) const { *p = lanes; }
  static Pack load_some(const T*, index_t) { return Pack(0); }  // n < width = 1: nothing left
  void store_some(T*, index_t) const {}

  friend Pack operator+(Pack a, Pack b) { return Pack(a.lanes + b.lanes); }
  friend Pack operator-(Pack a, Pack b) { return Pack(a.lanes - b.lanes); }
  friend Pack operator*(Pack a, Pack b) { return Pack(a.lanes * b.lanes); }
  friend Pack operator-(Pack a) { return Pack(-a.lanes); }
  friend Mask<T> operator<(Pack a, Pack b) { return {a.lanes < b.lanes}; }
  friend Mask<T> operator<=(Pack a, Pack b) { return {a.lanes <= b.lanes}; }
  friend Mask<T> operator>(Pack a, Pack b) { return {a.lanes > b.lanes}; }
  friend Mask<T> operator>=(Pack a, Pack b) { return {a.lanes >= b.lanes}; }
  friend Mask<T> operator==(Pack a, Pack b) { return {a.lanes == b.lanes}; }
  friend Mask<T> operator!=(Pack a, Pack b) { return {a.lanes != b.lanes}; }
  friend Pack select(const Mask<T>& m, Pack a, Pack b) { return m.lanes ? a : b; }
  friend Pack abs(Pack a) { return a.lanes < T{0} ? Pack(-a.lanes) : a; }
  friend Pack sign(Pack a) { return Pack((a.lanes > T{0}) - (a.lanes < T{0})); }
};

/// A register of floats or doubles.
template <Real T>
class Pack<T> {
 public:
  using Lanes = xsimd::batch<T>;
  using MaskLanes = typename Lanes::batch_bool_type;
  static constexpr int width = static_cast<int>(Lanes::size);
  static constexpr int stream_alignment = sizeof(Lanes);
  Lanes lanes;

  Pack() = default;
  Pack(const Lanes& value) : lanes(value) {}
  template <class S>
    requires std::is_arithmetic_v<S>
  Pack(S value) : lanes(static_cast<T>(value)) {}

  static Pack load(const T* p) { return Lanes::load_unaligned(p); }
  void store(T* p) const { lanes.store_unaligned(p); }

  /// The same as load(), of 64 bytes in two halves: a loop that does nothing but read memory is a tenth
  /// faster with these on Zen 5.
  static Pack load_halves(const T* p) {
#if defined(__AVX512F__)
    __m512i both = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    both = _mm512_inserti64x4(both, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p) + 1), 1);
    if constexpr (sizeof(T) == 4)
      return Lanes(_mm512_castsi512_ps(both));
    else
      return Lanes(_mm512_castsi512_pd(both));
#else
    return load(p);
#endif
  }

  /// Writes past the caches, to an address aligned to `stream_alignment`, what will not be read soon: the
  /// lines that are overwritten need not be read before. See stream_fence().
  void stream(T* p) const {
#if defined(__AVX512F__)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(p), std::bit_cast<__m512i>(lanes.data));
#elif defined(__AVX__)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(p), std::bit_cast<__m256i>(lanes.data));
#elif defined(__SSE2__)
    _mm_stream_si128(reinterpret_cast<__m128i*>(p), std::bit_cast<__m128i>(lanes.data));
#else
    store(p);
#endif
  }

  /// The first n < width lanes; the others are 0, and memory beyond is not touched.
  static Pack load_some(const T* p, index_t n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      return Lanes(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p));
    else
      return Lanes(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), p));
#elif defined(__AVX2__)
    // A window of a row of ones and zeros: n ones first.
    alignas(32) static constexpr std::int32_t ones[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const auto mask = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(
        ones + 8 - n * static_cast<index_t>(sizeof(T) / sizeof(std::int32_t))));
    if constexpr (sizeof(T) == 4)
      return Lanes(_mm256_maskload_ps(p, mask));
    else
      return Lanes(_mm256_maskload_pd(p, mask));
#else
    T some[width] = {};
    for (index_t i = 0; i < n; ++i) some[i] = p[i];
    return load(some);
#endif
  }
  /// Writes the first n < width lanes.
  void store_some(T* p, index_t n) const {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), lanes);
    else
      _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1), lanes);
#else
    T some[width];
    store(some);
    store_halves<width / 2>(some, p, n);
#endif
  }
  /// Copies the n < 2 half elements in halves of the pack, as stores with masks are slow on some processors.
  template <index_t half>
  static void store_halves(const T* from, T* p, index_t n) {
    const bool full = (n & half) != 0;
    if (full) __builtin_memcpy(p, from, half * sizeof(T));
    if constexpr (half > 1) store_halves<half / 2>(from + (full ? half : 0), p + (full ? half : 0), n);
  }

  friend Pack operator+(const Pack& a, const Pack& b) { return a.lanes + b.lanes; }
  friend Pack operator-(const Pack& a, const Pack& b) { return a.lanes - b.lanes; }
  friend Pack operator*(const Pack& a, const Pack& b) { return a.lanes * b.lanes; }
  friend Pack operator/(const Pack& a, const Pack& b) { return a.lanes / b.lanes; }
  friend Pack operator-(const Pack& a) { return -a.lanes; }
  Pack& operator+=(const Pack& b) { return *this = *this + b; }
  Pack& operator*=(const Pack& b) { return *this = *this * b; }

  friend Mask<T> operator<(const Pack& a, const Pack& b) { return {a.lanes < b.lanes}; }
  friend Mask<T> operator<=(const Pack& a, const Pack& b) { return {a.lanes <= b.lanes}; }
  friend Mask<T> operator>(const Pack& a, const Pack& b) { return {a.lanes > b.lanes}; }
  friend Mask<T> operator>=(const Pack& a, const Pack& b) { return {a.lanes >= b.lanes}; }
  friend Mask<T> operator==(const Pack& a, const Pack& b) { return {a.lanes == b.lanes}; }
  /// True for NaN, which version 8 forgets in its own comparison with AVX-512.
  friend Mask<T> operator!=(const Pack& a, const Pack& b) { return !(a == b); }
  friend Pack select(const Mask<T>& m, const Pack& a, const Pack& b) {
    return xsimd::select(m.lanes, a.lanes, b.lanes);
  }

  /// a * b + c in one rounding.
  friend Pack fma(const Pack& a, const Pack& b, const Pack& c) {
    return xsimd::fma(a.lanes, b.lanes, c.lanes);
  }
  friend Pack max(const Pack& a, const Pack& b) { return xsimd::max(a.lanes, b.lanes); }
  friend Pack min(const Pack& a, const Pack& b) { return xsimd::min(a.lanes, b.lanes); }
  friend Pack abs(const Pack& a) { return xsimd::abs(a.lanes); }
  friend Pack sqrt(const Pack& a) { return xsimd::sqrt(a.lanes); }
  friend Pack rsqrt(const Pack& a) { return T{1} / xsimd::sqrt(a.lanes); }
  friend Pack exp(const Pack& a) { return exponential(a); }
  friend Pack expm1(const Pack& a) { return exponential_less_one(a); }
  friend Pack log(const Pack& a) { return xsimd::log(a.lanes); }
  friend Pack log1p(const Pack& a) { return xsimd::log1p(a.lanes); }
  friend Pack sin(const Pack& a) { return xsimd::sin(a.lanes); }
  friend Pack cos(const Pack& a) { return xsimd::cos(a.lanes); }
  friend Pack tanh(const Pack& a) {
    if constexpr (std::is_same_v<T, float>)
      return rational_tanh(a);
    else
      return xsimd::tanh(a.lanes);
  }
  friend Pack erf(const Pack& a) {
    if constexpr (std::is_same_v<T, float>)
      return rational_erf(a);
    else
      return xsimd::erf(a.lanes);
  }
  /// By the C library, lane for lane: exact for the many special cases that a power has.
  friend Pack pow(const Pack& a, const Pack& b) {
    T base[width], exponent[width];
    a.store(base);
    b.store(exponent);
    for (int i = 0; i < width; ++i) base[i] = std::pow(base[i], exponent[i]);
    return load(base);
  }
  friend Pack sign(const Pack& a) {
    const Pack zero(0);
    return select(a > zero, Pack(1), select(a < zero, Pack(-1), a));
  }
  friend Pack sigmoid(const Pack& a) {
    const Pack one(1);
    return one / (one + exp(-a));
  }
  /// min(a, 0) - log(1 + e^-|a|): neither term can overflow. GCC would call the two functions at -O2, a tenth
  /// slower.
  [[gnu::flatten]] friend Pack log_sigmoid(const Pack& a) { return min(a, Pack(0)) - log1p(exp(-abs(a))); }
};

/// a = k log 2 + x + rest, k an integer, |x| at most log 2 / 2. Where e^a is infinite or 0 all the same a is
/// taken nearer to 0; NaN stays. 2^k is two factors: itself it may be too large, or too small to be normal.
template <Real T>
struct ByPowerOfTwo {
  using Lanes = xsimd::batch<T>;
  using Bits = xsimd::batch<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>>;
  static constexpr bool single = sizeof(T) == 4;
  static constexpr int fraction = single ? 23 : 52, bias = single ? 127 : 1023;

  Lanes x, rest;
  Bits first, second;  // of the factors

  explicit ByPowerOfTwo(const Lanes& any) {
    constexpr T high = single ? T(0x1.63p-1) : T(0x1.62e42feep-1);  // of log 2; k high is exact
    constexpr T low = single ? T(-0x1.bd0106p-13) : T(0x1.a39ef35793c76p-33);
    // Added, it rounds to integers and leaves k + 2 bias, which both factors share, in the last bits.
    constexpr T magic = T(single ? 0x1.8p23 : 0x1.8p52) + 2 * bias;
    const Lanes a = xsimd::max(Lanes(T(single ? -104 : -746)), xsimd::min(Lanes(T(single ? 89 : 710)), any));
    const Lanes rounded = xsimd::fma(a, Lanes(T(1.4426950408889634)), Lanes(magic)),
                k = rounded - Lanes(magic);
    const Lanes less = xsimd::fma(k, Lanes(-high), a);
    x = xsimd::fma(k, Lanes(-low), less);
    if constexpr (!single) rest = xsimd::fma(k, Lanes(-low), less - x);
    const Bits exponents = std::bit_cast<Bits>(rounded);
    first = (exponents << (fraction - 1)) & exponent(2 * bias + 1);
    second = (exponents << fraction) - first;
  }

  static Bits exponent(int biased) {
    using I = typename Bits::value_type;
    return Bits(static_cast<I>(I{biased} << fraction));
  }
};

/// e^a, to the largest number there is and the smallest denormal one, which xsimd's does not reach.
/// Polynomials of Boost.SIMD (float) and fdlibm (double).
template <Real T>
inline Pack<T> exponential(const Pack<T>& a) {
  using Part = ByPowerOfTwo<T>;
  using P = typename Part::Lanes;
  const Part part(a.lanes);
  const P& x = part.x;
  P y;
  if constexpr (part.single) {
    y = xsimd::fma(x, P(0x1.6ef19ep-10f), P(0x1.131b16p-7f));
    y = xsimd::fma(x, y, P(0x1.5552aep-5f));
    y = xsimd::fma(x, y, P(0x1.55534ap-3f));
    y = xsimd::fma(x, y, P(0.5f));
    y = xsimd::fma(y, x * x, x) + P(1.f);
  } else {
    const P z = x * x;
    P c = xsimd::fma(z, P(0x1.6376972bea4dp-25), P(-0x1.bbd41c5d26bf1p-20));
    c = xsimd::fma(z, c, P(0x1.1566aaf25de2cp-14));
    c = xsimd::fma(z, c, P(-0x1.6c16c16bebd93p-9));
    c = x - z * xsimd::fma(z, c, P(0x1.555555555553ep-3));
    y = P(1.) + (x + (part.rest + x * c / (P(2.) - c)));
  }
  return y * std::bit_cast<P>(part.first) * std::bit_cast<P>(part.second);
}

/// e^a - 1, exact to rounding near 0 as well; of the same descent.
template <Real T>
inline Pack<T> exponential_less_one(const Pack<T>& a) {
  using Part = ByPowerOfTwo<T>;
  using P = typename Part::Lanes;
  const Part part(a.lanes);
  const P &x = part.x, h = x * P(T(0.5)), z = x * h;
  P r;
  if constexpr (part.single) {
    r = xsimd::fma(z, P(0x1.9edb68p-10f), P(-0x1.1110fep-5f));
  } else {
    r = xsimd::fma(z, P(-0x1.afdb76e09c32dp-23), P(0x1.0cfca86e65239p-18));
    r = xsimd::fma(z, r, P(-0x1.4ce199eaadbb7p-14));
    r = xsimd::fma(z, r, P(0x1.a01a019fe5585p-10));
    r = xsimd::fma(z, r, P(-0x1.11111111110f4p-5));
  }
  r = xsimd::fma(z, r, P(T(1)));
  const P t = P(T(3)) - r * h;
  P e = z * ((r - t) / (P(T(6)) - x * t));
  if constexpr (part.single)
    e = x * e;
  else
    e = x * (e - part.rest) - part.rest;
  // e^(x + rest) - 1 = x - (e - z), and the 1 that is missing becomes 2^k - 1
  const P first = std::bit_cast<P>(part.first);
  const P inverse = std::bit_cast<P>(Part::exponent(2 * Part::bias) - part.second);
  return xsimd::fma(first, x - (e - z), first - inverse) * std::bit_cast<P>(part.second);
}

/// x P(x^2) / Q(x^2), 1 beyond 9: a minimax fit of relative error 2.1e-8 (least squares on Chebyshev nodes,
/// reweighted as Lawson 1961 does), without the branches and the exponential of the general way. Evaluated in
/// float it errs by less than 2 units in the last place nearly everywhere, and by at most `tanh_error`, found
/// by trying every float.
#if defined(__FMA__)
inline constexpr double tanh_error = 5.2;  // near 7.19
#else
inline constexpr double tanh_error = 6.3;  // near 6.99
#endif
template <std::same_as<float> T>
Pack<T> rational_tanh(const Pack<T>& x) {
  using P = Pack<T>;
  const P one(1), z = x * x;
  P p = fma(z, P(1.335468009e-8f), P(2.060909940e-5f)), q = fma(z, P(7.776566959e-7f), P(3.285636641e-4f));
  p = fma(z, p, P(3.495589308e-3f));
  q = fma(z, q, P(2.587698663e-2f));
  p = fma(z, p, P(1.338102662e-1f));
  q = fma(z, q, P(4.671434189e-1f));
  const P y = x * fma(z, p, one) / fma(z, q, one);
  return select((x > P(9)) | (y > one), one, select((x < P(-9)) | (y < -one), -one, y));
}

/// erf x as x p(x^2) / q(x^2), a quarter of the time of a function by pieces. The polynomials of degree 5 have
/// the least largest relative error on [0, 3.93], 2e-8. In float it errs by less than 2 units in the last
/// place for 97 of 100 numbers, and by at most `erf_error`, found by trying every float.
inline constexpr double erf_error = 7.1;  // near 3.7; without fused multiply-add near 2.56
template <std::same_as<float> T>
Pack<T> rational_erf(const Pack<T>& x) {
  using P = Pack<T>;
  const P one(1), z = x * x;
  P p = fma(z, P(2.041971372e-6f), P(2.848075926e-4f)), q = fma(z, P(3.800402839e-5f), P(1.165204794e-3f));
  p = fma(z, p, P(3.779579007e-3f));
  q = fma(z, q, P(1.499737664e-2f));
  p = fma(z, p, P(5.279019043e-2f));
  q = fma(z, q, P(1.142572435e-1f));
  p = fma(z, p, P(1.907831752e-1f));
  q = fma(z, q, P(5.024099065e-1f));
  const P y = x * fma(z, p, P(1.128379145f)) / fma(z, q, one);
  return select((x > P(3.92f)) | (y > one), one, select((x < P(-3.92f)) | (y < -one), -one, y));
}

/// The sum of the lanes.
template <Real T>
T reduce_add(const Pack<T>& a) {
#if XSIMD_VERSION_MAJOR >= 10
  return xsimd::reduce_add(a.lanes);
#else
  return xsimd::hadd(a.lanes);
#endif
}

/// Lane k is the sum of the lanes of the k-th of `width` packs: fewer steps than as many single sums.
template <Real T>
[[gnu::always_inline]] inline Pack<T> reduce_add_each(const Pack<T>* packs) {
#if defined(__AVX512F__)
  if constexpr (Pack<T>::width == 16) {  // xsimd 8 gives wrong sums here
    __m512 four[4];                      // its 128-bit lanes hold partial sums of packs 4 i … 4 i + 3
    for (int i = 0; i < 4; ++i) {
      const __m512 a = packs[4 * i].lanes, b = packs[4 * i + 1].lanes, c = packs[4 * i + 2].lanes,
                   d = packs[4 * i + 3].lanes;
      const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
      const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
      four[i] = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    }
    const auto fold = [](__m512 a, __m512 b) {
      return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
    };
    return typename Pack<T>::Lanes(fold(fold(four[0], four[1]), fold(four[2], four[3])));
  }
#endif
  typename Pack<T>::Lanes lanes[Pack<T>::width];
  for (int k = 0; k < Pack<T>::width; ++k) lanes[k] = packs[k].lanes;
  return xsimd::haddp(lanes);
}

/// Whether `stream_line` goes past the caches a whole line at a time.
inline constexpr bool can_stream_lines =
#if defined(__AVX512F__)
    true;
#else
    false;
#endif

/// Writes one line, 64 bytes, to an aligned address past the caches.
inline void stream_line(const void* source, void* target) {
#if defined(__AVX512F__)
  _mm512_stream_si512(static_cast<__m512i*>(target), _mm512_loadu_si512(source));
#elif defined(__SSE2__)
  for (int quarter = 0; quarter < 4; ++quarter)
    _mm_stream_si128(static_cast<__m128i*>(target) + quarter,
                     _mm_loadu_si128(static_cast<const __m128i*>(source) + quarter));
#else
  __builtin_memcpy(target, source, 64);
#endif
}

/// To be called once after a thread's last streamed line, before other threads read: a fence after every run
/// would cost a quarter of the memory's speed.
inline void stream_fence() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

/// Copies past the caches, for targets that will not be read soon: saves reading the lines that are about to
/// be overwritten.
template <class T>
void stream_run(const T* source, index_t n, T* target) {
  constexpr index_t line = 64 / static_cast<index_t>(sizeof(T));
  while (n > 0 && reinterpret_cast<std::uintptr_t>(target) % 64 != 0) {
    *target++ = *source++;
    --n;
  }
  for (; n >= line; n -= line, source += line, target += line) stream_line(source, target);
  for (index_t i = 0; i < n; ++i) target[i] = source[i];
}

}  // namespace TENON_NAMESPACE::backend
