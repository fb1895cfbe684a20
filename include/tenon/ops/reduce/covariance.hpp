#pragma once
/// Covariance and correlation of variables, the rows of a matrix, of which each column is an observation. A
/// vector, or a tensor of rank 0, is one variable.
///
///   shapes: x (N, M), (M) or ()
///   returns: (N, N); a tensor of rank 0 for one variable that is no matrix
///   keeps: x, its deviations from the means, and what the comment of the op says
///   cost: a matrix product (N, M) (M, N) and three passes over x

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/diagonal.hpp"

namespace TENON_NAMESPACE {

/// Options of `cov`.
template <Real T>
struct CovOptions {
  index_t correction = 1;      ///< subtracted from the number of observations
  Tensor<index_t> fweights{};  ///< how often each observation (M) was made; once when undefined
  Tensor<T> aweights{};        ///< the constant importance of each observation (M); all 1 when undefined
};

namespace detail {

/// The weights of observations and their sums: of the weights, and of the products with the importance.
template <class T>
struct ObservationWeights {
  Tensor<T> each;
  T total, squares;
};
template <class T>
ObservationWeights<T> observation_weights(const CovOptions<T>& options, index_t count) {
  const auto check_weights = [&](const auto& w, const char* what) {
    check<ShapeError>(w.shape() == Shape{count}, "cov", "expected ", what, " of shape ", Shape{count},
                      ", got ", w.shape());
    for (const auto v : w) check<ValueError>(v >= 0, "cov", "a weight is negative: ", v);
  };
  Tensor<T> each = ones<T>({count});
  if (options.fweights.defined()) {
    check_weights(options.fweights, "fweights");
    each = to<T>(options.fweights);
  }
  Tensor<T> squares = each;
  if (options.aweights.defined()) {
    check_weights(options.aweights, "aweights");
    const Tensor<T> importance = options.aweights.detach();
    each = mul(each, importance);
    squares = mul(each, importance);
  }
  return {each, sum(each).item(), sum(squares).item()};
}

}  // namespace detail

/// Covariance matrix: C_ij = sum_k w_k (x_ik - m_i) (x_jk - m_j) / (sum w - correction sum w a / sum w),
/// with the means m weighted by w = f a, f the frequencies and a the importance of observations.
///
///   throws: ShapeError if x has more than two axes or weights do not fit; ValueError if a weight is negative
template <Real T>
Tensor<T> cov(const Tensor<T>& x, const CovOptions<T>& options = {}) {
  check<ShapeError>(x.rank() <= 2, "cov", "expected at most two axes, got shape ", x.shape());
  const Tensor<T> rows = x.rank() == 2 ? x : reshape(x, {1, x.size()});
  const auto w = detail::observation_weights(options, rows.extent(1));
  const Tensor<T> mean = div(sum(mul(rows, w.each), {1}, true), w.total);
  const Tensor<T> deviations = sub(rows, mean);
  const T correction = static_cast<T>(options.correction);
  const T freedom = std::max(T(0), w.total - (correction == 0 ? T(0) : correction * (w.squares / w.total)));
  const Tensor<T> c = div(matmul(mul(deviations, w.each), transpose(deviations, 0, 1)), freedom);
  return x.rank() == 2 ? c : reshape(c, {});
}

/// Matrix of Pearson's correlation coefficients: R_ij = C_ij / sqrt(C_ii C_jj), C the covariances, limited to
/// [-1, 1]; NaN for a variable that does not vary.
///
///   throws: ShapeError if x has more than two axes
template <Real T>
Tensor<T> corrcoef(const Tensor<T>& x) {
  check<ShapeError>(x.rank() <= 2, "corrcoef", "expected at most two axes, got shape ", x.shape());
  const Tensor<T> c = cov(x);
  if (x.rank() < 2) return div(c, c);
  const Tensor<T> deviation = sqrt(diagonal(c));
  const Tensor<T> r = div(div(c, unsqueeze(deviation, 1)), deviation);
  return clamp(r, -1, 1);
}

}  // namespace TENON_NAMESPACE
