#pragma once
/// Conversion between scalar types.

#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE {

/// Converts elements as C++ converts numbers; to bool, whether an element differs from 0. Returns x itself
/// if it has the type already. The conversion is not differentiable, because all tensors of a graph have
/// one scalar type.
///
///   shapes: x any
///   returns: the shape of x
///   throws: GraphError if x requires a gradient, recording is on, and U is a type of real numbers other
///     than T, because the tensors from which x was computed would silently receive no gradient
///   keeps: nothing
///   cost: one pass over memory, shared by threads
template <Scalar U, Scalar T>
Tensor<U> to(const Tensor<T>& x) {
  if constexpr (std::is_same_v<U, T>) {
    return x;
  } else {
    if constexpr (Real<T> && !std::integral<U>)
      check<GraphError>(!x.requires_grad() || !grad_enabled(), "to", "a conversion from ", scalar_name<T>(),
                        " to ", scalar_name<U>(),
                        " is not recorded: detach() the tensor first, or convert under NoGrad");
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
    return y;
  }
}

}  // namespace TENON_NAMESPACE
