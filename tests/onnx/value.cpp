#include "value.hpp"

#include <cmath>
#include <cstring>

#include "tenon/tensor/create.hpp"

namespace onnx_tests {

namespace {

template <class T, class Field>
Value from_proto(const onnx::TensorProto& proto, const Field& field) {
  const tn::Shape shape(proto.dims().begin(), proto.dims().end());
  tn::Tensor<T> tensor = tn::zeros<T>(shape);
  const auto size = static_cast<std::size_t>(tensor.size());
  if (proto.has_raw_data()) {
    if (proto.raw_data().size() != size * sizeof(T)) throw std::runtime_error("raw data of another size");
    std::memcpy(tensor.mutable_data(), proto.raw_data().data(), proto.raw_data().size());
  } else {
    if (static_cast<std::size_t>(field.size()) != size) throw std::runtime_error("data of another size");
    T* target = tensor.mutable_data();
    for (const auto& item : field) *target++ = static_cast<T>(item);
  }
  return tensor;
}

bool near(double got, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  return got == want || std::abs(got - want) <= tolerance * (0.1 + std::abs(want));
}

}  // namespace

Value read_tensor(const onnx::TensorProto& proto) {
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      return from_proto<float>(proto, proto.float_data());
    case onnx::TensorProto::DOUBLE:
      return from_proto<double>(proto, proto.double_data());
    case onnx::TensorProto::INT64:
      return from_proto<std::int64_t>(proto, proto.int64_data());
    case onnx::TensorProto::INT32:
      return from_proto<std::int32_t>(proto, proto.int32_data());
    case onnx::TensorProto::UINT8:
      return from_proto<std::uint8_t>(proto, proto.int32_data());
    case onnx::TensorProto::BOOL:
      return from_proto<bool>(proto, proto.int32_data());
    default:
      throw Unsupported("scalar type " + onnx::TensorProto::DataType_Name(proto.data_type()));
  }
}

std::string difference(const Value& got, const Value& want, double tolerance) {
  if (got.index() != want.index()) return "another scalar type than expected";
  return std::visit(
      [&]<class V>(const V& w) -> std::string {
        if constexpr (!std::is_same_v<V, std::monostate>) {
          const V& g = std::get<V>(got);
          if (g.shape() != w.shape()) return tn::join("shape ", g.shape(), ", expected ", w.shape());
          tn::index_t position = 0;
          for (auto a = g.begin(), b = w.begin(); a != g.end(); ++a, ++b, ++position) {
            const auto x = static_cast<double>(*a), y = static_cast<double>(*b);
            if (!near(x, y, tolerance)) return tn::join(x, " at position ", position, ", expected ", y);
          }
        }
        return {};
      },
      want);
}

}  // namespace onnx_tests
