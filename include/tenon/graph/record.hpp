#pragma once
/// Recording of operations: `record` attaches a backward rule to a computed result. Custom ops are written in
/// this way:
///
///     Tensor<T> y = …;                                    // computed without recording
///     return record("mm", y, {x, w}, [](const Backward<T>& p) -> Gradients<T> {
///       return {p.needs(0) ? matmul(p.gradient(), transpose(p.input(1), 0, 1)) : Tensor<T>{},
///               p.needs(1) ? matmul(transpose(p.input(0), 0, 1), p.gradient()) : Tensor<T>{}};
///     });
///
/// Rules that consist of public ops are differentiable themselves, which gives derivatives of any order.

#include <initializer_list>  // initializer_list

#include "tenon/graph/anomaly.hpp"
#include "tenon/graph/node.hpp"

namespace TENON_NAMESPACE::graph {

/// An input as `record` takes it: with its elements or, by `without_values(x)`, only with its node.
template <class T>
struct Input {
  Input(const Tensor<T>& x) : tensor(&x), keeps_elements(true) {}
  Input(const Tensor<T>& x, bool keeps) : tensor(&x), keeps_elements(keeps) {}
  const Tensor<T>* tensor;  ///< the input
  bool keeps_elements;      ///< whether the graph keeps its elements for the rule
};
/// An input whose elements the rule does not need, so that the graph does not keep them.
template <class T>
Input<T> without_values(const Tensor<T>& x) {
  return {x, false};
}

/// An input whose elements the rule needs for the gradient of another one alone: in a product x w those of x
/// for dw.
template <class T>
Input<T> kept_for(const Tensor<T>& x, const Tensor<T>& other) {
  return {x, other.requires_grad()};
}

/// The tensors that the graph keeps for a rule: only inputs, or also the operation's output.
enum class Keep { inputs, output };

/// A node with a backward rule.
template <class T, class Rule>
class RuleNode final : public Node<T> {
 public:
  RuleNode(const char* name, Rule rule) : Node<T>(name), rule_(std::move(rule)) {}
  Gradients<T> vjp(const Tensor<T>& gradient) override { return rule_(Backward<T>(*this, gradient)); }

 private:
  Rule rule_;
};

/// Connects a new node with its inputs and its output.
template <class T>
void connect(AnyNode* node, Tensor<T>& out, const Input<T>* inputs, int count, Keep keeps) {
  const Ref<NodeBase> owner(node);
  for (int i = 0; i < count; ++i) {
    const Tensor<T>& x = *inputs[i].tensor;
    node->add_edge(x.node(), inputs[i].keeps_elements ? keep(x) : Kept{.shape = x.shape()});
  }
  if (keeps == Keep::output) node->kept_output() = keep(out);
  out.set_node(owner);
  if (mode().anomaly) [[unlikely]]
    mode().anomaly->check_result(node->name(), out);
}

/// Whether an operation with these inputs is recorded: recording is on and an input requires a gradient.
template <class T>
[[gnu::noinline]] bool is_recorded(const Input<T>* inputs, int count) {
  if (!grad_enabled()) return false;
  bool wanted = false;
  for (int i = 0; i < count; ++i) wanted |= inputs[i].tensor->requires_grad();
  return wanted;
}

/// Throws if x is of bfloat16 and would have to be recorded: for operations without a rule for it, which would
/// silently cut the graph.
template <class T>
void check_unrecorded(const char* name, const Tensor<T>& x) {
  if constexpr (std::is_same_v<T, bfloat16>)
    check<GraphError>(!grad_enabled() || !x.requires_grad(), name,
                      "gradients of bfloat16 are not recorded here: convert by to<float>, of which they are");
}

/// Records an operation whose inputs are in an array; the other overload gives the arguments.
template <class T, class Rule>
Tensor<T> record(const char* name, Tensor<T> out, const Input<T>* inputs, int count, Rule&& rule,
                 Keep keeps = Keep::inputs) {
  if (is_recorded(inputs, count))
    connect<T>(new RuleNode<T, std::decay_t<Rule>>(name, std::forward<Rule>(rule)), out, inputs, count,
               keeps);
  return out;
}

/// Records an operation: returns `out`, which was computed from `inputs`, with a backward rule if recording
/// is on and an input requires a gradient. Tensors of integers and truth values have no gradients: `out` is
/// returned as it is, and a rule that is a template is not compiled.
///
///   throws: GraphError if T is bfloat16 and an input requires a gradient; `record_floating` records these, too
///   rule: (const Backward<T>&) -> Gradients<T>, one gradient for each input
///   keeps: inputs that are not `without_values(x)`; with Keep::output also `out`, for rules that call
///   `output()`
template <class T, class Rule>
Tensor<T> record(const char* name, Tensor<T> out,
                 std::initializer_list<std::type_identity_t<Input<T>>> inputs, Rule&& rule,
                 Keep keeps = Keep::inputs) {
  for (const auto& input : inputs) check_unrecorded(name, *input.tensor);
  if constexpr (Real<T>)
    return record(name, std::move(out), inputs.begin(), static_cast<int>(inputs.size()),
                  std::forward<Rule>(rule), keeps);
  else
    return out;
}
/// `record` for operations whose rules serve bfloat16, too.
template <class T, class Rule>
Tensor<T> record_floating(const char* name, Tensor<T> out,
                          std::initializer_list<std::type_identity_t<Input<T>>> inputs, Rule&& rule,
                          Keep keeps = Keep::inputs) {
  if constexpr (Floating<T>)
    return record(name, std::move(out), inputs.begin(), static_cast<int>(inputs.size()),
                  std::forward<Rule>(rule), keeps);
  else
    return out;
}

}  // namespace TENON_NAMESPACE::graph

