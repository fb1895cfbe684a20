#pragma once
/// Normalisation: elements brought to mean 0 and variance 1 over the trailing axes, a group of channels,
/// the positions of a channel, or a batch.
///
/// Two implementations serve all: rows (layer_norm, rms_norm), and planes (N, G, K, S) with statistics over
/// (K, S) (group_norm, instance_norm) or over (N, S) (batch_norm). var is the variance of all elements,
/// without correction.
///
///   throws: ShapeError if the shapes do not fit
///   keeps: x, weight and two numbers for each statistic, for the backward pass; differentiable to any
///     order

#include "tenon/backend/norm.hpp"
#include "tenon/ops/nn/linear.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Inputs of a normalisation as `record` takes them: x, and weight and bias where they are defined.
template <class T>
struct NormInputs {
  Tensor<T> x, weight, bias;

  Tensor<T> recorded(const char* op, const Tensor<T>& y, auto&& rule) const {
    SmallVector<graph::Input<T>, 4> inputs;
    inputs.push_back(x);
    if (weight.defined()) inputs.push_back(weight);
    if (bias.defined()) inputs.push_back(without_values(bias));
    return record(op, y, inputs.begin(), inputs.size(), rule);
  }
};

/// The description of a normalisation from which its gradient is computed.
struct NormRule {
  Dims axes;  ///< the axes that each statistic is taken over
  double eps;
  bool centred, weighted, biased;

  /// The gradients in the order of the inputs.
  template <class T>
  Gradients<T> gradients(const Tensor<T>& dx, const Tensor<T>& dweight, const Tensor<T>& dbias) const {
    Gradients<T> all = {dx};
    if (weighted) all.push_back(dweight);
    if (biased) all.push_back(dbias);
    return all;
  }

  /// In ops, to be differentiated in turn: with the standardised x' = (x - m) r,
  ///   dx = r (g w - mean(g w) - x' mean(g w x')),  dweight = sum g x',  dbias = sum g
  template <class T>
  Gradients<T> in_ops(const Backward<T>& p) const {
    const Tensor<T> x = p.input(0), &g = p.gradient(), w = weighted ? p.input(1) : Tensor<T>{};
    const Tensor<T> centre = centred ? sub(x, mean(x, axes, true)) : x;
    const Tensor<T> rate = rsqrt(add(mean(square(centre), axes, true), eps)), standard = mul(centre, rate);
    const Tensor<T> gw = weighted ? mul(g, w) : g;
    Tensor<T> inner = sub(gw, mul(standard, mean(mul(gw, standard), axes, true)));
    if (centred) inner = sub(inner, mean(gw, axes, true));
    const Shape affine = weighted ? w.shape() : Shape{};
    return gradients(mul(rate, inner), weighted ? sum_to(mul(g, standard), affine) : Tensor<T>{},
                     biased ? sum_to(g, bias_shape) : Tensor<T>{});
  }
  Shape bias_shape;
};

template <class T>
const T* data_or_null(const Tensor<T>& x) {
  return x.defined() ? x.data() : nullptr;
}
template <class T>
Tensor<T> dense_constant(const Tensor<T>& x) {
  return x.defined() ? contiguous(x.detach()) : x;
}
template <class T>
Shape shape_or_none(const Tensor<T>& x) {
  return x.defined() ? x.shape() : Shape{};
}

/// Rows (rows, n), with weight and bias (n).
template <class T>
Tensor<T> norm_of_rows(const char* op, const NormInputs<T>& in, double eps, bool centred) {
  const index_t rows = in.x.shape()[0], n = in.x.shape()[1];
  Tensor<T> y = Tensor<T>::empty(in.x.shape()), mean = Tensor<T>::empty({rows}),
            scale = Tensor<T>::empty({rows});
  backend::kernel<backend::NormRows<T>>()(rows, n, contiguous(in.x.detach()).data(),
                                          data_or_null(dense_constant(in.weight)),
                                          data_or_null(dense_constant(in.bias)), eps, centred,
                                          y.mutable_data(), mean.mutable_data(), scale.mutable_data());
  const NormRule rule{{1}, eps, centred, in.weight.defined(), in.bias.defined(), shape_or_none(in.bias)};
  return in.recorded(op, y, [rule, mean, scale, rows, n](const Backward<T>& p) -> Gradients<T> {
    if (grad_enabled()) return rule.in_ops(p);
    Tensor<T> dx = Tensor<T>::empty({rows, n}), dweight = Tensor<T>::empty({n}),
              dbias = Tensor<T>::empty({n});
    const Tensor<T> weight = rule.weighted ? contiguous(p.input(1)) : Tensor<T>{};
    backend::kernel<backend::NormRowsBackward<T>>()(
        rows, n, contiguous(p.input(0)).data(), contiguous(p.gradient()).data(), data_or_null(weight),
        mean.data(), scale.data(), rule.centred, dx.mutable_data(), dweight.mutable_data(),
        dbias.mutable_data());
    return rule.gradients(dx, dweight, dbias);
  });
}

