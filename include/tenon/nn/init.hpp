#pragma once
/// Initial values of parameters, under PyTorch's names. They are values, so that initialising is assigning:
///
///     layer.weight = nn::init::kaiming_normal<float>(layer.weight.shape());
///
/// Uniform, normal and truncated normal numbers are `tn::uniform`, `tn::normal` and `tn::truncated_normal`.
/// https://pytorch.org/docs/stable/nn.init.html

#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::nn::init {

using tenon::normal;
using tenon::truncated_normal;
using tenon::uniform;

/// What follows a layer, for the scale of its weights.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// The factor that keeps the variance of activations through a nonlinearity; `slope` is leaky_relu's.
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

/// The numbers of inputs that an output of a weight sums up, and of outputs that an input goes to.
struct Fans {
  double in, out;
};

/// fans    in = shape[1] shape[2] …, out = shape[0] shape[2] …    throws ShapeError for fewer than two axes
inline Fans fans(const Shape& shape) {
  check<ShapeError>(shape.size() >= 2, "init", "a shape of two or more axes has fans, not ", shape);
  double field = 1;
  for (int axis = 2; axis < shape.size(); ++axis) field *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

/// Uniform within gain sqrt(6 / (fan_in + fan_out)). Glorot & Bengio 2010.
template <Real T>
Tensor<T> xavier_uniform(const Shape& shape, double gain = 1, Generator& generator = default_generator()) {
  const Fans fan = fans(shape);
  const double bound = gain * std::sqrt(6 / (fan.in + fan.out));
  return uniform<T>(shape, -bound, bound, generator);
}
/// Normal of deviation gain sqrt(2 / (fan_in + fan_out)). Glorot & Bengio 2010.
template <Real T>
Tensor<T> xavier_normal(const Shape& shape, double gain = 1, Generator& generator = default_generator()) {
  const Fans fan = fans(shape);
  return normal<T>(shape, 0, gain * std::sqrt(2 / (fan.in + fan.out)), generator);
}

struct KaimingOptions {
  Nonlinearity nonlinearity = Nonlinearity::relu;
  double slope = 0.01;  ///< of leaky_relu
  enum class Mode { fan_in, fan_out } mode = Mode::fan_in;
};

namespace detail {
inline double kaiming_deviation(const Shape& shape, const KaimingOptions& options) {
  const Fans fan = fans(shape);
  return gain(options.nonlinearity, options.slope) /
         std::sqrt(options.mode == KaimingOptions::Mode::fan_in ? fan.in : fan.out);
}
}  // namespace detail

/// Uniform within gain sqrt(3 / fan). He et al. 2015.
template <Real T>
Tensor<T> kaiming_uniform(const Shape& shape, const KaimingOptions& options = {},
                          Generator& generator = default_generator()) {
  const double bound = std::sqrt(3.0) * detail::kaiming_deviation(shape, options);
  return uniform<T>(shape, -bound, bound, generator);
}
/// Normal of deviation gain / sqrt(fan). He et al. 2015.
template <Real T>
Tensor<T> kaiming_normal(const Shape& shape, const KaimingOptions& options = {},
                         Generator& generator = default_generator()) {
  return normal<T>(shape, 0, detail::kaiming_deviation(shape, options), generator);
}

/// Rows, or columns where there are fewer of them, at right angles and of length `gain`; axes after the first
/// are taken as one. Saxe et al. 2013. By Gram and Schmidt twice over, which is as good as QR.
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

/// A convolution that hands its channels through: 1 in the middle of the kernel. Zagoruyko & Komodakis 2017.
///   shape (out, in, …)
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

/// 1 / sqrt(fan): within which most layers' parameters begin.
inline double fan_bound(const char* layer, index_t fan) {
  check<ValueError>(fan > 0, layer, "expected a positive number of inputs, got ", fan);
  return 1 / std::sqrt(static_cast<double>(fan));
}

}  // namespace TENON_NAMESPACE::nn::detail
