#pragma once
/// Forward-mode derivatives of generic lambdas. All derivative rules of the library's element-wise functions
/// are in this file and dual_math.hpp.
///
/// A `Dual` is a value and a tangent. Tangents that are known at compile time to be 0 or 1 have their own
/// types, so that the derivative of `x + b` costs nothing, and a variable on which a term does not depend
/// never causes `0 * inf`. Values may be duals themselves, which gives second derivatives (Griewank & Walther
/// 2008, chapter 3).

#include <type_traits>  // is_arithmetic_v
#include <utility>      // integer_sequence

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// The tangent 0, as a type.
struct Zero {};
/// The tangent 1, as a type.
struct One {};

/// The tangent of variable I in a TangentList.
template <int I, class D>
struct TangentOf {
  [[no_unique_address]] D tangent;
};
/// The tangents of several variables. They are flat members instead of nested ones, because compilers keep
/// objects that are built member by member in registers, and spill those that are copied as a whole.
template <class Order, class... D>
struct TangentList;
/// The tangents of several variables, as base classes.
template <int... I, class... D>
struct TangentList<std::integer_sequence<int, I...>, D...> : TangentOf<I, D>... {};
/// A TangentList of tangents of these types.
template <class... D>
using Tangents = TangentList<std::make_integer_sequence<int, static_cast<int>(sizeof...(D))>, D...>;

/// The tangent of variable I.
template <int I, class D>
constexpr const D& nth(const TangentOf<I, D>& t) {
  return t.tangent;
}

/// A value and its tangent, or its tangents by several variables.
template <class V, class D>
struct Dual {
  V value;
  [[no_unique_address]] D tangent;
};
/// Deduces the types from the arguments.
template <class V, class D>
Dual(V, D) -> Dual<V, D>;

/// The number of duals nested in a type. In `a * b` the operand of smaller depth is a constant for the outer
/// derivative.
template <class X>
inline constexpr int dual_depth = 0;
/// The number of duals nested in a dual.
template <class V, class D>
inline constexpr int dual_depth<Dual<V, D>> = dual_depth<V> + 1;

/// A dual, of any depth.
template <class X>
concept IsDual = dual_depth<X> > 0;
/// Two types of which at least one is a dual.
template <class A, class B>
concept AnyDual = IsDual<A> || IsDual<B>;

// Tangent arithmetic ----------------------------------------------------------------------------------------

namespace tangent {

/// The tangent of constants.
inline constexpr Zero zero;

/// Whether a tangent's type is `Zero`.
template <class X>
inline constexpr bool is_zero = false;
template <>
inline constexpr bool is_zero<Zero> = true;
/// Whether a tangent's type is `One`.
template <class X>
inline constexpr bool is_one = false;
template <>
inline constexpr bool is_one<One> = true;

/// The numbers of the variables of a TangentList.
template <int... I>
using Order = std::integer_sequence<int, I...>;

/// A list of tangents.
template <class... D>
constexpr Tangents<D...> list(const D&... d) {
  return {{d}...};
}

/// A tangent times a number.
template <class S, class D>
constexpr auto scale(const S& s, const D& d) {
  if constexpr (is_zero<D>)
    return Zero{};
  else if constexpr (is_one<D>)
    return s;
  else
    return s * d;
}
/// Each tangent of a list times a number.
template <class S, int... I, class... D>
constexpr auto scale(const S& s, const TangentList<Order<I...>, D...>& d) {
  return list(scale(s, nth<I>(d))...);
}

/// The sum of two tangents.
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
/// The sums of two lists of tangents.
template <int... I, class... D, class... E>
constexpr auto add(const TangentList<Order<I...>, D...>& a, const TangentList<Order<I...>, E...>& b) {
  return list(add(nth<I>(a), nth<I>(b))...);
}

/// Minus a tangent.
template <class D>
constexpr auto negate(const D& d) {
  return scale(-1.0, d);
}

/// A tangent in a form that `select` takes: compile-time constants become packs of the mask's type.
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
/// Tangent a where the mask holds, else b.
template <class Mask, class A, class B>
constexpr auto choose(const Mask& mask, const A& a, const B& b) {
  if constexpr (is_zero<A> && is_zero<B>)
    return Zero{};
  else if constexpr (is_one<A> && is_one<B>)
    return One{};
  else
    return select(mask, lift<Mask>(a), lift<Mask>(b));
}
/// The tangents of list a where the mask holds, else those of b.
template <class Mask, int... I, class... D, class... E>
constexpr auto choose(const Mask& mask, const TangentList<Order<I...>, D...>& a,
                      const TangentList<Order<I...>, E...>& b) {
  return list(choose(mask, nth<I>(a), nth<I>(b))...);
}
/// The tangents of list a where the mask holds, else 0.
template <class Mask, int... I, class... D>
constexpr auto choose(const Mask& mask, const TangentList<Order<I...>, D...>& a, Zero) {
  return list(choose(mask, nth<I>(a), Zero{})...);
}
/// 0 where the mask holds, else the tangents of list b.
template <class Mask, int... I, class... D>
constexpr auto choose(const Mask& mask, Zero, const TangentList<Order<I...>, D...>& b) {
  return list(choose(mask, Zero{}, nth<I>(b))...);
}

}  // namespace tangent

