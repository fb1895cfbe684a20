#pragma once
/// Convolution over one, two or three spatial axes, and transposed convolution.
///
/// Three functions suffice for derivatives of every order: y = conv(x, w), its transpose with respect to x,
/// and its transpose with respect to w. All are linear in both arguments, and the gradients of each are the
/// other two.
///
///   throws: ShapeError if the shapes do not fit or the kernel exceeds the padded extent; ValueError if an
///     option is out of range or has another number of entries than there are spatial axes
///   keeps: x if the weight requires a gradient, the weight if x does; differentiable to any order

#include "tenon/backend/conv.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace TENON_NAMESPACE {

/// Options of `conv1d`, `conv2d` and `conv3d`. An empty list stands for the default, a list of one number
/// for that number on every spatial axis.
struct ConvOptions {
  Dims stride{};       ///< the step of the kernel in elements of x; default 1
  Dims padding{};      ///< the number of zeros added at both ends; default 0
  Dims dilation{};     ///< the distance of the kernel's elements in x; default 1
  index_t groups = 1;  ///< parts of channels that are convolved apart from one another
  bool same = false;   ///< whether padding keeps the extents of x, an odd zero at the end; needs stride 1
};

/// Options of `conv_transpose1d`, `conv_transpose2d` and `conv_transpose3d`. An empty list stands for the
/// default, a list of one number for that number on every spatial axis.
struct ConvTransposeOptions {
  Dims stride{};          ///< the distance of elements of x in the result; default 1
  Dims padding{};         ///< the padding of the convolution that is transposed: elements cut off; default 0
  Dims output_padding{};  ///< the number of elements added at the end of the result; default 0
  index_t groups = 1;     ///< parts of channels that are convolved apart from one another
  Dims dilation{};        ///< the distance of the kernel's elements in the result; default 1
};

namespace detail {

using backend::ConvShape;
using backend::Windows;

/// The limit of extents, beyond which positions could overflow.
inline constexpr index_t window_limit = index_t{1} << 30;

/// One number for each of `count` spatial axes.
inline Dims per_axis(const Dims& given, int count, index_t otherwise, index_t least, const char* op,
                     const char* what) {
  check<ValueError>(given.empty() || given.size() == 1 || given.size() == count, op, what, " ", given,
                    " is not one number or ", count);
  Dims all;
  for (int i = 0; i < count; ++i) {
    all.push_back(given.empty() ? otherwise : given.size() == 1 ? given[0] : given[i]);
    check<ValueError>(all[i] >= least && all[i] < window_limit, op, what, " ", given, " is not in [", least,
                      ", ", window_limit, ")");
  }
  return all;
}

/// The linear parts of a convolution. x(batch, groups in, size…), w(groups out, in, kernel…), y(batch, groups
/// out, result…), all with the `rank` last axes of the windows.
struct ConvGeometry {
  ConvShape shape{};
  int rank = 0;

