#pragma once
/// Normalisation layers. https://pytorch.org/docs/stable/nn.html#normalization-layers

#include <limits>    // numeric_limits
#include <optional>  // optional

#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/norm.hpp"
#include "tenon/ops/nn/weight_norm.hpp"

namespace TENON_NAMESPACE::nn {

/// Options of `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d`.
struct BatchNormLayerOptions {
  double eps = 1e-5;                     ///< added to the variance
  std::optional<double> momentum = 0.1;  ///< weight of a batch in the running statistics; none: equal weights
  bool affine = true;                    ///< with weight and bias
  bool track_running_stats = true;       ///< false: evaluation normalises by the batch too
  bool folded = false;  ///< y = x, as the layer before does the work: set by `fold_batch_norm`
};

/// Options of `InstanceNorm1d`, `InstanceNorm2d` and `InstanceNorm3d`.
struct InstanceNormLayerOptions {
  double eps = 1e-5;                 ///< added to the variance
  double momentum = 0.1;             ///< weight of a batch in the running statistics
  bool affine = false;               ///< with weight and bias
  bool track_running_stats = false;  ///< true: evaluation normalises by running statistics
};

namespace detail {

/// Parameters, buffers and options of a layer that normalises channels.
template <Real T, class Options>
struct ChannelNorm {
  Parameter<T> weight, bias;            ///< (C), initially 1 and 0; or undefined
  Buffer<T> running_mean, running_var;  ///< (C), initially 0 and 1, written in training; or undefined
  Buffer<index_t> num_batches_tracked;  ///< batches seen in training; or undefined
  Options options;                      ///< as given to the constructor
  Mode mode{};                          ///< training or evaluation

  ChannelNorm() = default;
  explicit ChannelNorm(index_t channels, const Options& norm_options = {}) : options(norm_options) {
    check<ValueError>(channels > 0, "norm", "expected a positive number of channels, got ", channels);
    if (options.affine) {
      weight = ones<T>({channels});
      bias = zeros<T>({channels});
    }
    if (options.track_running_stats) {
      running_mean = zeros<T>({channels});
      running_var = ones<T>({channels});
      num_batches_tracked = zeros<index_t>({});
    }
  }
  TENON_FIELDS(weight, bias, running_mean, running_var, num_batches_tracked, options, mode);

 protected:
  static void check_axes(const char* layer, const Tensor<T>& x, int least, int most) {
    check<ShapeError>(x.rank() >= least && x.rank() <= most, layer, "expected x of ", most,
                      least == most ? " axes" : tenon::join(" axes, or ", least), ", got shape ", x.shape());
  }
};

template <Real T>
struct BatchNorm : ChannelNorm<T, BatchNormLayerOptions> {
  using ChannelNorm<T, BatchNormLayerOptions>::ChannelNorm;

 protected:
  Tensor<T> forward(const Tensor<T>& x) const {
    if (this->options.folded) return x;
    const bool by_batch = this->mode.training() || !this->running_mean.defined();
    return batch_norm(x, this->running_mean, this->running_var, this->weight, this->bias,
                      {.training = by_batch, .momentum = by_batch ? share() : 0, .eps = this->options.eps});
  }

 private:
  /// Counts this batch and returns its weight in the running statistics.
  double share() const {
    Tensor<index_t> count = this->num_batches_tracked;
    if (!count.defined()) return 0;
    const index_t batches = ++*count.mutable_data();
    return this->options.momentum.value_or(1 / static_cast<double>(batches));
  }
};

template <Real T>
struct InstanceNorm : ChannelNorm<T, InstanceNormLayerOptions> {
  using ChannelNorm<T, InstanceNormLayerOptions>::ChannelNorm;

 protected:
  /// Normalises x of `axes` spatial axes, with or without a batch axis.
  Tensor<T> forward(const Tensor<T>& x, int axes) const {
    if (x.rank() == axes + 1) return squeeze(forward(unsqueeze(x, 0), axes), 0);
    const double eps = this->options.eps;
    if (this->running_mean.defined() && !this->mode.training())
      return batch_norm(x, this->running_mean, this->running_var, this->weight, this->bias, {.eps = eps});
    if (this->running_mean.defined()) track(x.detach());
    return instance_norm(x, this->weight, this->bias, eps);
  }

