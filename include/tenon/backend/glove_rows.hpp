#pragma once
/// The two rows that a step of GloVe changes.

#include "tenon/backend/hogwild.hpp"

namespace TENON_NAMESPACE::backend {

/// A step of stochastic gradient descent on one co-occurrence X of a word and a context word, with the rates
/// of AdaGrad (Duchi et al. 2011) for each coordinate:
///   loss = f(X) d^2 / 2,  d = <row, context> - log X        g = rate f(X) d
///   squares += (g context)^2,    row     -= g context / sqrt(squares)     likewise the context row,
///                                                                         all from the values before the
///                                                                         step
///
/// A row is `stride` coordinates followed by their sums of squares. Biases are coordinates too: where one row
/// holds its bias, the other holds a 1 whose sum of squares is `fixed_squares`, so that it never moves.
template <Real T>
struct GloveRows {
  T* row;
  T* context;      ///< not the same row
  index_t stride;  ///< hogwild::row_stride(coordinates), zeros beyond the coordinates
  T log_count;     ///< log X
  T weight;        ///< f(X)
  T rate;          ///< step size
};

/// A coordinate with this sum of squares stays what it is, as long as its gradient is below 10^7.
template <Real T>
inline constexpr T fixed_squares = sizeof(T) == 4 ? T(1e30) : T(1e60);

}  // namespace TENON_NAMESPACE::backend
