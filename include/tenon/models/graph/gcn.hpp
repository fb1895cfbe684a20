#pragma once
/// A graph convolutional network of two layers (Kipf & Welling 2017, https://arxiv.org/abs/1609.02907).

#include "tenon/nn/graph.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `Gcn`.
struct GcnOptions {
  index_t inputs = 0;    ///< features of a node
  index_t classes = 0;   ///< number of classes
  index_t hidden = 16;   ///< extent of the hidden layer
  double dropout = 0.5;  ///< the probability for features and hidden layer, in training
};

/// A classifier of the nodes of a graph: two graph convolutions with a ReLU between.
///
///   shapes: x (N, inputs), sparse; gather (N, N), from nn::gcn_normalized
///   returns: logits (N, classes)
///   throws: ShapeError if x and gather do not fit
///   source: Kipf & Welling 2017, https://arxiv.org/abs/1609.02907
template <Real T>
struct Gcn {
  nn::GcnConv<T> conv1, conv2;  ///< the layers
  GcnOptions options;           ///< as given to the constructor
  nn::Mode mode{};              ///< training or evaluation

  Gcn() = default;
  explicit Gcn(const GcnOptions& net_options, Generator& generator = default_generator())
      : conv1(net_options.inputs, net_options.hidden, true, generator),
        conv2(net_options.hidden, net_options.classes, true, generator),
        options(net_options) {}

  /// Logits (N, classes) of the nodes of a graph.
  Tensor<T> operator()(const Csr<T>& x, const Csr<T>& gather) const {
    const Csr<T> seen = x.with(dropout(x.values(), options.dropout, mode.training()));
    return conv2(dropout(relu(conv1(seen, gather)), options.dropout, mode.training()), gather);
  }
  TENON_FIELDS(conv1, conv2, options, mode);
};

}  // namespace TENON_NAMESPACE::models
