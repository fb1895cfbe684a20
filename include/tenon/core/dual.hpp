#pragma once
/// Forward-mode derivatives of generic lambdas: every derivative rule of the library's element-wise functions
/// stands here.
///
/// A `Dual` carries a value and a tangent. Tangents that are known at compile time to be 0 or 1 have types of
/// their own, so that `x + b` costs nothing to differentiate, and so that a variable on which a term does not
/// depend never meets `0 * inf`. Values may be duals again: that is how second derivatives arise. (Griewank &
/// Walther 2008, chapter 3.)

#include <type_traits>  // is_arithmetic_v
#include <utility>      // integer_sequence

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// The tangents 0 and 1, as types.
struct Zero {};
struct One {};

/// Several tangents side by side, one for each input of a function. They stand flat, not nested: compilers
/// keep in registers what is built member by member, and spill what is copied as a whole.
template <int I, class D>
struct TangentOf {
  [[no_unique_address]] D tangent;
};
template <class Order, class... D>
struct TangentList;
template <int... I, class... D>
struct TangentList<std::integer_sequence<int, I...>, D...> : TangentOf<I, D>... {};
template <class... D>
using Tangents = TangentList<std::make_integer_sequence<int, static_cast<int>(sizeof...(D))>, D...>;

/// The tangent of variable I.
template <int I, class D>
constexpr const D& nth(const TangentOf<I, D>& t) {
  return t.tangent;
}

template <class V, class D>
struct Dual {
  V value;
  [[no_unique_address]] D tangent;
};
template <class V, class D>
Dual(V, D) -> Dual<V, D>;

/// How many duals are nested in a type. In `a * b` the operand of lesser depth is a constant for the outer
/// derivative.
template <class X>
inline constexpr int dual_depth = 0;
template <class V, class D>
inline constexpr int dual_depth<Dual<V, D>> = dual_depth<V> + 1;

template <class X>
concept IsDual = dual_depth<X> >
0;
template <class A, class B>
concept AnyDual = IsDual<A> || IsDual<B>;

// Tangent arithmetic
// -------------------------------------------------------------------------------------------------

namespace tangent {

inline constexpr Zero zero;

template <class X>
inline constexpr bool is_zero = false;
template <>
inline constexpr bool is_zero<Zero> = true;
template <class X>
inline constexpr bool is_one = false;
template <>
inline constexpr bool is_one<One> = true;

template <int... I>
using Order = std::integer_sequence<int, I...>;

template <class... D>
constexpr Tangents<D...> list(const D&... d) {
  return {{d}...};
}

template <class S, class D>
constexpr auto scale(const S& s, const D& d) {
  if constexpr (is_zero<D>)
    return Zero{};
  else if constexpr (is_one<D>)
    return s;
  else
    return s * d;
}
template <class S, int... I, class... D>
constexpr auto scale(const S& s, const TangentList<Order<I...>, D...>& d) {
  return list(scale(s, nth<I>(d))...);
}

template <class A, class B>
constexpr auto add(const A& a, const B& b) {
  if constexpr (is_zero<A>)
    return b;
  else if constexpr (is_zero<B>)
    return a;
  else if constexpr (is_one<A> && is_one<B>)
    return 2.0;
  else if constexpr (is_one<A>)
    return 1.0 + b;
  else if constexpr (is_one<B>)
    return a + 1.0;
  else
    return a + b;
}
template <int... I, class... D, class... E>
constexpr auto add(const TangentList<Order<I...>, D...>& a, const TangentList<Order<I...>, E...>& b) {
  return list(add(nth<I>(a), nth<I>(b))...);
}

template <class D>
constexpr auto negate(const D& d) {
  return scale(-1.0, d);
}

/// The tangent as something that `select` can mix: compile-time constants become packs of the mask's type.
template <class Mask, class D>
constexpr auto lift(const D& d) {
  using Pack = typename Mask::pack;
  if constexpr (is_zero<D>)
    return Pack(0.0);
  else if constexpr (is_one<D>)
    return Pack(1.0);
  else if constexpr (std::is_arithmetic_v<D>)
    return Pack(d);
  else
    return d;
}
template <class Mask, class A, class B>
constexpr auto choose(const Mask& mask, const A& a, const B& b) {
  if constexpr (is_zero<A> && is_zero<B>)
    return Zero{};
  else if constexpr (is_one<A> && is_one<B>)
    return One{};
  else
    return select(mask, lift<Mask>(a), lift<Mask>(b));
}
template <class Mask, int... I, class... D, class... E>
constexpr auto choose(const Mask& mask, const TangentList<Order<I...>, D...>& a,
                      const TangentList<Order<I...>, E...>& b) {
  return list(choose(mask, nth<I>(a), nth<I>(b))...);
}
template <class Mask, int... I, class... D>
constexpr auto choose(const Mask& mask, const TangentList<Order<I...>, D...>& a, Zero) {
  return list(choose(mask, nth<I>(a), Zero{})...);
}
template <class Mask, int... I, class... D>
constexpr auto choose(const Mask& mask, Zero, const TangentList<Order<I...>, D...>& b) {
  return list(choose(mask, Zero{}, nth<I>(b))...);
}

}  // namespace tangent