/// Mean and variance of planes, broadcasting to them.
template <class T>
struct PlaneMoments {
  Tensor<T> mean, variance;
};

/// ChannelNorm (N, G, K, S) whose statistics are taken over (K, S), or, with K = 1, over (N, S).
template <class T>
struct ChannelNorm {
  NormInputs<T> in;  ///< weight and bias of shape (1, G, K, 1)
  bool over_batch;
  double eps;

  Shape groups() const { return {over_batch ? 1 : in.x.shape()[0], in.x.shape()[1], 1, 1}; }
  Shape channels() const { return {over_batch ? 1 : in.x.shape()[0], in.x.shape()[1], in.x.shape()[2], 1}; }
  /// Elements in one statistic.
  index_t count() const { return in.x.size() / std::max<index_t>(1, element_count(groups())); }

  PlaneMoments<T> moments() const {
    const Shape& s = in.x.shape();
    const index_t outer = over_batch ? s[0] : 1, n = element_count(groups());
    PlaneMoments<T> m{Tensor<T>::empty(groups()), Tensor<T>::empty(groups())};
    backend::kernel<backend::Moments<T>>()(outer, n, s[2] * s[3], contiguous(in.x.detach()).data(),
                                           m.mean.mutable_data(), m.variance.mutable_data());
    return m;
  }
  Tensor<T> rate(const PlaneMoments<T>& m) const {
    return map([e = static_cast<T>(eps)](auto v) { return rsqrt(v + e); }, m.variance);
  }
  Tensor<T> weighted(const Tensor<T>& v) const {
    return in.weight.defined() ? mul(v, in.weight.detach()) : v;
  }
  /// One number for each channel.
  Tensor<T> for_channels(const Tensor<T>& v) const { return contiguous(expand(v.detach(), channels())); }

  /// (x - mean) a + b + g c, all but x and g broadcasting to the channels; g may be undefined.
  Tensor<T> affine(const Tensor<T>& x, const Tensor<T>& g, const Tensor<T>& centre, const Tensor<T>& a,
                   const Tensor<T>& b, const Tensor<T>& c) const {
    const Shape& s = x.shape();
    Tensor<T> y = Tensor<T>::empty(s);
    backend::kernel<backend::ScaleShift<T>>()(
        over_batch ? s[0] : 1, element_count(channels()), s[3], x.data(), data_or_null(g),
        for_channels(centre).data(), for_channels(a).data(), for_channels(b).data(),
        g.defined() ? for_channels(c).data() : nullptr, y.mutable_data());
    return y;
  }

  /// (x - mean) rate weight + bias
  Tensor<T> apply(const PlaneMoments<T>& m) const {
    const NoGrad no_grad;
    return affine(contiguous(in.x.detach()), {}, m.mean, weighted(rate(m)),
                  in.bias.defined() ? in.bias : scalar(T(0)), {});
  }

  /// dx, dweight and dbias for the gradient g.
  Gradients<T> vjp(const NormRule& rule, const PlaneMoments<T>& m, const Tensor<T>& g) const {
    const Shape& s = in.x.shape();
    const Tensor<T> x = contiguous(in.x), dense = contiguous(g), r = rate(m);
    Tensor<T> sum_g = Tensor<T>::empty(channels()), sum_gx = Tensor<T>::empty(channels());
    backend::kernel<backend::NormBackwardSums<T>>()(over_batch ? s[0] : 1, element_count(channels()), s[3],
                                                    x.data(), dense.data(), for_channels(m.mean).data(),
                                                    sum_g.mutable_data(), sum_gx.mutable_data());
    const T n = -static_cast<T>(count());
    const Tensor<T> shift =
        map([n](auto t, auto a) { return t * a / n; }, sum(weighted(sum_g), {2}, true), r);
    const Tensor<T> slope =
        map([n](auto t, auto a) { return t * a * a * a / n; }, sum(weighted(sum_gx), {2}, true), r);
    const Shape shape = {1, s[1], s[2], 1};
    return rule.gradients(affine(x, dense, m.mean, slope, shift, weighted(r)),
                          rule.weighted ? sum_to(mul(sum_gx, r), shape) : Tensor<T>{},
                          rule.biased ? sum_to(sum_g, shape) : Tensor<T>{});
  }

  Tensor<T> recorded(const char* op, const PlaneMoments<T>& m) const {
    const NormRule rule{over_batch ? Dims{0, 2, 3} : Dims{2, 3},
                        eps,
                        true,
                        in.weight.defined(),
                        in.bias.defined(),
                        shape_or_none(in.bias)};
    return in.recorded(
        op, apply(m), [rule, m, eps = eps, batch = over_batch](const Backward<T>& p) -> Gradients<T> {
          if (grad_enabled()) return rule.in_ops(p);
          return ChannelNorm{{p.input(0), rule.weighted ? p.input(1) : Tensor<T>{}, {}}, batch, eps}.vjp(
              rule, m, p.gradient());
        });
  }
};

