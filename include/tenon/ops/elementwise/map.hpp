#pragma once
/// `map`: an element-wise function is a generic lambda. From one lambda come the SIMD loop of its value,
/// the fused loop of all first derivatives, the loop of second derivatives, and a formula from which
/// derivatives of higher order are taken.
///
///     auto y = tn::map([](auto x, auto b, auto s) { return s * tanh(x + b); }, x, bias, scale);

#include <cstring>  // memcpy

#include "tenon/ops/elementwise/map_formula.hpp"
#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The function of a recorded map: its table of loops, a copy of the lambda, and the constants.
template <class T>
struct MapClosure {
  static constexpr std::size_t capacity = 64;

  const MapFunction<T>* function;
  alignas(16) unsigned char lambda[capacity];
  std::vector<MapConstant<T>> constants;
};

/// The node of the product g df/dx_k, which is itself an element-wise function of g and x….
template <class T>
class MapGradientNode final : public graph::Node<T> {
 public:
  MapGradientNode(MapClosure<T> closure, int variable)
      : graph::Node<T>("map_backward"), closure_(std::move(closure)), variable_(variable) {}

  /// The gradients by g and x… for the gradient h of g df/dx_k.
  Gradients<T> vjp(const Tensor<T>& h) override {
    return grad_enabled() ? vjp_formula(formula(), *this, restore_all<T>(*this), h) : fused(h);
  }

 private:
  /// All in one pass over memory.
  Gradients<T> fused(const Tensor<T>& h);
  /// g df/dx_k as a formula of g and x….
  [[gnu::cold]] MapFormula<T> formula() const;

  MapClosure<T> closure_;
  int variable_;
};

template <class T>
class MapNode final : public graph::Node<T> {
 public:
  MapNode(const char* name, MapClosure<T> closure) : graph::Node<T>(name), closure_(std::move(closure)) {}

  Gradients<T> vjp(const Tensor<T>& g) override {
    if (closure_.function->constants) return constant(g);
    const Restored<T> x = restore_all<T>(*this, g.detach());  // of the shape of the pass
    return grad_enabled() ? recorded(g, x) : fused(g, x);
  }

  /// Operands x…, variables and constants in the order of the arguments.
  static int arguments(const MapClosure<T>& closure, const Tensor<T>* variables, MapOperand<T>* operands) {
    const MapConstant<T>* constants = closure.constants.data();
    for (int i = 0; i < closure.function->arguments; ++i)
      operands[i] = closure.function->is_variable[i] ? map_operand<T>(*variables++) : (constants++)->get();
    return closure.function->arguments;
  }

 private:
  const Shape& shape_of(int k) { return this->edges()[k].kept.shape; }
  bool needs(int k) { return static_cast<bool>(this->edges()[k].source); }

  /// Derivatives that are numbers need no input: c g, which is g itself for c = 1.
  Gradients<T> constant(const Tensor<T>& g);

  /// All gradients in one pass over memory; that of a broadcast number is summed on the way.
  Gradients<T> fused(const Tensor<T>& g, const Restored<T>& x) {
    const int variables = closure_.function->variables;
    MapOperand<T> operands[backend::max_map_inputs] = {map_operand<T>(g)};
    const int inputs = 1 + arguments(closure_, x.begin(), operands + 1);
    SmallVector<GradientTarget<T>, 4> gradients;
    MapTarget<T> targets[backend::max_map_outputs];
    for (int k = 0; k < variables; ++k) {
      gradients.push_back(GradientTarget<T>(needs(k), shape_of(k), g.shape()));
      targets[k] = gradients[k].target(g.shape());
    }
    run_pass<T>(closure_.function->gradients, closure_.lambda, g.shape(), operands, inputs, targets,
                variables);
    Gradients<T> result;
    for (int k = 0; k < variables; ++k)
      result.push_back(needs(k) ? sum_to(gradients[k].tensor, shape_of(k)) : Tensor<T>{});
    return result;
  }

  /// One recorded pass for each gradient, so that they can be differentiated in turn.
  Gradients<T> recorded(const Tensor<T>& g, const Restored<T>& x) {
    MapOperand<T> operands[backend::max_map_inputs] = {map_operand<T>(g)};
    const int inputs = 1 + arguments(closure_, x.begin(), operands + 1);
    SmallVector<graph::Input<T>, 4> edges;
    edges.push_back(g);
    for (const Tensor<T>& variable : x) edges.push_back(variable);
    Gradients<T> result;
    for (int k = 0; k < closure_.function->variables; ++k) {
      if (!needs(k)) {
        result.push_back({});
        continue;
      }
      Tensor<T> gradient = Tensor<T>::empty(g.shape());
      MapTarget<T> targets[backend::max_map_outputs];
      targets[k].data = gradient.mutable_data();
      run_pass<T>(closure_.function->gradients, closure_.lambda, g.shape(), operands, inputs, targets,
                  closure_.function->variables);
      graph::connect<T>(new MapGradientNode<T>(closure_, k), gradient, edges.begin(), edges.size(),
                        Keep::inputs);
      result.push_back(sum_to(gradient, shape_of(k)));
    }
    return result;
  }

