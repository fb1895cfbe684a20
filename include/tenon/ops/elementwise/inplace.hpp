#pragma once
/// Writing into tensors: for initialisers, optimizers and the engine.
/// The result of a recorded operation cannot be written; a leaf that requires a gradient can under NoGrad
/// only.
///
///   shapes: x any; what is written broadcasts to x
///   throws: GraphError if x is the result of a recorded operation, or a leaf that requires a gradient
///     while recording is on; ValueError if elements of x share memory, as in a stretched tensor
///   keeps: nothing: writing is not recorded

#include "tenon/backend/copy.hpp"
#include "tenon/ops/elementwise/arithmetic.hpp"
#include "tenon/tensor/overlap.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// `source` as an element-wise pass that writes `target` may read it: a copy where an element could be
/// overwritten before it is read.
template <class T>
Tensor<T> readable_while_writing(const Tensor<T>& target, const Tensor<T>& source) {
  if (!may_overlap(target, source) || same_elements(target, source)) return source;
  return clone(source.detach());
}
}  // namespace detail

/// Sets every element of x to `value`.
///
///   throws: ValueError if T holds integers and `value` is not one of them; and the errors at the head of
///     the file
template <Scalar T>
void fill_(Tensor<T>& x, const ElementArgument<std::type_identity_t<T>>& value) {
  check_writable(x, "fill_");
  const T element = value.get("fill_");
  const Strides still = Dims::filled(x.rank(), 0);
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), &element, still.data(), x.mutable_data(),
                                      x.strides().data());
}

/// Overwrites x with the elements of `source`. Where both share memory, x receives the elements that
/// `source` had before the call.
///
///   throws: ShapeError if `source` does not broadcast to x; and the errors at the head of the file
template <Scalar T>
void copy_(Tensor<T>& x, const Tensor<T>& source) {
  check_writable(x, "copy_");
  check<ShapeError>(broadcast_shapes(x.shape(), source.shape(), "copy_") == x.shape(), "copy_", "shape ",
                    source.shape(), " does not broadcast to ", x.shape());
  const Tensor<T> y = detail::readable_while_writing(x, source);
  const Strides from = broadcast_strides(y, x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), y.data(), from.data(), x.mutable_data(),
                                      x.strides().data());
}

/// Adds in place: x += y. Where both share memory, y counts with the elements that it had before the call.
///
///   throws: ShapeError if y does not broadcast to x; and the errors at the head of the file
template <Real T>
void add_(Tensor<T>& x, const Tensor<T>& y) {
  check_writable(x, "add_");
  check<ShapeError>(broadcast_shapes(x.shape(), y.shape(), "add_") == x.shape(), "add_", "shape ", y.shape(),
                    " does not broadcast to ", x.shape());
  const NoGrad no_grad;
  if (x.is_contiguous())
    detail::map_into<T>([](auto a, auto b) { return a + b; }, {{x.mutable_data()}}, x.shape(), x,
                        detail::readable_while_writing(x, y));
  else
    copy_(x, add(x, y));
}

// Operators
// ----------------------------------------------------------------------------------------------------------

namespace detail {
/// `x op= y` as PyTorch defines it, for a result z = x op y: constants, and leaves under NoGrad, are written in
/// place, so that all handles and views see it. A recorded result cannot be written; a handle that nobody shares
/// becomes the new result instead.
template <class T>
Tensor<T>& update(const char* op, Tensor<T>& x, const Tensor<T>& z) {
  check<ShapeError>(z.shape() == x.shape(), op, "the result would have shape ", z.shape(), ", x has ",
                    x.shape());
  if (!z.requires_grad() || !x.requires_grad() || x.node()->is_leaf()) check_writable(x, op);
  if (!z.requires_grad()) {
    copy_(x, z);
    return x;
  }
  check<GraphError>(x.is_only_handle(), op,
                    "the result is recorded, and other handles of x would not see it: write x = x op y");
  return x = z;
}
}  // namespace detail

/// x = x + y, in place where nothing is recorded.
///
///   throws: ShapeError if y does not broadcast to x; GraphError if the result is recorded and x has other
///     handles; and the errors at the head of the file
template <Arithmetic T>
Tensor<T>& operator+=(Tensor<T>& x, const Tensor<T>& y) {
  return detail::update("+=", x, add(x, y));
}
template <Arithmetic T, Number S>
Tensor<T>& operator+=(Tensor<T>& x, S y) {
  return detail::update("+=", x, add(x, y));
}
/// x = x - y, in place where nothing is recorded.
///
///   throws: ShapeError if y does not broadcast to x; GraphError if the result is recorded and x has other
///     handles; and the errors at the head of the file
template <Arithmetic T>
Tensor<T>& operator-=(Tensor<T>& x, const Tensor<T>& y) {
  return detail::update("-=", x, sub(x, y));
}
template <Arithmetic T, Number S>
Tensor<T>& operator-=(Tensor<T>& x, S y) {
  return detail::update("-=", x, sub(x, y));
}
/// x = x * y, in place where nothing is recorded.
///
///   throws: ShapeError if y does not broadcast to x; GraphError if the result is recorded and x has other
///     handles; and the errors at the head of the file
template <Arithmetic T>
Tensor<T>& operator*=(Tensor<T>& x, const Tensor<T>& y) {
  return detail::update("*=", x, mul(x, y));
}
template <Arithmetic T, Number S>
Tensor<T>& operator*=(Tensor<T>& x, S y) {
  return detail::update("*=", x, mul(x, y));
}
/// x = x / y, in place where nothing is recorded.
///
///   throws: ShapeError if y does not broadcast to x; GraphError if the result is recorded and x has other
///     handles; and the errors at the head of the file
template <Arithmetic T>
Tensor<T>& operator/=(Tensor<T>& x, const Tensor<T>& y) {
  return detail::update("/=", x, div(x, y));
}
template <Arithmetic T, Number S>
Tensor<T>& operator/=(Tensor<T>& x, S y) {
  return detail::update("/=", x, div(x, y));
}

}  // namespace TENON_NAMESPACE
