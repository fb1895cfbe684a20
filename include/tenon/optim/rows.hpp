#pragma once
/// Training of a few rows of a large table: the gradient has only the rows that a batch uses, instead of the
/// table's size.
///
///     const auto used = tn::optim::lookup_rows(table, ids);
///     const auto loss = f(embedding(used.values, used.positions));
///     optimizer.step_rows(table, used.rows, grad(loss, {used.values})[0]);

#include "tenon/backend/index.hpp"
#include "tenon/core/reflect.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/ops/reduce/sort.hpp"

namespace TENON_NAMESPACE::optim {

/// The distinct rows of a table that a tensor of indices uses.
template <Real T>
struct RowLookup {
  Tensor<index_t> rows;       ///< ascending, each once
  Tensor<T> values;           ///< table[rows], a leaf that requires a gradient
  Tensor<index_t> positions;  ///< shape of the indices: the position in `rows` of each index
};

/// Looks up the distinct rows of a table that `ids` uses, for a loss whose gradient has only these rows.
///
///   shapes: table (V, …); ids any
///   throws: IndexError if an id is outside the table
///   cost: one sort of ids and one copy of the rows
template <Real T>
RowLookup<T> lookup_rows(const Tensor<T>& table, const Tensor<index_t>& ids) {
  const auto found = unique(ids);
  check<IndexError>(found.values.size() == 0 || *found.values.data() >= 0, "lookup_rows", "negative index ",
                    found.values.size() == 0 ? 0 : *found.values.data());
  Tensor<T> values = index_select(table.detach(), 0, found.values);
  values.requires_grad_();
  return {found.values, values, found.inverse};
}

namespace detail {

template <class T>
void check_rows(const char* op, const Tensor<T>& table, const Tensor<index_t>& rows,
                const Tensor<T>& gradient) {
  check<ShapeError>(table.rank() > 0 && rows.rank() == 1 && rows.is_contiguous(), op,
                    "expected a vector of rows of a table, got shape ", rows.shape(), " for ", table.shape());
  Shape expected = table.shape();
  expected[0] = rows.size();
  check<ShapeError>(gradient.shape() == expected, op, rows.size(), " rows of a table of shape ",
                    table.shape(), " have a gradient of shape ", expected, ", not ", gradient.shape());
  index_t last = -1;
  for (index_t row : rows) {
    check<IndexError>(row > last && row < table.shape()[0], op, "row ", row, " after row ", last,
                      " of a table of shape ", table.shape(), ": expected ascending rows, each once");
    last = row;
  }
}

template <class T>
void put_rows(Tensor<T>& table, const Tensor<index_t>& rows, const Tensor<T>& values) {
  if (rows.size() == 0) return;
  backend::kernel<backend::PutRows<T>>()(rows.size(), values.size() / rows.size(), rows.data(), values.data(),
                                         table.mutable_data());
}

/// The optimizer state of some rows: the rows of the state's tensors, and its numbers, which belong to the
/// whole table.
template <class State>
State state_of_rows(const State& state, const Tensor<index_t>& rows) {
  State part = state;
  for_each_field(part, [&]<class Field>(std::string_view, Field& field) {
    if constexpr (is_tensor<Field>)
      if (field.defined()) field = index_select(field, 0, rows);
  });
  return part;
}
/// Writes the state of some rows, `part`, back into the state of the table.
template <class State>
void put_state_of_rows(State& state, const Tensor<index_t>& rows, State& part) {
  const auto put = [&]<class Field>(Field& field, const Field& moved) {
    if constexpr (!is_tensor<Field>)
      field = moved;
    else if (field.defined())
      put_rows(field, rows, moved);
  };
  const auto fields = tie_fields(state), moved = tie_fields(part);
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (put(std::get<k>(fields), std::get<k>(moved)), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(tie_fields(state))>>());
}

}  // namespace detail

}  // namespace TENON_NAMESPACE::optim
