#pragma once
/// Functions that see, and may change, the gradient of a tensor.

#include <type_traits>  // is_void_v
#include <utility>      // move

#include "tenon/graph/record.hpp"

namespace TENON_NAMESPACE {

/// x, whose gradient is passed to `f` on its way back: (const Tensor<T>&) -> Tensor<T>, the gradient that goes on,
/// or -> void, to look only. The hook acts on what is computed from the result, not from x itself:
///
///     h = register_hook(h, [](const Tensor<float>& g) { return clamp(g, -1, 1); });
///
///   shapes: x any
///   returns: the shape of x
///   throws: GraphError, in the backward pass, if f returns another shape
///   keeps: f
template <Real T, class F>
Tensor<T> register_hook(const Tensor<T>& x, F f) {
  return record("hook", x.detach(), {without_values(x)},
                [f = std::move(f)](const Backward<T>& p) mutable -> Gradients<T> {
                  if constexpr (std::is_void_v<decltype(f(p.gradient()))>) {
                    f(p.gradient());
                    return {p.gradient()};
                  } else {
                    return {f(p.gradient())};
                  }
                });
}

}  // namespace TENON_NAMESPACE
