#pragma once
/// A graph convolutional network of two layers (Kipf & Welling 2017, "Semi-supervised classification with
/// graph convolutional networks").

#include "tenon/nn/graph.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::models {

struct GcnOptions {
  index_t inputs = 0;  ///< features of a node
  index_t classes = 0;
  index_t hidden = 16;
  double dropout = 0.5;  ///< of the features and of the hidden layer, in training
};

/// Scores of classes for all nodes of a graph.
template <Real T>
struct Gcn {
  nn::GcnConv<T> conv1, conv2;
  GcnOptions options;
  nn::Mode mode{};

  Gcn() = default;
  explicit Gcn(const GcnOptions& net_options, Generator& generator = default_generator())
      : conv1(net_options.inputs, net_options.hidden, true, generator),
        conv2(net_options.hidden, net_options.classes, true, generator),
        options(net_options) {}

  /// x        (N, inputs), few of which are not 0
  /// gather   of nn::gcn_normalized
  /// returns  (N, classes)
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& gather) const {
    const Csr<T> seen = x.with(dropout(x.values(), options.dropout, mode.training()));
    return conv2(dropout(relu(conv1(seen, gather)), options.dropout, mode.training()), gather);
  }
  TENON_FIELDS(conv1, conv2, options, mode);
};

}  // namespace TENON_NAMESPACE::models