  Shape tensor(index_t batch, index_t channels, const index_t* extents) const {
    Shape s{batch, channels};
    for (int i = 3 - rank; i < 3; ++i) s.push_back(extents[i]);
    return s;
  }
  Shape x() const { return tensor(shape.batch, shape.groups * shape.in, shape.windows.size); }
  Shape w() const { return tensor(shape.groups * shape.out, shape.in, shape.windows.kernel); }
  Shape y() const { return tensor(shape.batch, shape.groups * shape.out, shape.windows.result); }
};

/// The gradient of a bias: g summed over all axes but the channels.
template <class T>
Tensor<T> bias_gradient(const Tensor<T>& g) {
  Dims axes{0};
  for (int i = 2; i < g.rank(); ++i) axes.push_back(i);
  return sum(g, axes);
}

template <class T>
Tensor<T> conv_transposed(const Tensor<T>& y, const Tensor<T>& w, const Tensor<T>& bias,
                          const ConvGeometry& c, const char* name);
template <class T>
Tensor<T> conv_by_weight(const Tensor<T>& x, const Tensor<T>& y, const ConvGeometry& c);

/// y from x and w; the bias may be undefined.
template <class T>
Tensor<T> conv_forward(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias, const ConvGeometry& c,
                       const char* name) {
  Tensor<T> y = Tensor<T>::empty(c.y());
  const Tensor<T> b = bias.defined() ? contiguous(bias.detach()) : bias;
  backend::kernel<backend::Conv<T>>()(c.shape, contiguous(x.detach()).data(), contiguous(w.detach()).data(),
                                      b.defined() ? b.data() : nullptr, y.mutable_data());
  const graph::Input<T> inputs[] = {kept_for(x, w), kept_for(w, x),
                                    without_values(bias.defined() ? bias : w)};
  return record(name, y, inputs, bias.defined() ? 3 : 2, [c](const Backward<T>& p) {
    const Tensor<T>& g = p.gradient();
    Gradients<T> result;
    result.push_back(p.needs(0) ? conv_transposed(g, p.input(1), Tensor<T>{}, c, "conv_transpose")
                                : Tensor<T>{});
    result.push_back(p.needs(1) ? conv_by_weight(p.input(0), g, c) : Tensor<T>{});
    if (p.inputs() > 2) result.push_back(p.needs(2) ? bias_gradient(g) : Tensor<T>{});
    return result;
  });
}

/// x from y and w: the transpose of conv_forward in x.
template <class T>
Tensor<T> conv_transposed(const Tensor<T>& y, const Tensor<T>& w, const Tensor<T>& bias,
                          const ConvGeometry& c, const char* name) {
  Tensor<T> x = Tensor<T>::empty(c.x());
  const Tensor<T> b = bias.defined() ? contiguous(bias.detach()) : bias;
  backend::kernel<backend::ConvTranspose<T>>()(c.shape, contiguous(y.detach()).data(),
                                               contiguous(w.detach()).data(),
                                               b.defined() ? b.data() : nullptr, x.mutable_data());
  const graph::Input<T> inputs[] = {kept_for(y, w), kept_for(w, y),
                                    without_values(bias.defined() ? bias : w)};
  return record(name, x, inputs, bias.defined() ? 3 : 2, [c](const Backward<T>& p) {
    const Tensor<T>& g = p.gradient();
    Gradients<T> result;
    result.push_back(p.needs(0) ? conv_forward(g, p.input(1), Tensor<T>{}, c, "conv") : Tensor<T>{});
    result.push_back(p.needs(1) ? conv_by_weight(g, p.input(0), c) : Tensor<T>{});
    if (p.inputs() > 2) result.push_back(p.needs(2) ? bias_gradient(g) : Tensor<T>{});
    return result;
  });
}

/// w from x and y: the transpose of conv_forward in w.
template <class T>
Tensor<T> conv_by_weight(const Tensor<T>& x, const Tensor<T>& y, const ConvGeometry& c) {
  Tensor<T> w = Tensor<T>::empty(c.w());
  backend::kernel<backend::ConvWeight<T>>()(c.shape, contiguous(x.detach()).data(),
                                            contiguous(y.detach()).data(), w.mutable_data());
  return record(
      "conv_weight", w, {kept_for(x, y), kept_for(y, x)}, [c](const Backward<T>& p) -> Gradients<T> {
        const Tensor<T>& g = p.gradient();
        return {p.needs(0) ? conv_transposed(p.input(1), g, Tensor<T>{}, c, "conv_transpose") : Tensor<T>{},
                p.needs(1) ? conv_forward(p.input(0), g, Tensor<T>{}, c, "conv") : Tensor<T>{}};
      });
}

/// Throws unless the shapes of a convolution or its transpose fit one another; x with or without a batch.
template <class T>
void check_conv(const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias, index_t groups, int rank,
                int in_axis, const char* op) {
  check<ShapeError>(w.rank() == rank + 2, op, "expected a weight of ", rank + 2, " axes, got shape ",
                    w.shape());
  check<ShapeError>(x.rank() == rank + 2 || x.rank() == rank + 1, op, "expected x of ", rank + 2,
                    " axes, or ", rank + 1, " without a batch, got shape ", x.shape());
  check<ValueError>(groups > 0, op, "expected at least one group, got ", groups);
  const index_t leading = w.shape()[0], channels = x.shape()[x.rank() - rank - 1];
  check<ShapeError>(leading % groups == 0, op, "weight of shape ", w.shape(), " does not fall into ", groups,
                    " groups");
  const index_t expected = in_axis == 0 ? leading : w.shape()[1] * groups;
  check<ShapeError>(channels == expected, op, "weight of shape ", w.shape(), " with ", groups,
                    " groups expects ", expected, " channels, got x of shape ", x.shape());
  const index_t out = in_axis == 0 ? w.shape()[1] * groups : leading;
  check<ShapeError>(!bias.defined() || bias.shape() == Shape{out}, op, "expected a bias of shape ",
                    Shape{out}, ", got ", bias.defined() ? bias.shape() : Shape{});
  for (int i = 2; i < w.rank(); ++i)
    check<ShapeError>(w.shape()[i] > 0 && w.shape()[i] < window_limit, op, "no kernel in weight of shape ",
                      w.shape());
}

/// Windows of a kernel over the last axes of a shape. The result has as many entries as windows fit; with
/// `beyond` windows may also reach less than a stride beyond the padded end.
inline Windows sliding_windows(const Shape& x, const Dims& kernel, const Dims& stride, const Dims& padding,
                               const Dims& dilation, const char* op, bool beyond = false) {
  Windows w;
  const int rank = kernel.size();
  for (int i = 0; i < rank; ++i) {
    const int axis = 3 - rank + i;
    w.size[axis] = x[x.size() - rank + i];
    w.kernel[axis] = kernel[i];
    w.stride[axis] = stride[i];
    w.padding[axis] = padding[i];
    w.dilation[axis] = dilation[i];
    const index_t room =
        w.size[axis] + 2 * padding[i] + (beyond ? stride[i] - 1 : 0) - dilation[i] * (kernel[i] - 1) - 1;
    check<ShapeError>(room >= 0, op, "a kernel of ", kernel, " with dilation ", dilation,
                      " does not fit shape ", x, " with padding ", padding);
    w.result[axis] = room / stride[i] + 1;
  }
  return w;
}

template <int rank, class T>
Tensor<T> conv(const char* op, const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias,
               const ConvOptions& options) {
  check_conv(x, w, bias, options.groups, rank, 1, op);
  if (x.rank() == rank + 1) return squeeze(conv<rank>(op, unsqueeze(x, 0), w, bias, options), 0);
  const Dims kernel(w.shape().begin() + 2, w.shape().end());
  const Dims stride = per_axis(options.stride, rank, 1, 1, op, "stride"),
             dilation = per_axis(options.dilation, rank, 1, 1, op, "dilation");
  Dims padding = per_axis(options.padding, rank, 0, 0, op, "padding");
  ConvGeometry c{{x.shape()[0], options.groups, w.shape()[1], w.shape()[0] / options.groups, {}}, rank};
  if (options.same) {
    check<ValueError>(options.padding.empty(), op, "padding ", options.padding, " is given besides same");
    for (int i = 0; i < rank; ++i) {
      check<ValueError>(stride[i] == 1, op, "padding to the same extents needs stride 1, got ", stride);
      padding[i] = (dilation[i] * (kernel[i] - 1) + 1) / 2;
    }
  }
  c.shape.windows = sliding_windows(x.shape(), kernel, stride, padding, dilation, op);
  for (int axis = 3 - rank; options.same && axis < 3; ++axis) {
    Windows& v = c.shape.windows;
    v.padding[axis] = v.dilation[axis] * (v.kernel[axis] - 1) / 2;
    v.result[axis] = v.size[axis];
  }
  return conv_forward(x, w, bias, c, op);
}

template <int rank, class T>
Tensor<T> conv_transpose(const char* op, const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias,
                         const ConvTransposeOptions& options) {
  check_conv(x, w, bias, options.groups, rank, 0, op);
  if (x.rank() == rank + 1) return squeeze(conv_transpose<rank>(op, unsqueeze(x, 0), w, bias, options), 0);
  const Dims stride = per_axis(options.stride, rank, 1, 1, op, "stride"),
             dilation = per_axis(options.dilation, rank, 1, 1, op, "dilation"),
             padding = per_axis(options.padding, rank, 0, 0, op, "padding"),
             more = per_axis(options.output_padding, rank, 0, 0, op, "output padding");
  ConvGeometry c{{x.shape()[0], options.groups, w.shape()[1], w.shape()[0] / options.groups, {}}, rank};
  Windows& v = c.shape.windows;
  for (int i = 0; i < rank; ++i) {
    const int axis = 3 - rank + i;
    check<ValueError>(more[i] < stride[i] || more[i] < dilation[i], op, "output padding ", more,
                      " is not below stride ", stride, " or dilation ", dilation);
    const index_t result = x.shape()[i + 2], kernel = w.shape()[i + 2];
    const index_t size = (result - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel - 1) + more[i] + 1;
    check<ShapeError>(result > 0 && result < window_limit && size > 0, op, "x of shape ", x.shape(),
                      " leaves nothing of axis ", i + 2);
    v.kernel[axis] = kernel;
    v.stride[axis] = stride[i];
    v.padding[axis] = padding[i];
    v.dilation[axis] = dilation[i];
    v.result[axis] = result;
    v.size[axis] = size;
  }
  return conv_transposed(x, w, bias, c, op);
}

}  // namespace detail

