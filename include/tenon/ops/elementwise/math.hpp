#pragma once
/// Element-wise functions beyond unary.hpp and arithmetic.hpp: rounding, further elementary functions,
/// remainders, tests for NaN and infinity, logic and bits. Names are PyTorch's; each op is one call of
/// `map`.
///
///   shapes: operands broadcast to one another
///   returns: the common shape
///   throws: ShapeError if the shapes do not broadcast
///   keeps: the operands, for lerp, addcmul and addcdiv those that a wanted gradient needs; nothing for
///     roundings, divisors, tests, logic and bits, which are not recorded
///   cost: one pass over memory in each direction

#include "tenon/backend/pack_math.hpp"
#include "tenon/core/symbol_math.hpp"
#include "tenon/ops/elementwise/compare.hpp"

namespace TENON_NAMESPACE {

/// Rounds down. Not recorded: its derivative is 0.
template <Real T>
Tensor<T> floor(const Tensor<T>& x) {
  return map("floor", [](auto v) { return floor(v); }, x);
}
/// Rounds up. Not recorded: its derivative is 0.
template <Real T>
Tensor<T> ceil(const Tensor<T>& x) {
  return map("ceil", [](auto v) { return ceil(v); }, x);
}
/// Rounds towards 0. Not recorded: its derivative is 0.
template <Real T>
Tensor<T> trunc(const Tensor<T>& x) {
  return map("trunc", [](auto v) { return trunc(v); }, x);
}
/// Rounds to the nearest integer, halves to the even one. Not recorded: its derivative is 0.
template <Real T>
Tensor<T> round(const Tensor<T>& x) {
  return map("round", [](auto v) { return round_even(v); }, x);
}
/// Fractional part x - trunc(x), which has the sign of x. Keeps nothing: its derivative is 1.
template <Real T>
Tensor<T> frac(const Tensor<T>& x) {
  return map("frac", [](auto v) { return v - trunc(v); }, x);
}

/// Tangent of an angle in radians.
template <Real T>
Tensor<T> tan(const Tensor<T>& x) {
  return map("tan", [](auto v) { return tan(v); }, x);
}
/// Inverse sine in [-pi/2, pi/2]: NaN outside [-1, 1].
template <Real T>
Tensor<T> asin(const Tensor<T>& x) {
  return map("asin", [](auto v) { return asin(v); }, x);
}
/// Inverse cosine in [0, pi]: NaN outside [-1, 1].
template <Real T>
Tensor<T> acos(const Tensor<T>& x) {
  return map("acos", [](auto v) { return acos(v); }, x);
}
/// Inverse tangent in (-pi/2, pi/2).
template <Real T>
Tensor<T> atan(const Tensor<T>& x) {
  return map("atan", [](auto v) { return atan(v); }, x);
}
/// Hyperbolic sine.
template <Real T>
Tensor<T> sinh(const Tensor<T>& x) {
  return map("sinh", [](auto v) { return sinh(v); }, x);
}
/// Hyperbolic cosine.
template <Real T>
Tensor<T> cosh(const Tensor<T>& x) {
  return map("cosh", [](auto v) { return cosh(v); }, x);
}
/// Inverse hyperbolic sine.
template <Real T>
Tensor<T> asinh(const Tensor<T>& x) {
  return map("asinh", [](auto v) { return asinh(v); }, x);
}
/// Inverse hyperbolic cosine: NaN below 1.
template <Real T>
Tensor<T> acosh(const Tensor<T>& x) {
  return map("acosh", [](auto v) { return acosh(v); }, x);
}
/// Inverse hyperbolic tangent: NaN outside [-1, 1].
template <Real T>
Tensor<T> atanh(const Tensor<T>& x) {
  return map("atanh", [](auto v) { return atanh(v); }, x);
}
/// 2^x
template <Real T>
Tensor<T> exp2(const Tensor<T>& x) {
  return map("exp2", [](auto v) { return exp2(v); }, x);
}
/// Logarithm to base 2: NaN below 0, -infinity at 0.
template <Real T>
Tensor<T> log2(const Tensor<T>& x) {
  return map("log2", [](auto v) { return log2(v); }, x);
}
/// Logarithm to base 10: NaN below 0, -infinity at 0.
template <Real T>
Tensor<T> log10(const Tensor<T>& x) {
  return map("log10", [](auto v) { return log10(v); }, x);
}
/// Angle of the point (x, y) in (-pi, pi].
template <Real T>
Tensor<T> atan2(const Tensor<T>& y, const Tensor<T>& x) {
  return map("atan2", [](auto a, auto b) { return atan2(a, b); }, y, x);
}
/// Length of the vector (a, b), without overflow: sqrt(a^2 + b^2). The gradients at (0, 0) are 0.
template <Real T>
Tensor<T> hypot(const Tensor<T>& a, const Tensor<T>& b) {
  return map("hypot", [](auto x, auto y) { return hypot(x, y); }, a, b);
}

namespace detail {
template <class T>
void check_divisor(const Tensor<T>& b, const char* op) {
  if constexpr (!Real<T>)
    for (T v : b) check<ValueError>(v != T(0), op, "an integer is divided by 0");
}
}  // namespace detail
/// Remainder of a / b with the sign of a: a - b trunc(a / b). Gradients: da = g, db = -g trunc(a / b).
///
///   throws: ShapeError if the shapes do not broadcast; ValueError if T holds integers and a divisor is 0,
///     or b is a number that is not one of their type
template <Arithmetic T>
Tensor<T> fmod(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_divisor(b, "fmod");
  return map("fmod", [](auto x, auto y) { return fmod(x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> fmod(const Tensor<T>& a, S b) {
  return fmod(a, scalar<T>(number_as<T>(b, "fmod")));
}
/// Remainder of a / b with the sign of b, as Python's %: a - b floor(a / b). Gradients: da = g, db = -g
/// floor(a / b).
///
///   throws: ShapeError if the shapes do not broadcast; ValueError if T holds integers and a divisor is 0,
///     or b is a number that is not one of their type
template <Arithmetic T>
Tensor<T> remainder(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_divisor(b, "remainder");
  return map("remainder", [](auto x, auto y) { return remainder(x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> remainder(const Tensor<T>& a, S b) {
  return remainder(a, scalar<T>(number_as<T>(b, "remainder")));
}
/// Quotient a / b rounded down, as Python's //. Not recorded: its derivative is 0.
///
///   throws: ShapeError if the shapes do not broadcast; ValueError if T holds integers and a divisor is 0,
///     or b is a number that is not one of their type
template <Arithmetic T>
Tensor<T> floor_divide(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_divisor(b, "floor_divide");
  return map("floor_divide", [](auto x, auto y) { return floor_divide(x, y); }, a, b);
}
template <Arithmetic T, Number S>
Tensor<T> floor_divide(const Tensor<T>& a, S b) {
  return floor_divide(a, scalar<T>(number_as<T>(b, "floor_divide")));
}

namespace detail {
/// The greatest common divisor, which is not negative.
template <class T>
T greatest_divisor(T a, T b) {
  while (b != 0) {
    const T left = b + T{1} == T{0} ? T{0} : static_cast<T>(a % b);  // the least number by -1 overflows
    a = b;
    b = left;
  }
  return a < 0 ? static_cast<T>(-a) : a;
}
}  // namespace detail
/// Greatest common divisor of integers, 0 or more: gcd(0, b) = |b|.
template <Scalar T>
  requires(std::integral<T> && !std::same_as<T, bool>)
Tensor<T> gcd(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "gcd", [](auto x, auto y) { return decltype(x)(detail::greatest_divisor<T>(x.lanes, y.lanes)); }, a, b);
}
/// Least common multiple of integers, 0 or more; 0 where one of them is 0. It wraps around where it does not
/// fit T.
template <Scalar T>
  requires(std::integral<T> && !std::same_as<T, bool>)
Tensor<T> lcm(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "lcm",
      [](auto x, auto y) {
        const T divisor = detail::greatest_divisor<T>(x.lanes, y.lanes);
        return divisor == 0 ? decltype(x)(0) : abs(x * decltype(x)(y.lanes / divisor));
      },
      a, b);
}

/// Logarithm of a sum of exponentials, without overflow: log(e^a + e^b).
template <Real T>
Tensor<T> logaddexp(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logaddexp",
      [](auto x, auto y) {
        return select(x == y, 0.5 * x + 0.5 * y + log_of_2,
                      select(x > y, x + log1p(exp(y - x)), y + log1p(exp(x - y))));
      },
      a, b);
}
/// a log b, and 0 where a is 0, even if log b is not finite.
template <Real T>
Tensor<T> xlogy(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "xlogy",
      [](auto x, auto y) {
        return select((x == 0) & ((y <= 0) | (y == std::numeric_limits<T>::infinity())), 0, x * log(y));
      },
      a, b);
}
/// The larger of a and b, where a number beats NaN. The gradient goes to the one that is chosen, a if they
/// are equal.
template <Real T>
Tensor<T> fmax(const Tensor<T>& a, const Tensor<T>& b) {
  return map("fmax", [](auto x, auto y) { return select((x >= y) | (y != y), x, y); }, a, b);
}
/// The smaller of a and b, where a number beats NaN. The gradient goes to the one that is chosen, a if they
/// are equal.
template <Real T>
Tensor<T> fmin(const Tensor<T>& a, const Tensor<T>& b) {
  return map("fmin", [](auto x, auto y) { return select((x <= y) | (y != y), x, y); }, a, b);
}
/// Linear interpolation a + weight (b - a), computed from the nearer end. With a number as weight nothing
/// is kept.
template <Real T>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& weight) {
  constexpr auto between = [](auto x, auto y, auto w) {
    return select(w < 0.5, x + w * (y - x), y - (1 - w) * (y - x));
  };
  return map("lerp", detail::needs<0b100, 0b100, 0b011>(between), a, b, weight);
}
template <Real T, Number S>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, S weight) {
  const auto w = static_cast<T>(weight);
  if (w < T(0.5)) return map("lerp", [w](auto x, auto y) { return x + w * (y - x); }, a, b);
  return map("lerp", [w](auto x, auto y) { return y - (1 - w) * (y - x); }, a, b);
}
/// Adds a scaled product: x + value a b.
template <Real T>
Tensor<T> addcmul(const Tensor<T>& x, const Tensor<T>& a, const Tensor<T>& b, double value = 1) {
  const auto sum = [v = static_cast<T>(value)](auto c, auto p, auto q) { return c + v * (p * q); };
  return map("addcmul", detail::needs<0, 0b100, 0b010>(sum), x, a, b);
}
/// Adds a scaled quotient: x + value a / b.
template <Real T>
Tensor<T> addcdiv(const Tensor<T>& x, const Tensor<T>& a, const Tensor<T>& b, double value = 1) {
  const auto sum = [v = static_cast<T>(value)](auto c, auto p, auto q) { return c + v * (p / q); };
  return map("addcdiv", detail::needs<0, 0b100, 0b110>(sum), x, a, b);
}
/// |a| with the sign of b, where -0 counts as negative. b is a constant: it receives no gradient.
template <Real T>
Tensor<T> copysign(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "copysign", [](auto x, auto y) { return select((y < 0) | ((y == 0) & (1 / y < 0)), -abs(x), abs(x)); },
      a, b.detach());
}
/// Heaviside step function: 0 where x < 0, 1 where x > 0, `at_zero` where x is 0. Not recorded.
template <Arithmetic T>
Tensor<T> heaviside(const Tensor<T>& x, const Tensor<T>& at_zero) {
  const NoGrad no_grad;
  return map(
      "heaviside", [](auto v, auto z) { return select(v == 0, z, select(v > 0, sign(v), sign(v) + 1)); }, x,
      at_zero);
}
/// Replaces NaN by `nan` and infinities by `infinity` and `minus_infinity`, whose defaults are the largest
/// and the lowest finite number.
template <Real T>
Tensor<T> nan_to_num(const Tensor<T>& x, std::type_identity_t<T> nan = 0,
                     std::optional<std::type_identity_t<T>> infinity = {},
                     std::optional<std::type_identity_t<T>> minus_infinity = {}) {
  using Limits = std::numeric_limits<T>;
  return map(
      "nan_to_num",
      [nan, top = infinity.value_or(Limits::max()),
       bottom = minus_infinity.value_or(Limits::lowest())](auto v) {
        return select(v != v, nan,
                      select(v == Limits::infinity(), top, select(v == -Limits::infinity(), bottom, v)));
      },
      x);
}

/// Whether an element is NaN.
template <Arithmetic T>
Tensor<bool> isnan(const Tensor<T>& x) {
  return ne(x, x);
}
/// Whether an element is infinite, of either sign.
template <Real T>
Tensor<bool> isinf(const Tensor<T>& x) {
  return map("isinf", [](auto v) { return abs(v) == std::numeric_limits<T>::infinity(); }, x);
}
/// Whether an element is neither NaN nor infinite.
template <Real T>
Tensor<bool> isfinite(const Tensor<T>& x) {
  return map("isfinite", [](auto v) { return abs(v) < std::numeric_limits<T>::infinity(); }, x);
}

/// Whether both a and b are true. A number is true unless it is 0.
template <Arithmetic T>
Tensor<bool> logical_and(const Tensor<T>& a, const Tensor<T>& b) {
  return map("logical_and", [](auto x, auto y) { return (x != 0) & (y != 0); }, a, b);
}
/// Whether a or b is true. A number is true unless it is 0.
template <Arithmetic T>
Tensor<bool> logical_or(const Tensor<T>& a, const Tensor<T>& b) {
  return map("logical_or", [](auto x, auto y) { return (x != 0) | (y != 0); }, a, b);
}
/// Whether exactly one of a and b is true. A number is true unless it is 0.
template <Arithmetic T>
Tensor<bool> logical_xor(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "logical_xor", [](auto x, auto y) { return ((x != 0) & (y == 0)) | ((x == 0) & (y != 0)); }, a, b);
}
/// Whether x is false, that is 0.
template <Arithmetic T>
Tensor<bool> logical_not(const Tensor<T>& x) {
  return eq(x, 0);
}

/// And of the bits of integers, or of booleans.
template <Scalar T>
  requires std::integral<T>
Tensor<T> bitwise_and(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_and", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes & y.lanes)); }, a, b);
}
/// Or of the bits of integers, or of booleans.
template <Scalar T>
  requires std::integral<T>
Tensor<T> bitwise_or(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_or", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes | y.lanes)); }, a, b);
}
/// Exclusive or of the bits of integers, or of booleans.
template <Scalar T>
  requires std::integral<T>
Tensor<T> bitwise_xor(const Tensor<T>& a, const Tensor<T>& b) {
  return map(
      "bitwise_xor", [](auto x, auto y) { return decltype(x)(static_cast<T>(x.lanes ^ y.lanes)); }, a, b);
}
/// All bits of an integer flipped; of booleans, the negation.
///
template <Scalar T>
  requires std::integral<T>
Tensor<T> bitwise_not(const Tensor<T>& x) {
  if constexpr (std::is_same_v<T, bool>)
    return logical_not(x);
  else
    return map("bitwise_not", [](auto v) { return decltype(v)(static_cast<T>(~v.lanes)); }, x);
}

/// Whether a mask does not hold.
inline Tensor<bool> operator!(const Tensor<bool>& x) {
  return logical_not(x);
}
/// The bits of integers, or masks, inverted.
template <std::integral T>
Tensor<T> operator~(const Tensor<T>& x) {
  return bitwise_not(x);
}
/// And of bits or masks.
template <std::integral T>
Tensor<T> operator&(const Tensor<T>& a, const Tensor<T>& b) {
  return bitwise_and(a, b);
}
/// Or of bits or masks.
template <std::integral T>
Tensor<T> operator|(const Tensor<T>& a, const Tensor<T>& b) {
  return bitwise_or(a, b);
}
/// Exclusive or of bits or masks.
template <std::integral T>
Tensor<T> operator^(const Tensor<T>& a, const Tensor<T>& b) {
  return bitwise_xor(a, b);
}

}  // namespace TENON_NAMESPACE
