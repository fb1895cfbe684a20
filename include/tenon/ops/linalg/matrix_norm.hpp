#pragma once
/// Norms and condition of matrices, and what follows from their singular values: rank and pseudoinverse.
///
///   cost: O(n^3) a matrix where singular values or an inverse are needed, else two passes

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/linalg/decompositions.hpp"
#include "tenon/ops/reduce/norm.hpp"

namespace TENON_NAMESPACE {

/// Norms of matrices that are not of an order p.
enum class MatrixNorm {
  fro,  ///< Frobenius: the root of the sum of squares
  nuc,  ///< nuclear: the sum of the singular values
};

namespace detail {

struct MatrixAxes {
  int row, column;
};
template <class T>
MatrixAxes matrix_axes(const Tensor<T>& a, const Dims& axes) {
  check<ValueError>(axes.size() == 2, "matrix_norm", "expected two axes, got ", axes);
  const MatrixAxes m{normalize_axis(axes[0], a.rank(), "matrix_norm"),
                     normalize_axis(axes[1], a.rank(), "matrix_norm")};
  check<ValueError>(m.row != m.column, "matrix_norm", "axis ", m.row, " is named twice");
  return m;
}

/// f of the singular values, which are the last axis, of the matrices that two axes span.
template <class T, class F>
Tensor<T> of_singular_values(const Tensor<T>& a, const MatrixAxes& m, bool keepdim, F f) {
  Dims order;
  for (int i = 0; i < a.rank(); ++i)
    if (i != m.row && i != m.column) order.push_back(i);
  order.push_back(m.row);
  order.push_back(m.column);
  const Tensor<T> y = f(svdvals(permute(a, order)));
  return keepdim ? unsqueeze(unsqueeze(y, std::min(m.row, m.column)), std::max(m.row, m.column)) : y;
}

}  // namespace detail

/// Norm of matrices of order p: for p = 1 the largest sum of magnitudes of a column, for infinity that of a
/// row, for 2 the largest singular value; for -1, -infinity and -2 the smallest. Where several attain it
/// they share the gradient.
///
///   shapes: A (..., M, N)
///   returns: (...); with `keepdim` both axes stay with extent 1
///   throws: ShapeError if an extremum of nothing is asked for; IndexError if an axis is out of range;
///     ValueError if p is another number, or `axes` are not two different ones
///   keeps: A and the sums; for 2 and -2 what `svd` keeps
template <Real T>
Tensor<T> matrix_norm(const Tensor<T>& a, double p, const Dims& axes = {-2, -1}, bool keepdim = false) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double order = std::abs(p);
  check<ValueError>(order == 1 || order == 2 || order == infinity, "matrix_norm", "order ", p,
                    " is not one of 1, 2, infinity and their negatives");
  const detail::MatrixAxes m = detail::matrix_axes(a, axes);
  const auto extremum = [p](const Tensor<T>& x, const Dims& along, bool keep) {
    return p > 0 ? amax(x, along, keep) : amin(x, along, keep);
  };
  if (order == 2)
    return detail::of_singular_values(a, m, keepdim,
                                      [&](const Tensor<T>& s) { return extremum(s, {-1}, false); });
  const int summed = order == 1 ? m.row : m.column, other = order == 1 ? m.column : m.row;
  const Tensor<T> y = extremum(sum(abs(a), {summed}, true), {other}, true);
  return keepdim ? y : squeeze(squeeze(y, std::max(m.row, m.column)), std::min(m.row, m.column));
}
/// Norm of matrices: Frobenius', sqrt(sum a^2), or the nuclear one, the sum of the singular values.
///
///   shapes: A (..., M, N)
///   returns: (...); with `keepdim` both axes stay with extent 1
///   throws: IndexError if an axis is out of range; ValueError if `axes` are not two different ones
///   keeps: A; for the nuclear norm what `svd` keeps
template <Real T>
Tensor<T> matrix_norm(const Tensor<T>& a, MatrixNorm kind = MatrixNorm::fro, const Dims& axes = {-2, -1},
                      bool keepdim = false) {
  const detail::MatrixAxes m = detail::matrix_axes(a, axes);
  if (kind == MatrixNorm::fro) return norm(a, 2, {m.row, m.column}, keepdim);
  return detail::of_singular_values(a, m, keepdim, [](const Tensor<T>& s) { return sum(s, {-1}); });
}

namespace detail {
/// |A| |A^-1|, infinite where A is singular.
template <class T, class Order>
Tensor<T> condition_by_inverse(const Tensor<T>& a, Order order) {
  Matrices<T>(a, "cond").check_square("cond");
  const Tensor<bool> singular = eq(slogdet(a.detach()).sign, 0);
  const Tensor<T> regular = where(unsqueeze(unsqueeze(singular, -1), -1), eye<T>(a.shape().back()), a);
  return masked_fill(mul(matrix_norm(regular, order), matrix_norm(inverse(regular), order)), singular,
                     std::numeric_limits<T>::infinity());
}
}  // namespace detail

