#pragma once
/// Reductions over one, several or all axes. Without axes everything is reduced, to rank 0.
///
///   shapes: x any
///   returns: the shape of x without the reduced axes; with `keepdim` they stay with extent 1
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice
///   keeps: nothing, unless the comment of an op says otherwise
///   cost: one pass

#include "tenon/backend/reduce.hpp"
#include "tenon/ops/elementwise/close.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// The number of elements of a shape that go into one result.
inline index_t reduced_count(const Shape& shape, const Dims& axes, const char* op) {
  const AxisSet set(axes, shape.size(), op);
  index_t count = 1;
  for (int i = 0; i < shape.size(); ++i)
    if (set.reduced[i]) count *= shape[i];
  return count;
}
}  // namespace detail

/// Arithmetic mean; NaN if there are no elements. The mean of integers and masks is a double, as in NumPy:
/// of a mask it is the share of true elements. Gradient: dx = g / n stretched.
template <Scalar T>
  requires(Real<T> || std::is_integral_v<T>)
auto mean(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  const index_t n = detail::reduced_count(x.shape(), axes, "mean");  // first, so that errors name the mean
  if constexpr (Real<T>)
    return div(sum(x, axes, keepdim), n);
  else
    return div(to<double>(sum(x, axes, keepdim)), n);
}

/// Sum of the elements that are not NaN; 0 if there are none.
///
///   keeps: x
///   cost: two passes, with a temporary of the shape of x
template <Real T>
Tensor<T> nansum(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  return sum(map("nansum", [](auto v) { return select(v == v, v, 0); }, x), axes, keepdim);
}

namespace detail {
/// The mask of elements that count as true: all but 0. NaN is true.
template <class T>
Tensor<bool> truth(const Tensor<T>& x) {
  if constexpr (std::is_same_v<T, bool>)
    return x;
  else
    return ne(x.detach(), 0);
}
}  // namespace detail

/// Counts the elements that are not 0; NaN is counted. Not recorded.
template <Arithmetic T>
Tensor<index_t> count_nonzero(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  return sum(detail::truth(x), axes, keepdim);
}
/// Whether any element is not 0; false if there are no elements. Not recorded.
template <Arithmetic T>
Tensor<bool> any(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  detail::reduced_count(x.shape(), axes, "any");  // so that errors bear this name
  return gt(count_nonzero(x, axes, keepdim), 0);
}
/// Whether all elements over axes differ from 0; true if there are no elements. Called as `all(x)`.
template <Arithmetic T>
Tensor<bool> All::operator()(const Tensor<T>& x, const Dims& axes, bool keepdim) const {
  const index_t n = detail::reduced_count(x.shape(), axes, "all");
  return eq(count_nonzero(x, axes, keepdim), n);
}
/// Whether two tensors have one shape and equal elements. NaN is not equal to itself.
///
///   returns: a bool
///   throws: nothing
template <Arithmetic T>
bool equal(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && all(eq(a, b)).item();
}
/// Whether all elements of two tensors are close, as `isclose` says.
///
///   shapes: a, b broadcast to one another
///   returns: a bool
///   throws: ShapeError if the shapes do not broadcast; ValueError if a tolerance is negative
template <Arithmetic T>
bool allclose(const Tensor<T>& a, const Tensor<T>& b, const CloseOptions& options = {}) {
  return all(isclose(a, b, options)).item();
}
/// Mean of the elements that are not NaN; NaN if there are none.
///
///   keeps: x, and for each result its sum and count
///   cost: four passes
template <Real T>
Tensor<T> nanmean(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  detail::reduced_count(x.shape(), axes, "nanmean");  // so that errors bear this name
  return div(nansum(x, axes, keepdim), to<T>(count_nonzero(eq(x.detach(), x.detach()), axes, keepdim)));
}

