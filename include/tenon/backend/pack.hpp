#pragma once
/// `Pack<T>`: as many numbers as one SIMD register holds, with the arithmetic that element-wise lambdas use.
///
/// float and double are held by xsimd, whose names differ between its versions 8 and 13: this file alone knows them. Other
/// scalar types are packs of one, whose loops the compiler vectorises itself.

#include <cmath>        // pow
#include <type_traits>  // is_arithmetic_v
#include <xsimd/xsimd.hpp>

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

  friend Mask operator&(const Mask& a, const Mask& b) { return {a.lanes & b.lanes}; }
  friend Mask operator|(const Mask& a, const Mask& b) { return {a.lanes | b.lanes}; }
  friend Mask operator!(const Mask& a) { return {!a.lanes}; }
};

/// One number, for integers and booleans.
template <class T>
class Pack {
 public:
  using Lanes = T;
  using MaskLanes = bool;
  static constexpr int width = 1;
  T lanes;

  Pack() = default;
  template <class S>
    requires std::is_arithmetic_v<S>
  Pack(S value) : lanes(static_cast<T>(value)) {}

  static Pack load(const T* p) { return Pack(*p); }
  void store(T* p) const { *p = lanes; }

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
  Lanes lanes;

  Pack() = default;
  Pack(const Lanes& value) : lanes(value) {}
  template <class S>
    requires std::is_arithmetic_v<S>
  Pack(S value) : lanes(static_cast<T>(value)) {}

  static Pack load(const T* p) { return Lanes::load_unaligned(p); }
  void store(T* p) const { lanes.store_unaligned(p); }

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
  friend Mask<T> operator!=(const Pack& a, const Pack& b) { return {a.lanes != b.lanes}; }
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
  friend Pack exp(const Pack& a) { return xsimd::exp(a.lanes); }
  friend Pack expm1(const Pack& a) { return xsimd::expm1(a.lanes); }
  friend Pack log(const Pack& a) { return xsimd::log(a.lanes); }
  friend Pack log1p(const Pack& a) { return xsimd::log1p(a.lanes); }
  friend Pack sin(const Pack& a) { return xsimd::sin(a.lanes); }
  friend Pack cos(const Pack& a) { return xsimd::cos(a.lanes); }
  friend Pack tanh(const Pack& a) { return xsimd::tanh(a.lanes); }
  friend Pack erf(const Pack& a) { return xsimd::erf(a.lanes); }
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
  /// min(a, 0) - log(1 + e^-|a|): neither term can overflow.
  friend Pack log_sigmoid(const Pack& a) { return min(a, Pack(0)) - log1p(exp(-abs(a))); }
};

/// The sum of the lanes.
template <Real T>
T reduce_add(const Pack<T>& a) {
#if XSIMD_VERSION_MAJOR >= 10
  return xsimd::reduce_add(a.lanes);
#else
  return xsimd::hadd(a.lanes);
#endif
}

}  // namespace TENON_NAMESPACE::backend
