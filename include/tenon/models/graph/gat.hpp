#pragma once
/// A graph attention network of two layers (Veličković et al. 2018, https://arxiv.org/abs/1710.10903).

#include "tenon/nn/graph.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `Gat`.
struct GatOptions {
  index_t inputs = 0;    ///< features of a node
  index_t classes = 0;   ///< number of classes
  index_t hidden = 8;    ///< extent of each head of the first layer
  index_t heads = 8;     ///< heads of the first layer
  double dropout = 0.6;  ///< the probability for both layers' inputs and attention weights, in training
};

/// A classifier of the nodes of a graph: two graph attention layers with an ELU between.
///
///   shapes: x (N, inputs), sparse; neighbours (N, N), from nn::with_self_loops
///   returns: logits (N, classes)
///   throws: ShapeError if x and neighbours do not fit
///   source: Veličković et al. 2018, https://arxiv.org/abs/1710.10903
template <Real T>
struct Gat {
  nn::GatConv<T> conv1, conv2;  ///< the layers; conv2 has one head
  GatOptions options;           ///< as given to the constructor
  nn::Mode mode{};              ///< training or evaluation

  Gat() = default;
  explicit Gat(const GatOptions& net_options, Generator& generator = default_generator())
      : conv1(net_options.inputs, net_options.hidden,
              {.heads = net_options.heads, .dropout = net_options.dropout}, generator),
        conv2(net_options.heads * net_options.hidden, net_options.classes,
              {.concat = false, .dropout = net_options.dropout}, generator),
        options(net_options) {}

  /// Logits (N, classes) of the nodes of a graph.
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& neighbours) const {
    const Csr<T> seen = x.with(dropout(x.values(), options.dropout, mode.training()));
    return conv2(dropout(elu(conv1(seen, neighbours)), options.dropout, mode.training()), neighbours);
  }
  TENON_FIELDS(conv1, conv2, options, mode);
};

}  // namespace TENON_NAMESPACE::models
