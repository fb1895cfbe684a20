#pragma once
/// Layers that set random parts of their input to 0 in training, drawn from `default_generator()`. In
/// evaluation they return their input. https://pytorch.org/docs/stable/nn.html#dropout-layers
///
/// Holds for every layer of this file:
///   shapes: x as the layer says
///   returns: shape of x
///   throws: ValueError if p is not in [0, 1]

#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::nn {

/// Dropout: in training each element is 0 with probability p and otherwise divided by 1 - p; x of any shape.
///
///   source: Srivastava et al. 2014
struct Dropout {
  double p = 0.5;  ///< the probability with which an element is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return dropout(x, p, mode.training()); });
  }
};

/// Alpha dropout: dropout that keeps mean and variance of activations that come out of `Selu`; x of any
/// shape.
///
///   source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
struct AlphaDropout {
  double p = 0.5;  ///< the probability with which an element is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return alpha_dropout(x, p, mode.training()); });
  }
};

/// Alpha dropout of whole channels of x (N, C, …): in training each channel of each sample is set to the
/// limit of `Selu` at -infinity with probability p.
///
///   throws: ShapeError if x has fewer than two axes; ValueError if p is not in [0, 1]
struct FeatureAlphaDropout {
  double p = 0.5;  ///< the probability with which a channel is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return feature_alpha_dropout(x, p, mode.training()); });
  }
};

namespace detail {

/// Dropout of whole channels of x (N, C, `axes` positions), or of a single sample without N.
template <class T>
Tensor<T> dropout_of_channels(const char* layer, const Tensor<T>& x, double p, bool training, int axes) {
  check<ShapeError>(x.rank() == axes + 2 || x.rank() == axes + 1, layer, "expected x of ", axes + 2,
                    " axes, or ", axes + 1, " without a batch, got shape ", x.shape());
  const bool batch = x.rank() == axes + 2;
  return batch ? feature_dropout(x, p, training) : squeeze(feature_dropout(unsqueeze(x, 0), p, training), 0);
}

}  // namespace detail

/// Dropout of whole channels of x (N, C, L) or (C, L): in training each channel of each sample is 0 with
/// probability p and otherwise divided by 1 - p.
///
///   throws: ShapeError if x has other than 3 or 2 axes; ValueError if p is not in [0, 1]
///   source: Tompson et al. 2015, https://arxiv.org/abs/1411.4280
struct Dropout1d {
  double p = 0.5;  ///< the probability with which a channel is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x,
                      [&] { return detail::dropout_of_channels("dropout1d", x, p, mode.training(), 1); });
  }
};
/// Dropout of whole channels of x (N, C, H, W) or (C, H, W); see `Dropout1d`.
///
///   throws: ShapeError if x has other than 4 or 3 axes; ValueError if p is not in [0, 1]
struct Dropout2d {
  double p = 0.5;  ///< the probability with which a channel is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x,
                      [&] { return detail::dropout_of_channels("dropout2d", x, p, mode.training(), 2); });
  }
};
/// Dropout of whole channels of x (N, C, D, H, W) or (C, D, H, W); see `Dropout1d`.
///
///   throws: ShapeError if x has other than 5 or 4 axes; ValueError if p is not in [0, 1]
struct Dropout3d {
  double p = 0.5;  ///< the probability with which a channel is dropped
  Mode mode{};     ///< training or evaluation
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x,
                      [&] { return detail::dropout_of_channels("dropout3d", x, p, mode.training(), 3); });
  }
};

}  // namespace TENON_NAMESPACE::nn
