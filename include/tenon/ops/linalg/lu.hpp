#pragma once
/// LU factorisation by elimination with row pivots; leading axes are batches.
///
///   cost: O(n^3) a matrix; matrices of a batch are shared by threads

#include "tenon/ops/index/index.hpp"
#include "tenon/ops/linalg/solve.hpp"

namespace TENON_NAMESPACE {

/// The factors of `lu_factor`: both triangles in one matrix, and the exchanges of rows.
template <Real T>
struct [[nodiscard]] LuFactor {
  Tensor<T> lu;            ///< (..., M, N): U from the diagonal on, L, whose diagonal is 1, below it
  Tensor<index_t> pivots;  ///< (..., min(M, N)): row i was exchanged with row pivots[i], counted from 0
};
/// The factors of A = P L U: a permutation, lower triangular with ones on the diagonal, upper triangular.
template <Real T>
struct [[nodiscard]] LuFactors {
  Tensor<T> p, l, u;  ///< (..., M, M), (..., M, K) and (..., K, N), K = min(M, N)
};

namespace detail {

/// The rows of A in the order of P^T A, from exchanges (..., K) of M rows. Throws IndexError on exchanges
/// that no elimination makes.
template <std::same_as<index_t> I>
Tensor<I> row_order(const Tensor<I>& exchanges, index_t rows, const char* op) {
  const Tensor<I> pivots = contiguous(exchanges);
  const index_t steps = pivots.shape().back(), count = pivots.size() / std::max<index_t>(steps, 1);
  Shape shape = pivots.shape();
  shape[shape.size() - 1] = rows;
  Tensor<I> order = Tensor<I>::empty(shape);
  for (index_t m = 0; m < (rows > 0 ? order.size() / rows : 0); ++m) {
    I* const to = order.mutable_data() + m * rows;
    for (index_t i = 0; i < rows; ++i) to[i] = i;
    for (index_t i = 0; m < count && i < steps; ++i) {
      const index_t pivot = pivots.data()[m * steps + i];
      check<IndexError>(pivot >= i && pivot < rows, op, "pivot ", pivot, " of row ", i, " is outside [", i,
                        ", ", rows, ")");
      std::swap(to[i], to[pivot]);
    }
  }
  return order;
}
/// The rows of x (..., M, N) in the order (..., M).
template <class T>
Tensor<T> take_rows(const Tensor<T>& x, const Tensor<index_t>& order) {
  return gather(x, -2, expand(unsqueeze(order, -1), x.shape()));
}

/// The block of the last two axes from (row, column) on.
template <class T>
Tensor<T> block(const Tensor<T>& x, index_t row, index_t rows, index_t column, index_t columns) {
  return narrow(narrow(x, -2, row, rows), -1, column, columns);
}
/// The gradient of B = L U by both factors in one matrix. With M = L^-1 dB U^-1 the factors change by dL = L
/// tril(M, -1) and dU = triu(M) U; what lies beyond the square is a solution of a triangular system with one
/// of them.
template <class T>
Tensor<T> lu_gradient(const Tensor<T>& lu, const Tensor<T>& gradient) {
  const index_t m = lu.shape().back(1), n = lu.shape().back(0), k = std::min(m, n);
  const Tensor<T> square = block(lu, 0, k, 0, k), turned = adjoint(square);
  const auto by_upper = [&](const Tensor<T>& x) { return solve_triangular(turned, x, {.left = false}); };
  const auto by_lower = [&](const Tensor<T>& x) {
    return solve_triangular(turned, x, {.upper = true, .unitriangular = true});
  };
  Tensor<T> g = block(gradient, 0, k, 0, k), rest;
  if (m > n) {
    rest = by_upper(block(gradient, k, m - k, 0, k));
    g = sub(g, triu(matmul(adjoint(block(lu, k, m - k, 0, k)), rest)));
  } else if (m < n) {
    rest = by_lower(block(gradient, 0, k, k, n - k));
    g = sub(g, tril(matmul(rest, adjoint(block(lu, 0, k, k, n - k))), -1));
  }
  const Tensor<T> lower = add(tril(square, -1), eye<T>(k));
  const Tensor<T> of_lower = tril(matmul(adjoint(lower), tril(g, -1)), -1),
                  of_upper = triu(matmul(triu(g), adjoint(triu(square))));
  const Tensor<T> result = by_lower(by_upper(add(of_lower, of_upper)));
  return m == n ? result : cat<T>({result, rest}, m > n ? -2 : -1);
}

/// `lu_factor`, also of singular matrices, about which it complains if asked to.
template <class T>
LuFactor<T> eliminate(const Tensor<T>& a, const char* op, bool complains) {
  const Matrices<T> x(a, op);
  const index_t m = x.rows, n = x.columns, k = std::min(m, n);
  Tensor<T> lu = Tensor<T>::empty(a.shape());
  Tensor<index_t> pivots = Tensor<index_t>::empty(with_axes(x.batch(), {k}));
  T* const to = lu.mutable_data();
  index_t* const to_pivots = pivots.mutable_data();
  each_matrix(x.count, m * n * k, op, "is singular", [&](index_t i) {
    return backend::eigen::lu(m, n, x.at(i), to + i * m * n, to_pivots + i * k) || !complains;
  });
  // Rows are exchanged by a recorded op, so that what remains is B = L U.
  const Tensor<T> b = take_rows(a, row_order(pivots, m, op));
  return {record(
              op, lu, {without_values(b)},
              [](const Backward<T>& p) -> Gradients<T> { return {lu_gradient(p.output(), p.gradient())}; },
              Keep::output),
          pivots};
}

}  // namespace detail

/// LU factorisation A = P L U as `lu_solve` takes it: both factors in one matrix, and the exchanges of rows
/// that make P. Gradient: dA = P L^-T (tril(L^T gL, -1) + triu(gU U^T)) U^-T for square A.
///
///   shapes: A (..., M, N)
///   returns: lu (..., M, N) and pivots (..., min(M, N)), which PyTorch counts from 1
///   throws: ShapeError if A has fewer than two axes; ValueError if a pivot is 0
///   keeps: lu and the order of the rows
template <Real T>
LuFactor<T> lu_factor(const Tensor<T>& a) {
  return detail::eliminate(a, "lu_factor", true);
}

/// LU factorisation A = P L U, with the largest magnitude of each column as pivot. Gradient: as of
/// `lu_factor`; P has none.
///
///   shapes: A (..., M, N)
///   returns: P (..., M, M), L (..., M, K) and U (..., K, N), K = min(M, N)
///   throws: ShapeError if A has fewer than two axes; ValueError in the backward pass if the leading K x K
///     block of P^T A is singular
///   keeps: both factors and the order of the rows
template <Real T>
LuFactors<T> lu(const Tensor<T>& a) {
  const auto [factors, pivots] = detail::eliminate(a, "lu", false);
  const index_t m = a.shape().back(1), k = std::min(m, a.shape().back(0));
  const Tensor<index_t> order = detail::row_order(pivots, m, "lu");
  return {detail::adjoint(to<T>(eq(unsqueeze(order, -1), arange<index_t>(m)))),
          add(tril(narrow(factors, -1, 0, k), -1), eye<T>(m, k)), triu(narrow(factors, -2, 0, k))};
}

/// X with A X = B, for the factors of A by `lu_factor`: X = U^-1 L^-1 P^T B.
///
///   shapes: lu (..., N, N); pivots (..., N) with the leading axes of lu; B (..., N, K); leading axes
///     broadcast
///   returns: the shape of B with the common leading axes
///   throws: ShapeError if the shapes do not fit; IndexError if a pivot is none of an elimination;
///     ValueError if an element on the diagonal is 0
///   keeps: lu, X, L^-1 P^T B and the order of the rows
///   cost: 2 N^2 K flops a matrix
template <Real T>
Tensor<T> lu_solve(const Tensor<T>& lu, const Tensor<index_t>& pivots, const Tensor<T>& b) {
  const detail::Matrices<T> left(lu, "lu_solve"), right(b, "lu_solve");
  left.check_square("lu_solve");
  check<ShapeError>(pivots.shape() == Shape(lu.shape().begin(), lu.shape().end() - 1), "lu_solve",
                    "pivots of shape ", pivots.shape(), " do not belong to factors of shape ", lu.shape());
  check<ShapeError>(right.rows == left.rows, "lu_solve", "factors of shape ", lu.shape(), " and B of shape ",
                    b.shape(), " do not fit");
  Tensor<T> factors = lu, sides = b;
  detail::broadcast_batches(factors, sides, "lu_solve");
  const Tensor<index_t> order = detail::row_order(pivots, left.rows, "lu_solve");
  sides = detail::take_rows(sides, expand(order, Shape(sides.shape().begin(), sides.shape().end() - 1)));
  return solve_triangular(factors, solve_triangular(factors, sides, {.unitriangular = true}),
                          {.upper = true});
}

}  // namespace TENON_NAMESPACE
