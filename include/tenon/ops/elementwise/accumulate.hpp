#pragma once
/// How gradients are added, by scalar type: what the engine must know of each type in a graph.

#include "tenon/ops/elementwise/inplace.hpp"

namespace TENON_NAMESPACE::detail {

/// The copies and sums of gradients of type T.
template <class T>
struct Accumulate {
  static AnyTensor copy(const AnyTensor& x) { return clone(x.as<T>()); }
  static AnyTensor sum(const AnyTensor& a, const AnyTensor& b) { return tenon::add(a.as<T>(), b.as<T>()); }
  static void add(AnyTensor& total, const AnyTensor& x) {
    Tensor<T> sum = total.as<T>();
    add_(sum, x.as<T>());
  }
};

template <class T>
inline constexpr graph::Accumulation accumulation = {&Accumulate<T>::copy, &Accumulate<T>::sum,
                                                     &Accumulate<T>::add};

}  // namespace TENON_NAMESPACE::detail
