#pragma once
/// The search for the operation that first makes a NaN or an infinity.

#include <cmath>  // isfinite, isnan

#include "tenon/core/address_map.hpp"
#include "tenon/graph/mode.hpp"
#include "tenon/tensor/copy_elements.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE {

namespace graph {

/// What a search knows: the layer that is being called, and the layers in which nodes were recorded.
class Anomaly {
 public:
  /// The layer that is being called.
  Error::Place layer{};

  /// Checks the result of a recorded operation, and remembers its layer.
  ///   throws: ValueError if an element is not finite
  void check_result(const char* op, const AnyTensor& result) {
    check_finite(op, result, "the forward pass made ");
    layers_[result.node().get()] = layer;
  }
  /// Checks a gradient that the rule of `node` returned.
  ///   throws: ValueError if an element is not finite
  void check_gradient(const char* op, const NodeBase& node, const AnyTensor& gradient) {
    try {
      check_finite(op, gradient, "the backward pass made ");
    } catch (Error& error) {
      if (const Error::Place* const place = layers_.find(&node)) error.set_place(*place);
      throw;
    }
  }

 private:
  static void check_finite(const char* op, const AnyTensor& x, const char* pass) {
    const AnyTensor rows = contiguous(x);
    with_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (Floating<T>)
        for (index_t i = 0; i < rows.size(); ++i) {
          const auto value = static_cast<double>(static_cast<const T*>(rows.data())[i]);
          check<ValueError>(std::isfinite(value), op, pass, std::isnan(value) ? "a NaN" : "an infinity",
                            ": element ", i, " of a tensor of shape ", x.shape());
        }
    });
  }

  AddressMap<NodeBase, Error::Place> layers_;
};

}  // namespace graph

/// Checks, in a scope of this thread, each result that is recorded and each gradient: the first that is not
/// finite throws a ValueError that names the operation and, by `nn::with_paths`, the layer. Slow; for debugging.
///
///     const AnomalyMode search;
///     nn::with_paths(model, [&] { backward(loss_of(model(x))); });
class AnomalyMode {
 public:
  /// Checks until the object is destroyed.
  [[nodiscard]] AnomalyMode() : before_(graph::mode().anomaly) { graph::mode().anomaly = &search_; }
  ~AnomalyMode() { graph::mode().anomaly = before_; }
  AnomalyMode(const AnomalyMode&) = delete;
  AnomalyMode& operator=(const AnomalyMode&) = delete;

 private:
  graph::Anomaly search_;
  graph::Anomaly* before_;
};

}  // namespace TENON_NAMESPACE