/// Variance: sum (x - mean)^2 / (n - correction). A correction of 1 gives the unbiased estimate, 0 the
/// variance of the elements themselves.
///
///   keeps: x and the means
///   cost: three passes, with a temporary of the shape of x
template <Real T>
Tensor<T> var(const Tensor<T>& x, const Dims& axes = {}, index_t correction = 1, bool keepdim = false) {
  const index_t n = detail::reduced_count(x.shape(), axes, "var");
  const Tensor<T> squares =
      map("var", [](auto v, auto m) { return (v - m) * (v - m); }, x, mean(x, axes, true));
  return div(sum(squares, axes, keepdim), std::max<index_t>(n - correction, 0));
}
/// Variance and mean, as `var_mean` returns them.
template <Real T>
struct [[nodiscard]] VarMean {
  Tensor<T> var, mean;
};
/// Variance and mean together, at the cost of the variance.
///
///   keeps: x and the means
///   cost: three passes, with a temporary of the shape of x
template <Real T>
VarMean<T> var_mean(const Tensor<T>& x, const Dims& axes = {}, index_t correction = 1, bool keepdim = false) {
  const index_t n = detail::reduced_count(x.shape(), axes, "var_mean");
  const Tensor<T> wide = mean(x, axes, true);
  const Tensor<T> squares = map("var_mean", [](auto v, auto m) { return (v - m) * (v - m); }, x, wide);
  const Shape shape = detail::AxisSet(axes, x.rank(), "var_mean").apply(x.shape(), keepdim);
  return {div(sum(squares, axes, keepdim), std::max<index_t>(n - correction, 0)), reshape(wide, shape)};
}
namespace detail {
/// The root of a sum of squares. Where the sum is 0 the derivative is taken as 0.
template <class T>
Tensor<T> root_of_squares(const char* name, const Tensor<T>& squares) {
  return map(name, [](auto s) { return select(s > 0, sqrt(s), s * 0); }, squares);
}
}  // namespace detail
/// Standard deviation: the square root of `var`. Where all elements are equal the gradient is 0.
///
///   keeps: x, the means and the variances
///   cost: three passes, with a temporary of the shape of x
template <Real T>
Tensor<T> std(const Tensor<T>& x, const Dims& axes = {}, index_t correction = 1, bool keepdim = false) {
  return detail::root_of_squares("std", var(x, axes, correction, keepdim));
}
/// Standard deviation and mean, as `std_mean` returns them.
template <Real T>
struct [[nodiscard]] StdMean {
  Tensor<T> std, mean;
};
/// Standard deviation and mean together, at the cost of the standard deviation.
///
///   keeps: x, the means and the variances
///   cost: three passes, with a temporary of the shape of x
template <Real T>
StdMean<T> std_mean(const Tensor<T>& x, const Dims& axes = {}, index_t correction = 1, bool keepdim = false) {
  detail::reduced_count(x.shape(), axes, "std_mean");  // so that errors bear this name
  const VarMean<T> both = var_mean(x, axes, correction, keepdim);
  return {detail::root_of_squares("std_mean", both.var), both.mean};
}

namespace detail {
/// Records y, which is one of the elements of x over axes: all elements equal to y share its gradient.
template <class T>
Tensor<T> record_extremum(const char* name, const Tensor<T>& x, const Tensor<T>& y, const Dims& axes,
                          bool keepdim) {
  const AxisSet set(axes, x.rank(), name);
  return record(
      name, y, {x},
      [set, axes, keepdim](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> input = p.input(0);
        const auto wide = [&](const Tensor<T>& t) { return restore_axes(t, set, input.rank(), keepdim); };
        const Tensor<T> hits = to<T>(eq(input.detach(), wide(p.output()).detach()));
        return {mul(hits, div(wide(p.gradient()), sum(hits, axes, true)))};
      },
      Keep::output);
}
/// An extremum over axes.
template <class T, class Kernel>
Tensor<T> extremum(const char* name, const Tensor<T>& x, const Dims& axes, bool keepdim, Kernel kernel) {
  check_unrecorded(name, x);
  const AxisSet set(axes, x.rank(), name);
  check<ValueError>(reduced_count(x.shape(), axes, name) > 0 || x.size() == 0, name,
                    "nothing to choose from: an axis is empty in shape ", x.shape());
  for (int i = 0; i < x.rank(); ++i)
    check<ValueError>(!set.reduced[i] || x.shape()[i] > 0, name, "nothing to choose from: axis ", i,
                      " of shape ", x.shape(), " is empty");
  Tensor<T> y = reduce_axes(x, set, kernel);
  if (!keepdim) y = drop_axes(y, set);
  if constexpr (Real<T>)
    return record_extremum(name, x, y, axes, keepdim);
  else
    return y;
}
}  // namespace detail

