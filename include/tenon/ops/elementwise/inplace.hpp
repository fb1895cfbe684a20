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
#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/tensor/overlap.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// `source` as an element-wise pass that writes `target` may read it: a copy where an element could be
/// overwritten before it is read.
template <class T, class U>
Tensor<U> readable_while_writing(const Tensor<T>& target, const Tensor<U>& source) {
  if (!may_overlap(target, source)) return source;
  if constexpr (std::is_same_v<T, U>)
    if (same_elements(target, source)) return source;
  return clone(source.detach());
}
/// Throws unless x may be written and `source` broadcasts to it.
template <class T, class U>
void check_target(const char* op, const Tensor<T>& x, const Tensor<U>& source) {
  check_writable(x, op);
  check<ShapeError>(broadcast_shapes(x.shape(), source.shape(), op) == x.shape(), op, "shape ",
                    source.shape(), " does not broadcast to ", x.shape());
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
  detail::check_target("copy_", x, source);
  const Tensor<T> y = detail::readable_while_writing(x, source);
  const Strides from = broadcast_strides(y, x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), y.data(), from.data(), x.mutable_data(),
                                      x.strides().data());
}

/// Sets every element of x to 0.
template <Scalar T>
void zero_(Tensor<T>& x) {
  check_writable(x, "zero_");
  fill_(x, T(0));
}

namespace detail {
/// x = f(x, y...), element by element.
template <class T, class F, class... Y>
void update_(const char* op, Tensor<T>& x, const F& f, const Tensor<Y>&... y) {
  check_writable(x, op);
  (check_target(op, x, y), ...);
  if (x.is_contiguous()) {
    map_into<T>(f, {{x.mutable_data()}}, x.shape(), x, readable_while_writing(x, y)...);
  } else {
    Tensor<T> dense = Tensor<T>::empty(x.shape());
    map_into<T>(f, {{dense.mutable_data()}}, x.shape(), x, y...);
    copy_(x, dense);
  }
}
}  // namespace detail

/// Adds in place: x += y. Where both share memory, y counts with the elements that it had before the call.
///
///   throws: ShapeError if y does not broadcast to x; ValueError if T holds integers and the number y is not
///     one of them; and the errors at the head of the file
template <Arithmetic T>
void add_(Tensor<T>& x, const Tensor<T>& y) {
  detail::update_("add_", x, [](auto a, auto b) { return a + b; }, y);
}
template <Arithmetic T, Number S>
void add_(Tensor<T>& x, S y) {
  detail::update_("add_", x, [b = number_as<T>(y, "add_")](auto a) { return a + b; });
}
/// Subtracts in place: x -= y. Where both share memory, y counts with the elements that it had before the
/// call.
///
///   throws: ShapeError if y does not broadcast to x; ValueError if T holds integers and the number y is not
///     one of them; and the errors at the head of the file
template <Arithmetic T>
void sub_(Tensor<T>& x, const Tensor<T>& y) {
  detail::update_("sub_", x, [](auto a, auto b) { return a - b; }, y);
}
template <Arithmetic T, Number S>
void sub_(Tensor<T>& x, S y) {
  detail::update_("sub_", x, [b = number_as<T>(y, "sub_")](auto a) { return a - b; });
}
/// Multiplies in place: x *= y. Where both share memory, y counts with the elements that it had before the
/// call.
///
///   throws: ShapeError if y does not broadcast to x; ValueError if T holds integers and the number y is not
///     one of them; and the errors at the head of the file
template <Arithmetic T>
void mul_(Tensor<T>& x, const Tensor<T>& y) {
  detail::update_("mul_", x, [](auto a, auto b) { return a * b; }, y);
}
template <Arithmetic T, Number S>
void mul_(Tensor<T>& x, S y) {
  detail::update_("mul_", x, [b = number_as<T>(y, "mul_")](auto a) { return a * b; });
}
/// Divides in place: x /= y. Where both share memory, y counts with the elements that it had before the call.
///
///   throws: ShapeError if y does not broadcast to x; and the errors at the head of the file
template <Real T>
void div_(Tensor<T>& x, const Tensor<T>& y) {
  detail::update_("div_", x, [](auto a, auto b) { return a / b; }, y);
}
template <Real T, Number S>
void div_(Tensor<T>& x, S y) {
  detail::update_("div_", x, [b = static_cast<T>(y)](auto a) { return a / b; });
}

/// Limits the elements of x to a range, as `clamp`. A bound that is absent does not apply.
///
///   throws: ValueError if T holds integers and a bound is not one of them; and the errors at the head of the
///     file
template <Arithmetic T>
void clamp_(Tensor<T>& x, const std::optional<ElementArgument<std::type_identity_t<T>>>& low,
            const std::optional<ElementArgument<std::type_identity_t<T>>>& high) {
  detail::update_("clamp_", x, detail::clamp_function<T>("clamp_", low, high));
}

