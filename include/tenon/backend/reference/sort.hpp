#pragma once
/// Rows in order.

#include <algorithm>  // sort
#include <vector>     // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// NaN is greater than any number.
template <class T>
bool sorts_before(T a, T b) {
  return a < b || (b != b && a == a);
}

/// Positions of the elements of a row in order.
template <class T>
std::vector<index_t> row_order(index_t n, bool descending, const T* row) {
  std::vector<index_t> order;
  for (index_t i = 0; i < n; ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](index_t i, index_t j) {
    const T a = row[descending ? j : i], b = row[descending ? i : j];
    return sorts_before(a, b) || (!sorts_before(b, a) && i < j);  // equal elements keep their order
  });
  return order;
}

template <class T>
void topk(index_t rows, index_t n, index_t k, bool descending, const T* x, T* values, index_t* indices) {
  for (index_t r = 0; r < rows; ++r) {
    const std::vector<index_t> order = row_order(n, descending, x + r * n);
    for (index_t i = 0; i < k; ++i) {
      indices[r * k + i] = order[static_cast<std::size_t>(i)];
      values[r * k + i] = x[r * n + indices[r * k + i]];
    }
  }
}

template <class T>
void sort(index_t rows, index_t n, bool descending, const T* x, T* values, index_t* indices) {
  topk(rows, n, n, descending, x, values, indices);
}

template <class T>
void kthvalue(index_t rows, index_t n, index_t k, const T* x, T* values, index_t* indices) {
  for (index_t r = 0; r < rows; ++r) {
    indices[r] = row_order(n, false, x + r * n)[static_cast<std::size_t>(k)];
    values[r] = x[r * n + indices[r]];
  }
}

template <class T>
void searchsorted(index_t rows, index_t n, index_t count, bool right, const T* sequence, index_t distance,
                  const T* values, index_t* positions) {
  for (index_t i = 0; i < rows * count; ++i) {
    const T* const row = sequence + i / count * distance;
    index_t at = 0;
    while (at < n && (right ? !sorts_before(values[i], row[at]) : sorts_before(row[at], values[i]))) ++at;
    positions[i] = at;
  }
}

}  // namespace TENON_NAMESPACE::backend::reference
