#pragma once
/// Conversion between scalar types.

#include "tenon/ops/elementwise/accumulate.hpp"

namespace TENON_NAMESPACE {

template <Scalar U, Scalar T>
Tensor<U> to(const Tensor<T>& x);

namespace detail {

/// Gradients of bfloat16 are added in float.
template <>
struct Accumulate<bfloat16> {
  static AnyTensor copy(const AnyTensor& x) { return clone(x.as<bfloat16>()); }
  static AnyTensor sum(const AnyTensor& a, const AnyTensor& b) {
    return to<bfloat16>(tenon::add(to<float>(a.as<bfloat16>()), to<float>(b.as<bfloat16>())));
  }
  static void add(AnyTensor& total, const AnyTensor& x) { total = sum(total, x); }
};
/// A conversion from T to U in the graph. The gradient is converted back.
template <class U, class T>
class CastNode final : public graph::AnyNode {
 public:
  explicit CastNode(const Tensor<T>& x) : AnyNode("to") { add_edge(x.node(), {.shape = x.shape()}); }
  graph::AnyGradients vjp_any(const AnyTensor& gradient) override {
    graph::AnyGradients gradients;
    gradients.push_back(to<T>(gradient.as<U>()));
    return gradients;
  }
  const graph::Accumulation* input_accumulation() const override { return &accumulation<T>; }
};

}  // namespace detail

/// Converts elements as C++ converts numbers; to bool, whether an element differs from 0. Returns x itself
/// if it has the type already. Gradient: dx = g converted back, from one type of floating-point numbers to
/// another; a graph may be of several types. Integers and truth values have no gradients.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: nothing
///   cost: one pass over memory, shared by threads
template <Scalar U, Scalar T>
Tensor<U> to(const Tensor<T>& x) {
  if constexpr (std::is_same_v<U, T>) {
    return x;
  } else {
    const Tensor<T> dense = contiguous(x.detach());
    Tensor<U> y = Tensor<U>::empty(x.shape());
    const T* from = dense.data();
    U* into = y.mutable_data();
    parallel_for(x.size(), index_t{1} << 16, [&](index_t begin, index_t end) {
      for (index_t i = begin; i < end; ++i) {
        if constexpr (std::is_same_v<U, bool>)
          into[i] = from[i] != T(0);
        else
          into[i] = static_cast<U>(from[i]);
      }
    });
    if constexpr (Floating<T> && Floating<U>)
      if (x.requires_grad() && grad_enabled())
        y.set_node(Ref<graph::NodeBase>(new detail::CastNode<U, T>(x)));
    return y;
  }
}

}  // namespace TENON_NAMESPACE
