/// Fourier transforms and windows.

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace signal_nodes {

using tn::index_t;
using tn::Tensor;

/// (…, 1) is real, (…, 2) complex.
Results dft(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> given = node.in<T>(0);
    const Tensor<T> x = given.extent(-1) == 2 ? given : tn::cat<T>({given, tn::zeros<T>(given.shape())}, -1);
    const index_t axis = node.integer("axis", 1);
    const std::optional<index_t> length = node.has(1) ? std::optional(node.indices(1).item()) : std::nullopt;
    const Tensor<T> y = node.integer("inverse", 0) ? tn::ifft(x, length, axis) : tn::fft(x, length, axis);
    return node.integer("onesided", 0) ? tn::narrow(y, axis, 0, y.extent(axis) / 2 + 1) : y;
  });
}

Results stft(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    require(x.extent(-1) == 1, "a complex signal");
    tn::StftOptions<T> options{
        .hop_length = node.indices(1).item(), .window = node.optional<T>(2), .center = false};
    options.onesided = node.integer("onesided", 1) != 0;
    const index_t frame = node.has(3) ? node.indices(3).item() : options.window.size();
    return tn::transpose(tn::stft(tn::squeeze(x, -1), frame, options), 1, 2);
  });
}

template <auto window>
Results windows(const Node& node) {
  require(node.integer("output_datatype", onnx::TensorProto::FLOAT) == onnx::TensorProto::FLOAT,
          "scalar type");
  return {window(node.indices(0).item(), node.integer("periodic", 1) != 0)};
}

const Family family{
    {"DFT", dft},
    {"STFT", stft},
    {"HannWindow", windows<[](index_t n, bool periodic) { return tn::hann_window<float>(n, periodic); }>},
    {"HammingWindow", windows<[](index_t n, bool periodic) {
       return tn::hamming_window<float>(n, periodic, 25.0 / 46, 21.0 / 46);
     }>},
};

}  // namespace signal_nodes
}  // namespace onnx_tests
