#pragma once
/// The windows of convolutions and poolings as ONNX describes them: padding may differ at the two ends.

#include <algorithm>

#include "node.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace onnx_tests {

struct Window {
  tn::Dims kernel, stride, dilation, before, after;

  Window(const Node& node, const tn::Shape& x, const tn::Dims& kernel_extents) : kernel(kernel_extents) {
    const auto count = static_cast<std::size_t>(rank());
    const auto dims = [&](const char* name) {
      const auto values = node.integers(name, std::vector<tn::index_t>(count, 1));
      return tn::Dims(values.begin(), values.end());
    };
    stride = dims("strides");
    dilation = dims("dilations");
    const auto pads = node.integers("pads", std::vector<tn::index_t>(2 * count, 0));
    enum class Auto { none, valid, upper, lower };
    const Auto automatic = node.choice<Auto>("auto_pad", "NOTSET",
                                             {{"NOTSET", Auto::none},
                                              {"VALID", Auto::valid},
                                              {"SAME_UPPER", Auto::upper},
                                              {"SAME_LOWER", Auto::lower}});
    for (int i = 0; i < rank(); ++i) {
      tn::index_t first = pads[static_cast<std::size_t>(i)], last = pads[count + static_cast<std::size_t>(i)];
      if (automatic == Auto::valid) first = last = 0;
      if (automatic == Auto::upper || automatic == Auto::lower) {
        const tn::index_t n = x[i + 2], results = (n + stride[i] - 1) / stride[i];
        const tn::index_t all =
            std::max<tn::index_t>(0, (results - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - n);
        first = automatic == Auto::upper ? all / 2 : all - all / 2;
        last = all - first;
      }
      before.push_back(first);
      after.push_back(last);
    }
  }

  int rank() const { return kernel.size(); }

  /// x with its padding as elements of this value.
  template <class T>
  tn::Tensor<T> padded(const tn::Tensor<T>& x, T value) const {
    std::vector<tn::index_t> amounts;
    for (int i = rank(); i-- > 0;) {
      amounts.push_back(before[i]);
      amounts.push_back(after[i]);
    }
    return tn::pad(x, amounts, tn::PadMode::constant, value);
  }
};

}  // namespace onnx_tests
