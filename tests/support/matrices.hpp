#pragma once
/// Matrices for the cases of linear algebra.

#include "expect.hpp"
#include "op_case.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace support {

template <class T>
tn::Tensor<T> symmetric(const tn::Tensor<T>& x) {
  return tn::add(x, tn::transpose(x, -1, -2));
}
/// x x^T + 1, so that factors are well conditioned.
template <class T>
tn::Tensor<T> definite(const tn::Tensor<T>& x) {
  return tn::add(tn::matmul(x, tn::transpose(x, -1, -2)), tn::eye<T>(x.extent(-1)));
}
/// x with 3, 6, … added to the diagonal of its square part, whose singular values then lie apart.
template <class T>
tn::Tensor<T> spread(const tn::Tensor<T>& x) {
  const tn::index_t m = x.extent(-2), n = x.extent(-1);
  return tn::add(x, tn::mul(tn::eye<T>(m, n), tn::unsqueeze(tn::arange<T>(static_cast<T>(n)), 0) * 3 + 3));
}
/// For results of long computations.
inline constexpr OpTraits loose{.fixed = true, .tolerance = 1e-3};

/// The largest |a - b|.
inline double distance(const tn::Tensor<double>& a, const tn::Tensor<double>& b) {
  return tn::amax(tn::abs(a - b)).item();
}

}  // namespace support
