#pragma once
/// Reading and accumulating at integer positions, and embeddings. Indices are checked. Negative ones count
/// from the end, as in NumPy; in tables of embeddings, where -1 most often means padding, they are refused.
///
///   throws: ShapeError if the shapes do not fit; IndexError if the axis or an index is out of range
///   keeps: the indices

#include "tenon/backend/index.hpp"
#include "tenon/ops/cast.hpp"
#include "tenon/ops/shape.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Indices as the kernels expect them: a dense vector with entries in [0, extent).
template <std::same_as<index_t> I>
Tensor<I> checked_indices(const Tensor<I>& index, index_t extent, const char* op) {
  bool ready = index.rank() == 1 && index.is_contiguous();
  for (index_t i : index) {
    check<IndexError>(i >= -extent && i < extent, op, "index ", i, " is outside extent ", extent);
    ready &= i >= 0;
  }
  if (ready) return index;
  Tensor<I> dense = Tensor<I>::empty({index.size()});
  I* to = dense.mutable_data();
  for (index_t i : index) *to++ = i < 0 ? i + extent : i;
  return dense;
}

/// Ids, such as rows of a table, as a dense vector: none may be negative.
template <std::same_as<index_t> I>
Tensor<I> checked_ids(const Tensor<I>& index, index_t extent, const char* op) {
  for (index_t i : index)
    check<IndexError>(i >= 0 && i < extent, op, "index ", i, " is outside extent ", extent);
  return checked_indices(index, extent, op);
}

/// The extents before, at and after an axis.
struct AxisSplit {
  index_t outer = 1, extent = 1, inner = 1;
  AxisSplit(const Shape& shape, int axis) {
    for (int i = 0; i < shape.size(); ++i) (i < axis ? outer : i == axis ? extent : inner) *= shape[i];
  }
};

}  // namespace detail

template <Scalar T>
Tensor<T> index_select(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index);

/// A copy of x with the entries of `source` added at positions `index` of an axis; repeated positions add
/// up. Gradients: dx = g, dsource = g at the positions.
///
///   shapes: x of rank 1 or more; index (K); source as x with extent K on the axis
///   returns: the shape of x
///   cost: a copy of x and one pass over source
template <Scalar T>
Tensor<T> index_add(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index, const Tensor<T>& source) {
  const int a = normalize_axis(axis, x.rank(), "index_add");
  check<ShapeError>(x.rank() > 0 && index.rank() == 1, "index_add",
                    "expected a vector of indices into an axis, got shape ", index.shape(), " for ",
                    x.shape());
  Shape expected = x.shape();
  expected[a] = index.size();
  check<ShapeError>(source.shape() == expected, "index_add", "expected a source of shape ", expected,
                    ", got ", source.shape());
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_add");
  const detail::AxisSplit d(x.shape(), a);
  Tensor<T> y = clone(x.detach());
  backend::kernel<backend::ScatterAdd<T>>()(d.outer, index.size(), d.inner, d.extent, at.data(),
                                            contiguous(source.detach()).data(), y.mutable_data());
  if constexpr (Real<T>)
    return record("index_add", y, {without_values(x), without_values(source)},
                  [a, at](const Backward<T>& p) -> Gradients<T> {
                    return {p.gradient(), p.needs(1) ? index_select(p.gradient(), a, at) : Tensor<T>{}};
                  });
  else
    return y;
}

/// The entries at positions `index` of an axis; positions may repeat. Gradient: dx = g added at the
/// positions.
///
///   shapes: x of rank 1 or more; index (K), or of rank 0
///   returns: the shape of x with extent K on the axis
///   cost: one pass over the result, backward one over x and g
template <Scalar T>
Tensor<T> index_select(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index) {
  const int a = normalize_axis(axis, x.rank(), "index_select");
  check<ShapeError>(x.rank() > 0 && index.rank() <= 1, "index_select",
                    "expected a vector of indices into an axis, got shape ", index.shape(), " for ",
                    x.shape());
  const Tensor<index_t> at = detail::checked_indices(index, x.shape()[a], "index_select");
  const detail::AxisSplit d(x.shape(), a);
  Shape shape = x.shape();
  shape[a] = at.size();
  Tensor<T> y = Tensor<T>::empty(shape);
  backend::kernel<backend::Gather<T>>()(d.outer, at.size(), d.inner, d.extent, contiguous(x.detach()).data(),
                                        at.data(), y.mutable_data());
  if constexpr (Real<T>)
    return record("index_select", y, {without_values(x)},
                  [a, at, from = x.shape()](const Backward<T>& p) -> Gradients<T> {
                    return {index_add(zeros<T>(from), a, at, p.gradient())};
                  });
  else
    return y;
}

