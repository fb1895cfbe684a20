#pragma once
/// Copies, views in other shapes, and the two ops on which every rule with broadcasting stands: `expand`,
/// which stretches, and its transpose, which sums. Broadcasting follows NumPy,
/// https://numpy.org/doc/stable/user/basics.broadcasting.html

#include "tenon/backend/copy.hpp"
#include "tenon/backend/reduce.hpp"
#include "tenon/graph/record.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE {

template <Scalar T>
Tensor<sum_t<T>> sum(const Tensor<T>& x, const Dims& axes, bool keepdim = false);
template <Real T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape);

/// The elements of x in row-major order without gaps: x itself if it is so already, else a copy.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: nothing
///   cost: O(1), or one copy
template <Scalar T>
Tensor<T> contiguous(const Tensor<T>& x) {
  if (x.is_contiguous()) return x;
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  if constexpr (Real<T>)
    return record("contiguous", y, {without_values(x)},
                  [](const Backward<T>& p) -> Gradients<T> { return {p.gradient()}; });
  else
    return y;
}

/// A copy of the elements of x in memory of its own, in row-major order.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: nothing
///   cost: one copy
template <Scalar T>
Tensor<T> clone(const Tensor<T>& x) {
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  if constexpr (Real<T>)
    return record("clone", y, {without_values(x)},
                  [](const Backward<T>& p) -> Gradients<T> { return {p.gradient()}; });
  else
    return y;
}

/// The strides with which elements of x are read as if x had `shape`: 0 on stretched axes.
///
///   shapes: x broadcasts to `shape`
///   throws: nothing: the shapes are not checked
///   keeps: nothing
template <class T>
Strides broadcast_strides(const Tensor<T>& x, const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 0);
  const int lead = shape.size() - x.rank();
  for (int i = 0; i < x.rank(); ++i) strides[lead + i] = x.shape()[i] == 1 ? 0 : x.strides()[i];
  return strides;
}

/// Stretches x to `shape` without copying. An extent of -1 keeps the extent of x; new axes lead. Gradient:
/// dx = the sum of g over the stretched axes.
///
///   shapes: x broadcasts to `shape`
///   returns: a view with strides 0 on stretched axes
///   throws: ShapeError if x does not broadcast to `shape`
///   keeps: nothing
///   cost: O(1), backward one pass
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
    return record("expand", y, {without_values(x)}, [from = x.shape()](const Backward<T>& p) -> Gradients<T> {
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
Tensor<T> restore_axes(const Tensor<T>& x, const AxisSet& axes, int rank, bool keepdim);

/// `asked` with its -1, if there is one, replaced by the extent that the elements of `from` leave for it.
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

/// The elements of x, in row-major order, in another shape, one extent of which may be -1. A view where
/// strides allow it, else a copy.
///
///   shapes: x any; `asked` of as many elements
///   returns: `asked` with its -1 replaced
///   throws: ShapeError if the numbers of elements differ or several extents are -1
///   keeps: nothing
///   cost: O(1), or one copy
template <Scalar T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& asked) {
  const Shape shape = detail::resolve_shape(asked, x.shape(), x.size());
  if (shape == x.shape()) return x;
  Strides strides;
  const bool is_view = find_view_strides(x.shape(), x.strides(), shape, strides);
  const Tensor<T> source = is_view ? x : contiguous(x);
  Tensor<T> y = source.view(0, shape, is_view ? strides : contiguous_strides(shape));
  if constexpr (Real<T>)
    return record(
        "reshape", y, {without_values(source)},
        [from = x.shape()](const Backward<T>& p) -> Gradients<T> { return {reshape(p.gradient(), from)}; });
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
Tensor<sum_t<T>> sum(const Tensor<T>& x, const Dims& axes, bool keepdim) {
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
