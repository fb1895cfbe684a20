#pragma once
/// Sums over axes, what all reductions share, and `sum_to`, the transpose of broadcasting.

#include "tenon/backend/reduce.hpp"
#include "tenon/ops/shape/broadcast.hpp"
#include "tenon/ops/shape/reshape.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Marks the axes of a reduction; no axes means all of them.
struct AxisSet {
  bool reduced[max_rank] = {};
  AxisSet(const Dims& axes, int rank, const char* op) {
    for (int i = 0; i < rank && axes.empty(); ++i) reduced[i] = true;
    for (index_t axis : axes) {
      bool& mark = reduced[normalize_axis(axis, rank, op)];
      check<ValueError>(!mark || rank == 0, op, "axis ", axis, " is named twice");
      mark = true;
    }
  }
  /// The result's shape.
  Shape apply(const Shape& shape, bool keepdim) const {
    Shape out;
    for (int i = 0; i < shape.size(); ++i) {
      if (!reduced[i])
        out.push_back(shape[i]);
      else if (keepdim)
        out.push_back(1);
    }
    return out;
  }
};

/// Axes of a dense tensor in the order of its memory, or the identity when it has none.
inline Dims memory_order(const Shape& shape, const Strides& strides) {
  Dims order;
  for (int i = 0; i < shape.size(); ++i) {
    int at = i;
    while (at > 0 && strides[static_cast<int>(order[at - 1])] < strides[i]) --at;
    order.insert(at, i);
  }
  return order;
}

/// Runs a kernel y(outer, inner) <- x(outer, n, inner) over each run of neighbouring reduced axes, the last
/// one first. A transposed tensor is reduced where it lies, by walking its axes in the order of memory.
template <class T, class Kernel>
Tensor<T> reduce_axes(const Tensor<T>& input, const AxisSet& axes, Kernel kernel) {
  Dims order = memory_order(input.shape(), input.strides());
  const auto permuted = [](const Dims& d, const Dims& by) {
    Dims out;
    for (index_t axis : by) out.push_back(d[static_cast<int>(axis)]);
    return out;
  };
  if (!is_contiguous(permuted(input.shape(), order), permuted(input.strides(), order)))
    for (int i = 0; i < order.size(); ++i) order[i] = i;
  Tensor<T> x = contiguous(input.view(0, permuted(input.shape(), order), permuted(input.strides(), order)));
  for (int last = x.rank() - 1; last >= 0; --last) {
    if (!axes.reduced[order[last]]) continue;
    int first = last;
    while (first > 0 && axes.reduced[order[first - 1]]) --first;
    index_t outer = 1, n = 1, inner = 1;
    Shape shape = x.shape();
    for (int i = 0; i < x.rank(); ++i) (i < first ? outer : i <= last ? n : inner) *= x.shape()[i];
    for (int i = first; i <= last; ++i) shape[i] = 1;
    Tensor<T> y = Tensor<T>::empty(shape);
    kernel(outer, n, inner, x.data(), y.mutable_data());
    x = y;
    last = first;
  }
  Shape shape = input.shape(), strides = input.shape();
  for (int i = 0; i < order.size(); ++i) {
    shape[static_cast<int>(order[i])] = x.shape()[i];
    strides[static_cast<int>(order[i])] = x.strides()[i];
  }
  return x.view(0, shape, strides);
}

/// A view without the reduced axes, whose extent is 1.
template <class T>
Tensor<T> drop_axes(const Tensor<T>& x, const AxisSet& axes) {
  Shape shape;
  Strides strides;
  for (int i = 0; i < x.rank(); ++i) {
    if (axes.reduced[i]) continue;
    shape.push_back(x.shape()[i]);
    strides.push_back(x.strides()[i]);
  }
  return x.view(0, shape, strides);
}

/// Puts reduced axes back as extents of 1, so that a gradient broadcasts against the reduction's input.
template <class T>
Tensor<T> restore_axes(const Tensor<T>& x, const AxisSet& axes, int rank, bool keepdim) {
  if (keepdim) return x;
  Shape shape;
  for (int i = 0, k = 0; i < rank; ++i) shape.push_back(axes.reduced[i] ? 1 : x.shape()[k++]);
  return reshape(x, shape);
}

/// The sum of numbers of a type narrower than the type of sums: reduced axes are moved to the end, so that
/// one pass suffices. They stay with extent 1.
template <class T>
Tensor<sum_t<T>> widened_sum(const Tensor<T>& x, const AxisSet& axes) {
  Shape order, shape = x.shape(), strides;
  index_t outer = 1, n = 1;
  for (const bool reduced : {false, true})
    for (int i = 0; i < x.rank(); ++i) {
      if (axes.reduced[i] != reduced) continue;
      order.push_back(x.shape()[i]);
      strides.push_back(x.strides()[i]);
      (reduced ? n : outer) *= x.shape()[i];
      if (reduced) shape[i] = 1;
    }
  Tensor<sum_t<T>> y = Tensor<sum_t<T>>::empty(shape);
  backend::kernel<backend::Sum<T>>()(outer, n, 1, contiguous(x.view(0, order, strides)).data(),
                                     y.mutable_data());
  return y;
}
}  // namespace detail

/// Sums over `axes`, over all axes if there are none. Sums of integers and masks are int64, so the sum of a
/// mask counts. Gradient: dx = g stretched.
///
///   shapes: x any
///   returns: the shape of x without the axes; with `keepdim` they stay with extent 1
///   throws: IndexError if an axis is out of range; ValueError if an axis is named twice
///   keeps: nothing
///   cost: one pass; float is summed in blocks, with the same result at any number of threads
template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x, const Dims& axes, bool keepdim = false) {
  check_unrecorded("sum", x);
  const detail::AxisSet set(axes, x.rank(), "sum");
  Tensor<sum_t<T>> y;
  if constexpr (std::is_same_v<T, sum_t<T>>)
    y = detail::reduce_axes(x, set, backend::kernel<backend::Sum<T>>());
  else
    y = detail::widened_sum(x, set);
  if (!keepdim) y = detail::drop_axes(y, set);
  if constexpr (Real<T>)
    return record("sum", y, {without_values(x)},
                  [set, keepdim, from = x.shape()](const Backward<T>& p) -> Gradients<T> {
                    return {expand(detail::restore_axes(p.gradient(), set, from.size(), keepdim), from)};
                  });
  else
    return y;
}
/// Sums over all elements.
template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x) {
  return sum(x, Dims{});
}

/// Sums x down to `shape`: the transpose of broadcasting.
///
///   shapes: `shape` broadcasts to the shape of x
///   returns: `shape`
///   throws: ShapeError if the numbers of elements do not fit
///   keeps: nothing
///   cost: one pass, or O(1) if the shapes are equal
template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int lead = x.rank() - shape.size();
  Dims axes;
  for (int i = 0; i < x.rank(); ++i)
    if (i < lead || (shape[i - lead] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  return reshape(axes.empty() ? x : sum(x, axes, true), shape);
}

}  // namespace TENON_NAMESPACE
