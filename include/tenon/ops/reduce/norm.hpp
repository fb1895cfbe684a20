#pragma once
/// Norms of vectors.

#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// Vector norm of order p: (sum |x|^p)^(1/p). p may also be infinity or -infinity (the largest or smallest
/// magnitude) or 0 (the number of elements that are not 0). The gradient of a zero vector, and of an
/// element that is 0, is 0.
///
///   shapes: x any
///   returns: the shape of x without the axes; with `keepdim` they stay with extent 1
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice
///   keeps: x and, unless p is 1, one number for each result; |x|, too, if p is above 1 but not 2, or
///     infinite; nothing if p is 0
///   cost: two passes, with a temporary of the shape of x
template <Real T>
Tensor<T> norm(const Tensor<T>& x, double p = 2, const Dims& axes = {}, bool keepdim = false) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (p == 1) return sum(abs(x), axes, keepdim);
  if (p == 2) return detail::root_of_squares("norm", sum(square(x), axes, keepdim));
  if (p == 0) return sum(to<T>(ne(x, 0)), axes, keepdim);
  if (x.size() == 0) return sum(x, axes, keepdim);
  if (p == infinity) return amax(abs(x), axes, keepdim);
  if (p == -infinity) return amin(abs(x), axes, keepdim);
  const auto power = [p = static_cast<T>(p)](auto v) {  // below 1 its slope at 0 is infinite
    return select(v == 0, pow(abs(innermost(v)), p), pow(abs(v), p));
  };
  const Tensor<T> powers = p > 1 ? pow(abs(x), p) : map("norm", power, x);
  return map(
      "norm", [r = static_cast<T>(1 / p)](auto s) { return select(s == 0, pow(innermost(s), r), pow(s, r)); },
      sum(powers, axes, keepdim));
}

/// `norm` by its name in torch.linalg, beside `matrix_norm` of ops/linalg/matrix_norm.hpp.
///
///   shapes: x any
///   returns: the shape of x without the axes; with `keepdim` they stay with extent 1
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice
///   keeps: what `norm` keeps
///   cost: two passes, with a temporary of the shape of x
template <Real T>
Tensor<T> vector_norm(const Tensor<T>& x, double p = 2, const Dims& axes = {}, bool keepdim = false) {
  return norm(x, p, axes, keepdim);
}

}  // namespace TENON_NAMESPACE
