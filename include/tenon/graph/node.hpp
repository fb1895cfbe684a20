#pragma once
/// The record of one operation: what it was called, what came in, and the rule that pulls a gradient back
/// through it.

#include <cstdint>  // uint64_t

#include "tenon/core/small_vector.hpp"
#include "tenon/graph/mode.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::graph {

/// Gradients of an operation's inputs, in their order; undefined where none flows.
template <class T>
using Gradients = SmallVector<Tensor<T>, 4>;

/// A kept tensor: its elements, and the number of in-place writes they had seen.
template <class T>
struct Kept {
  Ref<Storage> storage{};
  Shape shape{};
  Strides strides{};
  index_t offset = 0;
  std::uint32_t version = 0;

  explicit operator bool() const { return static_cast<bool>(storage); }
};
template <class T>
Kept<T> keep(const Tensor<T>& x) {
  return {x.storage(), x.shape(), x.strides(), x.data() - static_cast<const T*>(x.storage()->data()),
          x.version()};
}

template <class T>
class Node;

/// One input of a recorded operation: where it came from, and its elements if the rule asked for them.
template <class T>
struct Edge {
  Ref<NodeBase> source;
  Kept<T> kept;
};

template <class T>
class Node : public NodeBase {
 public:
  // Each rule is a class of its own: none of them need hold a copy of these.
  [[gnu::noinline]] explicit Node(const char* name) : Node(name, next_sequence()) {}
  [[gnu::noinline]] ~Node() override {}

  const char* name() const { return name_; }
  /// Grows in the order of creation on a thread, and above the numbers of all inputs wherever they were made:
  /// a node is younger than what it stands on (Lamport 1978, "Time, clocks, and the ordering of events").
  /// Leaves are 0.
  std::uint64_t sequence() const { return sequence_; }
  /// Adds an input, which the node becomes younger than.
  void add_edge(const Ref<NodeBase>& source, Kept<T> kept) {
    if (source) make_younger_than(static_cast<const Node&>(*source).sequence());
    edges_.push_back({source, std::move(kept)});
  }
  SmallVector<Edge<T>, 2>& edges() { return edges_; }
  Kept<T>& kept_output() { return kept_output_; }

  /// The gradients of the inputs for the gradient of the output. A leaf has no inputs and is never asked.
  virtual Gradients<T> pull(const Tensor<T>& gradient) = 0;
  virtual bool is_leaf() const { return false; }

  /// Lets go of everything that only a further pull would need.
  virtual void free() {
    edges_.clear();
    kept_output_ = {};
    freed_ = true;
  }
  bool freed() const { return freed_; }

  /// A kept tensor as a handle with its place in the graph.
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
  /// The number that this thread gave last.
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

/// A tensor that the user wants the gradient of.
template <class T>
class Leaf : public Node<T> {
 public:
  Leaf() : Node<T>("leaf", 0) {}
  Gradients<T> pull(const Tensor<T>&) override { return {}; }
  bool is_leaf() const override { return true; }
  void free() override {}

  Tensor<T> gradient;
};

template <class T>
Node<T>* node_of(const Tensor<T>& x) {
  return static_cast<Node<T>*>(x.node().get());
}

/// What a rule sees of its operation.
template <class T>
class Pull {
 public:
  Pull(Node<T>& node, const Tensor<T>& gradient) : node_(node), gradient_(gradient) {}

  /// The gradient of the output.
  const Tensor<T>& gradient() const { return gradient_; }
  /// Whether anybody wants the gradient of input i.
  bool needs(int i) const { return static_cast<bool>(node_.edges()[i].source); }
  /// Input i, which must have been recorded with its elements.
  Tensor<T> input(int i) const { return node_.restore(node_.edges()[i].kept, node_.edges()[i].source); }
  /// The result, which must have been kept.
  Tensor<T> output() const { return node_.restore(node_.kept_output(), Ref<NodeBase>(&node_)); }
  int inputs() const { return node_.edges().size(); }

 private:
  Node<T>& node_;
  const Tensor<T>& gradient_;
};

}  // namespace TENON_NAMESPACE::graph
