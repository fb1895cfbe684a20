#pragma once
/// The sum of an element-wise function in one pass: losses, norms and inner products are made of it.

#include "tenon/ops/elementwise/map.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The graph shows two steps, the function and the sum, though the summands were never stored: a view of the
/// total, stretched to the shape of the summands, stands for them.
template <class T>
Tensor<T> sum_and_record(const char* name, const MapFunction<T>& function, MapLambda lambda,
                         const MapOperand<T>* x, const MapSource<T>* sources) {
  const Shape shape = map_shape(name, x, function.arguments);
  Tensor<T> total = Tensor<T>::empty({});
  const MapTarget<T> target{total.mutable_data(), true};
  run_pass<T>(function.value, lambda.bytes, shape, x, function.arguments, &target, 1);
  bool recorded = false;
  for (int i = 0; i < function.arguments; ++i)
    recorded |= sources[i].variable && sources[i].variable->requires_grad();
  if (!recorded || !function.differentiable || !grad_enabled()) return total;
  Tensor<T> terms = total.view(0, shape, Dims::filled(shape.size(), 0));
  record_map(name, function, lambda, x, sources, terms);
  return record(name, total, {without_values(terms)},
                [shape](const Backward<T>& p) -> Gradients<T> { return {expand(p.gradient(), shape)}; });
}

template <class F, class... X>
auto map_sum(const char* name, const F& f, const Tensor<X>&... x) {
  using T = typename MapScalar<X...>::type;
  static_assert(Real<T>, "map_sum takes at least one float or double tensor");
  static_assert(std::is_trivially_copyable_v<F> && sizeof(F) <= MapClosure<T>::capacity,
                "the lambda of map_sum may capture numbers only, up to 64 bytes");
  static_assert(!map_function<F, T, X...>.of_result, "map_sum does not store the function's results");
  const MapOperand<T> operands[] = {map_operand<T>(x)...};
  const MapSource<T> sources[] = {map_source<T>(x)...};
  return sum_and_record<T>(name, map_function<F, T, X...>, {&f, sizeof(F)}, operands, sources);
}

}  // namespace detail

/// Sums an element-wise function over all elements, without storing the summands: y = sum f(x0, x1, ...).
/// Gradients: dx_i = g df/dx_i. The lambda is that of `map`.
///
///   shapes: x0, x1, ... broadcast to one another; at least one is of float or double
///   returns: a tensor of rank 0
///   throws: ShapeError if the shapes do not broadcast
///   keeps: all tensors; of those that are differentiated none if every derivative is a number
///   cost: one pass that only reads, backward one; blocks are summed in packs, their sums in double and in
///     order; differentiable to any order
template <class F, Scalar... X>
  requires(sizeof...(X) > 0)
auto map_sum(const char* name, const F& f, const Tensor<X>&... x) {
  static_assert(sizeof...(X) <= detail::max_map_arguments, "map_sum takes one to seven tensors");
  return detail::map_sum(name, f, x...);
}
/// Sums a generic lambda under the name "map_sum" in messages of errors.
template <class F, Scalar... X>
  requires(!std::is_convertible_v<F, const char*> && sizeof...(X) > 0)
auto map_sum(const F& f, const Tensor<X>&... x) {
  return map_sum("map_sum", f, x...);
}

}  // namespace TENON_NAMESPACE
