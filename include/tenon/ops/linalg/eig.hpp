#pragma once
/// Eigenvalues and eigenvectors of matrices that are not symmetric, by Eigen; leading axes are batches.
/// Results are complex: pairs of real and imaginary part along a last axis of extent 2, as in fft.hpp. For
/// symmetric matrices see `eigh`.
///
///   cost: about 25 n^3 flops a matrix; matrices of a batch are shared by threads

#include "tenon/ops/linalg/solve.hpp"

namespace TENON_NAMESPACE {

/// The eigenvalues and eigenvectors of A V = V diag(values).
template <Real T>
struct [[nodiscard]] EigFactors {
  Tensor<T> values, vectors;  ///< (..., N, 2) and (..., N, N, 2), one vector of length 1 a column
};

namespace detail {

/// The gradient Re(V^-H diag(g) V^H) of the eigenvalues, by products of real matrices.
template <class T>
Tensor<T> eigenvalue_gradient(const Tensor<T>& vectors, const Tensor<T>& gradient) {
  const auto part = [](const Tensor<T>& x, index_t i) { return squeeze(narrow(x, -1, i, 1), -1); };
  const Tensor<T> re = part(vectors, 0), im = part(vectors, 1), g = part(gradient, 0), h = part(gradient, 1);
  const index_t n = re.shape().back();
  // V as a real matrix of twice the extents, and the left half of its inverse: Re V^-1 above Im V^-1.
  const Tensor<T> real = cat<T>({cat<T>({re, neg(im)}, -1), cat<T>({im, re}, -1)}, -2);
  const Tensor<T> inverted = solve(real, eye<T>(2 * n, n));
  const Tensor<T> scaled_re = add(times_diagonal(re, g), times_diagonal(im, h)),
                  scaled_im = sub(times_diagonal(im, g), times_diagonal(re, h));
  return adjoint(matmul(cat<T>({scaled_re, neg(scaled_im)}, -1), inverted));
}

}  // namespace detail

/// Eigenvalues and eigenvectors of square matrices. Conjugate pairs stand next to each other, the positive
/// imaginary part first; otherwise there is no order. Gradient: dA = Re(V^-H diag(g) V^H) of the values,
/// where these differ from one another. Vectors are determined only up to a complex factor, and have no
/// gradient.
///
///   shapes: A (..., N, N)
///   returns: values (..., N, 2) and vectors (..., N, N, 2)
///   throws: ShapeError if A is not square; ValueError if a matrix holds NaN or infinities, or in the
///     backward pass dependent eigenvectors; GraphError if vectors are differentiated, or values twice
///   keeps: the vectors
template <Real T>
EigFactors<T> eig(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "eig");
  x.check_square("eig");
  const index_t n = x.rows;
  Tensor<T> values = Tensor<T>::empty(detail::with_axes(x.batch(), {n, 2})),
            vectors = Tensor<T>::empty(detail::with_axes(x.batch(), {n, n, 2}));
  T *const to_w = values.mutable_data(), *const to_v = vectors.mutable_data();
  detail::each_matrix(
      x.count, 25 * n * n * n, "eig", "has no eigenvalues that could be found", [&](index_t i) {
        return n == 0 || backend::eigen::eig(n, x.at(i), to_w + i * 2 * n, to_v + i * 2 * n * n);
      });
  return {
      record("eig_values", values, {without_values(a)},
             [vectors](const Backward<T>& p) -> Gradients<T> {
               check<GraphError>(!grad_enabled(), "eig", "eigenvalues are differentiable once, not twice");
               return {detail::eigenvalue_gradient(vectors, p.gradient())};
             }),
      record("eig_vectors", vectors.detach(), {without_values(a)}, [](const Backward<T>&) -> Gradients<T> {
        fail<GraphError>("eig",
                         "eigenvectors have no gradient; those of symmetric matrices have one, by eigh");
      })};
}

/// The eigenvalues of `eig` alone, with the same gradient.
///
///   shapes: A (..., N, N)
///   returns: (..., N, 2)
///   throws: ShapeError if A is not square; ValueError if a matrix holds NaN or infinities, or in the
///     backward pass dependent eigenvectors; GraphError if it is differentiated twice
///   keeps: the vectors
template <Real T>
Tensor<T> eigvals(const Tensor<T>& a) {
  return eig(a).values;
}

}  // namespace TENON_NAMESPACE
