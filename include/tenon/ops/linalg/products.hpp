#pragma once
/// Products of several matrices, of a matrix with itself, and of vectors in space.

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The cheapest order of a product of matrices of extents[i] rows and extents[i + 1] columns (Cormen et al.,
/// chapter 15).
class ProductOrder {
 public:
  explicit ProductOrder(const std::vector<index_t>& extents)
      : count_(extents.size() - 1), split_(count_ * count_, 0) {
    std::vector<double> cost(count_ * count_, 0);
    for (std::size_t length = 2; length <= count_; ++length)
      for (std::size_t first = 0, last = length - 1; last < count_; ++first, ++last) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t s = first; s < last; ++s) {
          const double flops = static_cast<double>(extents[first]) * static_cast<double>(extents[s + 1]) *
                               static_cast<double>(extents[last + 1]);
          const double total = cost[first * count_ + s] + cost[(s + 1) * count_ + last] + flops;
          if (total >= least) continue;
          least = total;
          split_[first * count_ + last] = s;
        }
        cost[first * count_ + last] = least;
      }
  }
  /// The last factor on the left of the last product of factors `first` to `last`.
  std::size_t last_split(std::size_t first, std::size_t last) const { return split_[first * count_ + last]; }
  template <class T>
  Tensor<T> product(const std::vector<Tensor<T>>& xs, std::size_t first, std::size_t last) const {
    if (first == last) return xs[first];
    const std::size_t s = last_split(first, last);
    return matmul(product(xs, first, s), product(xs, s + 1, last));
  }

 private:
  std::size_t count_;
  std::vector<std::size_t> split_;
};

}  // namespace detail

/// Product of two or more matrices, in the order that takes the fewest multiplications. The first may be a
/// row and the last a column.
///
///   shapes: (K0, K1), (K1, K2), ...; the first (K1) and the last (Kn-1) may be vectors
///   returns: (K0, Kn), without the axis of a vector
///   throws: ShapeError if the shapes do not fit; ValueError if there are fewer than two factors
///   keeps: the operands of each product
///   cost: n^3 steps to find the order, then the products
///   source: Cormen et al., Introduction to Algorithms, chapter 15
template <Real T>
Tensor<T> multi_dot(const std::vector<Tensor<T>>& xs) {
  check<ValueError>(xs.size() >= 2, "multi_dot", "expected two or more factors, got ", xs.size());
  std::vector<Tensor<T>> matrices = xs;
  const bool row = xs.front().rank() == 1, column = xs.back().rank() == 1;
  if (row) matrices.front() = unsqueeze(xs.front(), 0);
  if (column) matrices.back() = unsqueeze(xs.back(), 1);
  std::vector<index_t> extents;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Shape& shape = matrices[i].shape();
    check<ShapeError>(shape.size() == 2, "multi_dot", "expected matrices, got shape ", xs[i].shape(),
                      " as factor ", i);
    check<ShapeError>(i == 0 || shape[0] == matrices[i - 1].shape()[1], "multi_dot", "shapes ",
                      matrices[i - 1].shape(), " and ", shape, " of factors ", i - 1, " and ", i,
                      " do not fit");
    extents.push_back(shape[0]);
  }
  extents.push_back(matrices.back().shape()[1]);
  Tensor<T> y = detail::ProductOrder(extents).product(matrices, 0, matrices.size() - 1);
  if (column) y = squeeze(y, 1);
  return row ? squeeze(y, 0) : y;
}

/// Cross product of vectors in space: y_0 = a_1 b_2 - a_2 b_1, and so on in a circle.
///
///   shapes: a, b of extent 3 along the axis, which broadcast to one another
///   returns: the common shape
///   throws: ShapeError if the shapes do not broadcast or the axis has another extent; IndexError if the
///     axis is out of range
///   keeps: two copies of a and of b
///   cost: seven passes
template <Real T>
Tensor<T> cross(const Tensor<T>& a, const Tensor<T>& b, index_t axis = -1) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "cross");
  const int k = normalize_axis(axis, shape.size(), "cross");
  check<ShapeError>(shape[k] == 3, "cross", "expected an extent of 3 along axis ", k, ", got shapes ",
                    a.shape(), " and ", b.shape());
  const auto next = [k](const Tensor<T>& x, index_t steps) { return roll(x, {-steps}, {k}); };
  const Tensor<T> x = expand(a, shape), y = expand(b, shape);
  return sub(mul(next(x, 1), next(y, 2)), mul(next(x, 2), next(y, 1)));
}

