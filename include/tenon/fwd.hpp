#pragma once
/// Forward declarations, for headers that only mention tensors.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

class Dims;
/// The extents of a tensor's axes.
using Shape = Dims;
class Generator;
template <Scalar T>
class Tensor;
class AnyTensor;

}  // namespace TENON_NAMESPACE
