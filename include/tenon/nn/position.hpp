#pragma once
/// Where in a sequence an item stands, told to models that would not know: added to what comes out of an
/// embedding, or turned into queries and keys.

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/rotary.hpp"

namespace TENON_NAMESPACE::nn {

/// Sines and cosines of rates that fall from 1 to 1 / base. Vaswani et al. 2017.
///   table[t, 2 k] = sin(a), table[t, 2 k + 1] = cos(a),  a = (start + t) base^(-2 k / D)
///   returns (length, D)    throws ValueError when D is odd
template <Real T>
Tensor<T> sinusoids(index_t length, index_t width, index_t start = 0, double base = 10000) {
  check<ValueError>(width > 0 && width % 2 == 0, "sinusoids", "expected an even width, got ", width);
  const Tensor<double> position = unsqueeze(to<double>(arange<index_t>(length)), 1);
  const Tensor<double> pair = to<double>(arange<index_t>(width / 2));
  const double slope = -2 * std::log(base) / static_cast<double>(width), first = static_cast<double>(start);
  const Tensor<double> angle =
      map([slope, first](auto t, auto k) { return (first + t) * exp(slope * k); }, position, pair);
  return to<T>(flatten(stack<double>({sin(angle), cos(angle)}, -1), 1, 2));
}

/// x (..., T, D) plus `sinusoids`. Nothing is trained or saved.
struct SinusoidalPositions {
  using is_layer = void;
  double base = 10000;

  /// `start` is the position of the first row, for decoding step by step.
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    return observed(*this, x.shape(), add(x, sinusoids<T>(x.extent(-2), x.extent(-1), start, base)));
  }
};

/// x (..., T, D) plus a trained row for each position. As in GPT-2; Radford et al. 2019.
template <Real T>
struct LearnedPositions {
  Parameter<T> weight;  ///< (positions, D), normal of deviation 0.02

  LearnedPositions() = default;
  LearnedPositions(index_t positions, index_t width, Generator& generator = default_generator())
      : weight(init::normal<T>({positions, width}, 0, 0.02, generator)) {}

  /// throws ValueError when x is longer than there are positions
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    const index_t length = x.extent(-2), positions = weight.extent(0);
    check<ValueError>(start >= 0 && start + length <= positions, "learned_positions", "positions ", start,
                      " to ", start + length, " are beyond the ", positions, " that there are");
    return observed(*this, x.shape(), add(x, narrow(weight, 0, start, length)));
  }
  TENON_FIELDS(weight);
};

/// Queries or keys (..., T, D) turned by their positions; see `rotary_embedding`. To be applied to both,
/// after they were split into heads.
struct RotaryPositions {
  using is_layer = void;
  double base = 10000;
  bool interleaved = false;  ///< pairs are neighbours, as in GPT-J, instead of entries of the two halves

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    return observed(*this, x.shape(),
                    rotary_embedding(x, {.base = base, .start = start, .interleaved = interleaved}));
  }
};

}  // namespace TENON_NAMESPACE::nn
