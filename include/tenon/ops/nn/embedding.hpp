#pragma once
/// Rows of tables, by number. Numbers are checked; -1, which most often means padding, is refused.

#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

/// Options of `embedding`.
template <Real T>
struct EmbeddingOptions {
  std::optional<index_t> padding_index{};  ///< this row receives no gradient; negative counts from the end
  bool scale_grad_by_freq = false;         ///< divide a row's gradient by how often the row is looked up
};

namespace detail {

/// x with its gradient multiplied by constants that broadcast to x.
template <class T>
Tensor<T> scale_gradient(const Tensor<T>& x, const Tensor<T>& factors) {
  return record("scale_gradient", x.detach(), {without_values(x)},
                [factors](const Backward<T>& p) -> Gradients<T> { return {mul(p.gradient(), factors)}; });
}

/// The factor of the gradient of each row that is looked up.
template <class T>
Tensor<T> row_factors(const Tensor<index_t>& index, index_t rows, const EmbeddingOptions<T>& options) {
  Tensor<T> factors = ones<T>({index.size(), 1});
  T* f = factors.mutable_data();
  if (options.scale_grad_by_freq) {
    std::vector<index_t> count(static_cast<std::size_t>(rows));
    for (index_t k = 0; k < index.size(); ++k) ++count[static_cast<std::size_t>(index.data()[k])];
    for (index_t k = 0; k < index.size(); ++k)
      f[k] = T(1) / static_cast<T>(count[static_cast<std::size_t>(index.data()[k])]);
  }
  if (options.padding_index) {
    const index_t padding =
        *options.padding_index < 0 ? *options.padding_index + rows : *options.padding_index;
    check<IndexError>(padding >= 0 && padding < rows, "embedding", "padding index ", *options.padding_index,
                      " is outside a table of ", rows, " rows");
    for (index_t k = 0; k < index.size(); ++k)
      if (index.data()[k] == padding) f[k] = T(0);
  }
  return factors;
}

}  // namespace detail

/// Rows of a table: y[..., :] = weight[index[...], :]. Gradient: dweight = g added at the rows.
///
///   shapes: weight (V, D); index any, with entries in [0, V)
///   returns: the shape of index with D appended
///   throws: ShapeError if weight is not a matrix; IndexError if an index or the padding index is out of
///     range
///   keeps: the indices; with options also a factor for each of them
///   cost: one pass over the result, backward one over g and weight
template <Real T>
Tensor<T> embedding(const Tensor<T>& weight, const Tensor<index_t>& index,
                    const EmbeddingOptions<T>& options = {}) {
  check<ShapeError>(weight.rank() == 2, "embedding", "expected a table of shape (V, D), got ",
                    weight.shape());
  const index_t v = weight.shape()[0];
  Shape shape = index.shape();
  shape.push_back(weight.shape()[1]);
  const Tensor<index_t> at = detail::checked_ids(index, v, "embedding");
  Tensor<T> rows = index_select(weight, 0, at);
  if (options.padding_index || options.scale_grad_by_freq)
    rows = detail::scale_gradient(rows, detail::row_factors(at, v, options));
  return reshape(rows, shape);
}

namespace detail {

/// The factor that brings a row of `n` numbers down to a norm of `max_norm`, of order p; 1 if it is below.
template <class T>
T renorm_factor(const T* row, index_t n, index_t stride, double max_norm, double p) {
  const auto magnitude = [&](index_t d) { return std::abs(static_cast<double>(row[d * stride])); };
  double largest = 0, total = 0;  // powers of quotients by the largest magnitude stay in range
  for (index_t d = 0; d < n; ++d) largest = std::max(largest, magnitude(d));
  if (largest == 0) return T(1);
  for (index_t d = 0; d < n; ++d) total += std::pow(magnitude(d) / largest, p);
  const double length = std::isinf(p) ? largest : largest * std::pow(total, 1 / p);
  return length <= max_norm ? T(1) : static_cast<T>(max_norm / (length + 1e-7));
}

/// (V, 1): the factors of the rows of a table that `index` names, 1 for others; undefined if all are 1.
template <class T>
Tensor<T> renorm_factors(const Tensor<T>& weight, const Tensor<index_t>& index, double max_norm, double p) {
  constexpr const char* op = "embedding_renorm_";
  check<ShapeError>(weight.rank() == 2, op, "expected a table of shape (V, D), got ", weight.shape());
  check<ValueError>(p > 0, op, "expected a norm of positive order, got ", p);
  Tensor<T> factors;
  for (index_t row : checked_ids(index, weight.shape()[0], op)) {
    const T factor = renorm_factor(weight.data() + row * weight.strides()[0], weight.shape()[1],
                                   weight.strides()[1], max_norm, p);
    if (factor == T(1)) continue;
    if (!factors.defined()) factors = ones<T>({weight.shape()[0], 1});
    factors.mutable_data()[row] = factor;
  }
  return factors;
}

}  // namespace detail

/// Rescales in place the rows that `index` names and whose norm of order p exceeds `max_norm`: row *=
/// max_norm / (norm + 1e-7). p is above 0; infinity bounds the largest magnitude.
///
///   shapes: weight (V, D); index any, with entries in [0, V)
///   throws: ShapeError if weight is not a matrix; IndexError if an index is out of range; ValueError if p
///     is not positive; GraphError if weight may not be written, see inplace.hpp
///   keeps: nothing: writing is not recorded
///   cost: one pass over the rows named
template <Real T>
void embedding_renorm_(Tensor<T>& weight, const Tensor<index_t>& index, double max_norm, double p = 2) {
  check_writable(weight, "embedding_renorm_");
  const Tensor<T> factors = detail::renorm_factors(weight, index, max_norm, p);
  if (!factors.defined()) return;
  T* const data = weight.mutable_data();
  for (index_t row = 0; row < factors.size(); ++row) {
    const T factor = factors.data()[row];
    if (factor == T(1)) continue;
    for (index_t d = 0; d < weight.shape()[1]; ++d)
      data[row * weight.strides()[0] + d * weight.strides()[1]] *= factor;
  }
}

}  // namespace TENON_NAMESPACE