/// Condition number: |A| |A^-1| in the norm of order p, for p = 2 the ratio of the largest and the smallest
/// singular value, for -2 its reciprocal. Infinite where A is singular.
///
///   shapes: A (..., N, N); for p = 2 and -2 also (..., M, N)
///   returns: (...)
///   throws: ShapeError if A is not square or empty; ValueError if p is none of `matrix_norm`
///   keeps: what `svd` keeps, or A, its inverse and both norms
template <Real T>
Tensor<T> cond(const Tensor<T>& a, double p = 2) {
  if (p != 2 && p != -2) return detail::condition_by_inverse(a, p);
  const Tensor<T> s = svdvals(a);
  check<ShapeError>(s.shape().back() > 0, "cond", "a matrix of shape ", a.shape(), " has no singular values");
  const Tensor<T> most = select(s, -1, 0), least = select(s, -1, -1);
  return p == 2 ? div(most, least) : div(least, most);
}
/// Condition number |A| |A^-1| in the Frobenius or the nuclear norm. Infinite where A is singular.
///
///   shapes: A (..., N, N)
///   returns: (...)
///   throws: ShapeError if A is not square
///   keeps: A, its inverse and both norms
template <Real T>
Tensor<T> cond(const Tensor<T>& a, MatrixNorm kind) {
  return detail::condition_by_inverse(a, kind);
}

/// Options of `matrix_rank` and `pinv`: singular values of at most max(atol, rtol s), s the largest, count
/// as 0.
struct RankOptions {
  double atol = 0;               ///< the absolute tolerance
  std::optional<double> rtol{};  ///< the relative one; default: 0 beside an atol, else max(M, N) epsilon
};

namespace detail {
/// Whether singular values (..., K) of matrices (..., M, N) count.
template <class T>
Tensor<bool> counts(const Tensor<T>& s, const Shape& shape, const RankOptions& options) {
  if (s.size() == 0) return Tensor<bool>::empty(s.shape());
  const double epsilon =
      std::numeric_limits<T>::epsilon() * static_cast<T>(std::max(shape.back(0), shape.back(1)));
  const double rtol = options.rtol.value_or(options.atol > 0 ? 0 : epsilon);
  const Tensor<T> largest = narrow(s, -1, 0, 1);
  return gt(s, maximum(mul(largest, rtol), full<T>({}, static_cast<T>(options.atol))));
}
}  // namespace detail

/// Rank: the number of singular values that exceed max(atol, rtol s), s the largest. Not recorded.
///
///   shapes: A (..., M, N)
///   returns: (...) of int64
///   throws: ShapeError if A has fewer than two axes; ValueError if a matrix holds NaN or infinities
///   keeps: nothing
template <Real T>
Tensor<index_t> matrix_rank(const Tensor<T>& a, const RankOptions& options = {}) {
  return sum(detail::counts(svdvals(a.detach()), a.shape(), options), {-1});
}

/// Pseudoinverse P = V diag(1 / s) U^T of Moore and Penrose, over the singular values that exceed max(atol,
/// rtol s), s the largest. Gradient: -P^T g P^T and a term for what lies outside the ranges of A and of A^T;
/// right as long as the rank stays. Golub & Pereyra 1973.
///
///   shapes: A (..., M, N)
///   returns: (..., N, M)
///   throws: ShapeError if A has fewer than two axes; ValueError if a matrix holds NaN or infinities
///   keeps: A and P
template <Real T>
Tensor<T> pinv(const Tensor<T>& a, const RankOptions& options = {}) {
  const auto [u, s, vh] = svd(a.detach());
  const Tensor<T> inverted = where(detail::counts(s, a.shape(), options), reciprocal(s), zeros<T>({}));
  const Tensor<T> y = matmul(detail::times_diagonal(detail::adjoint(vh), inverted), detail::adjoint(u));
  return record(
      "pinv", y, {a},
      [](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T> x = p.input(0), inverse = p.output(), turned = detail::adjoint(inverse),
                        g = detail::adjoint(p.gradient());
        // Products in the order in which no intermediate is larger than A.
        if (x.shape().back(1) <= x.shape().back(0)) {
          const Tensor<T> k = matmul(g, inverse), kp = matmul(k, turned);
          const Tensor<T> inside = sub(kp, detail::adjoint(matmul(inverse, k)));
          const Tensor<T> outside =
              sub(matmul(matmul(turned, inverse), sub(g, matmul(k, x))), matmul(matmul(x, inverse), kp));
          return {add(inside, outside)};
        }
        const Tensor<T> k = matmul(inverse, g), pk = matmul(turned, k);
        const Tensor<T> inside = sub(pk, detail::adjoint(matmul(k, inverse)));
        const Tensor<T> outside =
            sub(matmul(sub(g, matmul(x, k)), matmul(inverse, turned)), matmul(pk, matmul(inverse, x)));
        return {add(inside, outside)};
      },
      Keep::output);
}

}  // namespace TENON_NAMESPACE
