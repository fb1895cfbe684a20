#pragma once
/// A tensor and its name: what a module hands to optimizers and files, which know nothing of modules.

#include <string>  // string

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

/// A handle of a parameter or buffer under its path in the model, such as `encoder.0.weight`.
template <Scalar T>
struct NamedTensor {
  std::string name;
  Tensor<T> tensor;
};

}  // namespace TENON_NAMESPACE
