#pragma once
/// Tensors divided by a norm: of vectors, of weights, and of neighbouring channels.

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/norm.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE {

/// Divides vectors along an axis by their norm of order p: x / max(|x|_p, eps).
///
///   shapes: x any
///   returns: the shape of x
///   throws: IndexError if the axis is out of range
///   keeps: x, its norms, and what `norm` keeps
///   cost: three passes, with a temporary of the shape of x
template <Real T>
Tensor<T> normalize(const Tensor<T>& x, double p = 2, index_t axis = 1, double eps = 1e-12) {
  const Tensor<T> length = norm(x, p, {normalize_axis(axis, x.rank(), "normalize")}, true);
  return div(x, clamp(length, static_cast<T>(eps), {}));
}

/// Divides by the squares of neighbouring channels: y = x / (k + alpha / size sum of x^2 over `size`
/// channels)^beta. Krizhevsky et al. 2012 (AlexNet).
///
///   shapes: x (N, C, ...)
///   returns: the shape of x
///   throws: ShapeError if x has fewer than two axes; ValueError if `size` is not positive
///   keeps: x and the sums of squares
///   cost: `size` passes and three more
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

namespace detail {
/// Norms over all axes but one, or over all axes; these stay with extent 1.
template <class T>
Tensor<T> norm_except(const Tensor<T>& v, std::optional<index_t> axis, const char* op) {
  Dims others;
  const int kept = axis ? normalize_axis(*axis, v.rank(), op) : -1;
  for (int i = 0; i < v.rank(); ++i)
    if (i != kept) others.push_back(i);
  return others.empty() ? abs(v) : norm(v, 2, others, true);
}
}  // namespace detail

/// A weight given by direction and length: g v / |v|, with the norm over all axes but `axis`, or over all
/// axes if `axis` is absent.
///
///   shapes: v any; g broadcasts to the norms, as (n, 1, ...) for axis 0
///   returns: the shape of v
///   throws: ShapeError if g does not fit; IndexError if the axis is out of range
///   keeps: v, g and the norms
///   cost: three passes
///   source: Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868
template <Real T>
Tensor<T> weight_norm(const Tensor<T>& v, const Tensor<T>& g, std::optional<index_t> axis = 0) {
  const Tensor<T> length = detail::norm_except(v, axis, "weight_norm");
  check<ShapeError>(broadcast_shapes(length.shape(), g.shape(), "weight_norm") == length.shape(),
                    "weight_norm", "g of shape ", g.shape(), " does not fit the norms' shape ",
                    length.shape());
  return mul(v, div(g, length));
}

/// Options of `spectral_norm`.
struct SpectralNormOptions {
  index_t iterations = 1;  ///< steps of the power method; 0 takes u and v as they are
  double eps = 1e-12;      ///< the least norm by which u and v are divided
  index_t axis = 0;        ///< the axis of the rows of the matrix; all others together are its columns
};

/// Divides a weight by its largest singular value sigma = u^T weight v. The power method improves u and v,
/// the singular vectors, in place at each call, so that one iteration a training step suffices. The
/// gradient flows through sigma with u and v constant.
///
///   shapes: weight of rank 2 or more; u (rows), v (columns), the rows being entries of the axis
///   returns: the shape of weight
///   throws: ShapeError if the shapes do not fit; ValueError if the number of iterations is negative;
///     IndexError if the axis is out of range
///   keeps: weight, u, v and sigma
///   cost: two products of matrix and vector for each iteration, two more for sigma
///   source: Miyato et al. 2018, https://arxiv.org/abs/1802.05957
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
  // Copies, because a later call overwrites u and v before the gradient of this one may have been computed.
  const Tensor<T> sigma = matmul(clone(u.detach()), matmul(matrix, clone(v.detach())));
  return div(weight, sigma);
}

}  // namespace TENON_NAMESPACE
