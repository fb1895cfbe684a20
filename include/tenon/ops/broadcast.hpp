#pragma once
/// Stretching and its transpose, summing: the pair that every broadcasting rule stands on.
/// See numpy.org/doc/stable/user/basics.broadcasting.html.

#include "tenon/backend/copy.hpp"
#include "tenon/backend/reduce.hpp"
#include "tenon/graph/record.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE {

template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x, const Dims& axes, bool keepdim = false);
template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape);

/// The same elements in row-major order without gaps: `x` itself if it is so already.
template <Scalar T>
Tensor<T> contiguous(const Tensor<T>& x) {
  if (x.is_contiguous()) return x;
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  if constexpr (Real<T>)
    return record("contiguous", y, {edge(x)},
                  [](const Pull<T>& p) -> Gradients<T> { return {p.gradient()}; });
  else
    return y;
}

/// A fresh copy of the elements.
template <Scalar T>
Tensor<T> clone(const Tensor<T>& x) {
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  if constexpr (Real<T>)
    return record("clone", y, {edge(x)}, [](const Pull<T>& p) -> Gradients<T> { return {p.gradient()}; });
  else
    return y;
}

/// Strides that walk `x` as if it had `shape`, to which it broadcasts.
template <class T>
Strides broadcast_strides(const Tensor<T>& x, const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 0);
  const int lead = shape.size() - x.rank();
  for (int i = 0; i < x.rank(); ++i) strides[lead + i] = x.shape()[i] == 1 ? 0 : x.strides()[i];
  return strides;
}

/// A view of `x` stretched to `shape`; -1 keeps an extent, new axes may lead.
///   returns a view with strides 0 on stretched axes    throws ShapeError    keeps nothing    cost O(1)
template <Scalar T>
Tensor<T> expand(const Tensor<T>& x, Shape shape) {
  const int lead = shape.size() - x.rank();
  bool fits = lead >= 0;
  for (int i = 0; fits && i < x.rank(); ++i) {
    index_t& extent = shape[lead + i];
    if (extent == -1) extent = x.shape()[i];
    fits = extent == x.shape()[i] || x.shape()[i] == 1;
  }
  check<ShapeError>(fits, "expand", "shape ", x.shape(), " does not stretch to ", shape);
  if (shape == x.shape()) return x;
  Tensor<T> y = x.view(0, shape, broadcast_strides(x, shape));
  if constexpr (Real<T>)
    return record("expand", y, {edge(x)}, [from = x.shape()](const Pull<T>& p) -> Gradients<T> {
      return {sum_to(p.gradient(), from)};
    });
  else
    return y;
}

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

/// Drops the reduced axes, which have extent 1.
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
Tensor<T> restore_axes(const Tensor<T>& x, const AxisSet& axes, int rank, bool keepdim);

/// `asked` with its -1, if there is one, replaced by what the elements of `from` leave for it.
inline Shape resolve_shape(const Shape& asked, const Shape& from, index_t size) {
  Shape shape = asked;
  int unknown = -1;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) continue;
    check<ShapeError>(unknown < 0, "reshape", "more than one extent is -1 in ", asked);
    unknown = i;
    shape[i] = 1;
  }
  const index_t known = element_count(shape, "reshape");
  if (unknown >= 0 && known > 0) shape[unknown] = size / known;
  const bool fits = unknown < 0 ? known == size : known > 0 && size % known == 0;
  check<ShapeError>(fits, "reshape", "shape ", from, " does not fit ", asked);
  return shape;
}

}  // namespace detail

/// The same elements in another shape, one extent of which may be -1. A view where strides allow it, else a
/// copy.
///   throws ShapeError    keeps nothing    cost O(1), or one copy
template <Scalar T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& asked) {
  const Shape shape = detail::resolve_shape(asked, x.shape(), x.size());
  if (shape == x.shape()) return x;
  Strides strides;
  const bool is_view = find_view_strides(x.shape(), x.strides(), shape, strides);
  const Tensor<T> source = is_view ? x : contiguous(x);
  Tensor<T> y = source.view(0, shape, is_view ? strides : contiguous_strides(shape));
  if constexpr (Real<T>)
    return record("reshape", y, {edge(source)}, [from = x.shape()](const Pull<T>& p) -> Gradients<T> {
      return {reshape(p.gradient(), from)};
    });
  else
    return y;
}

template <class T>
Tensor<T> detail::restore_axes(const Tensor<T>& x, const AxisSet& axes, int rank, bool keepdim) {
  if (keepdim) return x;
  Shape shape;
  for (int i = 0, k = 0; i < rank; ++i) shape.push_back(axes.reduced[i] ? 1 : x.shape()[k++]);
  return reshape(x, shape);
}

namespace detail {
/// The sum of numbers whose type is narrower than that of sums: what is reduced is brought to the end, so
/// that one pass suffices. The reduced axes stay as extents of 1.
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

/// Sum over `axes` (none: over everything). Of integers and masks it is an int64: the sum of a mask counts.
///   y = sum_axes x        dx = g stretched
///   throws IndexError    keeps nothing    cost one pass; float is summed in blocks, the same at any thread
///   count
template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x, const Dims& axes, bool keepdim) {
  const detail::AxisSet set(axes, x.rank(), "sum");
  Tensor<sum_t<T>> y;
  if constexpr (std::is_same_v<T, sum_t<T>>)
    y = detail::reduce_axes(x, set, backend::kernel<backend::Sum<T>>());
  else
    y = detail::widened_sum(x, set);
  if (!keepdim) y = detail::drop_axes(y, set);
  if constexpr (Real<T>)
    return record("sum", y, {edge(x)}, [set, keepdim, from = x.shape()](const Pull<T>& p) -> Gradients<T> {
      return {expand(detail::restore_axes(p.gradient(), set, from.size(), keepdim), from)};
    });
  else
    return y;
}
template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x) {
  return sum(x, Dims{});
}

/// The transpose of broadcasting: sums `x` down to `shape`, which broadcasts to the shape of `x`.
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