 private:
  /// Moves the running statistics towards the mean of the samples' statistics.
  void track(const Tensor<T>& x) const {
    const NoGrad no_grad;
    Dims positions;
    for (int axis = 2; axis < x.rank(); ++axis) positions.push_back(axis);
    const auto move = [share = this->options.momentum](Tensor<T> running, const Tensor<T>& of_samples) {
      copy_(running, add(mul(running, 1 - share), mul(mean(of_samples, {0}), share)));
    };
    move(this->running_mean, mean(x, positions));
    move(this->running_var, var(x, positions));
  }
};

}  // namespace detail

/// Batch normalisation: y = (x - mean) / sqrt(var + eps) weight + bias for each channel, with mean and
/// variance over batch and positions in training, with the running statistics in evaluation.
///
///   shapes: x (N, C) or (N, C, L)
///   returns: shape of x; training also writes running_mean, running_var and num_batches_tracked
///   throws: ShapeError if x has other axes or channels; ValueError in training if a channel has only one
///           value. The constructor throws ValueError if channels <= 0
///   cost: two passes over x, backward two
///   source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
template <Real T>
struct BatchNorm1d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("batch_norm1d", x, 2, 3);
      return this->forward(x);
    });
  }
};
/// Batch normalisation of x (N, C, H, W); `BatchNorm1d` gives formula, errors and source.
template <Real T>
struct BatchNorm2d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("batch_norm2d", x, 4, 4);
      return this->forward(x);
    });
  }
};
/// Batch normalisation of x (N, C, D, H, W); `BatchNorm1d` gives formula, errors and source.
template <Real T>
struct BatchNorm3d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("batch_norm3d", x, 5, 5);
      return this->forward(x);
    });
  }
};

/// Instance normalisation: y = (x - mean) / sqrt(var + eps) weight + bias, with mean and variance over the
/// positions of each channel of each sample; with track_running_stats, evaluation uses running statistics.
///
///   shapes: x (N, C, L) or (C, L)
///   returns: shape of x; training with track_running_stats also writes running_mean and running_var
///   throws: ShapeError if x has other axes or channels. The constructor throws ValueError if channels <= 0
///   cost: two passes over x, backward two
///   source: Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
template <Real T>
struct InstanceNorm1d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("instance_norm1d", x, 2, 3);
      return this->forward(x, 1);
    });
  }
};
/// Instance normalisation of x (N, C, H, W) or (C, H, W); `InstanceNorm1d` gives formula, errors and source.
template <Real T>
struct InstanceNorm2d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("instance_norm2d", x, 3, 4);
      return this->forward(x, 2);
    });
  }
};
/// Instance normalisation of x (N, C, D, H, W) or (C, D, H, W); `InstanceNorm1d` gives formula, errors and
/// source.
template <Real T>
struct InstanceNorm3d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] {
      this->check_axes("instance_norm3d", x, 4, 5);
      return this->forward(x, 3);
    });
  }
};

/// Options of `LayerNorm`.
struct LayerNormOptions {
  double eps = 1e-5;               ///< added to the variance
  bool elementwise_affine = true;  ///< with a weight
  bool bias = true;                ///< with a bias, if there is a weight
};

/// Layer normalisation: y = (x - mean) / sqrt(var + eps) weight + bias, with mean and variance over the
/// trailing axes, whose extents are `normalized_shape`.
///
///   shapes: x (..., normalized_shape)
///   returns: shape of x
///   throws: ShapeError if x does not end in normalized_shape
///   cost: two passes over x, backward two
///   source: Ba et al. 2016, https://arxiv.org/abs/1607.06450
template <Real T>
struct LayerNorm {
  Parameter<T> weight, bias;  ///< (normalized_shape), initially 1 and 0; or undefined
  Shape normalized_shape;     ///< extents of the axes to normalise over
  LayerNormOptions options;   ///< as given to the constructor

