#pragma once
/// What an optimizer remembers, by name: what a checkpoint keeps of it, so that a resumed run has the bits of
/// an uninterrupted one.

#include <utility>  // pair

#include "tenon/nn/named_tensor.hpp"

namespace TENON_NAMESPACE::optim {

/// Tensors such as `encoder.0.weight.mean`, and numbers such as `encoder.0.weight.steps` and `group0.lr`.
/// Names are unique within each of the two.
template <Real T>
struct OptimizerState {
  std::vector<NamedTensor<T>> tensors;                  ///< handles: they follow the optimizer as it steps
  std::vector<std::pair<std::string, double>> numbers;  ///< any double, infinities included, or a count
};

}  // namespace TENON_NAMESPACE::optim