/// Largest element over axes; NaN if one is NaN. Equal elements share the gradient.
///
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice or a reduced axis
///     is empty
///   keeps: x and the result
template <Scalar T>
Tensor<T> amax(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  return detail::extremum("amax", x, axes, keepdim, backend::kernel<backend::Max<T>>());
}
/// Smallest element over axes; NaN if one is NaN. Equal elements share the gradient.
///
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice or a reduced axis
///     is empty
///   keeps: x and the result
template <Scalar T>
Tensor<T> amin(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  return detail::extremum("amin", x, axes, keepdim, backend::kernel<backend::Min<T>>());
}
/// Smallest and largest elements, as `aminmax` returns them.
template <Scalar T>
struct [[nodiscard]] MinMax {
  Tensor<T> min, max;
};
/// Smallest and largest elements over axes, as `amin` and `amax` give them.
///
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice or a reduced axis
///     is empty
///   keeps: x and the results
///   cost: two passes
template <Scalar T>
MinMax<T> aminmax(const Tensor<T>& x, const Dims& axes = {}, bool keepdim = false) {
  return {amin(x, axes, keepdim), amax(x, axes, keepdim)};
}

namespace detail {
template <class T, class Kernel>
Tensor<index_t> arg_extremum(const char* name, const Tensor<T>& x, index_t axis, bool keepdim,
                             Kernel kernel) {
  const int a = normalize_axis(axis, x.rank(), name);
  const index_t n = x.rank() == 0 ? 1 : x.shape()[a];
  check<ValueError>(n > 0, name, "nothing to choose from: axis ", a, " of shape ", x.shape(), " is empty");
  index_t outer = 1, inner = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (i != a) (i < a ? outer : inner) *= x.shape()[i];
  Shape shape = x.shape();
  if (!shape.empty()) keepdim ? void(shape[a] = 1) : shape.erase(a);
  Tensor<index_t> y = Tensor<index_t>::empty(shape);
  kernel(outer, n, inner, contiguous(x.detach()).data(), y.mutable_data());
  return y;
}
}  // namespace detail

/// Position of the largest element along an axis: the first of equal ones; a NaN comes before all numbers.
/// Not recorded.
///
///   throws: IndexError if the axis is out of range; ValueError if it is empty
template <Scalar T>
Tensor<index_t> argmax(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  return detail::arg_extremum("argmax", x, axis, keepdim, backend::kernel<backend::Argmax<T>>());
}
/// Position of the smallest element along an axis: the first of equal ones; a NaN comes before all numbers.
/// Not recorded.
///
///   throws: IndexError if the axis is out of range; ValueError if it is empty
template <Scalar T>
Tensor<index_t> argmin(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  return detail::arg_extremum("argmin", x, axis, keepdim, backend::kernel<backend::Argmin<T>>());
}
/// Position of the largest element in the flattened tensor.
///
///   throws: ValueError if x is empty
template <Scalar T>
Tensor<index_t> argmax(const Tensor<T>& x) {
  return reshape(argmax(flatten(x.detach()), 0), {});
}
/// Position of the smallest element in the flattened tensor.
///
///   throws: ValueError if x is empty
template <Scalar T>
Tensor<index_t> argmin(const Tensor<T>& x) {
  return reshape(argmin(flatten(x.detach()), 0), {});
}