namespace detail {

/// e^A by the sum of its series, with A halved until its norm is at most 1 and the sum squared as often.
template <class T>
Tensor<T> exponential_series(const Tensor<T>& a) {
  const Tensor<T> size = contiguous(amax(sum(abs(a), {-2}), {-1}));
  Tensor<T> scale = Tensor<T>::empty(size.shape());
  Tensor<index_t> squarings = Tensor<index_t>::empty(size.shape());
  int most = 0;
  for (index_t i = 0; i < size.size(); ++i) {
    const T norm = size.data()[i];
    int halvings = 0;
    if (norm <= std::numeric_limits<T>::max()) std::frexp(norm, &halvings);  // not NaN, not infinite
    halvings = std::max(halvings, 0);
    most = std::max(most, halvings);
    scale.mutable_data()[i] = std::ldexp(T(1), -halvings);
    squarings.mutable_data()[i] = halvings;
  }
  const auto for_each_matrix = [](const auto& x) { return unsqueeze(unsqueeze(x, -1), -1); };
  const Tensor<T> x = mul(a, for_each_matrix(scale)), x2 = matmul(x, x), x3 = matmul(x2, x),
                  x4 = matmul(x2, x2);
  const Tensor<T> one = eye<T>(a.shape().back());
  // 20 terms, four for each product (Paterson and Stockmeyer 1973); the next one is below 1e-18.
  double factorial[20] = {1};
  for (int j = 1; j < 20; ++j) factorial[j] = factorial[j - 1] * j;
  Tensor<T> y;
  for (int j = 16; j >= 0; j -= 4) {
    const Tensor<T> terms = add(add(div(one, factorial[j]), div(x, factorial[j + 1])),
                                add(div(x2, factorial[j + 2]), div(x3, factorial[j + 3])));
    y = y.defined() ? add(matmul(y, x4), terms) : terms;
  }
  for (int k = 0; k < most; ++k) y = where(for_each_matrix(gt(squarings, k)), matmul(y, y), y);
  return y;
}

}  // namespace detail

/// Exponential e^A = 1 + A + A^2 / 2 + ... of square matrices. Gradient: the upper right block of the
/// exponential of [[A^T, g], [0, A^T]].
///
///   shapes: A (..., N, N)
///   returns: the shape of A
///   throws: ShapeError if A is not square
///   keeps: A
///   cost: 7 products and one for each doubling of the norm above 1; backward that of matrices of twice
///     the extents
///   source: Najfeld & Havel 1995, "Derivatives of the matrix exponential and their computation"
template <Real T>
Tensor<T> matrix_exp(const Tensor<T>& a) {
  check<ShapeError>(a.rank() >= 2 && a.shape().back(0) == a.shape().back(1), "matrix_exp",
                    "expected square matrices, got shape ", a.shape());
  const Tensor<T> y = a.size() == 0 ? clone(a.detach()) : detail::exponential_series(a.detach());
  return record("matrix_exp", y, {a}, [](const Backward<T>& p) -> Gradients<T> {
    const Tensor<T> turned = transpose(p.input(0), -1, -2);
    const index_t n = turned.shape().back();
    const Tensor<T> above = cat<T>({turned, p.gradient()}, -1),
                    below = cat<T>({zeros<T>(turned.shape()), turned}, -1);
    return {narrow(narrow(matrix_exp(cat<T>({above, below}, -2)), -2, 0, n), -1, n, n)};
  });
}

}  // namespace TENON_NAMESPACE
