/// Losses.

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace loss_nodes {

template <class T>
tn::ClassLossOptions<T> options(const Node& node) {
  using tn::Reduction;
  tn::ClassLossOptions<T> options;
  options.weight = node.optional<T>(2);
  options.reduction = node.choice<Reduction>(
      "reduction", "mean", {{"none", Reduction::none}, {"sum", Reduction::sum}, {"mean", Reduction::mean}});
  options.ignore_index = node.integer("ignore_index", -100);
  return options;
}

Results nll_loss(const Node& node) {
  return any_real(node,
                  [&]<class T>(T) { return tn::nll_loss(node.in<T>(0), node.indices(1), options<T>(node)); });
}

/// The loss, and the logarithm of the probabilities on request.
Results cross_entropy(const Node& node) {
  Results results;
  any_real(node, [&]<class T>(T) {
    const tn::Tensor<T> x = node.in<T>(0);
    results = {tn::cross_entropy(x, node.indices(1), options<T>(node)), tn::log_softmax(x, 1)};
    return x;
  });
  return results;
}

const Family family{
    {"NegativeLogLikelihoodLoss", nll_loss},
    {"SoftmaxCrossEntropyLoss", cross_entropy},
};

}  // namespace loss_nodes
}  // namespace onnx_tests
