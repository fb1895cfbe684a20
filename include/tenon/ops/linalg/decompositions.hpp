#pragma once
/// Factorisations of matrices, by Eigen, and what follows from one; leading axes are batches.
///
/// Gradients are rules in public ops and can be differentiated again; where a rule needs a factor, a
/// recorded backward pass computes the factorisation again. Giles 2008; Walter & Lehmann 2018; Seeger et
/// al. 2017, https://arxiv.org/abs/1710.08717
///
///   cost: O(n^3) a matrix; matrices of a batch are shared by threads

#include "tenon/ops/linalg/solve.hpp"

namespace TENON_NAMESPACE {

namespace detail {
/// The lower triangle with half the diagonal.
template <class T>
Tensor<T> half_lower(const Tensor<T>& a) {
  return mul(add(tril(a), tril(a, -1)), 0.5);
}
}  // namespace detail

/// Lower triangular L with L L^T = A, for symmetric positive definite A, whose lower triangle is read.
/// Gradient: dA = the symmetric part of L^-T P(L^T g) L^-1, where P takes the lower triangle with half the
/// diagonal.
///
///   shapes: A (..., N, N)
///   returns: the shape of A
///   throws: ShapeError if A is not square; ValueError if a matrix is not positive definite
///   keeps: L
template <Real T>
Tensor<T> cholesky(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "cholesky");
  x.check_square("cholesky");
  Tensor<T> l = Tensor<T>::empty(a.shape());
  T* const to = l.mutable_data();
  const index_t n = x.rows;
  detail::each_matrix(x.count, n * n * n, "cholesky", "is not positive definite",
                      [&](index_t i) { return backend::eigen::cholesky(n, x.at(i), to + i * n * n); });
  return record(
      "cholesky", l, {without_values(a)},
      [](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> factor = p.output(), upper = detail::adjoint(factor);
        const Tensor<T> inner = detail::half_lower(matmul(upper, p.gradient()));
        const Tensor<T> right = solve_triangular(factor, inner, {.left = false});
        const Tensor<T> da = solve_triangular(upper, right, {.upper = true});
        return {mul(add(da, detail::adjoint(da)), 0.5)};
      },
      Keep::output);
}

/// X with A X = B, where A = L L^T is given by the factor L of `cholesky`; with `upper`, A = U^T U by the
/// factor U.
///
///   shapes: B (..., N, K); L (..., N, N), of which the other triangle is not read; leading axes broadcast
///   returns: the shape of B with the common leading axes
///   throws: ShapeError if the shapes do not fit; ValueError if an element on the diagonal is 0
///   keeps: L, X and L^-1 B
///   cost: 2 N^2 K flops a matrix
template <Real T>
Tensor<T> cholesky_solve(const Tensor<T>& b, const Tensor<T>& factor, bool upper = false) {
  const detail::Matrices<T> left(factor, "cholesky_solve"), right(b, "cholesky_solve");
  left.check_square("cholesky_solve");
  check<ShapeError>(right.rows == left.rows, "cholesky_solve", "B of shape ", b.shape(),
                    " and a factor of shape ", factor.shape(), " do not fit");
  const Tensor<T> other = detail::adjoint(factor), &l = upper ? other : factor, &u = upper ? factor : other;
  return solve_triangular(u, solve_triangular(l, b), {.upper = true});
}

