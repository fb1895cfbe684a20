#pragma once
/// Names without definitions, for headers that only mention tensors.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

class Dims;
using Shape = Dims;
class Generator;
template <Scalar T>
class Tensor;

}  // namespace TENON_NAMESPACE
