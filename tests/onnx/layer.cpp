/// Products, convolutions and normalisations.

#include "node.hpp"
#include "tenon/tenon.hpp"
#include "window.hpp"

namespace onnx_tests {
namespace layer_nodes {

using tn::index_t;
using tn::Tensor;

Results convolution(const Node& node) {
  node.ignore({"kernel_shape"});  // the weight's
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> weight = node.in<T>(1);
    const Window window(node, node.in<T>(0).shape(), {weight.shape().begin() + 2, weight.shape().end()});
    const Tensor<T> x = window.padded(node.in<T>(0), T(0));
    const tn::ConvOptions options{
        .stride = window.stride, .dilation = window.dilation, .groups = node.integer("group", 1)};
    const Tensor<T> bias = node.optional<T>(2);
    switch (window.rank()) {
      case 1:
        return tn::conv1d(x, weight, bias, options);
      case 2:
        return tn::conv2d(x, weight, bias, options);
      case 3:
        return tn::conv3d(x, weight, bias, options);
      default:
        throw Unsupported("rank of a convolution");
    }
  });
}

/// Padding of a transposed convolution crops its result.
Results transposed_convolution(const Node& node) {
  node.ignore({"kernel_shape"});  // the weight's
  require(!node.given("output_shape") && node.text("auto_pad", "NOTSET") == "NOTSET",
          "extents of the result");
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0), weight = node.in<T>(1), bias = node.optional<T>(2);
    const std::size_t rank = static_cast<std::size_t>(x.rank() - 2);
    const auto dims = [&](const char* name, index_t otherwise) {
      const auto values = node.integers(name, std::vector<index_t>(rank, otherwise));
      return tn::Dims(values.begin(), values.end());
    };
    tn::ConvTransposeOptions options{
        .stride = dims("strides", 1), .groups = node.integer("group", 1), .dilation = dims("dilations", 1)};
    options.output_padding = dims("output_padding", 0);
    bool within = true;  // the library wants less than a stride of it; more is padding of the result
    for (int i = 0; i < options.stride.size(); ++i) within &= options.output_padding[i] < options.stride[i];
    require(within, "output padding");
    Tensor<T> y = rank == 1   ? tn::conv_transpose1d(x, weight, bias, options)
                  : rank == 2 ? tn::conv_transpose2d(x, weight, bias, options)
                              : tn::conv_transpose3d(x, weight, bias, options);
    const auto pads = node.integers("pads", std::vector<index_t>(2 * rank, 0));
    for (std::size_t i = 0; i < rank; ++i) {
      const auto axis = static_cast<index_t>(i) + 2;
      y = tn::narrow(y, axis, pads[i], y.extent(axis) - pads[i] - pads[rank + i]);
    }
    return y;
  });
}

Results product(const Node& node) {
  return any_real(node, [&]<class T>(T) { return tn::matmul(node.in<T>(0), node.in<T>(1)); });
}

Results gemm(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    const auto operand = [&](int i, const char* transposed) {
      return node.integer(transposed, 0) ? tn::transpose(node.in<T>(i), 0, 1) : node.in<T>(i);
    };
    const Tensor<T> y =
        static_cast<T>(node.number("alpha", 1)) * tn::matmul(operand(0, "transA"), operand(1, "transB"));
    return node.has(2) ? y + static_cast<T>(node.number("beta", 1)) * node.in<T>(2) : y;
  });
}

Results einsum(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    std::vector<Tensor<T>> xs;
    for (int i = 0; i < node.inputs(); ++i) xs.push_back(node.in<T>(i));
    return tn::einsum(node.text("equation", ""), xs);
  });
}

/// In training the second and third results are the running statistics, of which ONNX's momentum is the part
/// that stays; and its running variance is the biased one, which the library does not keep.
Results batch_norm(const Node& node) {
  require(node.integer("training_mode", 0) == 0, "biased running variance");
  return any_real(node, [&]<class T>(T) {
    return tn::batch_norm(node.in<T>(0), node.in<T>(3), node.in<T>(4), node.in<T>(1), node.in<T>(2),
                          {.eps = node.number("epsilon", 1e-5)});
  });
}

Results instance_norm(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    return tn::instance_norm(node.in<T>(0), node.in<T>(1), node.in<T>(2), node.number("epsilon", 1e-5));
  });
}

/// The normalised tensor, and the mean and the reciprocal deviation that it was normalised by.
Results layer_norm(const Node& node) {
  Results results;
  any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    const index_t axis = node.integer("axis", -1), first = axis < 0 ? axis + x.rank() : axis;
    tn::Dims axes, normalized;
    for (index_t i = first; i < x.rank(); ++i) {
      axes.push_back(i);
      normalized.push_back(x.extent(i));
    }
    const double eps = node.number("epsilon", 1e-5);
    const Tensor<T> variance = tn::var(x, axes, 0, true);
    results = {tn::layer_norm(x, normalized, node.in<T>(1), node.optional<T>(2), eps),
               tn::mean(x, axes, true), tn::rsqrt(variance + static_cast<T>(eps))};
    return x;
  });
  return results;
}

Results local_response_norm(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    return tn::local_response_norm(node.in<T>(0), node.integer("size", 1), node.number("alpha", 1e-4),
                                   node.number("beta", 0.75), node.number("bias", 1));
  });
}

const Family family{
    {"Conv", convolution},
    {"ConvTranspose", transposed_convolution},
    {"MatMul", product},
    {"Gemm", gemm},
    {"Einsum", einsum},
    {"BatchNormalization", batch_norm},
    {"InstanceNormalization", instance_norm},
    {"LayerNormalization", layer_norm},
    {"LRN", local_response_norm},
};

}  // namespace layer_nodes
}  // namespace onnx_tests