/// Convolution (cross-correlation) over one spatial axis: y[n, o, r] = bias[o] + sum over i, k of weight[o,
/// i, k] x[n, i, r stride + k dilation - padding].
///
///   shapes: x (N, C, L), or (C, L) without a batch; weight (O, C / groups, K); bias (O) or undefined
///   returns: (N, O, floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1)
///   cost: 2 N O R C K / groups flops, R the extent of the result; scratch of the size of a few images,
///     never the columns of im2col
template <Real T>
Tensor<T> conv1d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                 const ConvOptions& options = {}) {
  return detail::conv<1>("conv1d", x, weight, bias, options);
}
/// Convolution (cross-correlation) over two spatial axes: y[n, o, r] = bias[o] + sum over i, k of weight[o,
/// i, k] x[n, i, r stride + k dilation - padding], with r and k pairs.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; weight (O, C / groups, KH, KW); bias (O) or
///     undefined
///   returns: (N, O, RH, RW), each extent floor((extent + 2 padding - dilation (K - 1) - 1) / stride) + 1
///   cost: 2 N O RH RW C KH KW / groups flops; scratch of the size of a few images, never the columns of
///     im2col
template <Real T>
Tensor<T> conv2d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                 const ConvOptions& options = {}) {
  return detail::conv<2>("conv2d", x, weight, bias, options);
}
/// Convolution (cross-correlation) over three spatial axes: y[n, o, r] = bias[o] + sum over i, k of
/// weight[o, i, k] x[n, i, r stride + k dilation - padding], with r and k triples.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; weight (O, C / groups, KD, KH, KW); bias
///     (O) or undefined
///   returns: (N, O, RD, RH, RW), each extent floor((extent + 2 padding - dilation (K - 1) - 1) / stride) +
///     1
///   cost: 2 N O RD RH RW C KD KH KW / groups flops; scratch of the size of a few images, never the columns
///     of im2col
template <Real T>
Tensor<T> conv3d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                 const ConvOptions& options = {}) {
  return detail::conv<3>("conv3d", x, weight, bias, options);
}

