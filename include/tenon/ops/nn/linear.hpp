#pragma once
/// Linear and bilinear maps of the last axis, as layers apply them.

#include "tenon/backend/gemm.hpp"
#include "tenon/ops/linalg/matmul.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Rows of `bias`, to which a product is then added: that saves one pass over memory.
template <class T>
Tensor<T> rows_of(const Tensor<T>& bias, index_t rows) {
  Tensor<T> y = Tensor<T>::empty({rows, bias.size()});
  copy_(y, bias.detach());
  return y;
}

/// y(rows, out) += x(rows, in) weight(out, in)^T, row by row `ldy` apart.
template <class T>
void add_product(const Tensor<T>& x, const Tensor<T>& weight, T* y, index_t ldy) {
  const Tensor<T> a = as_matrices(x), b = as_matrices(weight);
  const MatrixLayout la = matrix_layout(a), lb = matrix_layout(b);
  backend::kernel<backend::Gemm<T>>()(la.transposed, !lb.transposed, a.shape()[0], b.shape()[0], a.shape()[1],
                                      T(1), a.data(), la.ld, b.data(), lb.ld, T(1), y,
                                      std::max<index_t>(ldy, 1));
}

}  // namespace detail

/// Affine map of the last axis: y = x weight^T + bias. Gradients: dx = g weight, dweight = g^T x, dbias =
/// sum g.
///
///   shapes: x (..., in); weight (out, in); bias (out) or undefined
///   returns: (..., out)
///   throws: ShapeError if the shapes do not fit
///   keeps: x if the weight requires a gradient, the weight if x does
///   cost: one matrix product, into rows that hold the bias already; backward two products
template <Real T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {}) {
  check<ShapeError>(weight.rank() == 2, "linear", "expected a weight of shape (out, in), got ",
                    weight.shape());
  check<ShapeError>(x.rank() > 0 && x.shape().back() == weight.shape()[1], "linear", "x of shape ", x.shape(),
                    " does not fit the weight's shape ", weight.shape());
  if (!bias.defined()) return matmul(x, transpose(weight, 0, 1));
  check<ShapeError>(bias.shape() == Shape{weight.shape()[0]}, "linear", "bias of shape ", bias.shape(),
                    " does not fit the weight's shape ", weight.shape());
  Shape shape = x.shape();
  shape[x.rank() - 1] = weight.shape()[0];
  const Tensor<T> rows = x.rank() == 2 ? x : x.rank() == 1 ? unsqueeze(x, 0) : flatten(x, 0, -2);
  Tensor<T> y = detail::rows_of(bias, rows.shape()[0]);
  detail::add_product(rows.detach(), weight.detach(), y.mutable_data(), y.shape()[1]);
  y = record("linear", y, {kept_for(rows, weight), kept_for(weight, rows), without_values(bias)},
             [](const Backward<T>& p) -> Gradients<T> {
               const Tensor<T>& g = p.gradient();
               return {p.needs(0) ? matmul(g, p.input(1)) : Tensor<T>{},
                       p.needs(1) ? matmul(transpose(g, 0, 1), p.input(0)) : Tensor<T>{},
                       p.needs(2) ? sum(g, {0}) : Tensor<T>{}};
             });
  return reshape(y, shape);
}

/// `linear` of bfloat16, computed in float; the gradients are bfloat16, too.
template <std::same_as<bfloat16> T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {}) {
  return to<T>(linear(to<float>(x), to<float>(weight), bias.defined() ? to<float>(bias) : Tensor<float>()));
}

/// Bilinear map of the last axes: y[..., k] = x1^T weight[k] x2 + bias[k].
///
///   shapes: x1 (..., in1); x2 (..., in2) with the same leading axes; weight (out, in1, in2); bias (out) or
///     undefined
///   returns: (..., out)
///   throws: ShapeError if the shapes do not fit
///   keeps: x1, x2, weight, and the products of x1 and weight (rows, out, in2)
///   cost: 2 out in1 in2 flops a row; a temporary (rows, out, in2)
template <Real T>
Tensor<T> bilinear(const Tensor<T>& x1, const Tensor<T>& x2, const Tensor<T>& weight,
                   const Tensor<T>& bias = {}) {
  check<ShapeError>(weight.rank() == 3, "bilinear", "expected a weight of shape (out, in1, in2), got ",
                    weight.shape());
  const index_t out = weight.shape()[0], in1 = weight.shape()[1], in2 = weight.shape()[2];
  check<ShapeError>(
      x1.rank() > 0 && x1.rank() == x2.rank() && x1.shape().back() == in1 && x2.shape().back() == in2,
      "bilinear", "x1 of shape ", x1.shape(), " and x2 of shape ", x2.shape(),
      " do not fit the weight's shape ", weight.shape());
  Shape shape = x1.shape();
  for (int i = 0; i + 1 < shape.size(); ++i)
    check<ShapeError>(shape[i] == x2.shape()[i], "bilinear", "x1 of shape ", x1.shape(), " and x2 of shape ",
                      x2.shape(), " differ outside the last axis");
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{out}, "bilinear", "expected a bias of shape ",
                    Shape{out});
  shape[shape.size() - 1] = out;
  const index_t rows = element_count(shape) / std::max<index_t>(out, 1);
  const Tensor<T> wide = reshape(permute(weight, {1, 0, 2}), {in1, out * in2});
  const Tensor<T> half = reshape(matmul(reshape(x1, {rows, in1}), wide), {rows, out, in2});
  const Tensor<T> y = reshape(matmul(half, reshape(x2, {rows, in2, 1})), shape);
  return bias.defined() ? add(y, bias) : y;
}

}  // namespace TENON_NAMESPACE