/// The value of `x` at nesting depth L; an `x` of smaller depth is a constant there.
template <int L, class X>
constexpr const auto& value_at(const X& x) {
  if constexpr (dual_depth<X> == L)
    return x.value;
  else
    return x;
}
/// The tangent of `x` at nesting depth L; 0 for an `x` of smaller depth.
template <int L, class X>
constexpr const auto& tangent_at(const X& x) {
  if constexpr (dual_depth<X> == L)
    return x.tangent;
  else
    return tangent::zero;
}
/// The larger nesting depth of two types.
template <class A, class B>
inline constexpr int outer_depth = dual_depth<A> > dual_depth<B> ? dual_depth<A> : dual_depth<B>;

// Arithmetic ------------------------------------------------------------------------------------------------

/// The sum, with tangent a' + b'.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto operator+(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  return Dual{value_at<L>(a) + value_at<L>(b), tangent::add(tangent_at<L>(a), tangent_at<L>(b))};
}
/// The difference, with tangent a' - b'.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto operator-(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  return Dual{value_at<L>(a) - value_at<L>(b),
              tangent::add(tangent_at<L>(a), tangent::negate(tangent_at<L>(b)))};
}
/// The product, with tangent b a' + a b'.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto operator*(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& u = value_at<L>(a);
  const auto& v = value_at<L>(b);
  return Dual{u * v, tangent::add(tangent::scale(v, tangent_at<L>(a)), tangent::scale(u, tangent_at<L>(b)))};
}
/// The quotient, with tangent a' / b - (a / b) / b b'.
template <class A, class B>
  requires AnyDual<A, B>
constexpr auto operator/(const A& a, const B& b) {
  constexpr int L = outer_depth<A, B>;
  const auto& v = value_at<L>(b);
  const auto quotient = value_at<L>(a) / v;
  return Dual{quotient, tangent::add(tangent::scale(1.0 / v, tangent_at<L>(a)),
                                     tangent::scale(-(quotient / v), tangent_at<L>(b)))};
}
/// The negative, with tangent -x'.
template <IsDual X>
constexpr auto operator-(const X& x) {
  return Dual{-x.value, tangent::negate(x.tangent)};
}

// Comparisons of the innermost values -----------------------------------------------------------------------

/// The value within all nested duals.
template <class X>
constexpr const auto& innermost(const X& x) {
  if constexpr (IsDual<X>)
    return innermost(x.value);
  else
    return x;
}
/// Defines a comparison of the innermost values of two operands.
#define TENON_DUAL_COMPARISON(op)                      \
  template <class A, class B>                          \
    requires AnyDual<A, B>                             \
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

// Functions: f(x) and f'(x) tangent -------------------------------------------------------------------------

