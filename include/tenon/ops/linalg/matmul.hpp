#pragma once
/// Matrix products. Products of integers are exact and not fast; of bfloat16 the sums are taken in float
/// and rounded once. Only products of float and double are recorded.

#include "tenon/backend/gemm.hpp"
#include "tenon/ops/elementwise/cast.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The last two axes of a tensor as BLAS takes a matrix: rows `ld` apart, or columns if it is transposed; an
/// `ld` of 0 means that BLAS cannot take it.
struct MatrixLayout {
  bool transposed = false;
  index_t ld = 0;
};
template <class T>
MatrixLayout matrix_layout(const Tensor<T>& x) {
  const index_t rows = x.shape().back(1), columns = x.shape().back(0);
  const index_t row_step = x.strides().back(1), column_step = x.strides().back(0);
  if ((column_step == 1 || columns == 1) && (row_step >= columns || rows == 1))
    return {false, std::max<index_t>({row_step, columns, 1})};
  if ((row_step == 1 || rows == 1) && (column_step >= rows || columns == 1))
    return {true, std::max<index_t>({column_step, rows, 1})};
  return {};
}
template <class T>
Tensor<T> as_matrices(const Tensor<T>& x) {
  return matrix_layout(x).ld > 0 ? x : contiguous(x);
}

/// Where each matrix of a batch begins, batch axes of `x` stretched to `batch`.
template <class T>
std::vector<index_t> batch_offsets(const Tensor<T>& x, const Shape& batch) {
  Shape own(x.shape().begin(), x.shape().end() - 2);
  const Strides strides =
      broadcast_strides(x.view(0, own, Strides(x.strides().begin(), x.strides().end() - 2)), batch);
  std::vector<index_t> offsets;
  Dims at = Dims::filled(batch.size(), 0);
  for (index_t n = element_count(batch); n > 0; --n) {
    index_t offset = 0;
    for (int k = 0; k < batch.size(); ++k) offset += at[k] * strides[k];
    offsets.push_back(offset);
    for (int k = batch.size(); k-- > 0;) {
      if (++at[k] < batch[k]) break;
      at[k] = 0;
    }
  }
  return offsets;
}

template <class T>
Tensor<T> multiply(const Tensor<T>& a_in, const Tensor<T>& b_in, const Shape& batch) {
  const Tensor<T> a = as_matrices(a_in), b = as_matrices(b_in);
  const index_t m = a.shape().back(1), k = a.shape().back(0), n = b.shape().back(0);
  const MatrixLayout la = matrix_layout(a), lb = matrix_layout(b);
  Shape shape = batch;
  shape.push_back(m);
  shape.push_back(n);
  Tensor<T> c = Tensor<T>::empty(shape);
  const index_t ldc = std::max<index_t>(n, 1);
  if (batch.empty()) {
    backend::kernel<backend::Gemm<T>>()(la.transposed, lb.transposed, m, n, k, T(1), a.data(), la.ld,
                                        b.data(), lb.ld, T(0), c.mutable_data(), ldc);
  } else {
    const auto at_a = batch_offsets(a, batch), at_b = batch_offsets(b, batch), at_c = batch_offsets(c, batch);
    backend::kernel<backend::BatchedGemm<T>>()(static_cast<index_t>(at_c.size()), at_a.data(), at_b.data(),
                                               at_c.data(), la.transposed, lb.transposed, m, n, k, T(1),
                                               a.data(), la.ld, b.data(), lb.ld, T(0), c.mutable_data(), ldc);
  }
  return c;
}

}  // namespace detail

