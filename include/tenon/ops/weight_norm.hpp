#pragma once
/// Tensors divided by a norm: of vectors, of weights, and of what neighbouring channels hold.

#include "tenon/ops/matmul.hpp"
#include "tenon/ops/pad.hpp"
#include "tenon/ops/reduce.hpp"

namespace TENON_NAMESPACE {

/// Vectors along an axis brought to length 1: x / max(||x||_p, eps).
template <Real T>
Tensor<T> normalize(const Tensor<T>& x, double p = 2, index_t axis = 1, double eps = 1e-12) {
  const Tensor<T> length = norm(x, p, {normalize_axis(axis, x.rank(), "normalize")}, true);
  return div(x, clamp(length, static_cast<T>(eps), {}));
}

/// Across channels, as AlexNet has it (Krizhevsky et al. 2012):
///   y = x / (k + alpha / size sum of the squares of `size` neighbouring channels)^beta
///   x (N, C, …)    throws ShapeError, ValueError    cost `size` passes
template <Real T>
Tensor<T> local_response_norm(const Tensor<T>& x, index_t size, double alpha = 1e-4, double beta = 0.75,
                              double k = 1) {
  check<ShapeError>(x.rank() >= 2, "local_response_norm", "expected shape (N, C, ...), got ", x.shape());
  check<ValueError>(size > 0, "local_response_norm", "expected a positive size, got ", size);
  const index_t channels = x.shape()[1];
  Shape shape = x.shape();
  Shape front = shape, back = shape;
  front[1] = size / 2;
  back[1] = (size - 1) / 2;
  const Tensor<T> squares = cat<T>({zeros<T>(front), square(x), zeros<T>(back)}, 1);
  Tensor<T> total = narrow(squares, 1, 0, channels);
  for (index_t i = 1; i < size; ++i) total = add(total, narrow(squares, 1, i, channels));
  return map(
      "local_response_norm",
      [k = static_cast<T>(k), a = static_cast<T>(alpha / static_cast<double>(size)),
       b = static_cast<T>(-beta)](auto v, auto s) { return v * pow(k + a * s, b); },
      x, total);
}

/// A weight given by direction and length: g v / ||v||, the norm over all axes but `axis`, or, with an
/// undefined axis, over all. Salimans & Kingma 2016.
///   v any shape    g broadcasts to v, as (n, 1, …) for axis 0
template <Real T>
Tensor<T> weight_norm(const Tensor<T>& v, const Tensor<T>& g, std::optional<index_t> axis = 0) {
  Dims others;
  const int kept = axis ? normalize_axis(*axis, v.rank(), "weight_norm") : -1;
  for (int i = 0; i < v.rank(); ++i)
    if (i != kept) others.push_back(i);
  const Tensor<T> length = others.empty() ? abs(v) : norm(v, 2, others, true);
  check<ShapeError>(broadcast_shapes(length.shape(), g.shape(), "weight_norm") == length.shape(),
                    "weight_norm", "g of shape ", g.shape(), " does not fit the norms' shape ",
                    length.shape());
  return mul(v, div(g, length));
}

struct SpectralNormOptions {
  index_t iterations = 1;  ///< of the power method; 0 takes u and v as they are
  double eps = 1e-12;
  index_t axis = 0;  ///< the rows of the matrix; all others together are its columns
};

/// A weight divided by its largest singular value, which the power method finds: u and v, its vectors, are
/// improved in place, so that one iteration a step is enough. Miyato et al. 2018.
///   dweight flows through sigma = u^T weight v with u and v constant
///   weight rank >= 2    u (rows)    v (columns)    throws ShapeError, ValueError
template <Real T>
Tensor<T> spectral_norm(const Tensor<T>& weight, Tensor<T> u, Tensor<T> v,
                        const SpectralNormOptions& options = {}) {
  check<ShapeError>(weight.rank() >= 2, "spectral_norm", "expected a weight of at least two axes, got shape ",
                    weight.shape());
  check<ValueError>(options.iterations >= 0, "spectral_norm", "negative number of iterations ",
                    options.iterations);
  const int axis = normalize_axis(options.axis, weight.rank(), "spectral_norm");
  Dims order = {axis};
  for (int i = 0; i < weight.rank(); ++i)
    if (i != axis) order.push_back(i);
  const Tensor<T> matrix = flatten(permute(weight, order), 1, -1);
  check<ShapeError>(u.shape() == Shape{matrix.shape()[0]} && v.shape() == Shape{matrix.shape()[1]},
                    "spectral_norm", "u of shape ", u.shape(), " and v of shape ", v.shape(),
                    " do not fit the matrix's shape ", matrix.shape());
  for (index_t i = 0; i < options.iterations; ++i) {
    const NoGrad no_grad;
    copy_(v, normalize(matmul(transpose(matrix, 0, 1), u), 2, 0, options.eps));
    copy_(u, normalize(matmul(matrix, v), 2, 0, options.eps));
  }
  // Copies: a later call improves u and v while this one's gradient may still be wanted.
  const Tensor<T> sigma = matmul(clone(u.detach()), matmul(matrix, clone(v.detach())));
  return div(weight, sigma);
}

}  // namespace TENON_NAMESPACE