/// Elements chosen along an axis, and their positions on it.
template <Scalar T>
struct [[nodiscard]] ValuesIndices {
  Tensor<T> values;
  Tensor<index_t> indices;
};
namespace detail {
template <class T>
ValuesIndices<T> pick(const Tensor<T>& x, index_t axis, bool keepdim, const Tensor<index_t>& indices) {
  if (x.rank() == 0) return {x, indices};
  const Tensor<T> values = gather(x, axis, indices);
  return {keepdim ? values : squeeze(values, axis), keepdim ? indices : squeeze(indices, axis)};
}
}  // namespace detail
/// Largest elements along an axis, and their positions, which alone receive the gradient. Positions are
/// those of `argmax`.
///
///   throws: IndexError if the axis is out of range; ValueError if it is empty
///   keeps: the positions
template <Scalar T>
ValuesIndices<T> max(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  return detail::pick(x, axis, keepdim, argmax(x, axis, true));
}
/// Smallest elements along an axis, and their positions, which alone receive the gradient. Positions are
/// those of `argmin`.
///
///   throws: IndexError if the axis is out of range; ValueError if it is empty
///   keeps: the positions
template <Scalar T>
ValuesIndices<T> min(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  return detail::pick(x, axis, keepdim, argmin(x, axis, true));
}
/// Largest element of all; equal elements share the gradient, as in `amax`.
///
///   throws: ValueError if x is empty
///   keeps: x and the result
template <Scalar T>
Tensor<T> max(const Tensor<T>& x) {
  return amax(x);
}
/// Smallest element of all; equal elements share the gradient, as in `amin`.
///
///   throws: ValueError if x is empty
///   keeps: x and the result
template <Scalar T>
Tensor<T> min(const Tensor<T>& x) {
  return amin(x);
}

/// Product along an axis; 1 if it is empty. Of integers and masks it is an int64. Halves of the axis are
/// multiplied with one another until one entry is left, so zeros need no care in the gradient.
///
///   throws: IndexError if the axis is out of range
///   keeps: x and its products of halves, about twice the elements of x
///   cost: log2 n products of halves, which together read x twice
template <Arithmetic T>
Tensor<sum_t<T>> prod(const Tensor<T>& x, index_t axis, bool keepdim = false) {
  if constexpr (!std::is_same_v<T, sum_t<T>>)
    return prod(to<sum_t<T>>(x), axis, keepdim);
  else {
    const int a = normalize_axis(axis, x.rank(), "prod");
    if (x.rank() == 0) return x;
    Tensor<T> y = x.extent(a) == 0 ? add(sum(x, {a}, true), T(1)) : x;  // an empty product is 1 and recorded
    while (y.extent(a) > 1) {
      const index_t half = y.extent(a) / 2;
      const Tensor<T> pairs = mul(narrow(y, a, 0, half), narrow(y, a, half, half));
      y = y.extent(a) == 2 * half ? pairs : cat<T>({pairs, narrow(y, a, 2 * half, 1)}, a);
    }
    return keepdim ? y : squeeze(y, a);
  }
}
/// Product of all elements.
///
///   throws: nothing
template <Arithmetic T>
Tensor<sum_t<T>> prod(const Tensor<T>& x) {
  return prod(flatten(x), 0);
}

/// Logarithm of the sum of exponentials, log sum exp(x), without overflow; -infinity, with gradient 0,
/// where all elements are -infinity.
///
///   keeps: x, and for each result its maximum and sum
///   cost: three passes, with a temporary of the shape of x
template <Real T>
Tensor<T> logsumexp(const Tensor<T>& x, const Dims& axes, bool keepdim = false) {
  if (x.size() == 0) return log(sum(exp(x), axes, keepdim));
  const auto finite = [](auto v) { return select(abs(v) == std::numeric_limits<T>::infinity(), 0, v); };
  const Tensor<T> shift = map(finite, amax(x.detach(), axes, true));
  const Tensor<T> shifted = map("logsumexp", [](auto v, auto m) { return exp(v - m); }, x, shift);
  const Tensor<T> y = map(
      "logsumexp", [](auto s, auto m) { return select(s == 0, log(innermost(s)), log(s)) + m; },
      sum(shifted, axes, true), shift);
  return keepdim ? y : reshape(y, detail::AxisSet(axes, x.rank(), "logsumexp").apply(x.shape(), false));
}

}  // namespace TENON_NAMESPACE