  MapClosure<T> closure_;
};

template <class T>
MapFormula<T> MapGradientNode<T>::formula() const {
  const MapFunction<T>& function = *closure_.function;
  MapFormula<T> f{{}, closure_.constants};
  SmallVector<Symbol, max_map_arguments> x;
  std::size_t constants = 0;
  for (int i = 0, variable = 1; i < function.arguments; ++i)
    x.push_back(f.formula.input(function.is_variable[i] ? variable++ : f.place_of_constant(constants++)));
  f.formula.set_result(function.formula(closure_.lambda, x.begin()));
  f.formula = f.formula.derivative(1 + variable_).times_input(0);
  return f;
}

template <class T>
Gradients<T> MapGradientNode<T>::fused(const Tensor<T>& h) {
  const Restored<T> kept = restore_all<T>(*this);  // g, x…
  const int variables = closure_.function->variables;

  MapOperand<T> operands[backend::max_map_inputs] = {map_operand<T>(kept[0])};
  int inputs = 1 + MapNode<T>::arguments(closure_, kept.begin() + 1, operands + 1);
  const Tensor<T> zero = zeros<T>({});
  for (int k = 0; k < variables; ++k) operands[inputs++] = map_operand<T>(k == variable_ ? h : zero);

  SmallVector<GradientTarget<T>, 4> gradients;
  MapTarget<T> targets[backend::max_map_outputs];
  for (int i = 0; i <= variables; ++i) {
    const auto& edge = this->edges()[i];
    gradients.push_back(GradientTarget<T>(static_cast<bool>(edge.source), edge.kept.shape, h.shape()));
    targets[i] = gradients[i].target(h.shape());
  }
  run_pass<T>(closure_.function->curvature, closure_.lambda, h.shape(), operands, inputs, targets,
              1 + variables);
  Gradients<T> result;
  for (int i = 0; i <= variables; ++i)
    result.push_back(gradients[i].tensor.defined() ? sum_to(gradients[i].tensor, this->edges()[i].kept.shape)
                                                   : Tensor<T>{});
  return result;
}

// The op
// -------------------------------------------------------------------------------------------------------------

/// The type in which a map over scalars of types X computes: the first real one, else the first that is not
/// bool.
template <class... X>
struct MapScalar {
  using type = bool;
};
template <class X, class... Rest>
struct MapScalar<X, Rest...> {
  using rest = typename MapScalar<Rest...>::type;
  using type = std::conditional_t<Real<X> || (!Real<rest> && !std::is_same_v<X, bool>), X, rest>;
};

/// An argument besides its operand: a variable, or the memory of a constant.
template <class T>
struct MapSource {
  const Tensor<T>* variable;
  const Ref<Storage>* storage;
};
template <class T, class X>
MapSource<T> map_source(const Tensor<X>& x) {
  if constexpr (is_variable<T, X>)
    return {&x, nullptr};
  else
    return {nullptr, &x.storage()};
}

/// The lambda of a call.
struct MapLambda {
  const void* bytes;
  std::size_t size;
};

template <class T>
Shape map_shape(const char* name, const MapOperand<T>* x, int count) {
  Shape shape = *x[0].shape;
  for (int i = 1; i < count; ++i)
    if (!(*x[i].shape == shape)) shape = broadcast_shapes(shape, *x[i].shape, name);
  return shape;
}

template <class T>
void record_map(const char* name, const MapFunction<T>& function, MapLambda lambda, const MapOperand<T>* x,
                const MapSource<T>* sources, Tensor<T>& out) {
  MapClosure<T> closure{&function, {}, {}};
  std::memcpy(closure.lambda, lambda.bytes, lambda.size);
  unsigned needed = 0;
  for (int i = 0, variable = 0; i < function.arguments; ++i) {
    if (!sources[i].variable) continue;
    if (sources[i].variable->requires_grad()) needed |= function.needs[variable];
    ++variable;
  }
  SmallVector<graph::Input<T>, 4> inputs;
  for (int i = 0; i < function.arguments; ++i) {
    if (sources[i].variable)
      inputs.push_back({*sources[i].variable, ((needed >> inputs.size()) & 1) != 0});
    else
      closure.constants.push_back({*sources[i].storage, x[i], *x[i].shape, *x[i].strides});
  }
  auto* const node = new MapNode<T>(name, std::move(closure));
  graph::connect<T>(node, out, inputs.begin(), inputs.size(), Keep::inputs);
  if (function.of_result) node->edges()[0].kept = graph::keep(out);
}

