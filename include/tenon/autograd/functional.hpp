#pragma once
/// Derivatives of functions of one tensor: products with the Jacobian from both sides, the Jacobian, the
/// Hessian. Functions are (const Tensor<T>&) -> Tensor<T>. What they return has no place in a graph, and does
/// not change the gradients of leaves.
///
///   source: torch.autograd.functional; `jvp` by two reverse passes, https://j-towns.github.io/2017/06/12/A-new-trick.html

#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

/// The value of a function and a derivative of it.
template <Real T>
struct ValueDerivative {
  Tensor<T> value;       ///< f(x)
  Tensor<T> derivative;  ///< in the shape that the function's comment gives
};

namespace detail {

/// x as a leaf, and f of it.
template <Real T>
struct RecordedCall {
  Tensor<T> x, y;
  template <class F>
  RecordedCall(F& f, const Tensor<T>& at) : x(at.detach().requires_grad_()) {
    const GradMode recording(true);
    y = f(x);
  }
  /// v^T dy/dx; zeros where y does not depend on x.
  Tensor<T> vjp(const Tensor<T>& v, bool create_graph = false) const {
    if (!y.requires_grad()) return zeros<T>(x.shape());
    return grad(y, {x},
                {.output_gradient = v,
                 .create_graph = create_graph,
                 .retain_graph = true,
                 .materialize_grads = true})[0];
  }
  /// dy/dx, a row for each element of y.
  Tensor<T> jacobian() const {
    std::vector<Tensor<T>> rows;
    for (index_t i = 0; i < y.size(); ++i) {
      Tensor<T> one = zeros<T>(y.shape());
      one.mutable_data()[i] = T(1);
      rows.push_back(vjp(one).detach());
    }
    Shape shape = y.shape();
    for (const index_t extent : x.shape()) shape.push_back(extent);
    return rows.empty() ? zeros<T>(shape) : reshape(stack(rows), shape);
  }
};

}  // namespace detail

/// The value of a function and the product of a vector with its Jacobian from the left, v^T df/dx: one reverse
/// pass.
///
///   shapes: v as f(x); undefined: 1, for a value of one element
///   returns: f(x), and the product in the shape of x
///   throws: ShapeError if v does not fit; what f throws
template <Real T, class F>
ValueDerivative<T> vjp(F f, const Tensor<T>& x, const Tensor<T>& v = {}) {
  const detail::RecordedCall<T> call(f, x);
  return {call.y.detach(), call.vjp(v).detach()};
}

/// The value of a function and the product of its Jacobian with a vector from the right, df/dx v: the derivative
/// in the direction v. Two reverse passes, since the first is linear in its vector and its Jacobian is df/dx
/// transposed.
///
///   shapes: v as x
///   returns: f(x), and the product in the shape of f(x)
///   throws: ShapeError if v does not fit; what f throws
template <Real T, class F>
ValueDerivative<T> jvp(F f, const Tensor<T>& x, const Tensor<T>& v) {
  check<ShapeError>(v.shape() == x.shape(), "jvp", "the direction has shape ", v.shape(), ", x has ",
                    x.shape());
  const detail::RecordedCall<T> call(f, x);
  const Tensor<T> u = zeros<T>(call.y.shape()).requires_grad_();
  const Tensor<T> product = call.vjp(u, true);
  const Tensor<T> value = call.y.detach();
  if (!product.requires_grad()) return {value, zeros<T>(value.shape())};  // df/dx is 0
  return {value, grad(product, {u}, {.output_gradient = v, .materialize_grads = true})[0]};
}

/// The Jacobian of a function: all partial derivatives of all elements, by a reverse pass for each element of f(x).
///
///   returns: the shape of f(x) followed by that of x
///   throws: ShapeError if these are more than eight axes; what f throws
template <Real T, class F>
Tensor<T> jacobian(F f, const Tensor<T>& x) {
  return detail::RecordedCall<T>(f, x).jacobian();
}

/// The Hessian of a function with values of one element: the Jacobian of its gradient.
///
///   returns: the shape of x twice
///   throws: ShapeError if f(x) has not one element; what f throws
template <Real T, class F>
Tensor<T> hessian(F f, const Tensor<T>& x) {
  return jacobian(
      [&](const Tensor<T>& at) {
        const Tensor<T> y = f(at);
        if (!y.requires_grad()) return zeros<T>(at.shape());
        return grad(y, {at}, {.create_graph = true, .materialize_grads = true})[0];
      },
      x);
}

}  // namespace TENON_NAMESPACE
