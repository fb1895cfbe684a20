#pragma once
/// Functions of packs beyond those of pack.hpp, for the ops that ask for them.

#include "tenon/backend/pack.hpp"
#include "tenon/core/special.hpp"

namespace TENON_NAMESPACE::backend {

template <Real T>
Pack<T> floor(const Pack<T>& a) {
  return xsimd::floor(a.lanes);
}
template <Real T>
Pack<T> ceil(const Pack<T>& a) {
  return xsimd::ceil(a.lanes);
}
template <Real T>
Pack<T> trunc(const Pack<T>& a) {
  return xsimd::trunc(a.lanes);
}
/// To the nearest integer, halves to the even one.
template <Real T>
Pack<T> round_even(const Pack<T>& a) {
  return xsimd::nearbyint(a.lanes);
}

/// 1 / sqrt(a) of positive normal numbers, in float within a few units in the last place: an estimate of the
/// processor's and a step of Newton's, a third of the time that the root and the division take.
template <Real T>
Pack<T> fast_rsqrt(const Pack<T>& a) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    const Pack<T> estimate = typename Pack<T>::Lanes(_mm512_rsqrt14_ps(a.lanes));
    return estimate * fma(a * estimate, estimate * T(-0.5), Pack<T>(1.5));
  }
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) {
    const Pack<T> estimate = typename Pack<T>::Lanes(_mm256_rsqrt_ps(a.lanes));
    return estimate * fma(a * estimate, estimate * T(-0.5), Pack<T>(1.5));
  }
#endif
  return rsqrt(a);
}

/// A function of the C library, lane for lane.
template <class T, class F, class... More>
Pack<T> each_lane(const F& f, const Pack<T>& a, const More&... more) {
  constexpr int width = Pack<T>::width;
  T lanes[1 + sizeof...(More)][width];
  const Pack<T> packs[] = {a, more...};
  for (std::size_t k = 0; k < 1 + sizeof...(More); ++k) packs[k].store(lanes[k]);
  for (int i = 0; i < width; ++i) {
    if constexpr (sizeof...(More) == 0)
      lanes[0][i] = f(lanes[0][i]);
    else
      lanes[0][i] = f(lanes[0][i], lanes[1][i]);
  }
  return Pack<T>::load(lanes[0]);
}
template <Real T>
Pack<T> tan(const Pack<T>& a) {
  return each_lane([](T x) { return std::tan(x); }, a);
}
template <Real T>
Pack<T> asin(const Pack<T>& a) {
  return each_lane([](T x) { return std::asin(x); }, a);
}
template <Real T>
Pack<T> acos(const Pack<T>& a) {
  return each_lane([](T x) { return std::acos(x); }, a);
}
template <Real T>
Pack<T> atan(const Pack<T>& a) {
  return each_lane([](T x) { return std::atan(x); }, a);
}
template <Real T>
Pack<T> sinh(const Pack<T>& a) {
  return each_lane([](T x) { return std::sinh(x); }, a);
}
template <Real T>
Pack<T> cosh(const Pack<T>& a) {
  return each_lane([](T x) { return std::cosh(x); }, a);
}
template <Real T>
Pack<T> asinh(const Pack<T>& a) {
  return each_lane([](T x) { return std::asinh(x); }, a);
}
template <Real T>
Pack<T> acosh(const Pack<T>& a) {
  return each_lane([](T x) { return std::acosh(x); }, a);
}
template <Real T>
Pack<T> atanh(const Pack<T>& a) {
  return each_lane([](T x) { return std::atanh(x); }, a);
}
template <Real T>
Pack<T> exp2(const Pack<T>& a) {
  return each_lane([](T x) { return std::exp2(x); }, a);
}
template <Real T>
Pack<T> log2(const Pack<T>& a) {
  return each_lane([](T x) { return std::log2(x); }, a);
}
template <Real T>
Pack<T> log10(const Pack<T>& a) {
  return each_lane([](T x) { return std::log10(x); }, a);
}
template <Real T>
Pack<T> atan2(const Pack<T>& a, const Pack<T>& b) {
  return each_lane([](T y, T x) { return std::atan2(y, x); }, a, b);
}
template <Real T>
Pack<T> hypot(const Pack<T>& a, const Pack<T>& b) {
  return each_lane([](T x, T y) { return std::hypot(x, y); }, a, b);
}
/// What division leaves, with the sign of a. Of integers b is not 0.
template <class T>
Pack<T> fmod(const Pack<T>& a, const Pack<T>& b) {
  if constexpr (Real<T>)
    return each_lane([](T x, T y) { return std::fmod(x, y); }, a, b);
  else
    return Pack<T>(b.lanes + T{1} == T{0} ? T{0} : static_cast<T>(a.lanes % b.lanes));
}
/// What division leaves, with the sign of b.
template <class T>
Pack<T> remainder(const Pack<T>& a, const Pack<T>& b) {
  const Pack<T> left = fmod(a, b), zero(0);
  return select(
      (left < zero) | (zero < left),
      select((left < zero) & (zero < b), left + b, select((zero < left) & (b < zero), left + b, left)), left);
}
/// The quotient rounded down. Of real numbers, what is left of a, a multiple of b, divides nearly exactly. Of
/// integers b is not 0.
template <class T>
Pack<T> floor_divide(const Pack<T>& a, const Pack<T>& b) {
  if constexpr (Real<T>)
    return each_lane(
        [](T x, T y) {
          if (y == 0) return x / y;
          const T left = std::fmod(x, y);
          const T steps = std::round((x - left) / y) - T(left != 0 && (left < 0) != (y < 0));
          return steps == 0 ? std::copysign(T(0), x / y) : steps;
        },
        a, b);
  else if (b.lanes + T{1} == T{0})
    return T{0} - a;  // the quotient of the least number overflows
  else
    return Pack<T>(a.lanes / b.lanes - (a.lanes % b.lanes != 0 && (a.lanes < 0) != (b.lanes < 0)));
}

// Special functions, in double: see core/special.hpp.

template <Real T>
Pack<T> lgamma(const Pack<T>& a) {
  return each_lane([](T x) { return static_cast<T>(special::lgamma(static_cast<double>(x))); }, a);
}
template <Real T>
Pack<T> erfc(const Pack<T>& a) {
  return each_lane([](T x) { return static_cast<T>(std::erfc(static_cast<double>(x))); }, a);
}
template <Real T>
Pack<T> erfinv(const Pack<T>& a) {
  return each_lane([](T x) { return static_cast<T>(special::erfinv(static_cast<double>(x))); }, a);
}
template <Real T>
Pack<T> polygamma(int n, const Pack<T>& a) {
  return each_lane([n](T x) { return static_cast<T>(special::polygamma(n, static_cast<double>(x))); }, a);
}
template <Real T>
Pack<T> bessel_i(int n, const Pack<T>& a) {
  return each_lane([n](T x) { return static_cast<T>(special::bessel_i(n, static_cast<double>(x))); }, a);
}

}  // namespace TENON_NAMESPACE::backend
