#pragma once
/// Tensors as ONNX stores them.

#include <onnx/onnx_pb.h>

#include <stdexcept>
#include <string>
#include <variant>

#include "tenon/tensor/tensor.hpp"

namespace onnx_tests {

/// What this program, or the library, has no counterpart of: the case is listed, not failed.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A tensor of one of the scalar types that the library shares with ONNX; nothing, for an input left out.
using Value = std::variant<std::monostate, tn::Tensor<float>, tn::Tensor<double>, tn::Tensor<std::int64_t>,
                           tn::Tensor<std::int32_t>, tn::Tensor<std::uint8_t>, tn::Tensor<bool>>;

/// throws Unsupported for other scalar types
Value read_tensor(const onnx::TensorProto& proto);

/// Where two values differ by more than a relative tolerance, or nothing.
std::string difference(const Value& got, const Value& want, double tolerance);

}  // namespace onnx_tests
