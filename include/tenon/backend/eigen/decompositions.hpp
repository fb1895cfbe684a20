#pragma once
/// Factorisations of one dense row-major matrix, by Eigen. Apart from the table of kernels, so that only
/// programs that factorise compile them.
///
/// Functions that can fail return whether they succeeded.

#include <algorithm>  // max, sort
#include <cmath>      // abs, log, sqrt
#include <compare>    // strong_order
#include <complex>    // complex
#include <limits>     // epsilon
#include <numeric>    // iota
#include <vector>     // vector

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::eigen {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using MatrixView = Eigen::Map<Matrix<T>>;
template <class T>
using ConstMatrixView = Eigen::Map<const Matrix<T>>;
template <class T>
using VectorView = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>;

/// l = the lower factor of the symmetric a(n, n), whose lower triangle is read. Fails unless a is positive
/// definite.
template <Real T>
bool cholesky(index_t n, const T* a, T* l) {
  const Eigen::LLT<Matrix<T>, Eigen::Lower> factor(ConstMatrixView<T>(a, n, n));
  MatrixView<T>(l, n, n) = factor.matrixL();
  return factor.info() == Eigen::Success;
}

/// x(n, k) with a(n, n) x = b(n, k), where a is triangular and the rest of it is not read.
template <Real T>
bool solve_triangular(index_t n, index_t k, bool upper, bool unit_diagonal, const T* a, const T* b, T* x) {
  const ConstMatrixView<T> matrix(a, n, n);
  MatrixView<T> y(x, n, k);
  y = ConstMatrixView<T>(b, n, k);
  if (upper)
    unit_diagonal ? matrix.template triangularView<Eigen::UnitUpper>().solveInPlace(y)
                  : matrix.template triangularView<Eigen::Upper>().solveInPlace(y);
  else
    unit_diagonal ? matrix.template triangularView<Eigen::UnitLower>().solveInPlace(y)
                  : matrix.template triangularView<Eigen::Lower>().solveInPlace(y);
  return unit_diagonal || (matrix.diagonal().array() != T(0)).all();
}

/// x(n, k) with a(n, n) x = b(n, k), by elimination with row pivots. Fails when a pivot is 0.
template <Real T>
bool solve(index_t n, index_t k, const T* a, const T* b, T* x) {
  const Eigen::PartialPivLU<Matrix<T>> lu(ConstMatrixView<T>(a, n, n));
  if (!(lu.matrixLU().diagonal().array() != T(0)).all()) return false;
  MatrixView<T>(x, n, k) = lu.solve(ConstMatrixView<T>(b, n, k));
  return true;
}

/// lu(m, n) = the factors of a with its rows exchanged, L below the diagonal and U from it on; pivots[i] is
/// the row exchanged with row i, the one of the largest magnitude. Fails when a pivot is 0, and goes on.
template <Real T>
bool lu(index_t m, index_t n, const T* a, T* lu, index_t* pivots) {
  MatrixView<T> x(lu, m, n);
  x = ConstMatrixView<T>(a, m, n);
  bool regular = true;
  for (index_t i = 0; i < std::min(m, n); ++i) {
    index_t below = 0;
    x.col(i).tail(m - i).cwiseAbs().maxCoeff(&below);
    pivots[i] = i + below;
    if (below > 0) x.row(i).swap(x.row(i + below));
    if (x(i, i) == T(0)) {
      regular = false;
      continue;
    }
    x.col(i).tail(m - i - 1) /= x(i, i);
    x.bottomRightCorner(m - i - 1, n - i - 1).noalias() -=
        x.col(i).tail(m - i - 1) * x.row(i).tail(n - i - 1);
  }
  return regular;
}

/// The determinant as sign exp(log): sign 0 and log -inf of a singular matrix.
template <Real T>
void log_determinant(index_t n, const T* a, T* sign, T* log) {
  *sign = T(1);
  *log = T(0);
  if (n == 0) return;
  const Eigen::PartialPivLU<Matrix<T>> lu(ConstMatrixView<T>(a, n, n));
  *sign = static_cast<T>(lu.permutationP().determinant());
  for (index_t i = 0; i < n; ++i) {
    const T pivot = lu.matrixLU()(i, i);
    *sign *= pivot > T(0) ? T(1) : pivot < T(0) ? T(-1) : pivot;
    *log += std::log(std::abs(pivot));
  }
}
/// The product of the pivots.
template <Real T>
T determinant(index_t n, const T* a) {
  return n == 0 ? T(1) : Eigen::PartialPivLU<Matrix<T>>(ConstMatrixView<T>(a, n, n)).determinant();
}

/// a(m, n) = q(m, k) r(k, n), k = min(m, n), by Householder's reflections.
template <Real T>
void qr(index_t m, index_t n, const T* a, T* q, T* r) {
  const index_t k = m < n ? m : n;
  const Eigen::HouseholderQR<Matrix<T>> factor(ConstMatrixView<T>(a, m, n));
  MatrixView<T> thin(q, m, k);
  thin.setIdentity();
  thin.applyOnTheLeft(factor.householderQ());
  MatrixView<T>(r, k, n) = factor.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
}

/// Turns pairs of w's rows until all are orthogonal, and v's rows with them (Hestenes 1958).
template <Real T>
void orthogonalize_rows(Matrix<T>& w, Matrix<T>& v) {
  const index_t n = w.rows();
  const T small = std::numeric_limits<T>::epsilon() * (4 + std::sqrt(static_cast<T>(n)));
  bool turned = true;
  for (int sweep = 0; turned && sweep < 40; ++sweep) {
    turned = false;
    for (index_t i = 0; i < n; ++i) {
      for (index_t j = i + 1; j < n; ++j) {
        const T a = w.row(i).squaredNorm(), b = w.row(j).squaredNorm(), c = w.row(i).dot(w.row(j));
        if (std::abs(c) <= small * std::sqrt(a) * std::sqrt(b)) continue;
        turned = true;
        const T zeta = (b - a) / (2 * c);
        const T t = (zeta < 0 ? T(-1) : T(1)) / (std::abs(zeta) + std::hypot(T(1), zeta));
        const T cosine = 1 / std::hypot(T(1), t);
        const auto turn = [&](Matrix<T>& x) {
          const Eigen::Matrix<T, 1, Eigen::Dynamic> row = cosine * x.row(i) - cosine * t * x.row(j);
          x.row(j) = cosine * t * x.row(i) + cosine * x.row(j);
          x.row(i) = row;
        };
        turn(w);
        turn(v);
      }
    }
  }
}

/// Divides rows by their lengths s, which fall; rows of no length become orthogonal to all others.
template <Real T>
void complete_rows(Eigen::Ref<Matrix<T>> rows, const T* s) {
  const T least = s[0] * std::numeric_limits<T>::epsilon();
  for (index_t i = 0; i < rows.rows(); ++i) {
    if (s[i] > least) {
      rows.row(i) /= s[i];
      continue;
    }
    for (index_t axis = 0; axis < rows.cols(); ++axis) {
      rows.row(i).setZero();
      rows(i, axis) = T(1);
      for (int twice = 0; twice < 2; ++twice)
        for (index_t j = 0; j < i; ++j) rows.row(i) -= rows.row(j).dot(rows.row(i)) * rows.row(j);
      const T left = rows.row(i).norm();
      if (left * left * static_cast<T>(2 * rows.cols()) < 1) continue;  // the axis lies in the others' span
      rows.row(i) /= left;
      break;
    }
  }
}

/// a(m, n) = u(m, k) diag(s) vh(k, n), k = min(m, n), s falling. Fails on NaN and infinities.
/// By QR and one-sided Jacobi rotations of R^T (Drmač and Veselić 2008), since Eigen's own two decompositions
/// take a minute to compile.
template <Real T>
bool svd(index_t m, index_t n, const T* a, T* u, T* s, T* vh) {
  const ConstMatrixView<T> matrix(a, m, n);
  if (!matrix.allFinite()) return false;
  const bool tall = m >= n;
  const index_t k = tall ? n : m, longer = tall ? m : n;
  const T scale = std::max(matrix.cwiseAbs().maxCoeff(), std::numeric_limits<T>::min());
  Matrix<T> scaled = matrix / scale, q(longer, k), w(k, k), v = Matrix<T>::Identity(k, k);
  if (!tall) scaled = scaled.transpose().eval();
  qr<T>(longer, k, scaled.data(), q.data(), w.data());
  orthogonalize_rows(w, v);
  std::vector<index_t> order(static_cast<std::size_t>(k));
  std::iota(order.begin(), order.end(), index_t{0});
  const Eigen::Matrix<T, Eigen::Dynamic, 1> lengths = w.rowwise().norm();
  std::sort(order.begin(), order.end(), [&](index_t i, index_t j) {
    const auto which = std::strong_order(lengths(j), lengths(i));  // NaN has a place too
    return which != 0 ? which < 0 : i < j;
  });
  Matrix<T> right(k, k), turns(k, k);
  for (index_t i = 0; i < k; ++i) {
    const index_t from = order[static_cast<std::size_t>(i)];
    s[i] = lengths(from);
    right.row(i) = w.row(from);
    turns.row(i) = v.row(from);
  }
  complete_rows<T>(right, s);
  const Matrix<T> left = q * turns.transpose();
  VectorView<T>(s, k) *= scale;
  MatrixView<T>(u, m, k) = tall ? left : Matrix<T>(right.transpose());
  MatrixView<T>(vh, k, n) = tall ? right : Matrix<T>(left.transpose());
  return true;
}

/// a(n, n) = v diag(w) v^T, w rising; a is symmetric, and its lower triangle is read. Fails on NaN and
/// infinities.
template <Real T>
bool eigh(index_t n, const T* a, T* w, T* v) {
  const ConstMatrixView<T> matrix(a, n, n);
  if (!matrix.allFinite()) return false;
  const Eigen::SelfAdjointEigenSolver<Matrix<T>> solver(matrix);
  VectorView<T>(w, n) = solver.eigenvalues();
  MatrixView<T>(v, n, n) = solver.eigenvectors();
  return solver.info() == Eigen::Success;
}

/// a(n, n) v = v diag(w) with w(n, 2) and v(n, n, 2) complex, the columns of v of length 1. Fails on NaN and
/// infinities.
template <Real T>
bool eig(index_t n, const T* a, T* w, T* v) {
  const ConstMatrixView<T> matrix(a, n, n);
  if (!matrix.allFinite()) return false;
  const Eigen::EigenSolver<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>> solver(matrix);
  if (solver.info() != Eigen::Success) return false;
  const auto values = solver.eigenvalues();
  const auto vectors = solver.eigenvectors();
  const auto write = [](const std::complex<T>& z, T* to) {
    to[0] = z.real();
    to[1] = z.imag();
  };
  for (index_t i = 0; i < n; ++i) write(values(i), w + 2 * i);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j) write(vectors(i, j), v + 2 * (i * n + j));
  return true;
}

}  // namespace TENON_NAMESPACE::backend::eigen