/// Value and tangent of `x` seen from nesting depth L: something shallower is a constant.
template <int L, class X>
constexpr const auto& value_at(const X& x) {
  if constexpr (dual_depth<X> == L)
    return x.value;
  else
    return x;
}
template <int L, class X>
constexpr const auto& tangent_at(const X& x) {
  if constexpr (dual_depth<X> == L)
    return x.tangent;
  else
    return tangent::zero;
}
template <class A, class B>
inline constexpr int outer_depth = dual_depth<A> > dual_depth<B> ? dual_depth<A> : dual_depth<B>;

// Arithmetic
// ---------------------------------------------------------------------------------------------------------

template <class A, class B>
requires AnyDual<A, B>
constexpr auto operator+(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  return Dual{value_at<L>(a) + value_at<L>(b), tangent::add(tangent_at<L>(a), tangent_at<L>(b))};
}
template <class A, class B>
requires AnyDual<A, B>
constexpr auto operator-(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  return Dual{value_at<L>(a) - value_at<L>(b),
              tangent::add(tangent_at<L>(a), tangent::negate(tangent_at<L>(b)))};
}
template <class A, class B>
requires AnyDual<A, B>
constexpr auto operator*(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& u = value_at<L>(a);
  const auto& v = value_at<L>(b);
  return Dual{u * v, tangent::add(tangent::scale(v, tangent_at<L>(a)), tangent::scale(u, tangent_at<L>(b)))};
}
template <class A, class B>
requires AnyDual<A, B>
constexpr auto operator/(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& v = value_at<L>(b);
  const auto quotient = value_at<L>(a) / v;
  return Dual{quotient, tangent::add(tangent::scale(1.0 / v, tangent_at<L>(a)),
                                     tangent::scale(-(quotient / v), tangent_at<L>(b)))};
}
template <IsDual X>
constexpr auto operator-(const X& x) {
  return Dual{-x.value, tangent::negate(x.tangent)};
}

// Comparison looks at the innermost values
// ---------------------------------------------------------------------------

template <class X>
constexpr const auto& innermost(const X& x) {
  if constexpr (IsDual<X>)
    return innermost(x.value);
  else
    return x;
}
#define TENON_DUAL_COMPARISON(op)                      \
  template <class A, class B>                          \
  requires AnyDual<A, B>                               \
  constexpr auto operator op(const A& a, const B& b) { \
    return innermost(a) op innermost(b);               \
  }
TENON_DUAL_COMPARISON(<)
TENON_DUAL_COMPARISON(<=)
TENON_DUAL_COMPARISON(>)
TENON_DUAL_COMPARISON(>=)
TENON_DUAL_COMPARISON(==)
TENON_DUAL_COMPARISON(!=)
#undef TENON_DUAL_COMPARISON

/// a where the mask holds, else b.
template <class Mask, class A, class B>
requires AnyDual<A, B>
constexpr auto select(const Mask& mask, const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  return Dual{select(mask, value_at<L>(a), value_at<L>(b)),
              tangent::choose(mask, tangent_at<L>(a), tangent_at<L>(b))};
}

// Functions: f(x), then f'(x) times the tangent
// ----------------------------------------------------------------------

