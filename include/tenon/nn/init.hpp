#pragma once
/// Initial values of parameters, under PyTorch's names. The functions return new tensors, so a parameter is
/// initialised by assignment:
///
///     layer.weight = nn::init::kaiming_normal<float>(layer.weight.shape());
///
/// Uniform, normal and truncated normal values come from `tn::uniform`, `tn::normal` and
/// `tn::truncated_normal`. https://pytorch.org/docs/stable/nn.init.html
///
/// Holds for every function below that takes a shape:
///   throws: ShapeError if the shape has fewer than 2 axes (dirac: 3)

#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE::nn::init {

using tenon::normal;
using tenon::truncated_normal;
using tenon::uniform;

/// The activation that follows a layer, which determines the scale of the layer's weights.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// The recommended gain: the factor on the weights' standard deviation that keeps the variance of activations
/// through a nonlinearity. `slope` is the negative slope of leaky_relu.
inline double gain(Nonlinearity nonlinearity, double slope = 0.01) {
  switch (nonlinearity) {
    case Nonlinearity::tanh:
      return 5.0 / 3;
    case Nonlinearity::relu:
      return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::selu:
      return 0.75;
    default:
      return 1;
  }
}

/// Fan-in and fan-out of a weight: how many inputs each output sums, and how many outputs each input reaches.
struct Fans {
  double in, out;
};

/// The fans of a weight of shape (out, in, kernel…): in = shape[1] shape[2] …, out = shape[0] shape[2] ….
inline Fans fans(const Shape& shape) {
  check<ShapeError>(shape.size() >= 2, "init", "a shape of two or more axes has fans, not ", shape);
  double field = 1;
  for (int axis = 2; axis < shape.size(); ++axis) field *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

/// Uniform in [-b, b), b = gain sqrt(6 / (fan_in + fan_out)).
///
///   source: Glorot & Bengio 2010
template <Real T>
Tensor<T> xavier_uniform(const Shape& shape, double gain = 1, Generator& generator = default_generator()) {
  const Fans fan = fans(shape);
  const double bound = gain * std::sqrt(6 / (fan.in + fan.out));
  return uniform<T>(shape, -bound, bound, generator);
}
/// Normal with mean 0 and standard deviation gain sqrt(2 / (fan_in + fan_out)).
///
///   source: Glorot & Bengio 2010
template <Real T>
Tensor<T> xavier_normal(const Shape& shape, double gain = 1, Generator& generator = default_generator()) {
  const Fans fan = fans(shape);
  return normal<T>(shape, 0, gain * std::sqrt(2 / (fan.in + fan.out)), generator);
}

/// Options of `kaiming_uniform` and `kaiming_normal`.
struct KaimingOptions {
  Nonlinearity nonlinearity = Nonlinearity::relu;  ///< the activation after the layer
  double slope = 0.01;                             ///< negative slope of leaky_relu; others ignore it
  /// The fan to divide by: fan_in keeps the variance in the forward pass, fan_out in the backward pass.
  enum class Mode { fan_in, fan_out } mode = Mode::fan_in;
};

namespace detail {
inline double kaiming_deviation(const Shape& shape, const KaimingOptions& options) {
  const Fans fan = fans(shape);
  return gain(options.nonlinearity, options.slope) /
         std::sqrt(options.mode == KaimingOptions::Mode::fan_in ? fan.in : fan.out);
}
}  // namespace detail

/// Uniform in [-b, b), b = gain sqrt(3 / fan).
///
///   source: He et al. 2015, https://arxiv.org/abs/1502.01852
template <Real T>
Tensor<T> kaiming_uniform(const Shape& shape, const KaimingOptions& options = {},
                          Generator& generator = default_generator()) {
  const double bound = std::sqrt(3.0) * detail::kaiming_deviation(shape, options);
  return uniform<T>(shape, -bound, bound, generator);
}
/// Normal with mean 0 and standard deviation gain / sqrt(fan).
///
///   source: He et al. 2015, https://arxiv.org/abs/1502.01852
template <Real T>
Tensor<T> kaiming_normal(const Shape& shape, const KaimingOptions& options = {},
                         Generator& generator = default_generator()) {
  return normal<T>(shape, 0, detail::kaiming_deviation(shape, options), generator);
}

/// A random matrix, axes after the first taken as one, whose rows are orthogonal and of length `gain`; its
/// columns are, if it has fewer columns than rows. Computed by Gram-Schmidt with each projection done twice,
/// which is as accurate as QR.
///
///   cost: 2 m^2 n multiply-adds, m the smaller and n the larger extent of the matrix
///   source: Saxe et al. 2013, https://arxiv.org/abs/1312.6120
template <Real T>
Tensor<T> orthogonal(const Shape& shape, double gain = 1, Generator& generator = default_generator()) {
  check<ShapeError>(shape.size() >= 2, "orthogonal", "expected two or more axes, got ", shape);
  const index_t rows = shape[0], size = element_count(shape), columns = rows > 0 ? size / rows : 0;
  const index_t count = std::min(rows, columns), length = std::max(rows, columns);
  const Tensor<double> noise = randn<double>({count, length}, generator);
  std::vector<double> q(noise.begin(), noise.end());
  for (index_t k = 0; k < count; ++k) {
    double* row = q.data() + k * length;
    const auto product = [&](const double* other) {
      double sum = 0;
      for (index_t i = 0; i < length; ++i) sum += row[i] * other[i];
      return sum;
    };
    for (index_t before = 0; before < 2 * k; ++before) {
      const double* other = q.data() + before % k * length;
      const double along = product(other);
      for (index_t i = 0; i < length; ++i) row[i] -= along * other[i];
    }
    const double norm = std::sqrt(product(row));
    for (index_t i = 0; i < length; ++i) row[i] /= norm;
  }
  Tensor<T> x = Tensor<T>::empty(shape);
  T* out = x.mutable_data();
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j)
      *out++ = static_cast<T>(gain *
                              q[static_cast<std::size_t>(rows <= columns ? i * length + j : j * length + i)]);
  return x;
}

/// The weight of a convolution that passes its channels through: 1 in the middle of the kernel from input
/// channel c to output channel c, 0 elsewhere.
///
///   shapes: shape (out, in, kernel…)
///   source: Zagoruyko & Komodakis 2017, https://arxiv.org/abs/1706.00388
template <Real T>
Tensor<T> dirac(const Shape& shape) {
  check<ShapeError>(shape.size() >= 3, "dirac", "expected (out, in, extents of the kernel), got ", shape);
  index_t middle = 0, field = 1;
  for (int axis = 2; axis < shape.size(); ++axis) {
    middle = middle * shape[axis] + shape[axis] / 2;
    field *= shape[axis];
  }
  Tensor<T> x = zeros<T>(shape);
  T* out = x.mutable_data();
  for (index_t c = 0; c < std::min(shape[0], shape[1]); ++c) out[(c * shape[1] + c) * field + middle] = T(1);
  return x;
}

}  // namespace TENON_NAMESPACE::nn::init

namespace TENON_NAMESPACE::nn::detail {

/// 1 / sqrt(fan): the bound of the uniform distribution from which most layers draw their initial parameters.
inline double fan_bound(const char* layer, index_t fan) {
  check<ValueError>(fan > 0, layer, "expected a positive number of inputs, got ", fan);
  return 1 / std::sqrt(static_cast<double>(fan));
}

}  // namespace TENON_NAMESPACE::nn::detail
