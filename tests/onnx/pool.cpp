/// Pooling.

#include <limits>

#include "node.hpp"
#include "tenon/tenon.hpp"
#include "window.hpp"

namespace onnx_tests {
namespace pool_nodes {

using tn::index_t;
using tn::Tensor;

Window window_of(const Node& node, const tn::Shape& x) {
  const auto kernel = node.integers("kernel_shape");
  return {node, x, {kernel.begin(), kernel.end()}};
}

/// Padding that is the same at both ends, and at most half a window, is the library's; other padding becomes
/// elements of x.
Results max_pool(const Node& node) {
  require(node.integer("storage_order", 0) == 0, "positions column by column");
  Results results;
  any_real(node, [&]<class T>(T) {
    Tensor<T> x = node.in<T>(0);
    const Window window = window_of(node, x.shape());
    tn::MaxPoolOptions options{.stride = window.stride, .dilation = window.dilation};
    options.ceil_mode = node.integer("ceil_mode", 0) != 0;
    bool even = window.before == window.after;
    for (int i = 0; i < window.rank(); ++i) even &= 2 * window.before[i] <= window.kernel[i];
    if (even) {
      options.padding = window.before;
    } else {
      require(!node.wants(1), "positions in other padding");
      x = window.padded(x, -std::numeric_limits<T>::infinity());
    }
    require(!node.wants(1) || x.extent(0) * x.extent(1) == 1, "positions across planes");
    const auto found = window.rank() == 1   ? tn::max_pool1d_with_indices(x, window.kernel, options)
                       : window.rank() == 2 ? tn::max_pool2d_with_indices(x, window.kernel, options)
                                            : tn::max_pool3d_with_indices(x, window.kernel, options);
    results = {found.values, found.indices};
    return x;
  });
  return results;
}

template <class T>
Tensor<T> window_sums(const Tensor<T>& x, const Window& window, bool ceil_mode) {
  const tn::AvgPoolOptions options{.stride = window.stride, .ceil_mode = ceil_mode, .divisor_override = 1};
  return window.rank() == 1   ? tn::avg_pool1d(x, window.kernel, options)
         : window.rank() == 2 ? tn::avg_pool2d(x, window.kernel, options)
                              : tn::avg_pool3d(x, window.kernel, options);
}

/// Sums divided by the number of elements that count: so padding may be uneven.
Results average_pool(const Node& node) {
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  const double padding_counts = static_cast<double>(node.integer("count_include_pad", 0));
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0), ones = tn::ones<T>(x.shape());
    const Window window = window_of(node, x.shape());
    return window_sums(window.padded(x, T(0)), window, ceil_mode) /
           window_sums(window.padded(ones, static_cast<T>(padding_counts)), window, ceil_mode);
  });
}

/// f over all spatial axes.
template <auto f>
Results everywhere(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    tn::Dims axes;
    for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
    return f(x, axes, true);
  });
}

const Family family{
    {"MaxPool", max_pool},
    {"AveragePool", average_pool},
    {"GlobalAveragePool", everywhere<[](const auto&... a) { return tn::mean(a...); }>},
    {"GlobalMaxPool", everywhere<[](const auto&... a) { return tn::amax(a...); }>},
};

}  // namespace pool_nodes
}  // namespace onnx_tests