namespace TENON_NAMESPACE {

using graph::Backward;
using graph::check_unrecorded;
using graph::Gradients;
using graph::Keep;
using graph::kept_for;
using graph::record;
using graph::record_floating;
using graph::without_values;

template <Scalar T>
Tensor<T>& Tensor<T>::requires_grad_(bool on) {
  static_assert(Floating<T>, "only tensors of floating-point numbers have gradients");
  const auto* node = graph::node_of(*this);
  check<ValueError>(!node || node->is_leaf(), "requires_grad_",
                    "the tensor is the result of a recorded operation; detach() it first");
  if (on && !node) set_node(Ref<graph::NodeBase>(new graph::Leaf));
  if (!on) set_node({});
  return *this;
}

template <Scalar T>
Tensor<T> Tensor<T>::grad() const {
  const auto* node = graph::node_of(*this);
  if (!node || !node->is_leaf()) return {};
  const AnyTensor& gradient = static_cast<const graph::Leaf*>(node)->gradient;
  return gradient.defined() ? gradient.as<T>() : Tensor{};
}

template <Scalar T>
void Tensor<T>::set_grad(Tensor gradient) {
  auto* node = graph::node_of(*this);
  check<ValueError>(node && node->is_leaf(), "set_grad", "only a leaf that requires a gradient holds one");
  static_cast<graph::Leaf*>(node)->gradient = gradient;
}

namespace detail {
/// `check_writable` of any tensor, by its layout and its node.
inline void check_writable(const Shape& shape, const Strides& strides, const graph::NodeBase* node,
                           const char* op) {
  for (int i = 0; i < shape.size(); ++i)
    check<ValueError>(strides[i] != 0 || shape[i] <= 1, op,
                      "a stretched tensor, whose elements share memory, cannot be written in place: shape ",
                      shape);
  check<GraphError>(!node || (node->is_leaf() && !grad_enabled()), op,
                    node && node->is_leaf()
                        ? "a leaf that requires a gradient is written in place only under NoGrad"
                        : "the result of a recorded operation cannot be written in place");
}
}  // namespace detail

/// Throws unless the elements of `x`, a Tensor<T> or an AnyTensor, may be overwritten in place.
///
///   throws: ValueError if elements share memory (a stride is 0); GraphError if `x` is the result of a
///           recorded operation, or a leaf that requires a gradient and recording is on
template <class X>
void check_writable(const X& x, const char* op) {
  detail::check_writable(x.shape(), x.strides(), x.node().get(), op);
}

}  // namespace TENON_NAMESPACE