/// Transposed convolution over one spatial axis, which is the gradient of `conv1d` with respect to its
/// input: y[n, o, r stride + k dilation - padding] += weight[i, o, k] x[n, i, r] for all i, r, k, starting
/// from bias[o].
///
///   shapes: x (N, C, L), or (C, L) without a batch; weight (C, O / groups, K); bias (O) or undefined
///   returns: (N, O, (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1)
///   cost: 2 N C L O K / groups flops
template <Real T>
Tensor<T> conv_transpose1d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                           const ConvTransposeOptions& options = {}) {
  return detail::conv_transpose<1>("conv_transpose1d", x, weight, bias, options);
}
/// Transposed convolution over two spatial axes, which is the gradient of `conv2d` with respect to its
/// input.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; weight (C, O / groups, KH, KW); bias (O) or
///     undefined
///   returns: (N, O, RH, RW), each extent (extent - 1) stride - 2 padding + dilation (K - 1) +
///     output_padding + 1
///   cost: 2 N C H W O KH KW / groups flops
template <Real T>
Tensor<T> conv_transpose2d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                           const ConvTransposeOptions& options = {}) {
  return detail::conv_transpose<2>("conv_transpose2d", x, weight, bias, options);
}
/// Transposed convolution over three spatial axes, which is the gradient of `conv3d` with respect to its
/// input.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; weight (C, O / groups, KD, KH, KW); bias
///     (O) or undefined
///   returns: (N, O, RD, RH, RW), each extent (extent - 1) stride - 2 padding + dilation (K - 1) +
///     output_padding + 1
///   cost: 2 N C D H W O KD KH KW / groups flops
template <Real T>
Tensor<T> conv_transpose3d(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias = {},
                           const ConvTransposeOptions& options = {}) {
  return detail::conv_transpose<3>("conv_transpose3d", x, weight, bias, options);
}

}  // namespace TENON_NAMESPACE
