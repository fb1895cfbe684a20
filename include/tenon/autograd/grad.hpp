#pragma once
/// Reverse-mode differentiation of recorded operations. The engine does not depend on any operation: it takes
/// the youngest node with a gradient, calls the node's rule, and adds the results to the gradients of the
/// node's inputs.

#include <algorithm>  // push_heap, pop_heap
#include <iterator>   // size
#include <vector>     // vector

#include "tenon/core/address_map.hpp"
#include "tenon/ops/elementwise/accumulate.hpp"

namespace TENON_NAMESPACE {

/// Options of `grad` and `backward`.
template <class T>
struct GradOptions {
  Tensor<T> output_gradient{};     ///< in the output's shape; undefined: 1, for an output of one element
  bool create_graph = false;       ///< record the differentiation itself, for higher derivatives
  bool retain_graph = false;       ///< keep the graph for another pass; implied by create_graph
  bool materialize_grads = false;  ///< `grad`: zeros instead of undefined gradients
};

namespace detail {

/// An allocator for standard containers that uses the caching allocator.
template <class X>
struct CachedAllocator {
  using value_type = X;
  CachedAllocator() = default;
  template <class Y>
  CachedAllocator(const CachedAllocator<Y>&) {}
  X* allocate(std::size_t n) { return static_cast<X*>(backend::memory::allocate(n * sizeof(X))); }
  void deallocate(X* p, std::size_t n) { backend::memory::deallocate(p, n * sizeof(X)); }
  friend bool operator==(const CachedAllocator&, const CachedAllocator&) { return true; }
};

/// The backward pass: the accumulated gradients of the nodes that are not processed yet. A graph may be of
/// several scalar types, which conversions join; it begins with one, and each conversion tells the next.
class Backpropagation {
 public:
  Backpropagation(bool create_graph, bool retain_graph)
      : create_graph_(create_graph), retain_graph_(retain_graph) {}

  template <class T>
  void start(const Tensor<T>& output, const Tensor<T>& output_gradient) {
    check<GraphError>(output.requires_grad(), "grad",
                      "the output was not recorded: no input requires a gradient, or recording was off");
    Tensor<T> seed = output_gradient;
    if (!seed.defined()) {
      check<ShapeError>(output.size() == 1, "grad", "an output of shape ", output.shape(),
                        " needs an explicit output_gradient");
      seed = ones<T>(output.shape());
    }
    check<ShapeError>(seed.shape() == output.shape(), "grad", "output_gradient has shape ", seed.shape(),
                      ", the output ", output.shape());
    accumulations_[static_cast<int>(dtype_of<T>)] = &accumulation<T>;
    add(output.node(), seed);
  }

  /// Processes nodes from the youngest to the oldest, and calls arrive(node, gradient) for each. The rules of
  /// node number `oldest` and older nodes are not called, since no wanted tensor is behind them.
  template <class Arrive>
  void run(Arrive arrive, std::uint64_t oldest = 0) {
    const GradMode mode(create_graph_);
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), younger_last);
      const Ref<graph::NodeBase> owner = std::move(queue_.back());
      queue_.pop_back();
      graph::AnyNode& node = as_node(owner);
      const AnyTensor gradient = pending_.take(&node).gradient;
      arrive(node, gradient);
      if (node.sequence() > oldest) vjp(node, gradient);
    }
  }

  /// How gradients of a type are added that has arrived at a node.
  const graph::Accumulation& accumulation_of(DType type) const {
    return *accumulations_[static_cast<int>(type)];
  }

 private:
  struct Pending {
    AnyTensor gradient;
    bool owned = false;  // whether the gradient may be added to in place
  };

  static graph::AnyNode& as_node(const Ref<graph::NodeBase>& node) {
    return static_cast<graph::AnyNode&>(*node);
  }
  static bool younger_last(const Ref<graph::NodeBase>& a, const Ref<graph::NodeBase>& b) {
    return as_node(a).sequence() < as_node(b).sequence();
  }

  void vjp(graph::AnyNode& node, const AnyTensor& gradient) {
    check<GraphError>(!node.freed(), node.name(),
                      "the graph was freed by an earlier pass; pass retain_graph to differentiate it again");
    graph::AnyGradients gradients = node.vjp_any(gradient);
    check<GraphError>(gradients.size() == node.edges().size(), node.name(), "the rule returned ",
                      gradients.size(), " gradients for ", node.edges().size(), " inputs");
    const graph::Accumulation* const of_inputs = node.input_accumulation();
    for (int i = 0; i < gradients.size(); ++i) {
      const graph::Edge& edge = node.edges()[i];
      if (!gradients[i].defined() || !edge.source) continue;
      check<GraphError>(gradients[i].shape() == edge.kept.shape, node.name(),
                        "the rule returned a gradient of shape ", gradients[i].shape(), " for input ", i,
                        " of shape ", edge.kept.shape);
      if (graph::mode().anomaly) [[unlikely]]
        graph::mode().anomaly->check_gradient(node.name(), node, gradients[i]);
      if (of_inputs) [[unlikely]]
        accumulations_[static_cast<int>(gradients[i].dtype())] = of_inputs;
      add(edge.source, std::move(gradients[i]));
    }
    if (!retain_graph_ && !create_graph_) node.free();
  }

  void add(const Ref<graph::NodeBase>& node, AnyTensor gradient) {
    Pending& pending = pending_[&as_node(node)];
    if (!pending.gradient.defined()) {
      pending.gradient = std::move(gradient);
      queue_.push_back(node);
      std::push_heap(queue_.begin(), queue_.end(), younger_last);
    } else if (pending.owned && !create_graph_) {
      accumulation_of(gradient.dtype()).add(pending.gradient, gradient);
    } else {
      pending.gradient = accumulation_of(gradient.dtype()).sum(pending.gradient, gradient);
      pending.owned = true;
    }
  }

  bool create_graph_, retain_graph_;
  const graph::Accumulation* accumulations_[std::size(dtypes)] = {};  // of the types met so far
  AddressMap<graph::AnyNode, Pending, CachedAllocator> pending_;
  std::vector<Ref<graph::NodeBase>, CachedAllocator<Ref<graph::NodeBase>>> queue_;  // a heap, youngest first
};

}  // namespace detail