namespace detail {
/// For gather and scatter: the position in the flattened `shape` of each entry of `index` along an axis.
template <std::same_as<index_t> I>
Tensor<I> flat_positions(const Shape& shape, int axis, const Tensor<I>& index, const char* op) {
  check<ShapeError>(index.rank() == shape.size(), op, "index of shape ", index.shape(),
                    " and tensor of shape ", shape, " differ in rank");
  for (int i = 0; i < shape.size(); ++i)
    check<ShapeError>(i == axis || index.shape()[i] <= shape[i], op, "index of shape ", index.shape(),
                      " exceeds shape ", shape, " on axis ", i);
  const Strides strides = contiguous_strides(shape);
  Tensor<I> flat = Tensor<I>::empty(index.shape());
  I* out = flat.mutable_data();
  const index_t extent = shape.empty() ? 1 : shape[axis];
  Dims at = Dims::filled(shape.size(), 0);
  for (index_t i : index) {
    check<IndexError>(i >= -extent && i < extent, op, "index ", i, " is outside extent ", extent, " of axis ",
                      axis);
    index_t position = shape.empty() ? 0 : (i < 0 ? i + extent : i) * strides[axis];
    for (int k = 0; k < shape.size(); ++k)
      if (k != axis) position += at[k] * strides[k];
    *out++ = position;
    for (int k = shape.size(); k-- > 0;) {
      if (++at[k] < index.shape()[k]) break;
      at[k] = 0;
    }
  }
  return flat;
}
}  // namespace detail

/// Reads along an axis: y[..., k, ...] = x[..., index[..., k, ...], ...]. Gradient: dx = g added at the
/// positions.
///
///   shapes: index has the rank of x, and on the other axes at most its extents
///   returns: the shape of index
///   keeps: the positions, as many as there are elements of the result
///   cost: one pass over the result, backward one over x and g
template <Scalar T>
Tensor<T> gather(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index) {
  const int a = normalize_axis(axis, x.rank(), "gather");
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "gather");
  return reshape(index_select(flatten(x), 0, flatten(flat)), index.shape());
}

/// A copy of x with source[..., k, ...] added at position index[..., k, ...] of an axis; repeated positions
/// add up. Gradients: dx = g, dsource = g at the positions.
///
///   shapes: index and source have the rank of x; index at most the extents of source, and those of x on
///     the other axes
///   returns: the shape of x
///   keeps: the positions, as many as there are indices
///   cost: a copy of x and one pass over source
template <Scalar T>
Tensor<T> scatter_add(const Tensor<T>& x, index_t axis, const Tensor<index_t>& index,
                      const Tensor<T>& source) {
  const int a = normalize_axis(axis, x.rank(), "scatter_add");
  check<ShapeError>(source.rank() == index.rank(), "scatter_add", "index of shape ", index.shape(),
                    " and source of shape ", source.shape(), " differ in rank");
  auto part = detail::Slices::whole(source.shape());
  for (int i = 0; i < index.rank(); ++i) {
    check<ShapeError>(index.shape()[i] <= source.shape()[i], "scatter_add", "index of shape ", index.shape(),
                      " exceeds the source's shape ", source.shape());
    part.axis[i].count = index.shape()[i];
  }
  const Tensor<index_t> flat = detail::flat_positions(x.shape(), a, index, "scatter_add");
  return reshape(index_add(flatten(x), 0, flatten(flat), flatten(detail::slice(source, part))), x.shape());
}

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