/// Matrix product, as NumPy and PyTorch define it: y = a b. A vector is a row on the left and a column on
/// the right, and its axis is dropped from the result; leading axes broadcast. Gradients: da = g b^T, db =
/// a^T g.
///
///   shapes: a (..., M, K) or (K); b (..., K, N) or (K)
///   returns: (..., M, N), without the axis of a vector
///   throws: ShapeError if an operand has rank 0, inner extents differ or leading axes do not broadcast
///   keeps: a if b requires a gradient, b if a does; those of bfloat16 converted to float
///   cost: 2 M K N flops a matrix, by BLAS if there is one; backward twice that
template <Scalar T>
Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b) {
  check<ShapeError>(a.rank() > 0 && b.rank() > 0, "matmul", "expected at least one axis each: lhs ",
                    a.shape(), ", rhs ", b.shape());
  check<ShapeError>(a.shape().back() == b.shape().back(b.rank() > 1 ? 1 : 0), "matmul",
                    "inner extents differ: lhs ", a.shape(), ", rhs ", b.shape());
  if (a.rank() == 1) return squeeze(matmul(unsqueeze(a, 0), b), b.rank() == 1 ? 0 : -2);
  if (b.rank() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (b.rank() == 2 && a.rank() > 2) {  // one large product instead of many small ones
    Shape shape = a.shape();
    shape[a.rank() - 1] = b.shape()[1];
    return reshape(matmul(flatten(a, 0, -2), b), shape);
  }
  const Shape batch = broadcast_shapes(Shape(a.shape().begin(), a.shape().end() - 2),
                                       Shape(b.shape().begin(), b.shape().end() - 2), "matmul");
  if constexpr (std::is_same_v<T, bfloat16>)
    return to<T>(matmul(to<float>(a), to<float>(b)));
  else if constexpr (!Real<T>)
    return detail::multiply(a, b, batch);
  else
    return record("matmul", detail::multiply(a, b, batch), {kept_for(a, b), kept_for(b, a)},
                  [](const Backward<T>& p) -> Gradients<T> {
                    const Tensor<T>& g = p.gradient();
                    const auto turned = [&](int i) { return transpose(p.input(i), -1, -2); };
                    return {p.needs(0) ? sum_to(matmul(g, turned(1)), p.shape(0)) : Tensor<T>{},
                            p.needs(1) ? sum_to(matmul(turned(0), g), p.shape(1)) : Tensor<T>{}};
                  });
}

/// Batched matrix product of exactly three axes.
///
///   shapes: a (B, N, M); b (B, M, K)
///   returns: (B, N, K)
///   throws: ShapeError if the shapes are others
///   keeps: a if b requires a gradient, b if a does
///   cost: 2 B N M K flops
template <Scalar T>
Tensor<T> bmm(const Tensor<T>& a, const Tensor<T>& b) {
  check<ShapeError>(a.rank() == 3 && b.rank() == 3 && a.shape()[0] == b.shape()[0], "bmm",
                    "expected (B, N, M) and (B, M, K), got ", a.shape(), " and ", b.shape());
  return matmul(a, b);
}

namespace detail {
/// beta input + alpha product, of the shape of the product; with beta 0 a NaN of the input does not spread.
template <class T>
Tensor<T> add_product(const char* name, const Tensor<T>& input, const Tensor<T>& product, double beta,
                      double alpha) {
  check<ShapeError>(broadcast_shapes(input.shape(), product.shape(), name) == product.shape(), name,
                    "input of shape ", input.shape(), " does not broadcast to ", product.shape());
  if (beta == 0) return mul(product, alpha);
  const auto combine = [beta = static_cast<T>(beta), alpha = static_cast<T>(alpha)](auto c, auto ab) {
    return beta * c + alpha * ab;
  };
  return map(name, combine, input, product);
}
}  // namespace detail

/// Matrix product added to a matrix: beta input + alpha a b. With beta = 0 the input is not read.
///
///   shapes: a (M, K); b (K, N); input broadcasts to (M, N)
///   returns: (M, N)
///   throws: ShapeError if the shapes do not fit
///   keeps: a if b requires a gradient, b if a does
///   cost: 2 M K N flops and one pass over the result
template <Real T>
Tensor<T> addmm(const Tensor<T>& input, const Tensor<T>& a, const Tensor<T>& b, double beta = 1,
                double alpha = 1) {
  check<ShapeError>(a.rank() == 2 && b.rank() == 2, "addmm", "expected matrices, got ", a.shape(), " and ",
                    b.shape());
  return detail::add_product("addmm", input, matmul(a, b), beta, alpha);
}

/// Batched matrix product added to matrices: beta input + alpha a b. With beta = 0 the input is not read.
///
///   shapes: a (B, M, K); b (B, K, N); input broadcasts to (B, M, N)
///   returns: (B, M, N)
///   throws: ShapeError if the shapes do not fit
///   keeps: a if b requires a gradient, b if a does
///   cost: 2 B M K N flops and one pass over the result
template <Real T>
Tensor<T> baddbmm(const Tensor<T>& input, const Tensor<T>& a, const Tensor<T>& b, double beta = 1,
                  double alpha = 1) {
  check<ShapeError>(a.rank() == 3 && b.rank() == 3 && a.shape()[0] == b.shape()[0], "baddbmm",
                    "expected (B, N, M) and (B, M, K), got ", a.shape(), " and ", b.shape());
  return detail::add_product("baddbmm", input, matmul(a, b), beta, alpha);
}

/// Inner product of two vectors: sum_i a[i] b[i].
///
///   shapes: a, b (K)
///   returns: a tensor of rank 0
///   throws: ShapeError if an operand is not a vector or lengths differ
///   keeps: a if b requires a gradient, b if a does
///   cost: 2 K flops
template <Scalar T>
Tensor<T> dot(const Tensor<T>& a, const Tensor<T>& b) {
  check<ShapeError>(a.rank() == 1 && b.rank() == 1, "dot", "expected vectors, got ", a.shape(), " and ",
                    b.shape());
  return matmul(a, b);
}

/// Outer product of two vectors: y[i, j] = a[i] b[j].
///
///   shapes: a (M); b (N)
///   returns: (M, N)
///   throws: ShapeError if an operand is not a vector
///   keeps: a if b requires a gradient, b if a does
///   cost: one pass over the result
template <Scalar T>
Tensor<T> outer(const Tensor<T>& a, const Tensor<T>& b) {
  check<ShapeError>(a.rank() == 1 && b.rank() == 1, "outer", "expected vectors, got ", a.shape(), " and ",
                    b.shape());
  return mul(unsqueeze(a, 1), b);
}

}  // namespace TENON_NAMESPACE
