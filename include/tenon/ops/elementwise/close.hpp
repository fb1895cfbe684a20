#pragma once
/// Comparison up to a tolerance.
///
///   shapes: a, b broadcast to one another
///   returns: the common shape
///   keeps: nothing: comparisons are not recorded
///   cost: one pass over memory

#include <limits>  // infinity

#include "tenon/ops/elementwise/cast.hpp"
#include "tenon/ops/elementwise/compare.hpp"

namespace TENON_NAMESPACE {

/// Options of `isclose` and `allclose`.
struct CloseOptions {
  double rtol = 1e-5, atol = 1e-8;  ///< tolerances, relative to the second tensor and absolute
  bool equal_nan = false;           ///< whether NaN is close to NaN
};
/// Whether |a - b| <= atol + rtol |b|. Equal infinities are close. Integers are compared as doubles.
///
///   throws: ShapeError if the shapes do not broadcast; ValueError if a tolerance is negative
template <Arithmetic T>
Tensor<bool> isclose(const Tensor<T>& a, const Tensor<T>& b, const CloseOptions& options = {}) {
  check<ValueError>(options.rtol >= 0 && options.atol >= 0, "isclose", "a tolerance is negative: rtol ",
                    options.rtol, ", atol ", options.atol);
  if constexpr (Real<T>)
    return map(
        "isclose",
        [r = static_cast<T>(options.rtol), t = static_cast<T>(options.atol), nan = options.equal_nan](
            auto x, auto y) {
          const auto near =
              (abs(x - y) <= t + r * abs(y)) & (abs(x - y) < std::numeric_limits<T>::infinity());
          const auto same = (x == y) | near;
          return nan ? same | ((x != x) & (y != y)) : same;
        },
        a, b);
  else
    return isclose(to<double>(a), to<double>(b), options);
}

}  // namespace TENON_NAMESPACE
