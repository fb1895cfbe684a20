#pragma once
/// The sum of an element-wise function in one pass: what losses, norms and inner products are made of.

#include "tenon/ops/map.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The record shows two steps, the function and the sum, though nothing between them was ever stored: a view
/// of the total, stretched to the shape of the function's results, takes their place.
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
  return record(name, total, {edge(terms)},
                [shape](const Pull<T>& p) -> Gradients<T> { return {expand(p.gradient(), shape)}; });
}

template <class F, class... X>
auto map_sum(const char* name, const F& f, const Tensor<X>&... x) {
  using T = typename MapScalar<X...>::type;
  static_assert(Real<T>, "map_sum takes at least one float or double tensor");
  static_assert(std::is_trivially_copyable_v<F> && sizeof(F) <= MapClosure<T>::capacity,
                "the lambda of map_sum may capture numbers only, up to 64 bytes");
  const MapOperand<T> operands[] = {map_operand<T>(x)...};
  const MapSource<T> sources[] = {map_source<T>(x)...};
  return sum_and_record<T>(name, map_function<F, T, X...>, {&f, sizeof(F)}, operands, sources);
}

}  // namespace detail

/// sum(map(f, x...)) over all elements, without storing what is summed.
///   y = sum f(x0, x1, …)        dx_i = g df/dx_i; differentiable to any order
///   x       as for `map`; one of them is of float or double
///   throws  ShapeError when shapes do not broadcast
///   keeps   the inputs    cost  reading them once in each direction; blocks are summed in packs, and their
///   results in double, in order
template <class F, Scalar... X>
requires(sizeof...(X) > 0) auto map_sum(const char* name, const F& f, const Tensor<X>&... x) {
  static_assert(sizeof...(X) <= detail::max_map_arguments, "map_sum takes one to seven tensors");
  return detail::map_sum(name, f, x...);
}
template <class F, Scalar... X>
requires(!std::is_convertible_v<F, const char*> && sizeof...(X) > 0) auto map_sum(const F& f,
                                                                                  const Tensor<X>&... x) {
  return map_sum("map_sum", f, x...);
}

}  // namespace TENON_NAMESPACE