template <class T>
Tensor<T> reshape_if_defined(const Tensor<T>& x, const Shape& shape) {
  return x.defined() ? reshape(x, shape) : x;
}

/// Throws unless weight and bias, where defined, have this shape.
template <class T>
void check_affine(const Tensor<T>& weight, const Tensor<T>& bias, const Shape& shape, const char* op) {
  for (const Tensor<T>* x : {&weight, &bias})
    check<ShapeError>(!x->defined() || x->shape() == shape, op, "expected ", x == &weight ? "weight" : "bias",
                      " of shape ", shape, ", got ", x->defined() ? x->shape() : Shape{});
}

/// Normalises over the trailing axes `normalized`, with x as rows.
template <class T>
Tensor<T> norm_trailing(const char* op, const Tensor<T>& x, const Shape& normalized, const Tensor<T>& weight,
                        const Tensor<T>& bias, double eps, bool centred) {
  const int lead = x.rank() - normalized.size();
  bool fits = !normalized.empty() && lead >= 0;
  for (int i = 0; fits && i < normalized.size(); ++i) fits = x.shape()[lead + i] == normalized[i];
  check<ShapeError>(fits, op, "x of shape ", x.shape(), " does not end in the normalized shape ", normalized);
  check_affine(weight, bias, normalized, op);
  const index_t n = element_count(normalized), rows = n == 0 ? 0 : x.size() / n;
  const NormInputs<T> in{reshape(x, {rows, n}), reshape_if_defined(weight, {n}),
                         reshape_if_defined(bias, {n})};
  return reshape(norm_of_rows(op, in, eps, centred), x.shape());
}

template <class T>
Tensor<T> norm_of_groups(const char* op, const Tensor<T>& x, index_t groups, const Tensor<T>& weight,
                         const Tensor<T>& bias, double eps) {
  const index_t n = x.shape()[0], channels = x.shape()[1];
  check_affine(weight, bias, {channels}, op);
  if (x.size() == 0) return mul(x, 1);
  const Shape affine = {1, groups, channels / groups, 1};
  const ChannelNorm<T> planes{{reshape(x, {n, groups, channels / groups, x.size() / (n * channels)}),
                               reshape_if_defined(weight, affine), reshape_if_defined(bias, affine)},
                              false,
                              eps};
  return reshape(planes.recorded(op, planes.moments()), x.shape());
}

/// running = (1 - momentum) running + momentum batch
template <class T>
void update_running(Tensor<T>& running, const Tensor<T>& batch, double momentum) {
  if (!running.defined()) return;
  const NoGrad no_grad;
  const T rate = static_cast<T>(momentum);
  copy_(running, map([rate](auto old, auto now) { return (1 - rate) * old + rate * now; }, running,
                     reshape(batch, running.shape())));
}

}  // namespace detail

/// Normalises over the trailing axes `normalized_shape`: y = (x - mean) / sqrt(var + eps) weight + bias.
///
///   shapes: x (..., normalized_shape); weight, bias (normalized_shape), or undefined for 1 and 0
///   returns: the shape of x
///   cost: one pass in each direction
///   source: Ba et al. 2016, https://arxiv.org/abs/1607.06450
template <Real T>
Tensor<T> layer_norm(const Tensor<T>& x, const Shape& normalized_shape, const Tensor<T>& weight = {},
                     const Tensor<T>& bias = {}, double eps = 1e-5) {
  return detail::norm_trailing("layer_norm", x, normalized_shape, weight, bias, eps, true);
}

/// Divides by the root mean square over the trailing axes `normalized_shape`: y = x / sqrt(mean(x^2) + eps)
/// weight.
///
///   shapes: x (..., normalized_shape); weight (normalized_shape), or undefined for 1
///   returns: the shape of x
///   cost: one pass in each direction
///   source: Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
template <Real T>
Tensor<T> rms_norm(const Tensor<T>& x, const Shape& normalized_shape, const Tensor<T>& weight = {},
                   double eps = 1e-6) {
  return detail::norm_trailing("rms_norm", x, normalized_shape, weight, {}, eps, false);
}

