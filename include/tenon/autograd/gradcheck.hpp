#pragma once
/// Comparison of derivatives with central differences along random directions, of first and second order.

#include "tenon/autograd/grad.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// Options of `gradcheck`.
struct GradcheckOptions {
  double step = 1e-5;  ///< of the difference; truncation error grows as its square, rounding as its inverse
  double tolerance = 1e-6;  ///< bound of |derivative - difference| / (1 + |difference|)
  std::uint64_t seed = 0;   ///< of the random directions
};

namespace detail {

using Tensors = std::vector<Tensor<double>>;

inline double inner(const Tensor<double>& a, const Tensor<double>& b) {
  const NoGrad no_grad;
  return sum(mul(a, b)).item();
}

/// Reduces a tensor to a number: its inner product with random numbers that are drawn at the first call.
class Probe {
 public:
  explicit Probe(Generator& generator) : generator_(&generator) {}
  Tensor<double> operator()(const Tensor<double>& y) {
    if (!weights_.defined()) weights_ = randn<double>(y.shape(), *generator_);
    return sum(mul(y, weights_));
  }

 private:
  Generator* generator_;
  Tensor<double> weights_;
};

/// New leaves with the values of xs.
inline Tensors as_leaves(const Tensors& xs) {
  Tensors leaves;
  for (const Tensor<double>& x : xs) leaves.push_back(clone(x.detach()).requires_grad_());
  return leaves;
}

/// Compares the gradients of scalar(leaves) with central differences, one input at a time.
template <class Scalar>
void compare_with_differences(Scalar scalar, const Tensors& xs, const GradcheckOptions& options,
                              Generator& generator, int order) {
  const Tensors leaves = as_leaves(xs);
  const Tensors gradients = grad(scalar(leaves), leaves, {.materialize_grads = true});
  for (std::size_t k = 0; k < xs.size(); ++k) {
    const Tensor<double> direction = randn<double>(xs[k].shape(), generator);
    const auto at = [&](double t) {
      Tensors moved = xs;
      moved[k] = add(xs[k].detach(), mul(direction, t));
      return scalar(as_leaves(moved)).item();
    };
    const double numeric = (at(options.step) - at(-options.step)) / (2 * options.step);
    const double analytic = inner(gradients[k], direction);
    const double gap = std::abs(numeric - analytic) / (1 + std::abs(numeric));
    check<GraphError>(gap <= options.tolerance, "gradcheck", "order ", order, ", input ", k, " of shape ",
                      xs[k].shape(), ": derivative ", analytic, ", central difference ", numeric);
  }
}

}  // namespace detail

/// Checks that the derivatives of f up to `Order` (1 or 2) agree with central differences at xs. f is
/// (const std::vector<Tensor<double>>&) -> Tensor<double> of any shape, and smooth near xs.
///
///   throws: GraphError with order, input and both values if they differ
///   cost: for each input and order, two further evaluations of f or its gradient
template <int Order = 1, class F>
void gradcheck(F f, const std::vector<Tensor<double>>& xs, const GradcheckOptions& options = {}) {
  static_assert(Order == 1 || Order == 2, "gradcheck knows orders 1 and 2");
  Generator generator(options.seed);
  detail::Probe probe(generator);
  const auto value = [&](const detail::Tensors& leaves) { return probe(f(leaves)); };
  detail::compare_with_differences(value, xs, options, generator, 1);
  if constexpr (Order == 2) {
    std::vector<detail::Probe> probes(xs.size(), detail::Probe(generator));
    const auto derivative = [&](const detail::Tensors& leaves) {
      const detail::Tensors gradients =
          grad(value(leaves), leaves, {.create_graph = true, .materialize_grads = true});
      Tensor<double> total = mul(sum(leaves[0]), 0.0);  // recorded even where f is linear
      for (std::size_t k = 0; k < gradients.size(); ++k) total = add(total, probes[k](gradients[k]));
      return total;
    };
    detail::compare_with_differences(derivative, xs, options, generator, 2);
  }
}

}  // namespace TENON_NAMESPACE
