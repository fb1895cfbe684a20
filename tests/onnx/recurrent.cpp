/// Recurrent networks. ONNX stacks directions and biases in one tensor each, and orders gates in its own way.

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace recurrent_nodes {

using tn::index_t;
using tn::Tensor;

/// Blocks of `hidden` rows in the order that the library has: block i of the result is block order[i] of x.
template <class T>
Tensor<T> reordered(const Tensor<T>& x, const std::vector<index_t>& order) {
  const auto blocks = tn::chunk(x, static_cast<index_t>(order.size()), 0);
  std::vector<Tensor<T>> sorted;
  for (index_t i : order) sorted.push_back(blocks[static_cast<std::size_t>(i)]);
  return tn::cat(sorted, 0);
}

template <class T>
struct Inputs {
  Tensor<T> x;
  std::vector<tn::RecurrentWeights<T>> weights;
  tn::RecurrentOptions options;
  bool batchwise;

  Inputs(const Node& node, const std::vector<index_t>& gate_order)
      : batchwise(node.integer("layout", 0) != 0) {
    node.ignore({"hidden_size"});  // the weights'
    require(!node.given("activations") && !node.given("clip"), "other activations");
    x = batchwise ? tn::transpose(node.in<T>(0), 0, 1) : node.in<T>(0);
    options.bidirectional =
        node.choice<bool>("direction", "forward", {{"forward", false}, {"bidirectional", true}});
    if (node.has(4)) options.lengths = node.list(4);
    for (index_t d = 0; d < (options.bidirectional ? 2 : 1); ++d) {
      const Tensor<T> w = tn::select(node.in<T>(1), 0, d), r = tn::select(node.in<T>(2), 0, d);
      tn::RecurrentWeights<T> one{reordered(w, gate_order), reordered(r, gate_order)};
      if (node.has(3)) {
        const auto halves = tn::chunk(tn::select(node.in<T>(3), 0, d), 2, 0);
        one.input_bias = reordered(halves[0], gate_order);
        one.hidden_bias = reordered(halves[1], gate_order);
      }
      weights.push_back(one);
    }
  }
  Tensor<T> state(const Node& node, int i) const {
    const Tensor<T> given = node.optional<T>(i);
    return given.defined() && batchwise ? tn::transpose(given, 0, 1) : given;
  }
  /// (T, N, directions H) and (directions, N, H) as ONNX lays them out.
  Results results(const tn::RecurrentResult<T>& found) const {
    const index_t directions = options.bidirectional ? 2 : 1;
    const tn::Shape s = found.output.shape();
    const Tensor<T> y = tn::reshape(found.output, {s[0], s[1], directions, s[2] / directions});
    Results all{batchwise ? tn::transpose(y, 0, 1) : tn::transpose(y, 1, 2)};
    for (const Tensor<T>& end : {found.hidden, found.cell})
      if (end.defined()) all.push_back(batchwise ? tn::transpose(end, 0, 1) : end);
    return all;
  }
};

Results rnn(const Node& node) {
  const Inputs<float> in(node, {0});
  return in.results(tn::rnn(in.x, in.weights, in.state(node, 5), in.options));
}

/// ONNX's gates are z, r, h; only its variant with linear_before_reset is what the library computes, unless
/// nothing is recurrent.
Results gru(const Node& node) {
  require(node.integer("linear_before_reset", 0) != 0, "a reset before the product");
  const Inputs<float> in(node, {1, 0, 2});
  return in.results(tn::gru(in.x, in.weights, in.state(node, 5), in.options));
}

/// ONNX's gates are i, o, f, c.
Results lstm(const Node& node) {
  require(!node.has(7), "peepholes");
  const Inputs<float> in(node, {0, 2, 3, 1});
  return in.results(tn::lstm(in.x, in.weights, in.state(node, 5), in.state(node, 6), in.options));
}

const Family family{
    {"RNN", rnn},
    {"GRU", gru},
    {"LSTM", lstm},
};

}  // namespace recurrent_nodes
}  // namespace onnx_tests
