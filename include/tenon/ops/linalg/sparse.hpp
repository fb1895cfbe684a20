#pragma once
/// Sparse matrices in compressed rows (CSR), and their products with dense ones.

#include "tenon/backend/sparse.hpp"
#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

/// A sparse matrix in compressed rows. The entries of row r are offsets[r] to offsets[r + 1] - 1; entry e
/// stands in column indices[e] and has the value values[e]. Entries of a row may be in any order; entries
/// of one place add up.
template <Real T>
class [[nodiscard]] Csr {
 public:
  /// Throws ValueError, IndexError or ShapeError unless the arrays describe a matrix of (rows, columns).
  Csr(index_t rows, index_t columns, const Tensor<index_t>& offsets, const Tensor<index_t>& indices,
      Tensor<T> values)
      : rows_(rows),
        columns_(columns),
        offsets_(contiguous(offsets)),
        indices_(contiguous(indices)),
        values_(std::move(values)) {
    check<ValueError>(rows >= 0 && columns >= 0, "Csr", "negative extents ", rows, " and ", columns);
    check<ShapeError>(offsets.rank() == 1 && offsets.size() == rows + 1, "Csr", "expected ", rows + 1,
                      " offsets for ", rows, " rows, got shape ", offsets.shape());
    check<ShapeError>(indices.rank() == 1 && values_.shape() == indices.shape(), "Csr",
                      "expected one value for each column index, got shapes ", values_.shape(), " and ",
                      indices.shape());
    const index_t* const o = offsets_.data();
    bool rising = o[0] == 0 && o[rows] == indices.size();
    for (index_t r = 0; r < rows; ++r) rising &= o[r] <= o[r + 1];
    check<ValueError>(rising, "Csr", "offsets must rise from 0 to the number of entries, ", indices.size());
    for (index_t c : indices_)
      check<IndexError>(c >= 0 && c < columns, "Csr", "column ", c, " is outside extent ", columns);
  }

  index_t rows() const { return rows_; }
  index_t columns() const { return columns_; }
  index_t entries() const { return indices_.size(); }
  const Tensor<index_t>& offsets() const { return offsets_; }
  const Tensor<index_t>& indices() const { return indices_; }
  const Tensor<T>& values() const { return values_; }
  /// A matrix with entries in the places of this one and with other values.
  Csr with(Tensor<T> values) const {
    check<ShapeError>(values.shape() == indices_.shape(), "Csr", "expected values of shape ",
                      indices_.shape(), ", got ", values.shape());
    Csr other = *this;
    other.values_ = std::move(values);
    return other;
  }

 private:
  index_t rows_, columns_;
  Tensor<index_t> offsets_, indices_;
  Tensor<T> values_;
};

namespace detail {

/// Entries sorted by a key, stably: the entries of key k are order[offsets[k]] … order[offsets[k + 1] - 1].
struct Grouping {
  Tensor<index_t> offsets, order;
};
template <std::same_as<index_t> I>
Grouping group_by(const Tensor<I>& keys, index_t count) {
  Grouping groups{zeros<I>({count + 1}), Tensor<I>::empty({keys.size()})};
  I* const offsets = groups.offsets.mutable_data();
  for (index_t e = 0; e < keys.size(); ++e) ++offsets[keys.data()[e] + 1];
  for (index_t k = 0; k < count; ++k) offsets[k + 1] += offsets[k];
  std::vector<I> next(offsets, offsets + count);
  for (index_t e = 0; e < keys.size(); ++e)
    groups.order.mutable_data()[next[static_cast<std::size_t>(keys.data()[e])]++] = e;
  return groups;
}

/// The row of each entry.
template <std::same_as<index_t> I>
Tensor<I> entry_rows(const Tensor<I>& offsets) {
  const index_t rows = offsets.size() - 1;
  Tensor<I> of = Tensor<I>::empty({offsets.data()[rows]});
  I* to = of.mutable_data();
  for (index_t r = 0; r < rows; ++r)
    for (index_t e = offsets.data()[r]; e < offsets.data()[r + 1]; ++e) *to++ = r;
  return of;
}

}  // namespace detail

/// Makes a sparse matrix of the rows, columns and values of its entries, in any order. Gradient: dvalues =
/// the gradient of the entries in their first order.
///
///   shapes: row_of, column_of, values (E)
///   returns: a matrix of (rows, columns) with E entries
///   throws: ShapeError if the vectors differ in shape; IndexError if a row or a column is out of range;
///     ValueError if `rows` or `columns` is negative
///   keeps: the order of the entries
///   cost: O(entries + rows)
template <Real T>
Csr<T> csr_from_entries(index_t rows, index_t columns, const Tensor<index_t>& row_of,
                        const Tensor<index_t>& column_of, const Tensor<T>& values) {
  check<ShapeError>(row_of.rank() == 1 && column_of.shape() == row_of.shape(), "csr_from_entries",
                    "expected as many rows as columns, got shapes ", row_of.shape(), " and ",
                    column_of.shape());
  check<ValueError>(rows >= 0 && columns >= 0, "csr_from_entries", "negative extents ", rows, " and ",
                    columns);
  const auto groups = detail::group_by(detail::checked_ids(row_of, rows, "csr_from_entries"), rows);
  const Tensor<index_t> indices =
      index_select(detail::checked_ids(column_of, columns, "csr_from_entries"), 0, groups.order);
  return Csr<T>(rows, columns, groups.offsets, indices, index_select(values, 0, groups.order));
}

