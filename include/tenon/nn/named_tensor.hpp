#pragma once
/// Tensors and their names: the form in which modules pass their tensors to optimizers and files, both of
/// which are independent of modules.

#include <string>  // string
#include <vector>  // vector

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// A handle of a parameter or buffer, and its path in the model. `X` is a `Tensor<T>`, or `AnyTensor` in lists
/// of tensors of several scalar types.
template <class X>
struct Named {
  std::string name;  ///< the path, such as `encoder.0.weight`
  X tensor;          ///< a handle of the model's tensor, not a copy
};

/// A tensor of a known scalar type and its name.
template <Scalar T>
using NamedTensor = Named<Tensor<T>>;
/// The tensors of a model that a file keeps: parameters and buffers, of any scalar types. They are handles:
/// writing into them changes the model.
using ModuleState = std::vector<Named<AnyTensor>>;

}  // namespace TENON_NAMESPACE
