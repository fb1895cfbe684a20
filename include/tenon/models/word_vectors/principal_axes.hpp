#pragma once
/// Exact principal component analysis, with equal results in every run. Jolliffe 2002, "Principal Component
/// Analysis", section 3.5, describes the duality used here.

#include <algorithm>  // sort
#include <cmath>      // abs, sqrt
#include <cstddef>    // size_t
#include <numeric>    // iota
#include <span>       // span
#include <utility>    // move
#include <vector>     // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// The principal axes of some points.
struct PrincipalAxes {
  std::vector<double> mean;  ///< the mean of the points, D numbers
  std::vector<double> axes;  ///< (k, D): unit vectors; zeros for axes along which the points do not vary

  /// The coordinate of a point along an axis, relative to the mean.
  template <class T>
  double project(std::span<const T> point, std::size_t axis) const {
    double sum = 0;
    for (std::size_t i = 0; i < mean.size(); ++i)
      sum += axes[axis * mean.size() + i] * (static_cast<double>(point[i]) - mean[i]);
    return sum;
  }
};

/// The k directions in which n points vary most: the eigenvectors of the covariance with the largest
/// eigenvalues. For centred points X, X Xᵀ = U Λ Uᵀ, they are the rows of Λ^-½ Uᵀ X, which takes an n × n
/// eigenvalue problem for any D. The sign of an axis is chosen so that the point's coordinate of largest
/// magnitude is positive.
///
///   shapes: points (n, D), row-major
///   throws: ValueError unless 1 <= k <= n; ShapeError if the number of values is no multiple of n
///   cost: n² D + about 40 n³ operations, suitable for hundreds of points
PrincipalAxes principal_axes(std::vector<double> points, index_t n, index_t k);

namespace detail {

/// The eigenvalues and eigenvectors of a symmetric matrix, by rotations that make it diagonal (Jacobi 1846).
class JacobiEigen {
 public:
  JacobiEigen(std::vector<double> matrix, std::size_t n) : a_(std::move(matrix)), v_(n * n), n_(n) {
    for (std::size_t i = 0; i < n; ++i) v(i, i) = 1;
    constexpr int most_sweeps = 60;  // it converges quadratically, usually in about eight
    for (int sweep = 0; sweep < most_sweeps && off_diagonal() > 1e-30 * total(); ++sweep)
      for (std::size_t p = 0; p < n; ++p)
        for (std::size_t q = p + 1; q < n; ++q) rotate(p, q);
  }
  double eigenvalue(std::size_t i) const { return a_[i * n_ + i]; }
  /// Component `row` of eigenvector i.
  double eigenvector(std::size_t row, std::size_t i) const { return v_[row * n_ + i]; }

 private:
  double& a(std::size_t i, std::size_t j) { return a_[i * n_ + j]; }
  double& v(std::size_t i, std::size_t j) { return v_[i * n_ + j]; }

  double off_diagonal() {
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < i; ++j) sum += 2 * a(i, j) * a(i, j);
    return sum;
  }
  double total() const {
    double sum = 0;
    for (const double x : a_) sum += x * x;
    return sum;
  }

  /// Makes a(p, q) zero.
  void rotate(std::size_t p, std::size_t q) {
    if (a(p, q) == 0) return;
    const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
    const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1), s = t * c;
    const auto turn = [c, s](double& x, double& y) {
      const double old = x;
      x = c * old - s * y;
      y = s * old + c * y;
    };
    for (std::size_t i = 0; i < n_; ++i) turn(a(i, p), a(i, q));
    for (std::size_t i = 0; i < n_; ++i) turn(a(p, i), a(q, i));
    for (std::size_t i = 0; i < n_; ++i) turn(v(i, p), v(i, q));
  }

  std::vector<double> a_, v_;
  std::size_t n_;
};

/// Subtracts the mean from n rows and returns it.
inline std::vector<double> centre_rows(std::vector<double>& x, std::size_t n) {
  const std::size_t dim = x.size() / n;
  std::vector<double> mean(dim);
  for (std::size_t i = 0; i < x.size(); ++i) mean[i % dim] += x[i] / static_cast<double>(n);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] -= mean[i % dim];
  return mean;
}

/// The matrix X Xᵀ of n rows X.
inline std::vector<double> gram_matrix(const std::vector<double>& x, std::size_t n) {
  const std::size_t dim = x.size() / n;
  std::vector<double> gram(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t d = 0; d < dim; ++d) sum += x[i * dim + d] * x[j * dim + d];
      gram[i * n + j] = gram[j * n + i] = sum;
    }
  return gram;
}

}  // namespace detail

inline PrincipalAxes principal_axes(std::vector<double> points, index_t n, index_t k) {
  check<ValueError>(n >= 1 && k >= 1 && k <= n, "principal_axes", n, " points have no ", k, " axes");
  const auto count = static_cast<std::size_t>(n);
  check<ShapeError>(points.size() % count == 0, "principal_axes", points.size(), " values are not ", n,
                    " points");
  const std::size_t dim = points.size() / count;
  PrincipalAxes result;
  result.mean = detail::centre_rows(points, count);
  result.axes.resize(static_cast<std::size_t>(k) * dim);

  const detail::JacobiEigen eigen(detail::gram_matrix(points, count), count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return eigen.eigenvalue(a) != eigen.eigenvalue(b) ? eigen.eigenvalue(a) > eigen.eigenvalue(b) : a < b;
  });
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) total += eigen.eigenvalue(i);

  for (std::size_t axis = 0; axis < static_cast<std::size_t>(k); ++axis) {
    const std::size_t e = order[axis];
    if (eigen.eigenvalue(e) <= 1e-12 * total) break;
    double largest = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (std::abs(eigen.eigenvector(i, e)) > std::abs(largest)) largest = eigen.eigenvector(i, e);
    const double scale = (largest < 0 ? -1 : 1) / std::sqrt(eigen.eigenvalue(e));
    for (std::size_t i = 0; i < points.size(); ++i)
      result.axes[axis * dim + i % dim] += scale * eigen.eigenvector(i / dim, e) * points[i];
  }
  return result;
}

}  // namespace TENON_NAMESPACE::models::word_vectors