/// The factors of A = Q R: Q with orthonormal columns, R upper triangular.
template <Real T>
struct [[nodiscard]] QrFactors {
  Tensor<T> q, r;  ///< (..., M, K) and (..., K, N)
};
/// QR factorisation A = Q R, with the signs of Householder's method, as in LAPACK. Gradient: dA = (gQ + Q
/// C(R gR^T - gQ^T Q)) R^-T, where C mirrors the lower triangle upwards; the first K columns must be
/// independent.
///
///   shapes: A (..., M, N)
///   returns: Q (..., M, K) and R (..., K, N), K = min(M, N)
///   throws: ShapeError if A has fewer than two axes; ValueError in the backward pass if the first K
///     columns are dependent
///   keeps: A, Q and R
template <Real T>
QrFactors<T> qr(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "qr");
  const index_t m = x.rows, n = x.columns, k = std::min(m, n);
  if (m < n) {  // the square on the left decides
    const QrFactors<T> square = qr(narrow(a, -1, 0, m));
    const Tensor<T> rest = matmul(detail::adjoint(square.q), narrow(a, -1, m, n - m));
    return {square.q, cat<T>({square.r, rest}, -1)};
  }
  QrFactors<T> raw{Tensor<T>::empty(detail::with_axes(x.batch(), {m, k})),
                   Tensor<T>::empty(detail::with_axes(x.batch(), {k, n}))};
  T *const to_q = raw.q.mutable_data(), *const to_r = raw.r.mutable_data();
  detail::each_matrix(x.count, m * n * k, "qr", "", [&](index_t i) {
    if (k > 0) backend::eigen::qr(m, n, x.at(i), to_q + i * m * k, to_r + i * k * n);
    return true;
  });
  const auto factors = [raw](const Backward<T>& p) { return grad_enabled() ? qr(p.input(0)) : raw; };
  const auto finish = [](const Tensor<T>& sides, const Tensor<T>& r) {
    return solve_triangular(detail::adjoint(r), sides, {.left = false});
  };
  const auto mirrored = [](const Tensor<T>& s) { return add(tril(s), detail::adjoint(tril(s, -1))); };
  return {record("qr_q", raw.q.detach(), {a},
                 [=](const Backward<T>& p) -> Gradients<T> {
                   const auto [q, r] = factors(p);
                   const Tensor<T> s = neg(matmul(detail::adjoint(p.gradient()), q));
                   return {finish(add(p.gradient(), matmul(q, mirrored(s))), r)};
                 }),
          record("qr_r", raw.r.detach(), {a}, [=](const Backward<T>& p) -> Gradients<T> {
            const auto [q, r] = factors(p);
            const Tensor<T> s = matmul(r, detail::adjoint(p.gradient()));
            return {finish(matmul(q, mirrored(s)), r)};
          })};
}

namespace detail {
/// 1 / (d_j - d_i), 0 on the diagonal.
template <class T>
Tensor<T> inverse_gaps(const Tensor<T>& d) {
  const Tensor<T> gaps = sub(unsqueeze(d, -2), unsqueeze(d, -1));
  const Tensor<T> unit = eye<T>(d.shape().back());
  return map("inverse_gaps", [](auto gap, auto one) { return (1 - one) / (gap + one); }, gaps, unit);
}
}  // namespace detail

/// The eigenvalues and eigenvectors of A = V diag(values) V^T.
template <Real T>
struct [[nodiscard]] EighFactors {
  Tensor<T> values, vectors;  ///< (..., N), ascending, and (..., N, N), one vector a column
};
/// Eigenvalues in ascending order and eigenvectors, one a column, of symmetric matrices, whose lower
/// triangle is read. Gradient: dA = V (diag(g) + (V^T gV) / (values_j - values_i)) V^T, which is infinite
/// where eigenvalues are equal.
///
///   shapes: A (..., N, N)
///   returns: values (..., N) and vectors (..., N, N)
///   throws: ShapeError if A is not square; ValueError if a matrix holds NaN or infinities, so that there
///     is no result
///   keeps: A, values and vectors
template <Real T>
EighFactors<T> eigh(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "eigh");
  x.check_square("eigh");
  const index_t n = x.rows;
  EighFactors<T> raw{Tensor<T>::empty(detail::with_axes(x.batch(), {n})), Tensor<T>::empty(a.shape())};
  T *const to_w = raw.values.mutable_data(), *const to_v = raw.vectors.mutable_data();
  detail::each_matrix(
      x.count, 8 * n * n * n, "eigh", "has no eigenvalues that could be found",
      [&](index_t i) { return n == 0 || backend::eigen::eigh(n, x.at(i), to_w + i * n, to_v + i * n * n); });
  const auto factors = [raw](const Backward<T>& p) { return grad_enabled() ? eigh(p.input(0)) : raw; };
  return {record("eigh_values", raw.values.detach(), {a},
                 [=](const Backward<T>& p) -> Gradients<T> {
                   const Tensor<T> v = factors(p).vectors;
                   return {matmul(detail::times_diagonal(v, p.gradient()), detail::adjoint(v))};
                 }),
          record("eigh_vectors", raw.vectors.detach(), {a}, [=](const Backward<T>& p) -> Gradients<T> {
            const auto [w, v] = factors(p);
            const Tensor<T> inner = mul(matmul(detail::adjoint(v), p.gradient()), detail::inverse_gaps(w));
            return {matmul(matmul(v, inner), detail::adjoint(v))};
          })};
}

/// The eigenvalues of `eigh` alone. Gradient: dA = V diag(g) V^T, which is finite where eigenvalues are
/// equal, too.
///
///   shapes: A (..., N, N), symmetric, of which the lower triangle is read
///   returns: (..., N), ascending
///   throws: ShapeError if A is not square; ValueError if a matrix holds NaN or infinities
///   keeps: A, values and vectors
template <Real T>
Tensor<T> eigvalsh(const Tensor<T>& a) {
  return eigh(a).values;
}