/// The elements of a dense matrix that are not 0, as a sparse one; differentiable with respect to these
/// elements.
///
///   shapes: x (M, K)
///   returns: a matrix of (M, K)
///   throws: ShapeError if x is not a matrix
///   keeps: the positions of the entries
///   cost: one pass over x
template <Real T>
Csr<T> to_csr(const Tensor<T>& x) {
  check<ShapeError>(x.rank() == 2, "to_csr", "expected a matrix, got shape ", x.shape());
  std::vector<index_t> offsets(static_cast<std::size_t>(x.shape()[0]) + 1), indices, positions;
  index_t position = 0;
  for (T value : x) {
    if (value != T(0)) {
      indices.push_back(position % x.shape()[1]);
      positions.push_back(position);
    }
    if (++position % x.shape()[1] == 0)
      offsets[static_cast<std::size_t>(position / x.shape()[1])] = static_cast<index_t>(indices.size());
  }
  const auto vector = [](const std::vector<index_t>& v) { return from(v, {static_cast<index_t>(v.size())}); };
  return Csr<T>(x.shape()[0], x.shape()[1], vector(offsets), vector(indices),
                index_select(flatten(x), 0, vector(positions)));
}

/// The dense matrix of a sparse one; differentiable with respect to the values.
///
///   shapes: a (M, K)
///   returns: (M, K)
///   throws: nothing
///   keeps: the positions of the entries
///   cost: O(M K)
template <Real T>
Tensor<T> to_dense(const Csr<T>& a) {
  const Tensor<index_t> positions = add(mul(detail::entry_rows(a.offsets()), a.columns()), a.indices());
  return reshape(index_add(zeros<T>({a.rows() * a.columns()}), 0, positions, a.values()),
                 {a.rows(), a.columns()});
}

/// The transposed matrix; differentiable with respect to the values.
///
///   shapes: a (M, K)
///   returns: a matrix of (K, M)
///   throws: nothing
///   keeps: the order of the entries
///   cost: O(entries + K)
template <Real T>
Csr<T> transpose(const Csr<T>& a) {
  const auto groups = detail::group_by(a.indices(), a.columns());
  const Tensor<index_t> rows = index_select(detail::entry_rows(a.offsets()), 0, groups.order);
  return Csr<T>(a.columns(), a.rows(), groups.offsets, rows, index_select(a.values(), 0, groups.order));
}

template <Real T>
Tensor<T> matmul(const Csr<T>& a, const Tensor<T>& x);

namespace detail {
/// For each entry of `places` the product of its row of a with its column's row of b.
template <class T>
Tensor<T> sampled_products(const Csr<T>& places, const Tensor<T>& a, const Tensor<T>& b) {
  if (grad_enabled())
    return sum(mul(index_select(a, 0, entry_rows(places.offsets())), index_select(b, 0, places.indices())),
               {1});
  Tensor<T> values = Tensor<T>::empty({places.entries()});
  backend::kernel<backend::CsrSample<T>>()(places.rows(), a.shape()[1], places.offsets().data(),
                                           places.indices().data(), contiguous(a).data(),
                                           contiguous(b).data(), values.mutable_data());
  return values;
}
}  // namespace detail

/// Product of a sparse and a dense matrix: y = A x. Gradients: dx = A^T g, dvalues[e] = <g[row of e],
/// x[column of e]>.
///
///   shapes: A (M, K); x (K, N) or (K)
///   returns: (M, N) or (M)
///   throws: ShapeError if the shapes do not fit
///   keeps: the values and places of A; x if the values require a gradient
///   cost: 2 N flops an entry, rows shared by threads
template <Real T>
Tensor<T> matmul(const Csr<T>& a, const Tensor<T>& x) {
  check<ShapeError>((x.rank() == 1 || x.rank() == 2) && x.shape()[0] == a.columns(), "matmul",
                    "a sparse matrix of ", a.rows(), " by ", a.columns(), " does not multiply shape ",
                    x.shape());
  if (x.rank() == 1) return squeeze(matmul(a, unsqueeze(x, 1)), 1);
  Tensor<T> y = Tensor<T>::empty({a.rows(), x.shape()[1]});
  const Tensor<T> values = contiguous(a.values().detach()), dense = contiguous(x.detach());
  backend::kernel<backend::CsrMultiply<T>>()(a.rows(), x.shape()[1], a.offsets().data(), a.indices().data(),
                                             values.data(), dense.data(), y.mutable_data());
  return record("sparse_matmul", y, {kept_for(x, a.values()), kept_for(a.values(), x)},
                [places = a.with(values)](const Backward<T>& p) -> Gradients<T> {
                  return {
                      p.needs(0) ? matmul(transpose(places.with(p.input(1))), p.gradient()) : Tensor<T>{},
                      p.needs(1) ? detail::sampled_products(places, p.gradient(), p.input(0)) : Tensor<T>{}};
                });
}

}  // namespace TENON_NAMESPACE
