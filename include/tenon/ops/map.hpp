#pragma once
/// `map`: an element-wise function is a generic lambda. Written once, it is the SIMD kernel, the fused
/// gradient of all its inputs, and the second derivative.
///
///     auto y = tn::map([](auto x, auto b, auto s) { return s * tanh(x + b); }, x, bias, scale);

#include <cstring>  // memcpy

#include "tenon/ops/broadcast.hpp"
#include "tenon/ops/map_function.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// An operand of a pass: a tensor of any scalar type, seen by the loop as numbers of T.
template <class T>
struct MapOperand {
  const void* data;
  const Shape* shape;
  const Strides* strides;
  backend::LoadRun<T> load;
  index_t item;
  bool same_type, contiguous;
};
template <class T, class U>
MapOperand<T> map_operand(const Tensor<U>& x) {
  return {x.data(),  &x.shape(),           &x.strides(),     &backend::load_run<T, U>,
          sizeof(U), std::is_same_v<T, U>, x.is_contiguous()};
}

/// A result of a pass: a tensor of the pass's shape, or of one element, into which everything is summed.
/// Undefined: not wanted.
template <class T>
struct MapTarget {
  T* data = nullptr;
  bool total = false;
};
/// Below this, a pass over dense operands is one call of the loop.
inline constexpr index_t direct_limit = 16 * backend::map_chunk;

template <class T>
bool is_plain(const MapOperand<T>& x, const Shape& shape) {
  return x.same_type && x.contiguous && *x.shape == shape;
}

/// Fills in the operands of a plan, stretched to its shape.
template <class T>
void add_operands(backend::MapPlan<T>& plan, const MapOperand<T>* in, int inputs) {
  plan.inputs = inputs;
  for (int k = 0; k < inputs; ++k) {
    Strides strides = Dims::filled(plan.shape.size(), 0);
    const Shape& shape = *in[k].shape;
    const int lead = plan.shape.size() - shape.size();
    for (int i = 0; i < shape.size(); ++i) strides[lead + i] = shape[i] == 1 ? 0 : (*in[k].strides)[i];
    plan.in[k] = {in[k].data, strides, in[k].load, in[k].item, in[k].same_type};
  }
}

/// One pass over `shape`: operands in, results of type T out.
template <class T>
void run_pass(backend::MapLoop<T> loop, const void* function, const Shape& shape, const MapOperand<T>* in,
              int inputs, const MapTarget<T>* out, int outputs) {
  const index_t n = element_count(shape);
  bool direct = n <= direct_limit;
  for (int k = 0; direct && k < inputs; ++k) direct = is_plain(in[k], shape);
  for (int o = 0; direct && o < outputs; ++o) direct = !out[o].total || n == 1;
  if (direct) {
    const T* from[backend::max_map_inputs];
    T* into[backend::max_map_outputs];
    for (int k = 0; k < inputs; ++k) from[k] = static_cast<const T*>(in[k].data);
    for (int o = 0; o < outputs; ++o) into[o] = out[o].data;
    return loop(function, n, from, into, false);
  }
  using Kind = typename backend::MapOutput<T>::Kind;
  backend::MapPlan<T> plan;
  plan.shape = shape;
  add_operands(plan, in, inputs);
  plan.outputs = outputs;
  for (int o = 0; o < outputs; ++o) {
    plan.out[o].kind = !out[o].data ? Kind::none : out[o].total ? Kind::total : Kind::dense;
    plan.out[o].data = out[o].data;
  }
  backend::run_map(plan, loop, function);
}

/// The same for one result of another type, as comparisons have.
template <class T, class R>
void run_converting_pass(backend::MapLoop<T> loop, const void* function, const Shape& shape,
                         const MapOperand<T>* in, int inputs, R* out) {
  backend::MapPlan<T> plan;
  plan.shape = shape;
  add_operands(plan, in, inputs);
  plan.outputs = 1;
  plan.out[0] = {backend::MapOutput<T>::Kind::dense, out, &backend::store_run<T, R>, sizeof(R)};
  backend::run_map(plan, loop, function);
}

/// A pass of `f` over dense tensors of one shape into others of it, in place if they coincide. With several
/// targets f returns `Packs`. This is how optimizers step.
template <class T, int Out, class F, class... X>
void map_into(const F& f, const MapTarget<T> (&targets)[Out], const Shape& shape, const X&... x) {
  const MapOperand<T> operands[] = {map_operand<T>(x)...};
  run_pass<T>(&backend::map_loop<T, static_cast<int>(sizeof...(X)), Out, F>, &f, shape, operands,
              sizeof...(X), targets, Out);
}

// Recording
// ----------------------------------------------------------------------------------------------------------

