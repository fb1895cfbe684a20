#pragma once
/// Diagonals: taken out as views, and put into zeros; blocks on a diagonal; positions in triangles.
///
///   keeps: nothing

#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The diagonal column - row = `offset` of the matrices that two axes span.
struct DiagonalPlace {
  int row_axis, column_axis;
  index_t offset;

  index_t length(const Shape& shape) const {
    const index_t rows = shape[row_axis], columns = shape[column_axis];
    const index_t left = offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns);
    return std::max<index_t>(left, 0);
  }
  /// The view of the diagonal, which becomes the last axis.
  template <class T>
  Tensor<T> view(const Tensor<T>& x) const {
    const index_t n = length(x.shape()), row_step = x.strides()[row_axis],
                  column_step = x.strides()[column_axis];
    Shape shape;
    Strides strides;
    for (int i = 0; i < x.rank(); ++i) {
      if (i == row_axis || i == column_axis) continue;
      shape.push_back(x.shape()[i]);
      strides.push_back(x.strides()[i]);
    }
    shape.push_back(n);
    strides.push_back(row_step + column_step);
    const index_t start = n == 0 ? 0 : offset >= 0 ? offset * column_step : -offset * row_step;
    return x.view(start, shape, strides);
  }
};

inline DiagonalPlace diagonal_place(int rank, index_t offset, index_t axis1, index_t axis2, const char* op) {
  check<ShapeError>(rank >= 2, op, "expected at least two axes, got rank ", rank);
  const int a = normalize_axis(axis1, rank, op), b = normalize_axis(axis2, rank, op);
  check<ValueError>(a != b, op, "axis ", a, " is named twice");
  constexpr index_t limit = index_t{1} << 58;  // beyond every extent, and safe to negate and add
  return {a, b, std::clamp(offset, -limit, limit)};
}

template <class T>
Tensor<T> diagonal(const Tensor<T>& x, const DiagonalPlace& place);

/// The transpose of taking a diagonal: zeros of `shape` with x on the diagonal.
template <class T>
Tensor<T> undiagonal(const Tensor<T>& x, const DiagonalPlace& place, const Shape& shape) {
  Tensor<T> y = zeros<T>(shape);
  Tensor<T> inside = place.view(y);
  copy_(inside, x.detach());
  return record("undiagonal", y, {without_values(x)},
                [place](const auto& p) -> Gradients<T> { return {diagonal(p.gradient(), place)}; });
}

template <class T>
Tensor<T> diagonal(const Tensor<T>& x, const DiagonalPlace& place) {
  Tensor<T> y = place.view(x);
  return record("diagonal", y, {without_values(x)},
                [place, shape = x.shape()](const auto& p) -> Gradients<T> {
                  return {undiagonal(p.gradient(), place, shape)};
                });
}

}  // namespace detail

/// Diagonal column - row = `offset` of the matrices that two axes span, as the last axis of the result:
/// y[..., i] = x[..., i, ..., i + offset, ...]. Gradient: dx = g on the diagonal, 0 elsewhere.
///
///   shapes: x of rank 2 or more
///   returns: a view of the shape of x without both axes, and the length of the diagonal appended
///   throws: ShapeError if x has fewer than two axes; IndexError if an axis is out of range; ValueError if
///     both are one axis
///   cost: O(1), backward one copy
template <Scalar T>
Tensor<T> diagonal(const Tensor<T>& x, index_t offset = 0, index_t axis1 = 0, index_t axis2 = 1) {
  return detail::diagonal(x, detail::diagonal_place(x.rank(), offset, axis1, axis2, "diagonal"));
}

/// Square matrices with the last axis of x on the diagonal column - row = `offset`, 0 elsewhere. `axis1`
/// and `axis2` of the result are their rows and columns.
///
///   shapes: x (..., n)
///   returns: the leading axes of x, and two axes of extent n + |offset|
///   throws: ShapeError if x has rank 0 or eight axes; IndexError if an axis is out of range; ValueError if
///     both are one axis
///   cost: one pass over the result
template <Scalar T>
Tensor<T> diag_embed(const Tensor<T>& x, index_t offset = 0, index_t axis1 = -2, index_t axis2 = -1) {
  check<ShapeError>(x.rank() > 0, "diag_embed", "a tensor of rank 0 has no axis to embed");
  const auto place = detail::diagonal_place(x.rank() + 1, offset, axis1, axis2, "diag_embed");
  const index_t n = x.shape().back() + (place.offset < 0 ? -place.offset : place.offset);
  Shape shape;
  for (int i = 0, k = 0; i <= x.rank(); ++i)
    shape.push_back(i == place.row_axis || i == place.column_axis ? n : x.shape()[k++]);
  return detail::undiagonal(x, place, shape);
}

