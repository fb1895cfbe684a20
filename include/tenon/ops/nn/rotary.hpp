#pragma once
/// Rotary position embedding for attention.

#include <cmath>  // cos, pow, sin

#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

/// Options of `rotary_embedding`.
struct RotaryOptions {
  double base = 10000;       ///< the base of the angles' rates; larger: slower rotation
  index_t start = 0;         ///< the position of the first row, for decoding step by step
  bool interleaved = false;  ///< whether pairs are neighbours, as in GPT-J, or entries of the two halves
};

/// Rotates pairs of entries of queries or keys by angles that grow with their position, so that the product
/// of a query and a key depends on the difference of their positions: (y_k, y'_k) = (x_k cos a - x'_k sin
/// a, x_k sin a + x'_k cos a), a = position base^(-2 k / D).
///
///   shapes: x (..., T, D), D even
///   returns: the shape of x
///   throws: ShapeError if x has fewer than two axes or D is odd
///   keeps: the cosines and sines (T, D / 2) of the angles
///   cost: three passes
///   source: Su et al. 2021, "RoFormer", https://arxiv.org/abs/2104.09864
template <Real T>
Tensor<T> rotary_embedding(const Tensor<T>& x, const RotaryOptions& options = {}) {
  check<ShapeError>(x.rank() >= 2 && x.extent(-1) % 2 == 0, "rotary_embedding",
                    "expected shape (..., T, D) with an even D, got ", x.shape());
  const index_t length = x.extent(-2), half = x.extent(-1) / 2;
  Tensor<T> c = Tensor<T>::empty({length, half}), s = Tensor<T>::empty({length, half});
  T *cosine = c.mutable_data(), *sine = s.mutable_data();
  for (index_t t = 0; t < length; ++t) {
    for (index_t k = 0; k < half; ++k) {
      const double rate = std::pow(options.base, -static_cast<double>(k) / static_cast<double>(half));
      const double angle = static_cast<double>(options.start + t) * rate;
      *cosine++ = static_cast<T>(std::cos(angle));
      *sine++ = static_cast<T>(std::sin(angle));
    }
  }
  const Range first = options.interleaved ? range(0, {}, 2) : range(0, half);
  const Range second = options.interleaved ? range(1, {}, 2) : range(half, {});
  const Tensor<T> a = slice(x, -1, first), b = slice(x, -1, second);
  const auto difference = [](auto u, auto v, auto p, auto q) { return u * p - v * q; };
  const auto total = [](auto u, auto v, auto p, auto q) { return u * q + v * p; };
  const Tensor<T> y = map("rotary_embedding", detail::needs<0b0100, 0b1000, 0b0001, 0b0010>(difference), a, b,
                          c, s),
                  z = map("rotary_embedding", detail::needs<0b1000, 0b0100, 0b0010, 0b0001>(total), a, b, c,
                          s);
  return options.interleaved ? flatten(stack<T>({y, z}, -1), -2, -1) : cat<T>({y, z}, -1);
}

}  // namespace TENON_NAMESPACE
