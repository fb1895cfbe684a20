#pragma once
/// The record of an operation in the autograd graph: its name, its inputs, and the backward rule.

#include <cstdint>  // uint64_t

#include "tenon/core/small_vector.hpp"
#include "tenon/graph/mode.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::graph {

/// The gradients of an operation's inputs, in their order; undefined for inputs without a gradient.
template <class T>
using Gradients = SmallVector<Tensor<T>, 4>;

/// A tensor kept for the backward pass: its elements, without its node.
template <class T>
struct Kept {
  Ref<Storage> storage{};     ///< the memory; null: only the shape is kept
  Shape shape{};              ///< the extents
  Strides strides{};          ///< the strides
  index_t offset = 0;         ///< position of the first element
  std::uint32_t version = 0;  ///< the storage's number of in-place writes when the tensor was kept

  /// Whether elements are kept.
  explicit operator bool() const { return static_cast<bool>(storage); }
};
/// Keeps a tensor for the backward pass.
template <class T>
Kept<T> keep(const Tensor<T>& x) {
  return {x.storage(), x.shape(), x.strides(), x.data() - static_cast<const T*>(x.storage()->data()),
          x.version()};
}

template <class T>
class Node;

/// An input of a recorded operation.
template <class T>
struct Edge {
  Ref<NodeBase> source;  ///< the input's node; null for a constant
  Kept<T> kept;          ///< the input's shape, and its elements if the rule needs them
};

/// A node of the autograd graph: a recorded operation or a leaf.
template <class T>
class Node : public NodeBase {
 public:
  // Not inlined, since each backward rule is a derived class and would contain a copy of both.
  [[gnu::noinline]] explicit Node(const char* name) : Node(name, next_sequence()) {}
  [[gnu::noinline]] ~Node() override {}

  /// The operation's name, for errors.
  const char* name() const { return name_; }
  /// A number that grows in the order of creation on a thread and exceeds those of all inputs, on whatever
  /// thread they were made (Lamport 1978, "Time, clocks, and the ordering of events"). It is 0 for leaves.
  std::uint64_t sequence() const { return sequence_; }
  /// Adds an input, and raises the node's number above the input's.
  void add_edge(const Ref<NodeBase>& source, Kept<T> kept) {
    if (source) make_younger_than(static_cast<const Node&>(*source).sequence());
    edges_.push_back({source, std::move(kept)});
  }
  /// The inputs.
  SmallVector<Edge<T>, 2>& edges() { return edges_; }
  /// The output, if the rule needs it.
  Kept<T>& kept_output() { return kept_output_; }

  /// The gradients of the inputs, from the gradient of the output (a vector-Jacobian product). Not called for
  /// leaves.
  virtual Gradients<T> vjp(const Tensor<T>& gradient) = 0;
  /// Whether the node is a leaf.
  virtual bool is_leaf() const { return false; }

  /// Releases inputs and kept tensors, after which the node cannot be differentiated again.
  virtual void free() {
    edges_.clear();
    kept_output_ = {};
    freed_ = true;
  }
  /// Whether `free` was called.
  bool freed() const { return freed_; }

  /// A kept tensor as a handle, with its node if recording is on.
  ///   throws: GraphError if it was modified in place
  Tensor<T> restore(const Kept<T>& kept, const Ref<NodeBase>& place) const {
    if (kept.storage->version() != kept.version)
      fail<GraphError>(name_, "a tensor needed for its gradient was modified in place: shape ", kept.shape);
    Tensor<T> x = Tensor<T>::make(kept.storage, kept.offset, kept.shape, kept.strides,
                                  element_count(kept.shape), is_contiguous(kept.shape, kept.strides));
    if (place && grad_enabled()) x.set_node(place);
    return x;
  }

 protected:
  Node(const char* name, std::uint64_t sequence) : name_(name), sequence_(sequence) {}

 private:
  /// The last number that this thread assigned.
  TENON_SHARED static std::uint64_t& clock() {
    thread_local std::uint64_t last = 0;
    return last;
  }
  static std::uint64_t next_sequence() { return ++clock(); }
  void make_younger_than(std::uint64_t other) {
    if (other >= sequence_) [[unlikely]]
      sequence_ = clock() = other + 1;
  }

  const char* name_;
  std::uint64_t sequence_;
  bool freed_ = false;
  SmallVector<Edge<T>, 2> edges_;
  Kept<T> kept_output_;
};

/// The node of a leaf: a tensor that requires a gradient and is no result of a recorded operation.
template <class T>
class Leaf : public Node<T> {
 public:
  Leaf() : Node<T>("leaf", 0) {}
  Gradients<T> vjp(const Tensor<T>&) override { return {}; }
  bool is_leaf() const override { return true; }
  void free() override {}

  Tensor<T> gradient;  ///< accumulated by `backward`
};

/// The node of a tensor; null for a constant.
template <class T>
Node<T>* node_of(const Tensor<T>& x) {
  return static_cast<Node<T>*>(x.node().get());
}

/// The argument of a backward rule: the operation's inputs and output, and the output's gradient.
template <class T>
class Backward {
 public:
  /// The call of a node's rule with a gradient.
  Backward(Node<T>& node, const Tensor<T>& gradient) : node_(node), gradient_(gradient) {}

  /// The gradient of the output.
  const Tensor<T>& gradient() const { return gradient_; }
  /// Whether the gradient of input i is needed.
  bool needs(int i) const { return static_cast<bool>(node_.edges()[i].source); }
  /// Input i, which must have been recorded with its elements.
  ///   throws: GraphError if it was modified in place
  Tensor<T> input(int i) const { return node_.restore(node_.edges()[i].kept, node_.edges()[i].source); }
  /// The output, which must have been recorded with Keep::output.
  ///   throws: GraphError if it was modified in place
  Tensor<T> output() const { return node_.restore(node_.kept_output(), Ref<NodeBase>(&node_)); }
  /// The number of inputs.
  int inputs() const { return node_.edges().size(); }

 private:
  Node<T>& node_;
  const Tensor<T>& gradient_;
};

}  // namespace TENON_NAMESPACE::graph
