#pragma once
/// Factorisations, and the systems solved with them, by Eigen; leading axes are batches. The file is not
/// part of tenon.hpp, because Eigen's templates take seconds to compile.
///
/// Gradients are rules in public ops and can be differentiated again; where a rule needs a factor, a
/// recorded backward pass computes the factorisation again. Giles 2008; Walter & Lehmann 2018; Seeger et
/// al. 2017, https://arxiv.org/abs/1710.08717
///
///   cost: O(n^3) a matrix; matrices of a batch are shared by threads

#include "tenon/backend/eigen/decompositions.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// A batch of matrices, dense.
template <class T>
struct Matrices {
  Tensor<T> dense;
  index_t count, rows, columns;

  Matrices(const Tensor<T>& a, const char* op) {
    check<ShapeError>(a.rank() >= 2, op, "expected matrices along the last two axes, got shape ", a.shape());
    dense = contiguous(a.detach());
    rows = a.shape().back(1);
    columns = a.shape().back(0);
    count = element_count(batch());
  }
  Shape batch() const { return Shape(dense.shape().begin(), dense.shape().end() - 2); }
  const T* at(index_t i) const { return dense.data() + i * rows * columns; }
  void check_square(const char* op) const {
    check<ShapeError>(rows == columns, op, "expected square matrices, got shape ", dense.shape());
  }
};
inline Shape with_axes(Shape batch, const Dims& axes) {
  for (index_t extent : axes) batch.push_back(extent);
  return batch;
}

/// Calls f(i), of about `work` operations, for each matrix; throws ValueError naming the first that failed.
template <class F>
void each_matrix(index_t count, index_t work, const char* op, const char* complaint, F f) {
  std::vector<char> good(static_cast<std::size_t>(count), 1);
  parallel_for(count, std::max<index_t>(1, (index_t{1} << 15) / std::max<index_t>(1, work)),
               [&](index_t begin, index_t end) {
                 for (index_t i = begin; i < end; ++i) good[static_cast<std::size_t>(i)] = f(i);
               });
  for (index_t i = 0; i < count; ++i)
    check<ValueError>(good[static_cast<std::size_t>(i)] != 0, op, "matrix ", i, " ", complaint);
}

template <class T>
Tensor<T> adjoint(const Tensor<T>& a) {
  return transpose(a, -1, -2);
}
/// a diag(d)
template <class T>
Tensor<T> times_diagonal(const Tensor<T>& a, const Tensor<T>& d) {
  return mul(a, unsqueeze(d, -2));
}
/// The lower triangle with half the diagonal.
template <class T>
Tensor<T> half_lower(const Tensor<T>& a) {
  return mul(add(tril(a), tril(a, -1)), 0.5);
}

}  // namespace detail

/// Options of `solve_triangular`.
struct TriangularOptions {
  bool upper = false;          ///< whether A is upper triangular
  bool left = true;            ///< whether A X = B is solved, or X A = B
  bool unitriangular = false;  ///< whether the diagonal is taken as 1 and not read
};
/// X with A X = B, or with X A = B, for triangular A, whose other triangle is not read. Gradients: dB =
/// A^-T g, dA = -dB X^T in the triangle of A.
///
///   shapes: A (..., N, N); B (..., N, K), or (..., K, N) for X A = B; leading axes broadcast
///   returns: the shape of B with the common leading axes
///   throws: ShapeError if the shapes do not fit; ValueError if an element on the diagonal is 0
///   keeps: A and X
///   cost: N^2 K flops a matrix, shared by threads
template <Real T>
Tensor<T> solve_triangular(const Tensor<T>& a, const Tensor<T>& b, const TriangularOptions& options = {});

namespace detail {

/// Stretches the batches of A and B to one another.
template <class T>
void broadcast_batches(Tensor<T>& a, Tensor<T>& b, const char* op) {
  const Shape batch = broadcast_shapes(Shape(a.shape().begin(), a.shape().end() - 2),
                                       Shape(b.shape().begin(), b.shape().end() - 2), op);
  a = expand(a, with_axes(batch, {a.shape().back(1), a.shape().back(0)}));
  b = expand(b, with_axes(batch, {b.shape().back(1), b.shape().back(0)}));
}

template <class T>
Tensor<T> solve_left_triangular(const Tensor<T>& a, const Tensor<T>& b, bool upper, bool unit) {
  const Matrices<T> left(a, "solve_triangular"), right(b, "solve_triangular");
  Tensor<T> x = Tensor<T>::empty(b.shape());
  T* const to = x.mutable_data();
  const index_t n = left.rows, k = right.columns;
  each_matrix(left.count, n * n * k, "solve_triangular", "of A is singular", [&](index_t i) {
    return backend::eigen::solve_triangular(n, k, upper, unit, left.at(i), right.at(i), to + i * n * k);
  });
  return record(
      "solve_triangular", x, {a, without_values(b)},
      [upper, unit](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> db = solve_left_triangular(adjoint(p.input(0)), p.gradient(), !upper, unit);
        if (!p.needs(0)) return {Tensor<T>{}, db};
        const Tensor<T> da = neg(matmul(db, adjoint(p.output())));
        return {upper ? triu(da, unit) : tril(da, -index_t{unit}), db};
      },
      Keep::output);
}

}  // namespace detail

