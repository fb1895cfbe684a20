#pragma once
/// Dropout: elements or channels set to 0 at random, in training. The mask is not stored: it is drawn again in the
/// backward pass.
///
///   shapes: x any, if not said otherwise
///   returns: the shape of x

#include "tenon/backend/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The description of a mask, from which it can be made again.
struct DropoutMask {
  std::uint64_t seed, first_block;
  std::uint32_t threshold;
  double scale;

  DropoutMask(index_t size, double p, Generator& generator)
      : seed(generator.seed()),
        first_block(take_groups(size, generator)),
        threshold(static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1))),
        scale(1 / (1 - p)) {}
};

/// x with the mask applied; linear in x, and its own transpose.
template <class T>
Tensor<T> masked(const Tensor<T>& x, const DropoutMask& mask) {
  Tensor<T> y = Tensor<T>::empty(x.shape());
  backend::kernel<backend::Dropout<T>>()(x.size(), mask.seed, mask.first_block, mask.threshold,
                                         static_cast<T>(mask.scale), contiguous(x.detach()).data(),
                                         y.mutable_data());
  return record("dropout", y, {without_values(x)},
                [mask](const Backward<T>& p) -> Gradients<T> { return {masked(p.gradient(), mask)}; });
}

}  // namespace detail

/// In training sets elements to 0 with probability p and divides the others by 1 - p; otherwise returns x
/// itself. Srivastava et al. 2014.
///
///   throws: ValueError if p is not in [0, 1]
///   keeps: seed and position of the generator, from which the backward pass makes the mask again
///   cost: one pass in each direction
template <Real T>
Tensor<T> dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                  Generator& generator = default_generator()) {
  detail::check_probability(p, "dropout");
  if (!training || p == 0) return x;
  if (p == 1) return mul(x, 0);
  return detail::masked(x, detail::DropoutMask(x.size(), p, generator));
}

namespace detail {
/// The shape of one number for each channel of x (N, C, ...).
template <class T>
Shape channel_shape(const Tensor<T>& x, const char* op) {
  check<ShapeError>(x.rank() >= 2, op, "expected shape (N, C, ...), got ", x.shape());
  Shape channels = x.shape();
  for (int i = 2; i < channels.size(); ++i) channels[i] = 1;
  return channels;
}
}  // namespace detail

/// Dropout of whole channels: all elements of x (N, C, ...) that share the first two indices are set to 0
/// or kept together. Tompson et al. 2015, https://arxiv.org/abs/1411.4280
///
///   shapes: x (N, C, ...)
///   throws: ShapeError if x has fewer than two axes; ValueError if p is not in [0, 1]
///   keeps: the mask (N, C)
///   cost: one pass in each direction
template <Real T>
Tensor<T> feature_dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                          Generator& generator = default_generator()) {
  detail::check_probability(p, "feature_dropout");
  const Shape channels = detail::channel_shape(x, "feature_dropout");
  if (!training || p == 0) return x;
  const Tensor<T> kept = bernoulli<T>(channels, 1 - p, generator);
  return mul(x, p == 1 ? kept : div(kept, 1 - p));
}

namespace detail {
/// Alpha dropout by a mask of the given shape, which broadcasts to x.
template <class T>
Tensor<T> alpha_masked(const char* op, const Tensor<T>& x, const Shape& mask, double p, bool training,
                       Generator& generator) {
  check_probability(p, op);
  if (!training || p == 0) return x;
  if (p == 1) return mul(x, 0);
  constexpr double limit = 1.7580993408473766;  // the limit of -selu at -infinity
  const double scale = 1 / std::sqrt((1 - p) * (1 + p * limit * limit));
  const auto a = static_cast<T>(scale), kept_shift = static_cast<T>(scale * limit * p),
             dropped = static_cast<T>(scale * limit * (p - 1));
  const auto shifted = [a, kept_shift, dropped](auto kept, auto v) {
    return select(kept != 0, a * v + kept_shift, dropped);
  };
  return map(op, needs<0>(shifted), bernoulli<bool>(mask, 1 - p, generator), x);
}
}  // namespace detail

/// Dropout for networks with `selu`, which preserves mean 0 and variance 1: elements are set to the limit
/// of selu at -infinity with probability p, and the result is shifted and scaled. Klambauer et al. 2017,
/// https://arxiv.org/abs/1706.02515
///
///   throws: ValueError if p is not in [0, 1]
///   keeps: a mask of bytes
///   cost: two passes, backward one
template <Real T>
Tensor<T> alpha_dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                        Generator& generator = default_generator()) {
  return detail::alpha_masked("alpha_dropout", x, x.shape(), p, training, generator);
}

/// `alpha_dropout` of whole channels: all elements of x (N, C, ...) that share the first two indices are set to that limit or
/// kept together.
///
///   shapes: x (N, C, ...)
///   throws: ShapeError if x has fewer than two axes; ValueError if p is not in [0, 1]
///   keeps: a mask (N, C) of bytes
///   cost: one pass in each direction
template <Real T>
Tensor<T> feature_alpha_dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                                Generator& generator = default_generator()) {
  return detail::alpha_masked("feature_alpha_dropout", x, detail::channel_shape(x, "feature_alpha_dropout"),
                              p, training, generator);
}

}  // namespace TENON_NAMESPACE