/// The factors of A = U diag(s) Vh: U and Vh^T with orthonormal columns.
template <Real T>
struct [[nodiscard]] SvdFactors {
  Tensor<T> u, s, vh;  ///< (..., M, K), (..., K), descending, and (..., K, N)
};
/// Singular values in descending order, and their vectors. The gradients of U and Vh are infinite where
/// singular values are equal, and for matrices that are not square where one is 0.
///
///   shapes: A (..., M, N)
///   returns: U (..., M, K), s (..., K) and Vh (..., K, N), K = min(M, N)
///   throws: ShapeError if A has fewer than two axes; ValueError if a matrix holds NaN or infinities, so
///     that there is no result
///   keeps: A, U, s and Vh
template <Real T>
SvdFactors<T> svd(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "svd");
  const index_t m = x.rows, n = x.columns, k = std::min(m, n);
  SvdFactors<T> raw{Tensor<T>::empty(detail::with_axes(x.batch(), {m, k})),
                    Tensor<T>::empty(detail::with_axes(x.batch(), {k})),
                    Tensor<T>::empty(detail::with_axes(x.batch(), {k, n}))};
  T *const to_u = raw.u.mutable_data(), *const to_s = raw.s.mutable_data(),
           *const to_v = raw.vh.mutable_data();
  detail::each_matrix(
      x.count, 8 * m * n * k, "svd", "has no singular values that could be found", [&](index_t i) {
        return k == 0 || backend::eigen::svd(m, n, x.at(i), to_u + i * m * k, to_s + i * k, to_v + i * k * n);
      });
  const auto factors = [raw](const Backward<T>& p) { return grad_enabled() ? svd(p.input(0)) : raw; };
  // The gradient through U alone, with w the vectors of the other side as columns: the part within the span
  // of U, and the part outside.
  const auto by_vectors = [](const Tensor<T>& u, const Tensor<T>& s, const Tensor<T>& w, const Tensor<T>& g) {
    const Tensor<T> inner = matmul(detail::adjoint(u), g);
    const Tensor<T> turn = mul(sub(inner, detail::adjoint(inner)), detail::inverse_gaps(square(s)));
    Tensor<T> sides = matmul(u, detail::times_diagonal(turn, s));
    if (u.shape().back(1) > u.shape().back(0))
      sides = add(sides, div(sub(g, matmul(u, inner)), unsqueeze(s, -2)));
    return matmul(sides, detail::adjoint(w));
  };
  return {record("svd_u", raw.u.detach(), {a},
                 [=](const Backward<T>& p) -> Gradients<T> {
                   const auto [u, s, vh] = factors(p);
                   return {by_vectors(u, s, detail::adjoint(vh), p.gradient())};
                 }),
          record("svd_s", raw.s.detach(), {a},
                 [=](const Backward<T>& p) -> Gradients<T> {
                   const auto [u, s, vh] = factors(p);
                   return {matmul(detail::times_diagonal(u, p.gradient()), vh)};
                 }),
          record("svd_vh", raw.vh.detach(), {a}, [=](const Backward<T>& p) -> Gradients<T> {
            const auto [u, s, vh] = factors(p);
            return {detail::adjoint(by_vectors(detail::adjoint(vh), s, u, detail::adjoint(p.gradient())))};
          })};
}

/// The singular values of `svd` alone. Gradient: dA = U diag(g) Vh, which is finite where singular values
/// are equal, too.
///
///   shapes: A (..., M, N)
///   returns: (..., min(M, N)), descending
///   throws: ShapeError if A has fewer than two axes; ValueError if a matrix holds NaN or infinities
///   keeps: A, U, s and Vh
template <Real T>
Tensor<T> svdvals(const Tensor<T>& a) {
  return svd(a).s;
}

/// Least squares, by QR: the X for which |A X - B| is least, and if there are several the shortest of them.
/// A has full rank.
///
///   shapes: A (..., M, N); B (..., M, K); leading axes broadcast
///   returns: (..., N, K)
///   throws: ShapeError if the shapes do not fit; ValueError if a matrix does not have full rank
///   keeps: A, Q, R, X, and the operands of the products
template <Real T>
Tensor<T> lstsq(const Tensor<T>& a, const Tensor<T>& b) {
  const detail::Matrices<T> left(a, "lstsq");
  check<ShapeError>(b.rank() >= 2 && b.shape().back(1) == left.rows, "lstsq", "A of shape ", a.shape(),
                    " and B of shape ", b.shape(), " do not fit");
  if (left.rows >= left.columns) {
    const auto [q, r] = qr(a);
    return solve_triangular(r, matmul(detail::adjoint(q), b), {.upper = true});
  }
  const auto [q, r] = qr(detail::adjoint(a));
  return matmul(q, solve_triangular(detail::adjoint(r), b));
}

}  // namespace TENON_NAMESPACE
