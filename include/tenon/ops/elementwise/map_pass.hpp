#pragma once
/// Passes over memory: compiled loops of element-wise functions run over tensors; and the structures in
/// which `map` records its operands.

#include <vector>  // vector

#include "tenon/ops/elementwise/map_function.hpp"
#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE::detail {

/// An operand of a pass: a tensor of any scalar type, which the loop reads as numbers of T.
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

/// A result of a pass: a tensor of the shape of the pass, or with `total` one element, the sum of all. Null
/// data: this result is not needed.
template <class T>
struct MapTarget {
  T* data = nullptr;
  bool total = false;
};
/// Up to this many elements, a pass over dense operands is one call of the loop.
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

/// One pass over `shape` with one result of another type R, as comparisons have.
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

/// A pass of `f` over tensors into dense tensors of the same shape, in place where both are one tensor. With
/// several targets f returns `Packs`. Optimizers step by it.
template <class T, int Out, class F, class... X>
void map_into(const F& f, const MapTarget<T> (&targets)[Out], const Shape& shape, const X&... x) {
  const MapOperand<T> operands[] = {map_operand<T>(x)...};
  run_pass<T>(&backend::map_loop<T, static_cast<int>(sizeof...(X)), Out, F>, &f, shape, operands,
              sizeof...(X), targets, Out);
}

// Recording
// ----------------------------------------------------------------------------------------------------------

/// An argument that is not differentiated, as the graph keeps it.
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

/// A gradient: of the shape of the pass, or of one element, into which the pass sums.
template <class T>
struct GradientTarget {
  Tensor<T> tensor;

  /// The gradient of an input of shape `own` in a pass over `shape`; undefined unless `wanted`.
  GradientTarget(bool wanted, const Shape& own, const Shape& shape) {
    if (wanted) tensor = Tensor<T>::empty(element_count(own) == 1 ? own : shape);
  }
  MapTarget<T> target(const Shape& shape) {
    if (!tensor.defined()) return {};
    return {tensor.mutable_data(), tensor.size() == 1 && element_count(shape) != 1};
  }
};

/// The tensors that a node kept of its inputs, with their places in the graph. The elements of the others do
/// not matter; `stand_in` takes their places.
template <class T>
using Restored = SmallVector<Tensor<T>, 4>;
template <class T>
Restored<T> restore_all(graph::AnyNode& node, const Tensor<T>& stand_in = {}) {
  Restored<T> x;
  for (const auto& edge : node.edges())
    x.push_back(edge.kept ? node.template restore<T>(edge.kept, edge.source) : stand_in);
  return x;
}

}  // namespace TENON_NAMESPACE::detail