/// e^x, with derivative e^x.
template <IsDual X>
constexpr auto exp(const X& x) {
  const auto y = exp(x.value);
  return Dual{y, tangent::scale(y, x.tangent)};
}
/// e^x - 1, with derivative e^x.
template <IsDual X>
constexpr auto expm1(const X& x) {
  const auto y = expm1(x.value);
  return Dual{y, tangent::scale(y + 1.0, x.tangent)};
}
/// The natural logarithm, with derivative 1 / x.
template <IsDual X>
constexpr auto log(const X& x) {
  return Dual{log(x.value), tangent::scale(1.0 / x.value, x.tangent)};
}
/// log(1 + x), with derivative 1 / (1 + x).
template <IsDual X>
constexpr auto log1p(const X& x) {
  return Dual{log1p(x.value), tangent::scale(1.0 / (1.0 + x.value), x.tangent)};
}
/// The square root y, with derivative 1 / (2 y).
template <IsDual X>
constexpr auto sqrt(const X& x) {
  const auto y = sqrt(x.value);
  return Dual{y, tangent::scale(0.5 / y, x.tangent)};
}
/// The reciprocal square root y, with derivative -y^3 / 2.
template <IsDual X>
constexpr auto rsqrt(const X& x) {
  const auto y = rsqrt(x.value);
  return Dual{y, tangent::scale(-0.5 * y * y * y, x.tangent)};
}
/// The sine, with derivative cos x.
template <IsDual X>
constexpr auto sin(const X& x) {
  return Dual{sin(x.value), tangent::scale(cos(x.value), x.tangent)};
}
/// The cosine, with derivative -sin x.
template <IsDual X>
constexpr auto cos(const X& x) {
  return Dual{cos(x.value), tangent::scale(-sin(x.value), x.tangent)};
}
/// The hyperbolic tangent y, with derivative 1 - y^2.
template <IsDual X>
constexpr auto tanh(const X& x) {
  const auto y = tanh(x.value);
  return Dual{y, tangent::scale(1.0 - y * y, x.tangent)};
}
/// The logistic sigmoid y = 1 / (1 + e^-x), with derivative y (1 - y).
template <IsDual X>
constexpr auto sigmoid(const X& x) {
  const auto y = sigmoid(x.value);
  return Dual{y, tangent::scale(y * (1.0 - y), x.tangent)};
}
/// log(sigmoid(x)) without overflow, with derivative sigmoid(-x).
template <IsDual X>
constexpr auto log_sigmoid(const X& x) {
  return Dual{log_sigmoid(x.value), tangent::scale(sigmoid(-x.value), x.tangent)};
}
/// The error function, with derivative 2 / sqrt(pi) e^(-x^2).
template <IsDual X>
constexpr auto erf(const X& x) {
  constexpr double two_over_sqrt_pi = 1.1283791670955125739;
  return Dual{erf(x.value), tangent::scale(two_over_sqrt_pi * exp(-(x.value * x.value)), x.tangent)};
}
/// The sign, -1, 0 or 1. Its derivative is taken as 0.
template <IsDual X>
constexpr auto sign(const X& x) {
  return sign(innermost(x));
}
/// The absolute value, with derivative sign(x), 0 at 0.
template <IsDual X>
constexpr auto abs(const X& x) {
  return Dual{abs(x.value), tangent::scale(sign(x.value), x.tangent)};
}
namespace tangent {
/// The derivative of a^b by a: b a^(b - 1), and 0 where b is 0, without 0 * inf.
template <class A, class B>
constexpr auto power_by_base(const A& a, const B& b) {
  if constexpr (std::is_arithmetic_v<B>)
    return b * pow(a, b == B(0) ? B(0) : b - B(1));
  else
    return select(innermost(b) == 0.0, 0.0 * b, b * pow(a, b - 1.0));
}
/// The derivative of y = a^b by b: y log a, and 0 where a is 0 and y finite.
template <class A, class Y>
constexpr auto power_by_exponent(const A& a, const Y& y) {
  if constexpr (std::is_arithmetic_v<A>)
    return y * (a == A(0) ? 0.0 : __builtin_log(static_cast<double>(a)));
  else
    return select((innermost(a) == 0.0) & (innermost(y) < __builtin_inf()), 0.0 * y, y * log(a));
}
}  // namespace tangent

/// The power a^b. As in PyTorch, the derivative by a is 0 at b = 0, and the derivative by b is 0 at a = 0
/// unless a^b is infinite.
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