/// The part of a call that does not depend on the function: it is compiled once for each scalar type.
template <class T>
Tensor<T> run_and_record(const char* name, const MapFunction<T>& function, MapLambda lambda,
                         const MapOperand<T>* x, const MapSource<T>* sources) {
  const Shape shape = map_shape(name, x, function.arguments);
  Tensor<T> out = Tensor<T>::empty(shape);
  const MapTarget<T> target{out.mutable_data()};
  run_pass<T>(function.value, lambda.bytes, shape, x, function.arguments, &target, 1);
  if constexpr (Real<T>) {
    bool recorded = false;
    for (int i = 0; i < function.arguments; ++i)
      recorded |= sources[i].variable && sources[i].variable->requires_grad();
    if (recorded && function.differentiable && grad_enabled())
      record_map(name, function, lambda, x, sources, out);
  }
  return out;
}

template <class F, class... X>
auto map(const char* name, const F& f, const Tensor<X>&... x) {
  using T = typename MapScalar<X...>::type;
  constexpr bool compares = std::is_same_v<decltype(f(std::declval<pack_for<T, X>>()...)), backend::Mask<T>>;
  const MapOperand<T> operands[] = {map_operand<T>(x)...};
  if constexpr (compares) {
    Tensor<bool> out = Tensor<bool>::empty(map_shape(name, operands, sizeof...(X)));
    run_converting_pass<T>(&backend::map_loop<T, static_cast<int>(sizeof...(X)), 1, F>, &f, out.shape(),
                           operands, sizeof...(X), out.mutable_data());
    return out;
  } else {
    static_assert(!map_function<F, T, X...>.differentiable ||
                      (std::is_trivially_copyable_v<F> && sizeof(F) <= MapClosure<T>::capacity),
                  "the lambda of a differentiable map may capture numbers only, up to 64 bytes");
    const MapSource<T> sources[] = {map_source<T>(x)...};
    return run_and_record<T>(name, map_function<F, T, X...>, {&f, sizeof(F)}, operands, sources);
  }
}

template <class T>
Gradients<T> MapNode<T>::constant(const Tensor<T>& g) {
  T derivatives[max_map_arguments];
  closure_.function->constants(closure_.lambda, derivatives);
  Gradients<T> result;
  for (int k = 0; k < closure_.function->variables; ++k) {
    const T c = derivatives[k];
    if (!needs(k))
      result.push_back({});
    else
      result.push_back(
          sum_to(c == T(1) ? g : detail::map("mul", [c](auto v) { return c * v; }, g), shape_of(k)));
  }
  return result;
}

}  // namespace detail

/// Applies a generic lambda to one to seven tensors, element by element, in one fused pass: y = f(x0, x1,
/// ...). Gradients: dx_i = g df/dx_i, all in one pass.
/// The lambda may use + - * /, comparisons, `select(mask, a, b)`, exp expm1 log log1p sqrt rsqrt sin cos
/// tanh sigmoid log_sigmoid erf abs sign pow and the functions of core/dual_math.hpp. It may capture
/// numbers. Tensors of another type than the computing one (masks, integers) are constants; `name` stands
/// in messages of errors.
///
///   shapes: x0, x1, ... broadcast to one another
///   returns: the common shape; of bool if f returns a comparison
///   throws: ShapeError if the shapes do not broadcast; GraphError if a derivative of third or higher order
///     has more than 16 operands
///   keeps: all tensors; of those that are differentiated none if every derivative is a number
///   cost: one pass over memory in each direction; differentiable to any order
template <class F, Scalar... X>
  requires(sizeof...(X) > 0)
auto map(const char* name, const F& f, const Tensor<X>&... x) {
  static_assert(sizeof...(X) <= detail::max_map_arguments, "map takes one to seven tensors");
  static_assert(Arithmetic<typename detail::MapScalar<X...>::type>,
                "bfloat16 is a type of storage: convert with to<float>(x) first");
  return detail::map(name, f, x...);
}
/// Applies a generic lambda under the name "map" in messages of errors.
template <class F, Scalar... X>
  requires(!std::is_convertible_v<F, const char*> && sizeof...(X) > 0)
auto map(const F& f, const Tensor<X>&... x) {
  return map("map", f, x...);
}

}  // namespace TENON_NAMESPACE
