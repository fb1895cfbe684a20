#pragma once
/// Stochastic depth: the branch of a residual block is left out at random in training.

#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE {

/// What stochastic depth leaves out together.
enum class StochasticDepthMode {
  batch,  ///< the whole batch
  row     ///< each sample alone
};

/// In training sets x, or each sample of x, to 0 with probability p and otherwise divides it by 1 - p; otherwise
/// returns x itself.
///
///   shapes: x (N, ...)
///   returns: shape of x
///   throws: ShapeError if x has no axes; ValueError if p is not in [0, 1]
///   keeps: one number for each sample
///   cost: one pass in each direction
///   source: Huang et al. 2016, https://arxiv.org/abs/1603.09382
template <Real T>
Tensor<T> stochastic_depth(const Tensor<T>& x, double p, StochasticDepthMode mode,
                           bool training = tenon::training(), Generator& generator = default_generator()) {
  detail::check_probability(p, "stochastic_depth");
  check<ShapeError>(x.rank() >= 1, "stochastic_depth", "expected shape (N, ...), got ", x.shape());
  if (!training || p == 0) return x;
  Shape samples = x.shape();
  for (int i = mode == StochasticDepthMode::row ? 1 : 0; i < samples.size(); ++i) samples[i] = 1;
  const Tensor<T> kept = bernoulli<T>(samples, 1 - p, generator);
  return mul(x, p == 1 ? kept : div(kept, 1 - p));
}

}  // namespace TENON_NAMESPACE