template <IsDual X>
constexpr auto exp(const X& x) {
  const auto y = exp(x.value);
  return Dual{y, tangent::scale(y, x.tangent)};
}
template <IsDual X>
constexpr auto expm1(const X& x) {
  const auto y = expm1(x.value);
  return Dual{y, tangent::scale(y + 1.0, x.tangent)};
}
template <IsDual X>
constexpr auto log(const X& x) {
  return Dual{log(x.value), tangent::scale(1.0 / x.value, x.tangent)};
}
template <IsDual X>
constexpr auto log1p(const X& x) {
  return Dual{log1p(x.value), tangent::scale(1.0 / (1.0 + x.value), x.tangent)};
}
template <IsDual X>
constexpr auto sqrt(const X& x) {
  const auto y = sqrt(x.value);
  return Dual{y, tangent::scale(0.5 / y, x.tangent)};
}
template <IsDual X>
constexpr auto rsqrt(const X& x) {
  const auto y = rsqrt(x.value);
  return Dual{y, tangent::scale(-0.5 * y * y * y, x.tangent)};
}
template <IsDual X>
constexpr auto sin(const X& x) {
  return Dual{sin(x.value), tangent::scale(cos(x.value), x.tangent)};
}
template <IsDual X>
constexpr auto cos(const X& x) {
  return Dual{cos(x.value), tangent::scale(-sin(x.value), x.tangent)};
}
template <IsDual X>
constexpr auto tanh(const X& x) {
  const auto y = tanh(x.value);
  return Dual{y, tangent::scale(1.0 - y * y, x.tangent)};
}
template <IsDual X>
constexpr auto sigmoid(const X& x) {
  const auto y = sigmoid(x.value);
  return Dual{y, tangent::scale(y * (1.0 - y), x.tangent)};
}
/// log(1 / (1 + e^-x)), without overflow; its derivative is sigmoid(-x).
template <IsDual X>
constexpr auto log_sigmoid(const X& x) {
  return Dual{log_sigmoid(x.value), tangent::scale(sigmoid(-x.value), x.tangent)};
}
template <IsDual X>
constexpr auto erf(const X& x) {
  constexpr double two_over_sqrt_pi = 1.1283791670955125739;
  return Dual{erf(x.value), tangent::scale(two_over_sqrt_pi * exp(-(x.value * x.value)), x.tangent)};
}
/// -1, 0 or 1; its derivative is taken as 0.
template <IsDual X>
constexpr auto sign(const X& x) {
  return sign(innermost(x));
}
/// The derivative at 0 is taken as 0.
template <IsDual X>
constexpr auto abs(const X& x) {
  return Dual{abs(x.value), tangent::scale(sign(x.value), x.tangent)};
}
namespace tangent {
/// b a^(b - 1), and 0 where b is 0; a number b never meets 0 * inf.
template <class A, class B>
constexpr auto power_by_base(const A& a, const B& b) {
  if constexpr (std::is_arithmetic_v<B>)
    return b * pow(a, b == B(0) ? B(0) : b - B(1));
  else
    return select(innermost(b) == 0.0, 0.0 * b, b * pow(a, b - 1.0));
}
/// y log a for y = a^b, and 0 where a is 0 and y finite.
template <class A, class Y>
constexpr auto power_by_exponent(const A& a, const Y& y) {
  if constexpr (std::is_arithmetic_v<A>)
    return y * (a == A(0) ? 0.0 : __builtin_log(static_cast<double>(a)));
  else
    return select((innermost(a) == 0.0) & (innermost(y) < __builtin_inf()), 0.0 * y, y * log(a));
}
}  // namespace tangent

/// a^b. At b = 0 the derivative by a is 0, at a = 0 the one by b is 0 unless a^b is infinite (as PyTorch
/// has it).
template <class A, class B>
requires AnyDual<A, B>
constexpr auto pow(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& u = value_at<L>(a);
  const auto& v = value_at<L>(b);
  const auto y = pow(u, v);
  if constexpr (tangent::is_zero<std::decay_t<decltype(tangent_at<L>(b))>>)
    return Dual{y, tangent::scale(tangent::power_by_base(u, v), tangent_at<L>(a))};
  else if constexpr (tangent::is_zero<std::decay_t<decltype(tangent_at<L>(a))>>)
    return Dual{y, tangent::scale(tangent::power_by_exponent(u, y), tangent_at<L>(b))};
  else
    return Dual{y, tangent::add(tangent::scale(tangent::power_by_base(u, v), tangent_at<L>(a)),
                                tangent::scale(tangent::power_by_exponent(u, y), tangent_at<L>(b)))};
}

}  // namespace TENON_NAMESPACE
