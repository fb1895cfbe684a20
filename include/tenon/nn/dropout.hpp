#pragma once
/// Layers that leave out parts of their input in training, at random from `default_generator()`; in
/// evaluation they hand it through. https://pytorch.org/docs/stable/nn.html#dropout-layers

#include "tenon/nn/observe.hpp"
#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::nn {

/// Elements are 0 with probability p, the others divided by 1 - p.
struct Dropout {
  double p = 0.5;
  Mode mode{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), dropout(x, p, mode.training()));
  }
};

/// The same in a way that keeps mean and variance of what comes out of `Selu`.
struct AlphaDropout {
  double p = 0.5;
  Mode mode{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), alpha_dropout(x, p, mode.training()));
  }
};

namespace detail {

/// Whole channels of x (N, C, `axes` more), or of a single sample without N.
template <class T>
Tensor<T> dropout_of_channels(const char* layer, const Tensor<T>& x, double p, bool training, int axes) {
  check<ShapeError>(x.rank() == axes + 2 || x.rank() == axes + 1, layer, "expected x of ", axes + 2,
                    " axes, or ", axes + 1, " without a batch, got shape ", x.shape());
  const bool batch = x.rank() == axes + 2;
  return batch ? feature_dropout(x, p, training) : squeeze(feature_dropout(unsqueeze(x, 0), p, training), 0);
}

}  // namespace detail

/// Whole channels of (N, C, L) are 0 with probability p. Tompson et al. 2015.
struct Dropout1d {
  double p = 0.5;
  Mode mode{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), detail::dropout_of_channels("dropout1d", x, p, mode.training(), 1));
  }
};
/// Of (N, C, H, W).
struct Dropout2d {
  double p = 0.5;
  Mode mode{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), detail::dropout_of_channels("dropout2d", x, p, mode.training(), 2));
  }
};
/// Of (N, C, D, H, W).
struct Dropout3d {
  double p = 0.5;
  Mode mode{};
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x.shape(), detail::dropout_of_channels("dropout3d", x, p, mode.training(), 3));
  }
};

}  // namespace TENON_NAMESPACE::nn
