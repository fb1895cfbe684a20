#pragma once
/// Running sums, products and extrema along an axis.
///
///   shapes: x any
///   throws: IndexError if the axis is out of range

#include "tenon/backend/scan.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/reduce/scan.hpp"

namespace TENON_NAMESPACE {

/// Running sum along an axis: y_i = x_0 + ... + x_i; of integers and masks an int64. Gradient: the running
/// sum of g from the other end.
///
///   returns: the shape of x
///   throws: IndexError if the axis is out of range
///   keeps: nothing
///   cost: one pass, backward three
template <Scalar T>
Tensor<sum_t<T>> cumsum(const Tensor<T>& x, index_t axis) {
  check_unrecorded("cumsum", x);
  const int a = normalize_axis(axis, x.rank(), "cumsum");
  const Tensor<T> dense = contiguous(x.detach());
  Tensor<sum_t<T>> y = Tensor<sum_t<T>>::empty(x.shape());
  index_t outer = 1, inner = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (i != a) (i < a ? outer : inner) *= x.shape()[i];
  backend::kernel<backend::Cumsum<T>>()(outer, x.rank() == 0 ? 1 : x.shape()[a], inner, dense.data(),
                                        y.mutable_data());
  if constexpr (Real<T>)
    return record("cumsum", y, {without_values(x)}, [a](const Backward<T>& p) -> Gradients<T> {
      if (p.gradient().rank() == 0) return {p.gradient()};
      return {flip(cumsum(flip(p.gradient(), {a}), a), {a})};
    });
  else
    return y;
}

namespace detail {
template <Scalar T>
ValuesIndices<T> running_extremum(const char* op, const Tensor<T>& x, index_t axis,
                                  typename backend::Cummax<T>::Function* kernel) {
  const int a = normalize_axis(axis, x.rank(), op);
  if (x.rank() == 0) return {x, zeros<index_t>({})};
  const AxisSplit d(x.shape(), a);
  Tensor<index_t> indices = Tensor<index_t>::empty(x.shape());
  kernel(d.outer, d.extent, d.inner, contiguous(x.detach()).data(), indices.mutable_data());
  return {gather(x, a, indices), indices};
}
}  // namespace detail
/// Largest element so far along an axis, and its position, which receives the gradient: the last of equal
/// ones; a NaN is larger than any number.
///
///   returns: both of the shape of x
///   keeps: the positions
///   cost: one pass and a `gather`
template <Scalar T>
ValuesIndices<T> cummax(const Tensor<T>& x, index_t axis) {
  return detail::running_extremum("cummax", x, axis, backend::kernel<backend::Cummax<T>>());
}
/// Smallest element so far along an axis, and its position, which receives the gradient: the last of equal
/// ones; a NaN is smaller than any number.
///
///   returns: both of the shape of x
///   keeps: the positions
///   cost: one pass and a `gather`
template <Scalar T>
ValuesIndices<T> cummin(const Tensor<T>& x, index_t axis) {
  return detail::running_extremum("cummin", x, axis, backend::kernel<backend::Cummin<T>>());
}

/// Running product along an axis: y_i = x_0 ... x_i. Gradient: dx_i = y_(i-1) s_i with s_i = g_i + x_(i+1)
/// s_(i+1), in which nothing is divided, so that zeros need no care.
///
///   shapes: x any
///   throws: IndexError if the axis is out of range
///   keeps: x and y
///   cost: one pass, backward three
template <Real T>
Tensor<T> cumprod(const Tensor<T>& x, index_t axis) {
  const int k = normalize_axis(axis, x.rank(), "cumprod");
  if (x.rank() == 0 || x.size() == 0) return x;
  const detail::AxisSplit d(x.shape(), k);
  const Tensor<T> factors = contiguous(x.detach());
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Cumprod<T>>()(d.outer, d.extent, d.inner, factors.data(), y.mutable_data());
  return record(
      "cumprod", y, {x},
      [k](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> s = detail::linear_scan(p.input(0), p.gradient(), k, true);
        return {mul(s, detail::shift_up(p.output(), k, T(1)))};
      },
      Keep::output);
}

/// Running logarithm of a sum of exponentials along an axis, without overflow: y_i = log(e^x_0 + ... +
/// e^x_i). With the running maximum m it is m_i + log s_i, s_i = e^(m_(i-1) - m_i) s_(i-1) + e^(x_i - m_i).
/// Gradient: dx_j = e^(x_j) sum_{i >= j} g_i e^(-y_i); 0 where the sum is 0.
///
///   returns: the shape of x
///   keeps: x, s, and the factors and terms of the recurrence
///   cost: six passes, backward as many
template <Real T>
Tensor<T> logcumsumexp(const Tensor<T>& x, index_t axis) {
  const int a = normalize_axis(axis, x.rank(), "logcumsumexp");
  if (x.rank() == 0 || x.size() == 0) return x;
  const Tensor<T> most = cummax(x.detach(), a).values;
  const Tensor<T> shift =
      map([](auto v) { return select(abs(v) == std::numeric_limits<T>::infinity(), 0, v); }, most);
  const Tensor<T> factors = map([](auto before, auto m) { return select(before == m, 1, exp(before - m)); },
                                detail::shift_up(most, a), most);
  const Tensor<T> terms = map("logcumsumexp", [](auto v, auto m) { return exp(v - m); }, x, shift);
  return map(
      "logcumsumexp", [](auto s, auto m) { return select(s == 0, log(innermost(s)), log(s)) + m; },
      detail::linear_scan(factors, terms, a, false), shift);
}

}  // namespace TENON_NAMESPACE