/// Sets the elements of x where the mask holds to `value`.
///
///   throws: ShapeError if the mask does not broadcast to x; ValueError if T holds integers and `value`
///     is not one of them; and the errors at the head of the file
template <Arithmetic T>
void masked_fill_(Tensor<T>& x, const Tensor<bool>& mask,
                  const ElementArgument<std::type_identity_t<T>>& value) {
  detail::update_(
      "masked_fill_", x,
      [value = value.get("masked_fill_")](auto v, auto m) { return select(m != 0, value, v); }, mask);
}

// Operators
// ----------------------------------------------------------------------------------------------------------

namespace detail {
/// Whether x op= y has to be recorded: y has a gradient, or x is itself a recorded result.
template <class T, class... Y>
bool records_update(const Tensor<T>& x, const Tensor<Y>&... y) {
  const bool of_result = x.requires_grad() && !x.node()->is_leaf();
  return grad_enabled() && (of_result || ... || y.requires_grad());
}
/// x = z, for a recorded z, which cannot be written into x: what shares the elements of x would not see it.
template <class T>
Tensor<T>& become(const char* op, Tensor<T>& x, const Tensor<T>& z) {
  if (!x.requires_grad() || x.node()->is_leaf()) check_writable(x, op);
  check<ShapeError>(z.shape() == x.shape(), op, "the result would have shape ", z.shape(), ", x has ",
                    x.shape());
  check<GraphError>(
      x.unshared(), op,
      "the result is recorded, and another handle, a view or the graph shares the elements of x and "
      "would not see it: write x = x op y");
  return x = z;
}
}  // namespace detail

/// x = x + y. Constants, and leaves under NoGrad, are written in place by `add_`. A recorded result becomes
/// the handle's new tensor.
///
///   throws: as `add_`; GraphError if the result is recorded and the elements of x are shared
template <Arithmetic T>
Tensor<T>& operator+=(Tensor<T>& x, const Tensor<T>& y) {
  if (detail::records_update(x, y)) return detail::become("+=", x, add(x, y));
  add_(x, y);
  return x;
}
template <Arithmetic T, Number S>
Tensor<T>& operator+=(Tensor<T>& x, S y) {
  if (detail::records_update(x)) return detail::become("+=", x, add(x, y));
  add_(x, y);
  return x;
}
/// x = x - y. Constants, and leaves under NoGrad, are written in place by `sub_`. A recorded result becomes
/// the handle's new tensor.
///
///   throws: as `sub_`; GraphError if the result is recorded and the elements of x are shared
template <Arithmetic T>
Tensor<T>& operator-=(Tensor<T>& x, const Tensor<T>& y) {
  if (detail::records_update(x, y)) return detail::become("-=", x, sub(x, y));
  sub_(x, y);
  return x;
}
template <Arithmetic T, Number S>
Tensor<T>& operator-=(Tensor<T>& x, S y) {
  if (detail::records_update(x)) return detail::become("-=", x, sub(x, y));
  sub_(x, y);
  return x;
}
/// x = x * y. Constants, and leaves under NoGrad, are written in place by `mul_`. A recorded result becomes
/// the handle's new tensor.
///
///   throws: as `mul_`; GraphError if the result is recorded and the elements of x are shared
template <Arithmetic T>
Tensor<T>& operator*=(Tensor<T>& x, const Tensor<T>& y) {
  if (detail::records_update(x, y)) return detail::become("*=", x, mul(x, y));
  mul_(x, y);
  return x;
}
template <Arithmetic T, Number S>
Tensor<T>& operator*=(Tensor<T>& x, S y) {
  if (detail::records_update(x)) return detail::become("*=", x, mul(x, y));
  mul_(x, y);
  return x;
}
/// x = x / y. Constants, and leaves under NoGrad, are written in place by `div_`. A recorded result becomes
/// the handle's new tensor.
///
///   throws: as `div_`; GraphError if the result is recorded and the elements of x are shared
template <Real T>
Tensor<T>& operator/=(Tensor<T>& x, const Tensor<T>& y) {
  if (detail::records_update(x, y)) return detail::become("/=", x, div(x, y));
  div_(x, y);
  return x;
}
template <Real T, Number S>
Tensor<T>& operator/=(Tensor<T>& x, S y) {
  if (detail::records_update(x)) return detail::become("/=", x, div(x, y));
  div_(x, y);
  return x;
}

}  // namespace TENON_NAMESPACE
