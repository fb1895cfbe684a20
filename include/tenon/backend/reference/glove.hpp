#pragma once
/// The step of GloVe in plain loops: the oracle of its tests.

#include <cmath>  // sqrt

#include "tenon/backend/glove_rows.hpp"

namespace TENON_NAMESPACE::backend::reference {

/// Returns the loss before the step.
template <Real T>
T glove_step(const GloveRows<T>& rows) {
  T d = -rows.log_count;
  for (index_t k = 0; k < rows.stride; ++k) d += rows.row[k] * rows.context[k];
  const T g = rows.rate * rows.weight * d;
  const auto change = [](T& x, T& squares, T dx) {
    squares += dx * dx;
    x -= dx / std::sqrt(squares);
  };
  for (index_t k = 0; k < rows.stride; ++k) {
    const T drow = g * rows.context[k], dcontext = g * rows.row[k];
    change(rows.row[k], rows.row[rows.stride + k], drow);
    change(rows.context[k], rows.context[rows.stride + k], dcontext);
  }
  return T(0.5) * rows.weight * d * d;
}

}  // namespace TENON_NAMESPACE::backend::reference