/// Diagonal of a matrix; or the square matrix with a vector on its diagonal, 0 elsewhere.
///
///   shapes: x (M, N) or (n)
///   returns: the diagonal as a view, or (n + |offset|, n + |offset|)
///   throws: ShapeError if x is neither a vector nor a matrix
///   cost: O(1), or one pass over the result
template <Scalar T>
Tensor<T> diag(const Tensor<T>& x, index_t offset = 0) {
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, "diag", "expected a vector or a matrix, got shape ",
                    x.shape());
  return x.rank() == 1 ? diag_embed(x, offset) : diagonal(x, offset);
}

/// Sum of the diagonal of a matrix; of integers and masks an int64.
///
///   shapes: x (M, N)
///   returns: a tensor of rank 0
///   throws: ShapeError if x is not a matrix
///   cost: one pass over the diagonal
template <Scalar T>
Tensor<sum_t<T>> trace(const Tensor<T>& x) {
  check<ShapeError>(x.rank() == 2, "trace", "expected a matrix, got shape ", x.shape());
  return sum(diagonal(x));
}

/// Matrix with matrices as blocks on its diagonal, 0 elsewhere. Vectors and tensors of rank 0 count as rows.
/// Gradients: dx_i = the block of g that x_i became.
///
///   shapes: xs of rank 2 or less
///   returns: (M_1 + M_2 + ..., N_1 + N_2 + ...)
///   throws: ShapeError if a tensor has more than two axes; ValueError if there are no tensors
///   cost: two passes over the result
template <Scalar T>
Tensor<T> block_diag(const std::vector<Tensor<T>>& xs) {
  check<ValueError>(!xs.empty(), "block_diag", "expected at least one tensor");
  std::vector<Tensor<T>> blocks;
  index_t columns = 0;
  for (const Tensor<T>& x : xs) {
    check<ShapeError>(x.rank() <= 2, "block_diag", "expected matrices, got shape ", x.shape());
    blocks.push_back(x.rank() == 2 ? x : reshape(x, {1, x.size()}));
    columns += blocks.back().extent(1);
  }
  index_t before = 0;
  for (Tensor<T>& block : blocks) {
    const index_t own = block.extent(1);
    block = pad(block, {before, columns - before - own});
    before += own;
  }
  return cat(blocks, 0);
}

namespace detail {
template <class I>
Tensor<I> triangle_indices(index_t rows, index_t columns, index_t offset, bool lower) {
  std::vector<I> positions[2];
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j)
      if (lower ? j - i <= offset : j - i >= offset) {
        positions[0].push_back(i);
        positions[1].push_back(j);
      }
  const Shape shape{static_cast<index_t>(positions[0].size())};
  return stack<I>({from(positions[0], shape), from(positions[1], shape)});
}
}  // namespace detail

/// Positions (row, column) of the lower triangle of a matrix, column - row <= `offset`, row by row.
///
///   returns: (2, n), first the rows, then the columns
///   throws: ValueError if `rows` or `columns` is negative
///   cost: one pass over the matrix and the result
template <std::same_as<index_t> I = index_t>
Tensor<I> tril_indices(index_t rows, index_t columns, index_t offset = 0) {
  check<ValueError>(rows >= 0 && columns >= 0, "tril_indices", "negative extents ", rows, " and ", columns);
  return detail::triangle_indices<I>(rows, columns, offset, true);
}
/// Positions (row, column) of the upper triangle of a matrix, column - row >= `offset`, row by row.
///
///   returns: (2, n), first the rows, then the columns
///   throws: ValueError if `rows` or `columns` is negative
///   cost: one pass over the matrix and the result
template <std::same_as<index_t> I = index_t>
Tensor<I> triu_indices(index_t rows, index_t columns, index_t offset = 0) {
  check<ValueError>(rows >= 0 && columns >= 0, "triu_indices", "negative extents ", rows, " and ", columns);
  return detail::triangle_indices<I>(rows, columns, offset, false);
}

}  // namespace TENON_NAMESPACE