  LayerNorm() = default;
  explicit LayerNorm(const Shape& shape, const LayerNormOptions& norm_options = {})
      : normalized_shape(shape), options(norm_options) {
    if (!options.elementwise_affine) return;
    weight = ones<T>(shape);
    if (options.bias) bias = zeros<T>(shape);
  }
  explicit LayerNorm(index_t features, const LayerNormOptions& norm_options = {})
      : LayerNorm(Shape{features}, norm_options) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return layer_norm(x, normalized_shape, weight, bias, options.eps); });
  }
  TENON_FIELDS(weight, bias, normalized_shape, options);
};

/// Options of `RmsNorm`.
struct RmsNormOptions {
  std::optional<double> eps{};     ///< added to the mean square; default std::numeric_limits<T>::epsilon()
  bool elementwise_affine = true;  ///< with a weight
};

/// Root mean square normalisation: y = x / sqrt(mean(x^2) + eps) weight, with the mean over the trailing
/// axes, whose extents are `normalized_shape`.
///
///   shapes: x (..., normalized_shape)
///   returns: shape of x
///   throws: ShapeError if x does not end in normalized_shape
///   cost: two passes over x, backward two
///   source: Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
template <Real T>
struct RmsNorm {
  Parameter<T> weight;     ///< (normalized_shape), initially 1; or undefined
  Shape normalized_shape;  ///< extents of the axes to normalise over
  RmsNormOptions options;  ///< as given to the constructor

  RmsNorm() = default;
  explicit RmsNorm(const Shape& shape, const RmsNormOptions& norm_options = {})
      : normalized_shape(shape), options(norm_options) {
    if (options.elementwise_affine) weight = ones<T>(shape);
  }
  explicit RmsNorm(index_t features, const RmsNormOptions& norm_options = {})
      : RmsNorm(Shape{features}, norm_options) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    const double eps = options.eps.value_or(static_cast<double>(std::numeric_limits<T>::epsilon()));
    return call_layer(*this, x, [&] { return rms_norm(x, normalized_shape, weight, eps); });
  }
  TENON_FIELDS(weight, normalized_shape, options);
};

/// Options of `GroupNorm`.
struct GroupNormOptions {
  double eps = 1e-5;   ///< added to the variance
  bool affine = true;  ///< with weight and bias
};

/// Group normalisation: y = (x - mean) / sqrt(var + eps) weight + bias, with mean and variance over each
/// group of neighbouring channels of each sample; weight and bias are by channel.
///
///   shapes: x (N, C, …)
///   returns: shape of x
///   throws: ShapeError if x has fewer than 2 axes or other channels. The constructor throws ValueError if
///           the channels do not divide into the groups
///   cost: two passes over x, backward two
///   source: Wu & He 2018, https://arxiv.org/abs/1803.08494
template <Real T>
struct GroupNorm {
  Parameter<T> weight, bias;  ///< (C), initially 1 and 0; or undefined
  index_t groups = 1;         ///< into which the channels are divided
  GroupNormOptions options;   ///< as given to the constructor

  GroupNorm() = default;
  GroupNorm(index_t group_count, index_t channels, const GroupNormOptions& norm_options = {})
      : groups(group_count), options(norm_options) {
    check<ValueError>(groups > 0 && channels > 0 && channels % groups == 0, "group_norm", channels,
                      " channels do not divide into ", groups, " groups");
    if (!options.affine) return;
    weight = ones<T>({channels});
    bias = zeros<T>({channels});
  }

  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return group_norm(x, groups, weight, bias, options.eps); });
  }
  TENON_FIELDS(weight, bias, groups, options);
};

/// Local response normalisation: y = x / (k + alpha mean(x^2))^beta, with the mean over `size` neighbouring
/// channels; channels beyond the first and last count as 0.
///
///   shapes: x (N, C, …)
///   returns: shape of x
///   throws: ShapeError if x has fewer than 2 axes; ValueError if size <= 0
///   source: Krizhevsky et al. 2012
struct LocalResponseNorm {
  using is_layer = void;
  index_t size = 1;                         ///< channels that are averaged
  double alpha = 1e-4, beta = 0.75, k = 1;  ///< constants of the formula
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return call_layer(*this, x, [&] { return local_response_norm(x, size, alpha, beta, k); });
  }
};

}  // namespace TENON_NAMESPACE::nn