template <Real T>
Tensor<T> solve_triangular(const Tensor<T>& a, const Tensor<T>& b, const TriangularOptions& options) {
  const detail::Matrices<T> left(a, "solve_triangular"), right(b, "solve_triangular");
  left.check_square("solve_triangular");
  check<ShapeError>((options.left ? right.rows : right.columns) == left.rows, "solve_triangular",
                    "A of shape ", a.shape(), " and B of shape ", b.shape(), " do not fit");
  Tensor<T> triangle = a, sides = b;
  detail::broadcast_batches(triangle, sides, "solve_triangular");
  if (options.left)
    return detail::solve_left_triangular(triangle, sides, options.upper, options.unitriangular);
  return detail::adjoint(detail::solve_left_triangular(detail::adjoint(triangle), detail::adjoint(sides),
                                                       !options.upper, options.unitriangular));
}

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

namespace detail {
template <class T>
Tensor<T> solve_square(const Tensor<T>& a, const Tensor<T>& b, const char* op) {
  const Matrices<T> left(a, op), right(b, op);
  Tensor<T> x = Tensor<T>::empty(b.shape());
  T* const to = x.mutable_data();
  const index_t n = left.rows, k = right.columns;
  each_matrix(left.count, n * n * (n + k), op, "is singular", [&](index_t i) {
    return n == 0 || backend::eigen::solve(n, k, left.at(i), right.at(i), to + i * n * k);
  });
  return record(
      op, x, {a, without_values(b)},
      [op](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> db = solve_square(adjoint(p.input(0)), p.gradient(), op);
        return {p.needs(0) ? neg(matmul(db, adjoint(p.output()))) : Tensor<T>{}, db};
      },
      Keep::output);
}
}  // namespace detail

/// X with A X = B, for square A. Gradients: dB = A^-T g, dA = -dB X^T.
///
///   shapes: A (..., N, N); B (..., N, K) whose leading axes broadcast with those of A, or (..., N) with
///     the same leading axes
///   returns: the shape of B with the common leading axes
///   throws: ShapeError if the shapes do not fit; ValueError if a matrix is singular
///   keeps: A and X
template <Real T>
Tensor<T> solve(const Tensor<T>& a, const Tensor<T>& b) {
  const detail::Matrices<T> left(a, "solve");
  left.check_square("solve");
  if (b.shape() == Shape(a.shape().begin(), a.shape().end() - 1))
    return squeeze(solve(a, unsqueeze(b, -1)), -1);
  check<ShapeError>(b.rank() >= 2 && b.shape().back(1) == left.rows, "solve", "A of shape ", a.shape(),
                    " and B of shape ", b.shape(), " do not fit");
  Tensor<T> matrix = a, sides = b;
  detail::broadcast_batches(matrix, sides, "solve");
  return detail::solve_square(matrix, sides, "solve");
}

/// Inverse X = A^-1 of square matrices. Gradient: dA = -X^T g X^T.
///
///   shapes: A (..., N, N)
///   returns: the shape of A
///   throws: ShapeError if A is not square; ValueError if a matrix is singular
///   keeps: X
template <Real T>
Tensor<T> inverse(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "inverse");
  x.check_square("inverse");
  const Tensor<T> y = detail::solve_square(x.dense, expand(eye<T>(x.rows), a.shape()), "inverse");
  return record(
      "inverse", y, {without_values(a)},
      [](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> inverted = detail::adjoint(p.output());
        return {neg(matmul(matmul(inverted, p.gradient()), inverted))};
      },
      Keep::output);
}

/// Determinant; 1 of a matrix without rows. Gradient: dA = g det(A) A^-T.
///
///   shapes: A (..., N, N)
///   returns: (...)
///   throws: ShapeError if A is not square; ValueError in the backward pass if a matrix is singular
///   keeps: A and the determinant
template <Real T>
Tensor<T> det(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "det");
  x.check_square("det");
  Tensor<T> y = Tensor<T>::empty(x.batch());
  T* const to = y.mutable_data();
  const index_t n = x.rows;
  detail::each_matrix(x.count, n * n * n, "det", "", [&](index_t i) {
    to[i] = backend::eigen::determinant(n, x.at(i));
    return true;
  });
  return record(
      "det", y, {a},
      [](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> scale = unsqueeze(unsqueeze(mul(p.gradient(), p.output()), -1), -1);
        return {mul(detail::adjoint(inverse(p.input(0))), scale)};
      },
      Keep::output);
}

/// A determinant as sign e^logabsdet, which neither overflows nor underflows.
template <Real T>
struct [[nodiscard]] SignLog {
  Tensor<T> sign, logabsdet;  ///< (...) each
};
/// Sign and logarithm of the absolute value of the determinant: 0 and -infinity of a singular matrix.
/// Gradient: dA = g A^-T of logabsdet; the sign has none.
///
///   shapes: A (..., N, N)
///   returns: both (...)
///   throws: ShapeError if A is not square; ValueError in the backward pass if a matrix is singular
///   keeps: A
template <Real T>
SignLog<T> slogdet(const Tensor<T>& a) {
  const detail::Matrices<T> x(a, "slogdet");
  x.check_square("slogdet");
  Tensor<T> sign = Tensor<T>::empty(x.batch()), log = Tensor<T>::empty(x.batch());
  T *const to_sign = sign.mutable_data(), *const to_log = log.mutable_data();
  const index_t n = x.rows;
  detail::each_matrix(x.count, n * n * n, "slogdet", "", [&](index_t i) {
    backend::eigen::log_determinant(n, x.at(i), to_sign + i, to_log + i);
    return true;
  });
  return {sign, record("slogdet", log, {a}, [](const Backward<T>& p) -> Gradients<T> {
            const Tensor<T> scale = unsqueeze(unsqueeze(p.gradient(), -1), -1);
            return {mul(detail::adjoint(inverse(p.input(0))), scale)};
          })};
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
