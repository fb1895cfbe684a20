#pragma once
/// Special functions, element by element, each by one call of `map`. All but `logit` and `sinc` are computed
/// in double.
///
///   shapes: x any
///   returns: the shape of x
///   keeps: x
///   cost: one pass over memory in each direction, one call of a scalar function an element; differentiable
///     to any order

#include <cmath>     // log, log1p
#include <numbers>   // pi
#include <optional>  // optional

#include "tenon/backend/pack_math.hpp"
#include "tenon/core/symbol_math.hpp"
#include "tenon/ops/elementwise/map.hpp"

namespace TENON_NAMESPACE {

/// Complement of the error function, 1 - erf(x), which keeps its digits where erf(x) rounds to 1.
///
///   throws: nothing
template <Real T>
Tensor<T> erfc(const Tensor<T>& x) {
  return map("erfc", [](auto v) { return erfc(v); }, x);
}
/// Inverse of the error function: erf(erfinv(x)) = x. Infinite at -1 and 1, NaN outside.
///
///   throws: nothing
template <Real T>
Tensor<T> erfinv(const Tensor<T>& x) {
  return map("erfinv", [](auto v) { return erfinv(v); }, x);
}
/// Logarithm of |gamma(x)|: infinite at 0, -1, -2, ... Its derivative is `digamma`.
///
///   throws: nothing
template <Real T>
Tensor<T> lgamma(const Tensor<T>& x) {
  return map("lgamma", [](auto v) { return lgamma(v); }, x);
}
/// Derivative of `lgamma`: -infinity at 0, infinity at -0, NaN at -1, -2, ... Its derivative is
/// `polygamma(1, x)`.
///
///   throws: nothing
template <Real T>
Tensor<T> digamma(const Tensor<T>& x) {
  return map("digamma", [](auto v) { return polygamma(0, v); }, x);
}
/// Derivative of order n of `digamma`: (-1)^(n + 1) n! sum_{k >= 0} (x + k)^-(n + 1) for n > 0. Its
/// derivative is `polygamma(n + 1, x)`.
///
///   throws: ValueError if n is negative
template <Real T>
Tensor<T> polygamma(int n, const Tensor<T>& x) {
  check<ValueError>(n >= 0, "polygamma", "the order is negative: ", n);
  return map("polygamma", [n](auto v) { return polygamma(n, v); }, x);
}
/// Modified Bessel function of the first kind and of order 0.
///
///   throws: nothing
template <Real T>
Tensor<T> i0(const Tensor<T>& x) {
  return map("i0", [](auto v) { return bessel_i(0, v); }, x);
}
/// Logarithm of the odds, the inverse of `sigmoid`: log(x / (1 - x)), -infinity at 0, infinity at 1, NaN
/// outside. With `eps` x is first limited to [eps, 1 - eps], outside which the gradient is 0.
///
///   throws: ValueError if `eps` is not in [0, 0.5)
template <Real T>
Tensor<T> logit(const Tensor<T>& x, std::optional<double> eps = {}) {
  check<ValueError>(!eps || (*eps >= 0 && *eps < 0.5), "logit", "expected eps in [0, 0.5), got ",
                    eps.value_or(0));
  const auto log_odds = [](auto v) { return log(v) - log1p(-v); };
  if (!eps) return map("logit", log_odds, x);
  const T low = static_cast<T>(*eps), high = T{1} - low, least = std::log(low) - std::log1p(-low);
  return map(
      "logit", [=](auto v) { return select(v < low, least, select(v > high, -least, log_odds(v))); }, x);
}
/// Normalised cardinal sine: sin(pi x) / (pi x), and 1 at 0, where a series gives all derivatives.
///
///   throws: nothing
template <Real T>
Tensor<T> sinc(const Tensor<T>& x) {
  return map(
      "sinc",
      [](auto v) {
        const auto a = v * std::numbers::pi;
        const auto z = a * a;
        auto series = 1 - z * (1.0 / 210);  // the factors are 2 * 3, 4 * 5, ..., 14 * 15
        for (double factor : {156, 110, 72, 42, 20, 6}) series = 1 - z * series * (1 / factor);
        return select(z < 0.25, series, sin(a) / a);
      },
      x);
}

}  // namespace TENON_NAMESPACE
