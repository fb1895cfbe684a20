#pragma once
/// Copies of tensors.

#include "tenon/backend/copy.hpp"
#include "tenon/graph/record.hpp"
#include "tenon/tensor/create.hpp"

namespace TENON_NAMESPACE {

/// The elements of x in row-major order without gaps: x itself if it is so already, else a copy.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: nothing
///   cost: O(1), or one copy
template <Scalar T>
Tensor<T> contiguous(const Tensor<T>& x) {
  if (x.is_contiguous()) return x;
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  return record_floating("contiguous", y, {without_values(x)},
                         [](const auto& p) -> Gradients<T> { return {p.gradient()}; });
}

/// A copy of the elements of x in memory of its own, in row-major order.
///
///   shapes: x any
///   returns: the shape of x
///   throws: nothing
///   keeps: nothing
///   cost: one copy
template <Scalar T>
Tensor<T> clone(const Tensor<T>& x) {
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Copy<T>>()(x.rank(), x.shape().data(), x.data(), x.strides().data(),
                                      y.mutable_data(), y.strides().data());
  return record_floating("clone", y, {without_values(x)},
                         [](const auto& p) -> Gradients<T> { return {p.gradient()}; });
}

}  // namespace TENON_NAMESPACE
