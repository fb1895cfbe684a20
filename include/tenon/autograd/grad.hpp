#pragma once
/// Reverse-mode differentiation of recorded operations. The engine does not depend on any operation: it takes
/// the youngest node with a gradient, calls the node's rule, and adds the results to the gradients of the
/// node's inputs.

#include <algorithm>  // push_heap, pop_heap
#include <vector>     // vector

#include "tenon/core/address_map.hpp"
#include "tenon/ops/elementwise/inplace.hpp"

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

/// The backward pass: the accumulated gradients of the nodes that are not processed yet.
template <class T>
class Backpropagation {
 public:
  explicit Backpropagation(const GradOptions<T>& options) : options_(options) {}

  void start(const Tensor<T>& output) {
    check<GraphError>(output.requires_grad(), "grad",
                      "the output was not recorded: no input requires a gradient, or recording was off");
    Tensor<T> seed = options_.output_gradient;
    if (!seed.defined()) {
      check<ShapeError>(output.size() == 1, "grad", "an output of shape ", output.shape(),
                        " needs an explicit output_gradient");
      seed = ones<T>(output.shape());
    }
    check<ShapeError>(seed.shape() == output.shape(), "grad", "output_gradient has shape ", seed.shape(),
                      ", the output ", output.shape());
    add(output.node(), seed);
  }

  /// Processes nodes from the youngest to the oldest, and calls arrive(node, gradient) for each. The rules of
  /// node number `oldest` and older nodes are not called, since no wanted tensor is behind them.
  template <class Arrive>
  void run(Arrive arrive, std::uint64_t oldest = 0) {
    const GradMode mode(options_.create_graph);
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), younger_last);
      const Ref<graph::NodeBase> owner = std::move(queue_.back());
      queue_.pop_back();
      graph::Node<T>& node = as_node(owner);
      const Tensor<T> gradient = pending_.take(&node).gradient;
      arrive(node, gradient);
      if (node.sequence() > oldest) vjp(node, gradient);
    }
  }

 private:
  struct Pending {
    Tensor<T> gradient;
    bool owned = false;  // whether the gradient may be added to in place
  };

  static graph::Node<T>& as_node(const Ref<graph::NodeBase>& node) {
    return static_cast<graph::Node<T>&>(*node);
  }
  static bool younger_last(const Ref<graph::NodeBase>& a, const Ref<graph::NodeBase>& b) {
    return as_node(a).sequence() < as_node(b).sequence();
  }

  void vjp(graph::Node<T>& node, const Tensor<T>& gradient) {
    check<GraphError>(!node.freed(), node.name(),
                      "the graph was freed by an earlier pass; pass retain_graph to differentiate it again");
    Gradients<T> gradients = node.vjp(gradient);
    check<GraphError>(gradients.size() == node.edges().size(), node.name(), "the rule returned ",
                      gradients.size(), " gradients for ", node.edges().size(), " inputs");
    for (int i = 0; i < gradients.size(); ++i) {
      const auto& edge = node.edges()[i];
      if (!gradients[i].defined() || !edge.source) continue;
      check<GraphError>(gradients[i].shape() == edge.kept.shape, node.name(),
                        "the rule returned a gradient of shape ", gradients[i].shape(), " for input ", i,
                        " of shape ", edge.kept.shape);
      add(edge.source, std::move(gradients[i]));
    }
    if (!options_.retain_graph && !options_.create_graph) node.free();
  }

  void add(const Ref<graph::NodeBase>& node, Tensor<T> gradient) {
    Pending& pending = pending_[&as_node(node)];
    if (!pending.gradient.defined()) {
      pending.gradient = std::move(gradient);
      queue_.push_back(node);
      std::push_heap(queue_.begin(), queue_.end(), younger_last);
    } else if (pending.owned && !options_.create_graph) {
      add_(pending.gradient, gradient);
    } else {
      pending.gradient = tenon::add(pending.gradient, gradient);
      pending.owned = true;
    }
  }

  const GradOptions<T>& options_;
  AddressMap<graph::Node<T>, Pending, CachedAllocator> pending_;
  std::vector<Ref<graph::NodeBase>, CachedAllocator<Ref<graph::NodeBase>>> queue_;  // a heap, youngest first
};

}  // namespace detail

/// The gradients of a recorded output with respect to xs, which are leaves or results of recorded operations.
/// The gradient of a tensor on which the output does not depend is undefined (PyTorch's allow_unused), or
/// zeros with materialize_grads.
///
///   returns: a gradient for each of xs, in its shape
///   throws: GraphError if nothing was recorded, one of xs requires no gradient, the graph was freed, or a
///           kept tensor was modified in place; ShapeError if output_gradient does not fit the output
template <Real T>
[[nodiscard]] std::vector<Tensor<T>> grad(const Tensor<T>& output, const std::vector<Tensor<T>>& xs,
                                          const GradOptions<T>& options = {}) {
  AddressMap<graph::Node<T>, Tensor<T>> wanted;
  std::uint64_t oldest = xs.empty() ? 0 : ~std::uint64_t{0};
  for (const Tensor<T>& x : xs) {
    check<GraphError>(x.requires_grad(), "grad", "a tensor of shape ", x.shape(),
                      " does not require a gradient");
    wanted[graph::node_of(x)] = {};
    oldest = std::min(oldest, graph::node_of(x)->sequence());
  }
  detail::Backpropagation<T> pass(options);
  pass.start(output);
  pass.run(
      [&](graph::Node<T>& node, const Tensor<T>& gradient) {
        if (Tensor<T>* const found = wanted.find(&node)) *found = gradient;
      },
      oldest);
  std::vector<Tensor<T>> gradients;
  for (const Tensor<T>& x : xs) {
    const Tensor<T>& found = wanted[graph::node_of(x)];
    gradients.push_back(!found.defined() && options.materialize_grads ? zeros<T>(x.shape()) : found);
  }
  return gradients;
}

/// Adds the gradient of a recorded output to `.grad()` of every leaf on which it depends.
///
///   throws: GraphError if nothing was recorded, the graph was freed, or a kept tensor was modified in place;
///           ShapeError if output_gradient does not fit the output
template <Real T>
void backward(const Tensor<T>& output, const GradOptions<T>& options = {}) {
  detail::Backpropagation<T> pass(options);
  pass.start(output);
  pass.run([&](graph::Node<T>& node, const Tensor<T>& gradient) {
    if (!node.is_leaf()) return;
    Tensor<T>& sum = static_cast<graph::Leaf<T>&>(node).gradient;
    const bool own = gradient.unshared() && gradient.is_contiguous();  // no other handle shares it
    sum = sum.defined() ? add(sum, gradient) : own ? gradient : clone(gradient);
  });
}

}  // namespace TENON_NAMESPACE
