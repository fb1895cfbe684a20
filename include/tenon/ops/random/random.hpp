#pragma once
/// Random tensors, draws, and layers that draw. The numbers depend on the generator's seed, its position
/// and the place of the element only: they are the same at any number of threads.
///
///   shapes: x any
///   returns: the shape that is given, or that of x
///   keeps: nothing for tensors and draws, which are constants
///   cost: one pass

#include "tenon/backend/dropout.hpp"
#include "tenon/backend/philox.hpp"
#include "tenon/backend/sort.hpp"
#include "tenon/ops/elementwise/activation.hpp"
#include "tenon/ops/nn/softmax.hpp"
#include "tenon/ops/reduce/sort.hpp"

namespace TENON_NAMESPACE {

// Distributions -------------------------------------------------------------------------------------------

/// Uniform random numbers in [low, high).
///
///   throws: ValueError if low > high
template <Real T>
Tensor<T> uniform(const Shape& shape, double low, double high, Generator& generator = default_generator()) {
  check<ValueError>(low <= high, "uniform", "the range from ", low, " to ", high, " is reversed");
  return map(
      "uniform", [l = static_cast<T>(low), d = static_cast<T>(high - low)](auto u) { return l + d * u; },
      rand<T>(shape, generator));
}
/// Normal random numbers of the given mean and standard deviation.
///
///   throws: ValueError if the standard deviation is negative
template <Real T>
Tensor<T> normal(const Shape& shape, double mean, double std, Generator& generator = default_generator()) {
  check<ValueError>(std >= 0, "normal", "the standard deviation is negative: ", std);
  return map(
      "normal", [m = static_cast<T>(mean), s = static_cast<T>(std)](auto z) { return m + s * z; },
      randn<T>(shape, generator));
}

namespace detail {

/// The normal distribution function.
inline double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}
/// The inverse of the normal distribution function for 0 < p <= 1/2: a rational first guess (Abramowitz &
/// Stegun 26.2.23, within 4.5e-4), made exact by two of Halley's steps.
inline double normal_quantile(double p) {
  const double t = std::sqrt(-2 * std::log(p));
  double x =
      (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (int step = 0; step < 2; ++step) {
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
    const double u = (normal_cdf(x) - p) / density;
    x -= u / (1 + 0.5 * x * u);
  }
  return x;
}
/// The quantile u of the standard normal distribution restricted to [a, b]. A range in the upper tail is
/// mirrored into the lower one, where probabilities are small and therefore exact.
inline double truncated_quantile(double a, double b, double u) {
  if (a > 0) return -truncated_quantile(-b, -a, 1 - u);
  const double from = normal_cdf(a), p = from + (normal_cdf(b) - from) * u;
  const double x =
      p <= 0.5 ? normal_quantile(p) : -normal_quantile((1 - u) * normal_cdf(-a) + u * normal_cdf(-b));
  return std::min(std::max(x, a), b);
}

}  // namespace detail

/// Options of `truncated_normal`.
struct TruncatedNormalOptions {
  double mean = 0, std = 1;   ///< parameters of the normal distribution before it is restricted
  double low = -2, high = 2;  ///< bounds of the numbers themselves, not multiples of std
};
/// Normal random numbers restricted to [low, high], by the inverse of the distribution function.
///
///   throws: ValueError if std is not positive or low is not below high
template <Real T>
Tensor<T> truncated_normal(const Shape& shape, const TruncatedNormalOptions& options = {},
                           Generator& generator = default_generator()) {
  check<ValueError>(options.std > 0, "truncated_normal", "the standard deviation is ", options.std,
                    ", expected a positive number");
  check<ValueError>(options.low < options.high, "truncated_normal", "the range from ", options.low, " to ",
                    options.high, " is empty");
  const double a = (options.low - options.mean) / options.std,
               b = (options.high - options.mean) / options.std;
  Tensor<T> x = Tensor<T>::empty(shape);
  detail::fill_random<2>(x, generator, [&](const Philox::Block& block, T* values) {
    for (int i = 0; i < 2; ++i) {
      const double z = detail::truncated_quantile(a, b, unit_interval<double>(detail::word_pair(block, i)));
      values[i] = static_cast<T>(options.mean + options.std * z);
    }
  });
  return x;
}

namespace detail {
/// Reserves the blocks of the generator for `size` words, and returns the first block.
inline std::uint64_t take_groups(index_t size, Generator& generator) {
  const index_t groups = (size + backend::philox_group_words - 1) / backend::philox_group_words;
  return generator.take_blocks(static_cast<std::uint64_t>(groups * backend::philox_group_blocks));
}
/// Calls f(position, count, words) for runs of at most a group of positions below `size`, each with a random
/// word of its own.
template <class F>
void each_random_group(index_t size, Generator& generator, F f) {
  constexpr index_t group = backend::philox_group_words;
  const std::uint64_t seed = generator.seed(), first = take_groups(size, generator);
  parallel_for((size + group - 1) / group, 1 << 9, [&](index_t begin, index_t end) {
    std::uint32_t words[group];
    for (index_t g = begin; g < end; ++g) {
      backend::philox_group(seed, first + static_cast<std::uint64_t>(g * backend::philox_group_blocks),
                            words);
      f(g * group, std::min(group, size - g * group), words);
    }
  });
}
inline void check_probability(double p, const char* op) {
  check<ValueError>(p >= 0 && p <= 1, op, "the probability is ", p, ", expected one in [0, 1]");
}
}  // namespace detail

/// 1 with probability p, else 0.
///
///   throws: ValueError if p is not in [0, 1]
template <Arithmetic T>
Tensor<T> bernoulli(const Shape& shape, double p, Generator& generator = default_generator()) {
  detail::check_probability(p, "bernoulli");
  const auto limit = static_cast<std::uint64_t>(p * 0x1p32);
  Tensor<T> x = Tensor<T>::empty(shape);
  T* const data = x.mutable_data();
  detail::each_random_group(x.size(), generator, [=](index_t at, index_t count, const std::uint32_t* words) {
    for (index_t i = 0; i < count; ++i) data[at + i] = T(words[i] < limit);
  });
  return x;
}
/// 1 with the probability that stands in p for each element, else 0.
///
///   returns: the shape of p
///   throws: ValueError if a probability is not in [0, 1]
template <Real T>
Tensor<T> bernoulli(const Tensor<T>& p, Generator& generator = default_generator()) {
  check<ValueError>(all(map([](auto v) { return (v >= 0) & (v <= 1); }, p.detach())).item(), "bernoulli",
                    "a probability lies outside [0, 1]");
  return map(
      "bernoulli", [](auto v, auto u) { return select(u < v, v * 0 + 1, v * 0); }, p.detach(),
      rand<T>(p.shape(), generator));
}

/// The numbers from 0 to n - 1 in random order. Durstenfeld 1964.
///
///   returns: (n)
///   throws: ValueError if n is negative
inline Tensor<index_t> randperm(index_t n, Generator& generator = default_generator()) {
  check<ValueError>(n >= 0, "randperm", "n is negative: ", n);
  Tensor<index_t> order = Tensor<index_t>::empty({n});
  index_t* const at = order.mutable_data();
  for (index_t i = 0; i < n; ++i) at[i] = i;
  for (index_t i = n; i > 1; --i) std::swap(at[i - 1], at[generator.below(static_cast<std::uint64_t>(i))]);
  return order;
}

namespace detail {

/// Weights as rows of doubles, checked.
template <class T>
Tensor<double> choice_weights(const Tensor<T>& weights, const char* op) {
  check<ShapeError>(weights.rank() == 1 || weights.rank() == 2, op,
                    "expected weights of shape (K,) or (N, K), got ", weights.shape());
  const Tensor<double> w = contiguous(to<double>(weights.detach()));
  const index_t k = w.shape()[w.rank() - 1];
  const double* at = w.data();
  for (index_t row = 0; k > 0 && row < w.size() / k; ++row, at += k) {
    double total = 0;
    for (index_t i = 0; i < k; ++i) {
      check<ValueError>(at[i] >= 0 && std::isfinite(at[i]), op, "weight ", at[i],
                        " is not a finite number of 0 or more");
      total += at[i];
    }
    check<ValueError>(total > 0 && std::isfinite(total), op, "the weights of a row add up to ", total);
  }
  return reshape(w, {w.rank() == 1 ? 1 : w.shape()[0], k});
}

/// For each row and each of n uniform numbers, the position whose share of the cumulated weights it falls in.
template <class T>
void choose_again(index_t rows, index_t k, index_t n, const T* w, const T* u, index_t* chosen) {
  std::vector<T> up_to(static_cast<std::size_t>(k));
  for (index_t r = 0; r < rows; ++r, w += k) {
    T total = 0;
    index_t last = 0;  // that has a weight
    for (index_t i = 0; i < k; ++i) {
      up_to[static_cast<std::size_t>(i)] = total += w[i];
      if (w[i] > 0) last = i;
    }
    for (index_t j = 0; j < n; ++j) {
      const auto found = std::upper_bound(up_to.begin(), up_to.end(), u[r * n + j] * total);
      chosen[r * n + j] = std::min<index_t>(found - up_to.begin(), last);
    }
  }
}

}  // namespace detail

/// n positions drawn with probabilities proportional to weights, with or without replacement. Without, they
/// are those of the n least of exponential numbers divided by the weights, in the order in which they would
/// have been drawn.
///
///   shapes: weights (K) or (N, K), 0 or more, each row with a positive sum
///   returns: (n) or (N, n)
///   throws: ShapeError if weights have another rank; ValueError if a weight is negative or not finite, a
///     row has no positive one, n is negative, or without replacement a row has fewer than n positive
///     weights
///   cost: with replacement O(K + n log K) a row; else one pass over the weights and a `topk`
///   source: Efraimidis & Spirakis 2006
template <Real T>
Tensor<index_t> multinomial(const Tensor<T>& weights, index_t n, bool replacement = false,
                            Generator& generator = default_generator()) {
  check<ValueError>(n >= 0, "multinomial", "the number of draws is negative: ", n);
  const Tensor<double> w = detail::choice_weights(weights, "multinomial");
  const index_t rows = w.shape()[0], k = w.shape()[1];
  check<ValueError>(k > 0 || n == 0, "multinomial", "there is nothing to choose from");
  Shape shape = weights.shape();
  shape[shape.size() - 1] = n;
  Tensor<index_t> chosen = Tensor<index_t>::empty(shape);
  if (chosen.size() == 0) return chosen;
  if (replacement) {
    const Tensor<double> u = rand<double>({rows, n}, generator);
    detail::choose_again(rows, k, n, w.data(), u.data(), chosen.mutable_data());
    return chosen;
  }
  const index_t least = amin(count_nonzero(w, {1})).item();
  check<ValueError>(n <= least, "multinomial", n, " different choices were asked for, but a row has ", least,
                    " weights above 0");
  const Tensor<double> waits =
      map([](auto v, auto u) { return -log1p(-u) / v; }, w, rand<double>(w.shape(), generator));
  Tensor<double> values = Tensor<double>::empty({rows, n});
  backend::kernel<backend::Topk<double>>()(rows, k, n, false, waits.data(), values.mutable_data(),
                                           chosen.mutable_data());
  return chosen;
}

namespace detail {
/// Gumbel noise, -log of exponential numbers: the largest of logits with this noise is a draw from softmax.
template <class T>
Tensor<T> gumbel(const Shape& shape, Generator& generator) {
  return map([tiny = std::numeric_limits<T>::min()](auto u) { return -log(-log(u + tiny)); },
             rand<T>(shape, generator));
}
}  // namespace detail

/// One position along an axis for each place of the others, drawn with the probabilities softmax(x) of
/// logits x: the position of the largest of logits plus Gumbel noise. Maddison et al. 2014,
/// https://arxiv.org/abs/1411.0030
///
///   shapes: `scores`, the logits, any
///   returns: the shape of the logits without the axis
///   throws: IndexError if the axis is out of range; ValueError if it is empty
///   cost: four passes
template <Real T>
Tensor<index_t> categorical(const Tensor<T>& scores, index_t axis = -1,
                            Generator& generator = default_generator()) {
  return argmax(add(scores.detach(), detail::gumbel<T>(scores.shape(), generator)), axis);
}

/// Options of `gumbel_softmax`.
struct GumbelOptions {
  double tau = 1;     ///< the temperature; lower: closer to one-hot
  bool hard = false;  ///< whether the result is one-hot, with the gradient of the soft one
  index_t axis = -1;  ///< the axis of the categories
};
/// Differentiable draw from the categories along an axis: softmax((x + Gumbel noise) / tau). Jang et al.
/// 2017, https://arxiv.org/abs/1611.01144
///
///   throws: IndexError if the axis is out of range; ValueError if tau is not positive
///   keeps: the result; with `hard` also the largest element along the axis
///   cost: five passes
template <Real T>
Tensor<T> gumbel_softmax(const Tensor<T>& x, const GumbelOptions& options = {},
                         Generator& generator = default_generator()) {
  check<ValueError>(options.tau > 0, "gumbel_softmax", "tau is ", options.tau,
                    ", expected a positive number");
  const Tensor<T> y =
      softmax(div(add(x, detail::gumbel<T>(x.shape(), generator)), options.tau), options.axis);
  if (!options.hard) return y;
  const Tensor<T> best = amax(y.detach(), {options.axis}, true);
  return map(
      "gumbel_softmax",
      [](auto soft, auto top) {
        return select(soft >= top, top * 0 + 1, top * 0) + (soft - innermost(soft));
      },
      y, best);
}

// Dropout -------------------------------------------------------------------------------------------------

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
///   keeps: x and the mask (N, C)
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
  return map(
      op,
      [a, kept_shift, dropped](auto kept, auto v) { return select(kept != 0, a * v + kept_shift, dropped); },
      bernoulli<bool>(mask, 1 - p, generator), x);
}
}  // namespace detail