/// An argument that is not differentiated, as the record keeps it.
template <class T>
struct MapConstant {
  Ref<Storage> storage;
  MapOperand<T> operand;
  Shape shape;
  Strides strides;

  MapOperand<T> get() const {
    MapOperand<T> x = operand;
    x.shape = &shape;
    x.strides = &strides;
    return x;
  }
};

/// What a recorded map remembers of its function: the table, a copy of the lambda, and the constants.
template <class T>
struct MapClosure {
  static constexpr std::size_t capacity = 64;

  const MapFunction<T>* function;
  alignas(16) unsigned char lambda[capacity];
  std::vector<MapConstant<T>> constants;
};

/// A gradient and the shape it is to be summed down to.
template <class T>
struct GradientTarget {
  Tensor<T> tensor;

  /// For an input of shape `own` in a pass over `shape`; undefined if not wanted.
  GradientTarget(bool wanted, const Shape& own, const Shape& shape) {
    if (wanted) tensor = Tensor<T>::empty(element_count(own) == 1 ? own : shape);
  }
  MapTarget<T> target(const Shape& shape) {
    if (!tensor.defined()) return {};
    return {tensor.mutable_data(), tensor.size() == 1 && element_count(shape) != 1};
  }
};

/// The tensors that a node kept of its inputs, with their places in the graph.
template <class T>
using Restored = SmallVector<Tensor<T>, 4>;
template <class T>
Restored<T> restore_all(graph::Node<T>& node) {
  Restored<T> x;
  for (const auto& edge : node.edges()) x.push_back(node.restore(edge.kept, edge.source));
  return x;
}

/// The node of g df/dx_k, itself an element-wise function of g and x…
template <class T>
class MapGradientNode final : public graph::Node<T> {
 public:
  MapGradientNode(MapClosure<T> closure, int variable)
      : graph::Node<T>("map_backward"), closure_(std::move(closure)), variable_(variable) {}

  /// The gradients by g and x… for the gradient h of g df/dx_k.
  Gradients<T> pull(const Tensor<T>& h) override;

 private:
  MapClosure<T> closure_;
  int variable_;
};

template <class T>
class MapNode final : public graph::Node<T> {
 public:
  MapNode(const char* name, MapClosure<T> closure) : graph::Node<T>(name), closure_(std::move(closure)) {}

  Gradients<T> pull(const Tensor<T>& g) override {
    if (closure_.function->constants) return constant(g);
    const Restored<T> x = restore_all(*this);
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
Gradients<T> MapGradientNode<T>::pull(const Tensor<T>& h) {
  check<GraphError>(!grad_enabled(), "map",
                    "element-wise functions are differentiable twice, not three times");
  const Restored<T> kept = restore_all(*this);  // g, x…
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
  SmallVector<graph::Input<T>, 4> inputs;
  for (int i = 0; i < function.arguments; ++i) {
    if (sources[i].variable)
      inputs.push_back({*sources[i].variable, function.constants == nullptr});
    else
      closure.constants.push_back({*sources[i].storage, x[i], *x[i].shape, *x[i].strides});
  }
  graph::connect<T>(new MapNode<T>(name, std::move(closure)), out, inputs.begin(), inputs.size(),
                    Keep::inputs);
}

/// Everything about a call that is the same for all functions.
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
    if (!needs(k) || c == T(0))
      result.push_back({});
    else
      result.push_back(sum_to(c == T(1) ? g
                                        : detail::map(
                                              "mul", [c](auto v) { return c * v; }, g),
                              shape_of(k)));
  }
  return result;
}

}  // namespace detail

/// Applies a generic lambda of one to seven tensors element by element, fused, broadcasting.
///   y = f(x0, x1, …)        dx_i = g df/dx_i, all in one pass; differentiable twice
///   x       shapes that broadcast; tensors of other types than the computing one (masks, integers) are
///   constants returns the common shape; bool when f compares throws  ShapeError when shapes do not broadcast
///   keeps   the inputs, or nothing when all derivatives are numbers
///   cost    one pass over memory in each direction
/// The lambda may use + - * /, comparisons, `select(mask, a, b)`, exp expm1 log log1p sqrt rsqrt sin cos tanh
/// sigmoid log_sigmoid erf abs sign pow. It may capture numbers.
template <class F, Scalar... X>
requires(sizeof...(X) > 0) auto map(const char* name, const F& f, const Tensor<X>&... x) {
  static_assert(sizeof...(X) <= detail::max_map_arguments, "map takes one to seven tensors");
  return detail::map(name, f, x...);
}
template <class F, Scalar... X>
requires(!std::is_convertible_v<F, const char*> && sizeof...(X) > 0) auto map(const F& f,
                                                                              const Tensor<X>&... x) {
  return map("map", f, x...);
}

}  // namespace TENON_NAMESPACE