/// The gradients of a recorded output with respect to xs, which are leaves or results of recorded operations.
/// The gradient of a tensor on which the output does not depend is undefined (PyTorch's allow_unused), or
/// zeros with materialize_grads. The scalar type of xs may be another than the output's, where the graph converts.
///
///   returns: a gradient for each of xs, in its shape
///   throws: GraphError if nothing was recorded, one of xs requires no gradient, the graph was freed, or a
///           kept tensor was modified in place; ShapeError if output_gradient does not fit the output
template <Real T, Floating X = T>
[[nodiscard]] std::vector<Tensor<X>> grad(const Tensor<T>& output, const std::vector<Tensor<X>>& xs,
                                          const GradOptions<T>& options = {}) {
  AddressMap<graph::AnyNode, AnyTensor> wanted;
  std::uint64_t oldest = xs.empty() ? 0 : ~std::uint64_t{0};
  for (const Tensor<X>& x : xs) {
    check<GraphError>(x.requires_grad(), "grad", "a tensor of shape ", x.shape(),
                      " does not require a gradient");
    wanted[graph::node_of(x)] = {};
    oldest = std::min(oldest, graph::node_of(x)->sequence());
  }
  detail::Backpropagation pass(options.create_graph, options.retain_graph);
  pass.start(output, options.output_gradient);
  pass.run(
      [&](const graph::AnyNode& node, const AnyTensor& gradient) {
        if (AnyTensor* const found = wanted.find(&node)) *found = gradient;
      },
      oldest);
  std::vector<Tensor<X>> gradients;
  for (const Tensor<X>& x : xs) {
    const AnyTensor& found = wanted[graph::node_of(x)];
    if (found.defined())
      gradients.push_back(found.as<X>());
    else
      gradients.push_back(options.materialize_grads ? zeros<X>(x.shape()) : Tensor<X>());
  }
  return gradients;
}

/// Adds the gradient of a recorded output to `.grad()` of every leaf on which it depends.
///
///   throws: GraphError if nothing was recorded, the graph was freed, or a kept tensor was modified in place;
///           ShapeError if output_gradient does not fit the output
template <Real T>
void backward(const Tensor<T>& output, const GradOptions<T>& options = {}) {
  detail::Backpropagation pass(options.create_graph, options.retain_graph);
  pass.start(output, options.output_gradient);
  pass.run([&](graph::AnyNode& node, const AnyTensor& gradient) {
    if (!node.is_leaf()) return;
    AnyTensor& total = static_cast<graph::Leaf&>(node).gradient;
    if (!total.defined()) {
      const bool own = gradient.unshared() && gradient.is_contiguous();  // no other handle shares it
      total = own ? gradient : pass.accumulation_of(gradient.dtype()).copy(gradient);
    } else {
      total = pass.accumulation_of(gradient.dtype()).sum(total, gradient);
    }
  });
}

}  // namespace TENON_NAMESPACE