/// Dropout for networks with `selu`, which preserves mean 0 and variance 1: elements are set to the limit
/// of selu at -infinity with probability p, and the result is shifted and scaled. Klambauer et al. 2017,
/// https://arxiv.org/abs/1706.02515
///
///   throws: ValueError if p is not in [0, 1]
///   keeps: x and a mask of bytes
///   cost: two passes, backward one
template <Real T>
Tensor<T> alpha_dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                        Generator& generator = default_generator()) {
  return detail::alpha_masked("alpha_dropout", x, x.shape(), p, training, generator);
}

/// `alpha_dropout` of whole channels: all elements of x (N, C, ...) that share the first two indices are set
/// to that limit or kept together.
///
///   shapes: x (N, C, ...)
///   throws: ShapeError if x has fewer than two axes; ValueError if p is not in [0, 1]
///   keeps: x and a mask (N, C) of bytes
///   cost: one pass in each direction
template <Real T>
Tensor<T> feature_alpha_dropout(const Tensor<T>& x, double p = 0.5, bool training = tenon::training(),
                                Generator& generator = default_generator()) {
  return detail::alpha_masked("feature_alpha_dropout", x, detail::channel_shape(x, "feature_alpha_dropout"),
                              p, training, generator);
}

/// Options of `rrelu`.
struct RreluOptions {
  double lower = 1.0 / 8, upper = 1.0 / 3;  ///< the bounds of the slopes
};
/// Leaky ReLU with slopes that in training are uniform random numbers, and otherwise their mean. Xu et al.
/// 2015, https://arxiv.org/abs/1505.00853
///
///   throws: ValueError if lower > upper in training
///   keeps: x, in training also the slopes
///   cost: three passes, backward one
template <Real T>
Tensor<T> rrelu(const Tensor<T>& x, const RreluOptions& options = {}, bool training = tenon::training(),
                Generator& generator = default_generator()) {
  if (!training) return leaky_relu(x, (options.lower + options.upper) / 2);
  const Tensor<T> slopes = uniform<T>(x.shape(), options.lower, options.upper, generator);
  return map("rrelu", [](auto v, auto s) { return select(v > 0, v, s * v); }, x, slopes);
}

}  // namespace TENON_NAMESPACE
