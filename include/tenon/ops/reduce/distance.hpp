#pragma once
/// Distances between vectors, of all orders that `norm` knows. The gradient at a distance of 0 is 0.
///
///   keeps: the differences, and what `norm` keeps
///   cost: three passes over the differences, of which there is one for each element of each pair

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/norm.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace TENON_NAMESPACE {

/// Distance of order p between two tensors as vectors: |a - b|_p.
///
///   shapes: a, b broadcast to one another
///   returns: a tensor of rank 0
///   throws: ShapeError if the shapes do not broadcast
template <Real T>
Tensor<T> dist(const Tensor<T>& a, const Tensor<T>& b, double p = 2) {
  return norm(map("dist", [](auto x, auto y) { return x - y; }, a, b), p);
}

namespace detail {
/// Throws unless p is an order of a distance.
inline void check_distance_order(double p, const char* op) {
  check<ValueError>(p >= 0, op, "expected an order of 0 or more, got ", p);
}

/// The sum of squared differences of two rows, as eight sums, which the compiler keeps in registers.
template <class T>
T squared_distance(const T* a, const T* b, index_t n) {
  constexpr int lanes = 8;
  T sums[lanes] = {};
  index_t k = 0;
  for (; k + lanes <= n; k += lanes)
    for (int l = 0; l < lanes; ++l) sums[l] += (a[k + l] - b[k + l]) * (a[k + l] - b[k + l]);
  for (; k < n; ++k) sums[0] += (a[k] - b[k]) * (a[k] - b[k]);
  T total = 0;
  for (const T sum : sums) total += sum;
  return total;
}

/// Euclidean distances y of the rows of a (..., P, M) and b (..., R, M) with the same leading axes, without a
/// tensor of differences. With w = g / y the gradients are da = a sum_r w - w b, db = b sum_p w - w^T a.
template <class T>
Tensor<T> euclidean_distances(const Tensor<T>& a, const Tensor<T>& b) {
  const index_t p = a.extent(-2), r = b.extent(-2), m = a.extent(-1);
  Shape shape = a.shape();
  shape[a.rank() - 1] = r;
  Tensor<T> y = Tensor<T>::empty(shape);
  const Tensor<T> x1 = contiguous(a.detach()), x2 = contiguous(b.detach());
  T* const out = y.mutable_data();
  parallel_for(r == 0 ? 0 : y.size() / r, std::max<index_t>(1, (1 << 14) / (r * m + 1)),
               [&](index_t begin, index_t end) {
                 for (index_t i = begin; i < end; ++i)
                   for (index_t j = 0; j < r; ++j)
                     out[i * r + j] =
                         std::sqrt(squared_distance(x1.data() + i * m, x2.data() + (i / p * r + j) * m, m));
               });
  return record(
      "cdist", y, {a, b},
      [](const Backward<T>& q) -> Gradients<T> {
        const Tensor<T> w = map(
            "cdist", [](auto g, auto d) { return select(d == 0, g * 0, g / d); }, q.gradient(), q.output());
        const auto gradient = [&](const Tensor<T>& own, const Tensor<T>& weights, const Tensor<T>& other) {
          return sub(mul(own, sum(weights, {-1}, true)), matmul(weights, other));
        };
        return {q.needs(0) ? gradient(q.input(0), w, q.input(1)) : Tensor<T>{},
                q.needs(1) ? gradient(q.input(1), transpose(w, -1, -2), q.input(0)) : Tensor<T>{}};
      },
      Keep::output);
}
}  // namespace detail

/// Distances of order p between all rows of two matrices: y_ij = |a_i - b_j|_p.
///
///   shapes: a (..., P, M); b (..., R, M); the leading axes broadcast to one another
///   returns: (..., P, R)
///   throws: ShapeError if the shapes do not fit; ValueError if p is negative
///   keeps: for p = 2 a, b and y; else the differences (..., P, R, M), and what `norm` keeps
///   cost: for p = 2 one pass over the pairs, backward two matrix products; else three passes over the
///     differences
template <Real T>
Tensor<T> cdist(const Tensor<T>& a, const Tensor<T>& b, double p = 2) {
  detail::check_distance_order(p, "cdist");
  check<ShapeError>(a.rank() >= 2 && b.rank() >= 2 && a.extent(-1) == b.extent(-1), "cdist",
                    "expected rows of one length, got shapes ", a.shape(), " and ", b.shape());
  if (p != 2)
    return norm(
        map("cdist", [](auto x, auto y) { return x - y; }, unsqueeze(a, -2), unsqueeze(b, -3)), p, {-1});
  const auto batch = [](const Tensor<T>& x) { return Shape(x.shape().begin(), x.shape().end() - 2); };
  const Shape lead = broadcast_shapes(batch(a), batch(b), "cdist");
  const auto stretched = [&](const Tensor<T>& x) {
    Shape shape = lead;
    shape.push_back(x.extent(-2));
    shape.push_back(x.extent(-1));
    return expand(x, shape);
  };
  return detail::euclidean_distances(stretched(a), stretched(b));
}

/// Distances of order p between the rows of a matrix, each pair once: |x_i - x_j|_p for i < j, row by row.
///
///   shapes: x (N, M)
///   returns: (N (N - 1) / 2)
///   throws: ShapeError if x is not a matrix; ValueError if p is negative
template <Real T>
Tensor<T> pdist(const Tensor<T>& x, double p = 2) {
  detail::check_distance_order(p, "pdist");
  check<ShapeError>(x.rank() == 2, "pdist", "expected a matrix, got shape ", x.shape());
  const Tensor<index_t> pairs = triu_indices(x.extent(0), x.extent(0), 1);
  const auto rows = [&](index_t k) { return index_select(x, 0, pairs(k)); };
  return norm(sub(rows(0), rows(1)), p, {-1});
}

}  // namespace TENON_NAMESPACE
