#pragma once
/// Derivatives of element-wise functions of third and higher order: nodes whose function is a formula
/// (core/symbol.hpp), and whose gradients are formulas again.

#include "tenon/ops/elementwise/map_pass.hpp"

namespace TENON_NAMESPACE::detail {

/// A formula over tensors. Variables take the inputs of the formula from 0 on, constants take them from the
/// last one down, so that an additional variable leaves all others in place.
template <class T>
struct MapFormula {
  Formula formula;
  std::vector<MapConstant<T>> constants;

  static int place_of_constant(std::size_t c) { return Formula::max_inputs - 1 - static_cast<int>(c); }

  /// Throws GraphError unless there is a free input for one more variable.
  void check_place(int variables) const {
    check<GraphError>(variables + static_cast<int>(constants.size()) < Formula::max_inputs, "map",
                      "derivatives of this order need more than ", Formula::max_inputs,
                      " operands: apply simpler functions one after the other");
  }
};

/// The argument of the loop below: the formula, and which input of it each operand is.
struct FormulaCall {
  const Formula* formula;
  int inputs[Formula::max_inputs];
  int count;
};

/// A loop with the signature that `run_map` expects, which interprets a formula in double.
template <class T>
[[gnu::cold]] void formula_loop(const void* function, index_t n, const T* const* in, T* const* out, bool) {
  constexpr index_t chunk = 256;
  const FormulaCall& call = *static_cast<const FormulaCall*>(function);
  double numbers[Formula::max_inputs][chunk], results[chunk];
  const double* inputs[Formula::max_inputs];
  for (int k = 0; k < Formula::max_inputs; ++k) inputs[k] = numbers[k];
  for (index_t begin = 0; begin < n; begin += chunk) {
    const index_t count = std::min(chunk, n - begin);
    for (int k = 0; k < call.count; ++k) std::copy_n(in[k] + begin, count, numbers[call.inputs[k]]);
    call.formula->evaluate(count, inputs, results);
    for (index_t i = 0; i < count; ++i) out[0][begin + i] = static_cast<T>(results[i]);
  }
}

/// The formula's values over `shape`.
template <class T>
[[gnu::cold]] Tensor<T> evaluate(const MapFormula<T>& f, const Tensor<T>* variables, int count,
                                 const Shape& shape) {
  FormulaCall call{&f.formula, {}, 0};
  MapOperand<T> operands[Formula::max_inputs];
  for (int k = 0; k < count; ++k) {
    operands[call.count] = map_operand<T>(variables[k]);
    call.inputs[call.count++] = k;
  }
  for (std::size_t c = 0; c < f.constants.size(); ++c) {
    operands[call.count] = f.constants[c].get();
    call.inputs[call.count++] = f.place_of_constant(c);
  }
  Tensor<T> y = Tensor<T>::empty(shape);
  const MapTarget<T> target{y.mutable_data()};
  run_pass<T>(&formula_loop<T>, &call, shape, operands, call.count, &target, 1);
  return y;
}

template <class T>
[[gnu::cold]] Gradients<T> vjp_formula(const MapFormula<T>& f, graph::AnyNode& node, const Restored<T>& x,
                                       const Tensor<T>& h);

template <class T>
class FormulaNode final : public graph::Node<T> {
 public:
  explicit FormulaNode(MapFormula<T> f) : graph::Node<T>("map_backward"), formula_(std::move(f)) {}
  Gradients<T> vjp(const Tensor<T>& h) override {
    return vjp_formula(formula_, *this, restore_all<T>(*this), h);
  }

 private:
  MapFormula<T> formula_;
};

/// The gradients h df/dx_k of the inputs x of a node that computes a formula f, for the gradient h of its
/// output; recorded as formulas of x… and h where recording is on.
template <class T>
[[gnu::cold]] Gradients<T> vjp_formula(const MapFormula<T>& f, graph::AnyNode& node, const Restored<T>& x,
                                       const Tensor<T>& h) {
  const int variables = x.size();
  f.check_place(variables);
  SmallVector<Tensor<T>, 8> operands;
  SmallVector<graph::Input<T>, 8> inputs;
  for (const Tensor<T>& variable : x) operands.push_back(variable);
  operands.push_back(h);
  for (const Tensor<T>& operand : operands) inputs.push_back(operand);
  Gradients<T> result;
  for (int k = 0; k < variables; ++k) {
    const auto& edge = node.edges()[k];
    if (!edge.source) {
      result.push_back({});
      continue;
    }
    const MapFormula<T> part{f.formula.derivative(k).times_input(variables), f.constants};
    Tensor<T> gradient = evaluate(part, operands.begin(), operands.size(), h.shape());
    if (graph::is_recorded(inputs.begin(), inputs.size()))
      graph::connect<T>(new FormulaNode<T>(part), gradient, inputs.begin(), inputs.size(), Keep::inputs);
    result.push_back(sum_to(gradient, edge.kept.shape));
  }
  return result;
}

}  // namespace TENON_NAMESPACE::detail
