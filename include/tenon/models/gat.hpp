#pragma once
/// A graph attention network of two layers (Veličković et al. 2018, "Graph attention networks").

#include "tenon/nn/graph.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::models {

struct GatOptions {
  index_t inputs = 0;  ///< features of a node
  index_t classes = 0;
  index_t hidden = 8;  ///< of each head
  index_t heads = 8;
  double dropout = 0.6;  ///< of the inputs of both layers and of their attention, in training
};

/// Scores of classes for all nodes of a graph.
template <Real T>
struct Gat {
  nn::GatConv<T> conv1, conv2;
  GatOptions options;
  nn::Mode mode{};

  Gat() = default;
  explicit Gat(const GatOptions& net_options, Generator& generator = default_generator())
      : conv1(net_options.inputs, net_options.hidden,
              {.heads = net_options.heads, .dropout = net_options.dropout}, generator),
        conv2(net_options.heads * net_options.hidden, net_options.classes,
              {.concat = false, .dropout = net_options.dropout}, generator),
        options(net_options) {}

  /// x          (N, inputs), few of which are not 0
  /// neighbours of nn::with_self_loops
  /// returns    (N, classes)
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& neighbours) const {
    const Csr<T> seen = x.with(dropout(x.values(), options.dropout, mode.training()));
    return conv2(dropout(elu(conv1(seen, neighbours)), options.dropout, mode.training()), neighbours);
  }
  TENON_FIELDS(conv1, conv2, options, mode);
};

}  // namespace TENON_NAMESPACE::models
