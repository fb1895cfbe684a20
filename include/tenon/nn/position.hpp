#pragma once
/// Position encodings: they give the position in the sequence to models that would otherwise not depend on
/// it. Sinusoidal and learned ones are added to embeddings, rotary ones rotate queries and keys.

#include "tenon/nn/init.hpp"
#include "tenon/nn/observe.hpp"
#include "tenon/ops/nn/rotary.hpp"

namespace TENON_NAMESPACE::nn {

/// Sinusoidal position encodings: y[t, 2 k] = sin(a), y[t, 2 k + 1] = cos(a), a = (start + t) base^(-2 k /
/// D).
///
///   returns: (length, D), D the width
///   throws: ValueError if D is not positive and even
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
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

/// Adds sinusoidal position encodings: y = x + sinusoids(T, D). There are no parameters.
///
///   shapes: x (..., T, D)
///   returns: shape of x
///   throws: ValueError if D is odd
///   source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
struct SinusoidalPositions {
  using is_layer = void;
  double base = 10000;  ///< the last pair's rate is about 1 / base

  /// x plus the encodings of positions start, start + 1, …; `start` is for decoding step by step.
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    return call_layer(*this, x,
                      [&] { return add(x, sinusoids<T>(x.extent(-2), x.extent(-1), start, base)); });
  }
};

/// Adds a trained row for each position: y[..., t, :] = x[..., t, :] + weight[start + t, :].
///
///   shapes: x (..., T, D)
///   returns: shape of x
///   throws: ValueError if start is negative or start + T exceeds the number of positions
///   source: Radford et al. 2019 (GPT-2)
template <Real T>
struct LearnedPositions {
  Parameter<T> weight;  ///< (positions, D), initially normal with standard deviation 0.02

  LearnedPositions() = default;
  LearnedPositions(index_t positions, index_t width, Generator& generator = default_generator())
      : weight(init::normal<T>({positions, width}, 0, 0.02, generator)) {}

  /// x plus the rows of positions start, start + 1, …; `start` is for decoding step by step.
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    return call_layer(*this, x, [&] {
      const index_t length = x.extent(-2), positions = weight.extent(0);
      check<ValueError>(start >= 0 && start + length <= positions, "learned_positions", "positions ", start,
                        " to ", start + length, " are beyond the ", positions, " that there are");
      return add(x, narrow(weight, 0, start, length));
    });
  }
  TENON_FIELDS(weight);
};

/// Rotary position embedding: rotates pairs of features of queries or keys by angles that grow with the
/// position. Apply it to both queries and keys, after the split into heads; see `rotary_embedding`.
///
///   shapes: x (..., T, D)
///   returns: shape of x
///   throws: ShapeError if x has fewer than 2 axes or D is odd
///   source: Su et al. 2021, https://arxiv.org/abs/2104.09864
struct RotaryPositions {
  using is_layer = void;
  double base = 10000;       ///< the last pair's rate is about 1 / base
  bool interleaved = false;  ///< pair neighbours, as GPT-J does, instead of entries of the two halves

  template <Real T>
  Tensor<T> operator()(const Tensor<T>& x, index_t start = 0) const {
    return call_layer(*this, x, [&] {
      return rotary_embedding(x, {.base = base, .start = start, .interleaved = interleaved});
    });
  }
};

}  // namespace TENON_NAMESPACE::nn
