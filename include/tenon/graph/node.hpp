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
/// Gradients as the engine handles them, whatever their scalar type.
using AnyGradients = SmallVector<AnyTensor, 4>;

/// A tensor kept for the backward pass: its elements, without its node.
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
Kept keep(const Tensor<T>& x) {
  return {x.storage(), x.shape(), x.strides(), x.data() - static_cast<const T*>(x.storage()->data()),
          x.version()};
}

/// An input of a recorded operation.
struct Edge {
  Ref<NodeBase> source;  ///< the input's node; null for a constant
  Kept kept;             ///< the input's shape, and its elements if the rule needs them
};

/// Copies and sums of gradients of one scalar type.
struct Accumulation {
  AnyTensor (*copy)(const AnyTensor&);                   ///< recorded if recording is on
  AnyTensor (*sum)(const AnyTensor&, const AnyTensor&);  ///< a new tensor; recorded if recording is on
  void (*add)(AnyTensor& total, const AnyTensor&);       ///< in place
};

/// A node of the autograd graph: a recorded operation or a leaf.
class AnyNode : public NodeBase {
 public:
  // Not inlined, since each backward rule is a derived class and would contain a copy of both.
  [[gnu::noinline]] explicit AnyNode(const char* name) : AnyNode(name, next_sequence()) {}
  [[gnu::noinline]] ~AnyNode() override {}

  /// The operation's name, for errors.
  const char* name() const { return name_; }
  /// A number that grows in the order of creation on a thread and exceeds those of all inputs, on whatever
  /// thread they were made (Lamport 1978, "Time, clocks, and the ordering of events"). It is 0 for leaves.
  std::uint64_t sequence() const { return sequence_; }
  /// Adds an input, and raises the node's number above the input's.
  void add_edge(const Ref<NodeBase>& source, Kept kept) {
    if (source) make_younger_than(static_cast<const AnyNode&>(*source).sequence());
    edges_.push_back({source, std::move(kept)});
  }
  /// The inputs.
  SmallVector<Edge, 2>& edges() { return edges_; }
  /// The output, if the rule needs it.
  Kept& kept_output() { return kept_output_; }

  /// The gradients of the inputs, from the gradient of the output (a vector-Jacobian product). Not called for
  /// leaves.
  virtual AnyGradients vjp_any(const AnyTensor& gradient) = 0;
  /// How gradients of the inputs are added, if they are of another scalar type than the output's; else null.
  virtual const Accumulation* input_accumulation() const { return nullptr; }

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
  template <class T>
  Tensor<T> restore(const Kept& kept, const Ref<NodeBase>& place) const {
    if (kept.storage->version() != kept.version)
      fail<GraphError>(name_, "a tensor needed for its gradient was modified in place: shape ", kept.shape);
    Tensor<T> x = Tensor<T>::make(kept.storage, kept.offset, kept.shape, kept.strides,
                                  element_count(kept.shape), is_contiguous(kept.shape, kept.strides));
    if (place && grad_enabled()) x.set_node(place);
    return x;
  }

 protected:
  AnyNode(const char* name, std::uint64_t sequence) : name_(name), sequence_(sequence) {}

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
  SmallVector<Edge, 2> edges_;
  Kept kept_output_;
};

/// A node whose inputs and output are of one scalar type, as those of all operations but conversions.
template <class T>
class Node : public AnyNode {
 public:
  using AnyNode::AnyNode;
  /// The gradients of the inputs, from the gradient of the output.
  virtual Gradients<T> vjp(const Tensor<T>& gradient) = 0;
  AnyGradients vjp_any(const AnyTensor& gradient) final {
    AnyGradients gradients;
    for (const Tensor<T>& g : vjp(gradient.as<T>())) gradients.push_back(g);
    return gradients;
  }
};

/// The node of a leaf: a tensor that requires a gradient and is no result of a recorded operation.
class Leaf final : public AnyNode {
 public:
  Leaf() : AnyNode("leaf", 0) {}
  AnyGradients vjp_any(const AnyTensor&) override { return {}; }
  bool is_leaf() const override { return true; }
  void free() override {}

  AnyTensor gradient;  ///< accumulated by `backward`
};

/// The node of a tensor; null for a constant.
template <class T>
AnyNode* node_of(const Tensor<T>& x) {
  return static_cast<AnyNode*>(x.node().get());
}

/// The argument of a backward rule: the operation's inputs and output, and the output's gradient.
template <class T>
class Backward {
 public:
  /// The call of a node's rule with a gradient.
  Backward(AnyNode& node, const Tensor<T>& gradient) : node_(node), gradient_(gradient) {}

  /// The gradient of the output.
  const Tensor<T>& gradient() const { return gradient_; }
  /// Whether the gradient of input i is needed.
  bool needs(int i) const { return static_cast<bool>(node_.edges()[i].source); }
  /// Input i, which must have been recorded with its elements.
  ///   throws: GraphError if it was modified in place
  Tensor<T> input(int i) const {
    return node_.template restore<T>(node_.edges()[i].kept, node_.edges()[i].source);
  }
  /// The output, which must have been recorded with Keep::output.
  ///   throws: GraphError if it was modified in place
  Tensor<T> output() const { return node_.template restore<T>(node_.kept_output(), Ref<NodeBase>(&node_)); }
  /// The shape of input i, which is known without its elements.
  const Shape& shape(int i) const { return node_.edges()[i].kept.shape; }
  /// The number of inputs.
  int inputs() const { return node_.edges().size(); }

 private:
  AnyNode& node_;
  const Tensor<T>& gradient_;
};

}  // namespace TENON_NAMESPACE::graph
