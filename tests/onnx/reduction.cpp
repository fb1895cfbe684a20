/// Reductions, softmax and running sums.

#include <algorithm>

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace reduction_nodes {

using tn::Tensor;

/// f(x, axes, keepdim); the axes are an attribute, or an input in later versions. Without any, all axes are
/// meant, or none if the node says so.
template <class F>
Results reduce(const Node& node, F f) {
  const bool keepdim = node.integer("keepdims", 1) != 0;
  const std::vector<tn::index_t> axes = node.has(1) ? node.list(1) : node.integers("axes");
  if (axes.empty() && node.integer("noop_with_empty_axes", 0)) return {node.value(0)};
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    tn::Dims dims(axes.begin(), axes.end());
    for (int i = 0; axes.empty() && i < x.rank(); ++i) dims.push_back(i);
    return f(x, dims, keepdim);
  });
}
template <auto f>
Results reduces(const Node& node) {
  return reduce(node, [](const auto&... a) { return f(a...); });
}

Results product(const Node& node) {
  return reduce(node, [](auto x, const tn::Dims& axes, bool keepdim) {
    for (tn::index_t axis : axes) x = prod(x, axis, true);
    if (keepdim) return x;
    std::vector<tn::index_t> sorted(axes.begin(), axes.end());
    for (tn::index_t& axis : sorted) axis = axis < 0 ? axis + x.rank() : axis;
    std::sort(sorted.rbegin(), sorted.rend());
    for (tn::index_t axis : sorted) x = squeeze(x, axis);
    return x;
  });
}

/// The library takes the first of several extrema; the last one is the first of the flipped tensor.
template <auto f>
Results arg_extremum(const Node& node) {
  const tn::index_t axis = node.integer("axis", 0);
  const bool keepdim = node.integer("keepdims", 1) != 0;
  return any_real(node, [&]<class T>(T) -> Value {
    const Tensor<T> x = node.in<T>(0);
    if (!node.integer("select_last_index", 0)) return f(x, axis, keepdim);
    return x.extent(axis) - 1 - f(tn::flip(x, {axis}), axis, keepdim);
  });
}

Results running_sum(const Node& node) {
  return any_number(node, [&]<class T>(T) {
    const tn::index_t axis = node.list(1).at(0);
    const bool reverse = node.integer("reverse", 0) != 0;
    const Tensor<T> x = reverse ? tn::flip(node.in<T>(0), {axis}) : node.in<T>(0);
    Tensor<T> y = tn::to<T>(tn::cumsum(x, axis));
    if (node.integer("exclusive", 0)) y = y - x;
    return reverse ? tn::flip(y, {axis}) : y;
  });
}

Results mean_variance_normalization(const Node& node) {
  const auto axes = node.integers("axes", {0, 2, 3});
  const tn::Dims dims(axes.begin(), axes.end());
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    return (x - tn::mean(x, dims, true)) / (tn::std(x, dims, 0, true) + T(1e-9));
  });
}

Results hardmax(const Node& node) {
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    const tn::index_t axis = node.integer("axis", -1);
    const auto first = tn::argmax(x, axis, true);
    return tn::scatter_add(tn::zeros<T>(x.shape()), axis, first, tn::ones<T>(first.shape()));
  });
}

Results top_k(const Node& node) {
  Results results;
  any_real(node, [&]<class T>(T) {
    require(node.integer("sorted", 1) == 1, "elements in any order");
    const auto found = tn::topk(node.in<T>(0), node.list(1).at(0), node.integer("axis", -1),
                                node.integer("largest", 1) != 0);
    results = {found.values, found.indices};
    return found.values;
  });
  return results;
}

const Family family{
    {"ReduceSum", reduces<[](const auto&... a) { return tn::sum(a...); }>},
    {"ReduceMean", reduces<[](const auto&... a) { return tn::mean(a...); }>},
    {"ReduceMax", reduces<[](const auto&... a) { return tn::amax(a...); }>},
    {"ReduceMin", reduces<[](const auto&... a) { return tn::amin(a...); }>},
    {"ReduceProd", product},
    {"ReduceL1", reduces<[](const auto& x, const auto&... a) { return tn::norm(x, 1, a...); }>},
    {"ReduceL2", reduces<[](const auto& x, const auto&... a) { return tn::norm(x, 2, a...); }>},
    {"ReduceLogSum", reduces<[](const auto& x, const auto&... a) { return log(tn::sum(x, a...)); }>},
    {"ReduceLogSumExp", reduces<[](const auto&... a) { return tn::logsumexp(a...); }>},
    {"ReduceSumSquare", reduces<[](const auto& x, const auto&... a) { return tn::sum(square(x), a...); }>},
    {"ArgMax", arg_extremum<[](const auto&... a) { return tn::argmax(a...); }>},
    {"ArgMin", arg_extremum<[](const auto&... a) { return tn::argmin(a...); }>},
    {"CumSum", running_sum},
    {"Softmax",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) { return tn::softmax(n.in<T>(0), n.integer("axis", -1)); });
     }},
    {"LogSoftmax",
     [](const Node& n) {
       return any_real(n, [&]<class T>(T) { return tn::log_softmax(n.in<T>(0), n.integer("axis", -1)); });
     }},
    {"Hardmax", hardmax},
    {"TopK", top_k},
    {"MeanVarianceNormalization", mean_variance_normalization},
};

}  // namespace reduction_nodes
}  // namespace onnx_tests