/// Normalises each group of channels of each sample over its channels and positions: y = (x - mean) /
/// sqrt(var + eps) weight + bias.
///
///   shapes: x (N, C, ...); weight, bias (C), or undefined for 1 and 0
///   returns: the shape of x
///   throws: ShapeError if the shapes do not fit; ValueError if `groups` is not positive or does not divide
///     C
///   cost: two passes in each direction
///   source: Wu & He 2018, https://arxiv.org/abs/1803.08494
template <Real T>
Tensor<T> group_norm(const Tensor<T>& x, index_t groups, const Tensor<T>& weight = {},
                     const Tensor<T>& bias = {}, double eps = 1e-5) {
  check<ShapeError>(x.rank() >= 2, "group_norm", "expected shape (N, C, ...), got ", x.shape());
  check<ValueError>(groups > 0 && x.shape()[1] % groups == 0, "group_norm", x.shape()[1],
                    " channels do not divide into ", groups, " groups");
  return detail::norm_of_groups("group_norm", x, groups, weight, bias, eps);
}

/// Normalises each channel of each sample over its positions: y = (x - mean) / sqrt(var + eps) weight +
/// bias.
///
///   shapes: x (N, C, positions ...); weight, bias (C), or undefined for 1 and 0
///   returns: the shape of x
///   cost: two passes in each direction
///   source: Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
template <Real T>
Tensor<T> instance_norm(const Tensor<T>& x, const Tensor<T>& weight = {}, const Tensor<T>& bias = {},
                        double eps = 1e-5) {
  check<ShapeError>(x.rank() >= 3, "instance_norm", "expected shape (N, C, positions ...), got ", x.shape());
  return detail::norm_of_groups("instance_norm", x, std::max<index_t>(1, x.shape()[1]), weight, bias, eps);
}

/// Options of `batch_norm`.
struct BatchNormOptions {
  bool training = false;  ///< whether the statistics are those of the batch, or the running ones
  double momentum = 0.1;  ///< the share of the batch in the updated running statistics
  double eps = 1e-5;      ///< added to the variance
};

/// Normalises each channel over the batch and its positions: y = (x - mean) / sqrt(var + eps) weight +
/// bias.
/// In training, mean and var are those of the batch, and the running statistics are overwritten in place
/// with (1 - momentum) running + momentum batch; running_var takes the unbiased variance. Otherwise the
/// running statistics are mean and var.
///
///   shapes: x (N, C, ...); weight, bias (C), or undefined for 1 and 0; running_mean, running_var (C), in
///     training also undefined
///   returns: the shape of x
///   throws: ShapeError if the shapes do not fit; ValueError if running statistics are undefined outside
///     training, or a channel has fewer than two elements in training
///   keeps: x, weight and two numbers a channel
///   cost: two passes in each direction; outside training one
///   source: Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
template <Real T>
Tensor<T> batch_norm(const Tensor<T>& x, Tensor<T> running_mean, Tensor<T> running_var,
                     const Tensor<T>& weight = {}, const Tensor<T>& bias = {},
                     const BatchNormOptions& options = {}) {
  check<ShapeError>(x.rank() >= 2, "batch_norm", "expected shape (N, C, ...), got ", x.shape());
  const index_t n = x.shape()[0], channels = x.shape()[1];
  detail::check_affine(weight, bias, {channels}, "batch_norm");
  for (const Tensor<T>* s : {&running_mean, &running_var}) {
    check<ValueError>(s->defined() || options.training, "batch_norm",
                      "running statistics are needed outside training");
    check<ShapeError>(!s->defined() || s->shape() == Shape{channels}, "batch_norm",
                      "expected running statistics of shape ", Shape{channels}, ", got ",
                      s->defined() ? s->shape() : Shape{});
  }
  const Shape affine = {1, channels, 1, 1};
  const index_t positions = x.size() / std::max<index_t>(1, n * channels);
  const Tensor<T> planes = reshape(x, {n, channels, 1, positions});
  const Tensor<T> w = detail::reshape_if_defined(weight, affine),
                  b = detail::reshape_if_defined(bias, affine);
  if (!options.training) {
    const Tensor<T> var = reshape(running_var, affine);
    const T eps = static_cast<T>(options.eps);
    const Tensor<T> rate = map([eps](auto v) { return rsqrt(v + eps); }, var);
    const Tensor<T> scale = w.defined() ? mul(rate, w) : rate, shift = b.defined() ? b : scalar(T(0));
    return reshape(map(
                       "batch_norm", [](auto v, auto m, auto a, auto c) { return (v - m) * a + c; }, planes,
                       reshape(running_mean, affine), scale, shift),
                   x.shape());
  }
  const index_t count = n * positions;
  check<ValueError>(count > 1, "batch_norm",
                    "expected more than one value for each channel in training, got shape ", x.shape());
  const detail::ChannelNorm<T> whole{{planes, w, b}, true, options.eps};
  const detail::PlaneMoments<T> moments = whole.moments();
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  detail::update_running(running_mean, moments.mean, options.momentum);
  detail::update_running(running_var, mul(moments.variance, unbiased), options.momentum);
  return reshape(whole.recorded("batch_norm", moments), x.shape());
}

}  // namespace TENON_NAMESPACE
