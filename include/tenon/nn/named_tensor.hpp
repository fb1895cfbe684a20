#pragma once
/// Tensors and their names: what a module hands to optimizers and files, which know nothing of modules.

#include <string>  // string
#include <vector>  // vector

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// A handle of a parameter or buffer under its path in the model, such as `encoder.0.weight`.
template <Scalar T>
struct NamedTensor {
  std::string name;
  Tensor<T> tensor;
};

/// Everything of a model that a file keeps. The tensors are handles: writing into them changes the model.
template <Real T>
struct [[nodiscard]] ModuleState {
  std::vector<NamedTensor<T>> tensors;         ///< parameters and buffers
  std::vector<NamedTensor<index_t>> counters;  ///< such as batch normalisation's num_batches_tracked
};

}  // namespace TENON_NAMESPACE
