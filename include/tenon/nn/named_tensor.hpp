#pragma once
/// Tensors and their names: the form in which modules pass their tensors to optimizers and files, both of
/// which are independent of modules.

#include <string>  // string
#include <vector>  // vector

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// A handle of a parameter or buffer, and its path in the model.
template <Scalar T>
struct NamedTensor {
  std::string name;  ///< the path, such as `encoder.0.weight`
  Tensor<T> tensor;  ///< a handle of the model's tensor, not a copy
};

/// The tensors of a model that a file keeps. They are handles: writing into them changes the model.
template <Real T>
struct [[nodiscard]] ModuleState {
  std::vector<NamedTensor<T>> tensors;         ///< parameters and buffers
  std::vector<NamedTensor<index_t>> counters;  ///< integers, such as BatchNorm's num_batches_tracked
};

}  // namespace TENON_NAMESPACE
