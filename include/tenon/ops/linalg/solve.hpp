#pragma once
/// Linear systems, inverses and determinants, by Eigen; leading axes are batches. This file and those that
/// include it are not part of tenon.hpp, because Eigen's templates take seconds to compile.
///
/// Gradients are rules in public ops and can be differentiated again. Giles 2008
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

/// Power A^n of square matrices: the product of n of them, the identity for n = 0, the power of the inverse
/// for a negative n.
///
///   shapes: A (..., N, N)
///   returns: the shape of A
///   throws: ShapeError if A is not square; ValueError if n is negative and a matrix is singular
///   keeps: the factors of each product
///   cost: at most 2 log2 |n| products
template <Real T>
Tensor<T> matrix_power(const Tensor<T>& a, index_t n) {
  detail::Matrices<T>(a, "matrix_power").check_square("matrix_power");
  if (n == 0) return clone(expand(eye<T>(a.shape().back()), a.shape()));
  Tensor<T> square = n < 0 ? inverse(a) : a, power;
  for (std::uint64_t left = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);;
       square = matmul(square, square)) {
    if (left & 1) power = power.defined() ? matmul(power, square) : square;
    if ((left >>= 1) == 0) return power;
  }
}

}  // namespace TENON_NAMESPACE
