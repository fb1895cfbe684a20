#pragma once
/// Normalisation layers. https://pytorch.org/docs/stable/nn.html#normalization-layers

#include <limits>    // numeric_limits
#include <optional>  // optional

#include "tenon/nn/observe.hpp"
#include "tenon/ops/norm.hpp"
#include "tenon/ops/weight_norm.hpp"

namespace TENON_NAMESPACE::nn {

struct BatchNormLayerOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  ///< a batch's share of the running statistics; none: their mean
  bool affine = true;                    ///< with weight and bias
  bool track_running_stats = true;       ///< false: evaluation normalises by the batch too
};

struct InstanceNormLayerOptions {
  double eps = 1e-5;
  double momentum = 0.1;             ///< a batch's share of the running statistics
  bool affine = false;               ///< with weight and bias
  bool track_running_stats = false;  ///< true: evaluation normalises by running statistics
};

namespace detail {

/// What layers own that normalise channels.
template <Real T, class Options>
struct ChannelNorm {
  Parameter<T> weight, bias;            ///< (C): 1 and 0; or undefined
  Buffer<T> running_mean, running_var;  ///< (C): 0 and 1, written in training; or undefined
  Buffer<index_t> num_batches_tracked;  ///< seen in training; or undefined
  Options options;
  Mode mode{};

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
    const bool by_batch = this->mode.training() || !this->running_mean.defined();
    return batch_norm(x, this->running_mean, this->running_var, this->weight, this->bias,
                      {.training = by_batch, .momentum = by_batch ? share() : 0, .eps = this->options.eps});
  }

 private:
  /// Of this batch in the running statistics.
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
  /// x with or without a batch, of `axes` positions.
  Tensor<T> forward(const Tensor<T>& x, int axes) const {
    if (x.rank() == axes + 1) return squeeze(forward(unsqueeze(x, 0), axes), 0);
    const double eps = this->options.eps;
    if (this->running_mean.defined() && !this->mode.training())
      return batch_norm(x, this->running_mean, this->running_var, this->weight, this->bias, {.eps = eps});
    if (this->running_mean.defined()) track(x.detach());
    return instance_norm(x, this->weight, this->bias, eps);
  }

 private:
  /// The running statistics move towards the mean of those of the samples.
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

/// Each channel of x (N, C) or (N, C, L) brought to mean 0 and variance 1 over the batch and its positions,
/// times weight, plus bias; in evaluation by the running statistics. Ioffe & Szegedy 2015.
template <Real T>
struct BatchNorm1d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("batch_norm1d", x, 2, 3);
    return observed(*this, x.shape(), this->forward(x));
  }
};
/// The same of (N, C, H, W).
template <Real T>
struct BatchNorm2d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("batch_norm2d", x, 4, 4);
    return observed(*this, x.shape(), this->forward(x));
  }
};
/// The same of (N, C, D, H, W).
template <Real T>
struct BatchNorm3d : detail::BatchNorm<T> {
  using detail::BatchNorm<T>::BatchNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("batch_norm3d", x, 5, 5);
    return observed(*this, x.shape(), this->forward(x));
  }
};

/// Each channel of each sample of x (N, C, L), or (C, L), over its positions. Ulyanov et al. 2016.
template <Real T>
struct InstanceNorm1d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("instance_norm1d", x, 2, 3);
    return observed(*this, x.shape(), this->forward(x, 1));
  }
};
/// The same of (N, C, H, W).
template <Real T>
struct InstanceNorm2d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("instance_norm2d", x, 3, 4);
    return observed(*this, x.shape(), this->forward(x, 2));
  }
};
/// The same of (N, C, D, H, W).
template <Real T>
struct InstanceNorm3d : detail::InstanceNorm<T> {
  using detail::InstanceNorm<T>::InstanceNorm;
  Tensor<T> operator()(const Tensor<T>& x) const {
    this->check_axes("instance_norm3d", x, 4, 5);
    return observed(*this, x.shape(), this->forward(x, 3));
  }
};

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  ///< with a weight
  bool bias = true;                ///< and a bias
};

/// Over the trailing axes, which have the extents `normalized_shape`. Ba et al. 2016.
template <Real T>
struct LayerNorm {
  Parameter<T> weight, bias;  ///< (normalized_shape): 1 and 0; or undefined
  Shape normalized_shape;
  LayerNormOptions options;

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
    return observed(*this, x.shape(), layer_norm(x, normalized_shape, weight, bias, options.eps));
  }
  TENON_FIELDS(weight, bias, normalized_shape, options);
};

struct RmsNormOptions {
  std::optional<double> eps{};  ///< the step of the scalar type at 1
  bool elementwise_affine = true;
};

/// The same without mean and bias. Zhang & Sennrich 2019.
template <Real T>
struct RmsNorm {
  Parameter<T> weight;  ///< (normalized_shape): 1; or undefined
  Shape normalized_shape;
  RmsNormOptions options;

  RmsNorm() = default;
  explicit RmsNorm(const Shape& shape, const RmsNormOptions& norm_options = {})
      : normalized_shape(shape), options(norm_options) {
    if (options.elementwise_affine) weight = ones<T>(shape);
  }
  explicit RmsNorm(index_t features, const RmsNormOptions& norm_options = {})
      : RmsNorm(Shape{features}, norm_options) {}

  Tensor<T> operator()(const Tensor<T>& x) const {
    const double eps = options.eps.value_or(static_cast<double>(std::numeric_limits<T>::epsilon()));
    return observed(*this, x.shape(), rms_norm(x, normalized_shape, weight, eps));
  }
  TENON_FIELDS(weight, normalized_shape, options);
};

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;  ///< with weight and bias
};

/// Over each of `groups` groups of channels of each sample of x (N, C, …). Wu & He 2018.
template <Real T>
struct GroupNorm {
  Parameter<T> weight, bias;  ///< (C): 1 and 0; or undefined
  index_t groups = 1;
  GroupNormOptions options;

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
    return observed(*this, x.shape(), group_norm(x, groups, weight, bias, options.eps));
  }
  TENON_FIELDS(weight, bias, groups, options);
};

/// Across `size` neighbouring channels of x (N, C, …). Krizhevsky et al. 2012.
struct LocalResponseNorm {
  using is_layer = void;
  index_t size = 1;
  double alpha = 1e-4, beta = 0.75, k = 1;
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), local_response_norm(x, size, alpha, beta, k));
  }
};

}  // namespace TENON_NAMESPACE::nn
