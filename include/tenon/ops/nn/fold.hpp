#pragma once
/// Sliding windows as columns and back, and the exchange of channels for resolution.
///
///   keeps: nothing

#include "tenon/backend/fold.hpp"
#include "tenon/ops/nn/conv.hpp"
#include "tenon/ops/shape/pad.hpp"

namespace TENON_NAMESPACE {

/// Options of `unfold` and `fold`. An empty list stands for the default, a list of one number for that
/// number on both axes.
struct FoldOptions {
  Dims dilation{};  ///< the distance of the kernel's elements in x; default 1
  Dims padding{};   ///< the number of zeros added at both ends; default 0
  Dims stride{};    ///< the step of the windows; default 1
};

namespace detail {

inline Windows fold_windows(const char* op, const Shape& image, const Dims& kernel,
                            const FoldOptions& options) {
  check<ValueError>(!kernel.empty(), op, "expected the kernel's extents");
  return sliding_windows(image, per_axis(kernel, 2, 1, 1, op, "kernel"),
                         per_axis(options.stride, 2, 1, 1, op, "stride"),
                         per_axis(options.padding, 2, 0, 0, op, "padding"),
                         per_axis(options.dilation, 2, 1, 1, op, "dilation"), op);
}

template <class T>
Tensor<T> fold(const Tensor<T>& columns, const Shape& image, const Windows& w);

/// (N, C taps, positions) from images (N, C, H, W): a view of the padded images, copied.
template <class T>
Tensor<T> unfold(const Tensor<T>& x, const Windows& w) {
  const index_t ph = w.padding[1], pw = w.padding[2];
  const Tensor<T> padded = contiguous(pad(x.detach(), {pw, pw, ph, ph}));
  const Strides& s = padded.strides();
  const Shape shape{x.shape()[0], x.shape()[1], w.kernel[1], w.kernel[2], w.result[1], w.result[2]};
  const Strides strides{
      s[0], s[1], w.dilation[1] * s[2], w.dilation[2] * s[3], w.stride[1] * s[2], w.stride[2] * s[3]};
  const Tensor<T> windows = padded.view(0, shape, strides);
  Tensor<T> y = reshape(clone(windows), {x.shape()[0], x.shape()[1] * w.taps(), w.positions()});
  return record("unfold", y, {without_values(x)},
                [w, image = x.shape()](const Backward<T>& p) -> Gradients<T> {
                  return {fold(p.gradient(), image, w)};
                });
}

/// The transpose of `unfold`: columns added up in images of shape `image`.
template <class T>
Tensor<T> fold(const Tensor<T>& columns, const Shape& image, const Windows& w) {
  Tensor<T> x = Tensor<T>::empty(image);
  backend::kernel<backend::Fold<T>>()(image[0] * image[1], w, contiguous(columns.detach()).data(),
                                      x.mutable_data());
  return record("fold", x, {without_values(columns)},
                [w](const Backward<T>& p) -> Gradients<T> { return {unfold(p.gradient(), w)}; });
}

}  // namespace detail

/// Windows of images as columns (im2col). Gradient: dx = fold(g).
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; kernel of one number or two
///   returns: (N, C KH KW, L), L the number of windows, row by row
///   throws: ShapeError if x has another rank or the kernel exceeds the padded image; ValueError if the
///     kernel or an option is out of range
///   cost: two copies
template <Real T>
Tensor<T> unfold(const Tensor<T>& x, const Dims& kernel, const FoldOptions& options = {}) {
  check<ShapeError>(x.rank() == 3 || x.rank() == 4, "unfold",
                    "expected x of 4 axes, or 3 without a batch, got shape ", x.shape());
  if (x.rank() == 3) return squeeze(unfold(unsqueeze(x, 0), kernel, options), 0);
  return detail::unfold(x, detail::fold_windows("unfold", x.shape(), kernel, options));
}

/// Columns added up at the positions that the windows of an image of extents `size` read: the transpose of
/// `unfold`. Gradient: dcolumns = unfold(g).
///
///   shapes: columns (N, C KH KW, L), or (C KH KW, L) without a batch; size of two extents; kernel of one
///     number or two
///   returns: (N, C, size)
///   throws: ShapeError if columns do not fit the image and kernel; ValueError if an extent, the kernel or
///     an option is out of range
///   cost: one pass over columns
template <Real T>
Tensor<T> fold(const Tensor<T>& columns, const Dims& size, const Dims& kernel,
               const FoldOptions& options = {}) {
  check<ShapeError>(columns.rank() == 2 || columns.rank() == 3, "fold",
                    "expected columns of 3 axes, or 2 without a batch, got shape ", columns.shape());
  if (columns.rank() == 2) return squeeze(fold(unsqueeze(columns, 0), size, kernel, options), 0);
  check<ValueError>(size.size() == 2 && size[0] > 0 && size[1] > 0, "fold",
                    "expected the image's height and width, got ", size);
  const backend::Windows w = detail::fold_windows("fold", size, kernel, options);
  check<ShapeError>(columns.shape()[1] % w.taps() == 0 && columns.shape()[2] == w.positions(), "fold",
                    "an image of ", size, " under this kernel has ", w.positions(), " windows of ", w.taps(),
                    " elements a channel, which columns of shape ", columns.shape(), " do not fit");
  const Shape image{columns.shape()[0], columns.shape()[1] / w.taps(), size[0], size[1]};
  element_count(image, "fold");
  return detail::fold(columns, image, w);
}

/// Exchanges channels for resolution: (..., C r r, H, W) becomes (..., C, H r, W r), r the factor. Shi et
/// al. 2016, https://arxiv.org/abs/1609.05158
///
///   shapes: x (..., C r r, H, W)
///   returns: (..., C, H r, W r)
///   throws: ShapeError if x has fewer than three axes or its channels are no multiple of r squared;
///     ValueError if the factor is not positive
///   cost: one copy
template <Scalar T>
Tensor<T> pixel_shuffle(const Tensor<T>& x, index_t factor) {
  check<ShapeError>(x.rank() >= 3, "pixel_shuffle", "expected x of at least 3 axes, got shape ", x.shape());
  check<ValueError>(factor > 0 && factor < detail::window_limit, "pixel_shuffle", "factor ", factor,
                    " is not positive");
  const index_t channels = x.extent(-3), h = x.extent(-2), w = x.extent(-1);
  check<ShapeError>(channels % (factor * factor) == 0, "pixel_shuffle", channels,
                    " channels are no multiple of ", factor, " squared");
  const index_t left = channels / (factor * factor);
  const Tensor<T> parts = reshape(flatten(unsqueeze(x, 0), 0, -4), {-1, left, factor, factor, h, w});
  Shape shape(x.shape().begin(), x.shape().end() - 3);
  for (index_t extent : {left, h * factor, w * factor}) shape.push_back(extent);
  return reshape(permute(parts, {0, 1, 4, 2, 5, 3}), shape);
}

/// Exchanges resolution for channels: (..., C, H r, W r) becomes (..., C r r, H, W), r the factor. The
/// inverse of `pixel_shuffle`.
///
///   shapes: x (..., C, H r, W r)
///   returns: (..., C r r, H, W)
///   throws: ShapeError if x has fewer than three axes or a plane does not divide into squares of r;
///     ValueError if the factor is not positive
///   cost: one copy
template <Scalar T>
Tensor<T> pixel_unshuffle(const Tensor<T>& x, index_t factor) {
  check<ShapeError>(x.rank() >= 3, "pixel_unshuffle", "expected x of at least 3 axes, got shape ", x.shape());
  check<ValueError>(factor > 0 && factor < detail::window_limit, "pixel_unshuffle", "factor ", factor,
                    " is not positive");
  const index_t channels = x.extent(-3), h = x.extent(-2) / factor, w = x.extent(-1) / factor;
  check<ShapeError>(x.extent(-2) % factor == 0 && x.extent(-1) % factor == 0, "pixel_unshuffle",
                    "planes of shape ", x.shape(), " do not fall into squares of ", factor);
  const Tensor<T> parts = reshape(flatten(unsqueeze(x, 0), 0, -4), {-1, channels, h, factor, w, factor});
  Shape shape(x.shape().begin(), x.shape().end() - 3);
  for (index_t extent : {channels * factor * factor, h, w}) shape.push_back(extent);
  return reshape(permute(parts, {0, 1, 3, 5, 2, 4}), shape);
}

/// Deals the channels of each of `groups` groups out in turn: channel k of group g becomes channel k groups
/// + g. Zhang et al. 2018, "ShuffleNet", https://arxiv.org/abs/1707.01083
///
///   shapes: x (N, C, ...)
///   returns: the shape of x
///   throws: ShapeError if x has fewer than two axes, or eight, or its channels are no multiple of
///     the groups; ValueError if there is no group
///   cost: one copy
template <Scalar T>
Tensor<T> channel_shuffle(const Tensor<T>& x, index_t groups) {
  check<ShapeError>(x.rank() >= 2, "channel_shuffle", "expected x of shape (N, C, ...), got ", x.shape());
  check<ValueError>(groups > 0, "channel_shuffle", "the number of groups is ", groups,
                    ", expected at least 1");
  check<ShapeError>(x.shape()[1] % groups == 0, "channel_shuffle", x.shape()[1],
                    " channels do not fall into ", groups, " groups");
  Shape parts = x.shape();
  parts[1] /= groups;
  parts.insert(1, groups);
  return reshape(transpose(reshape(x, parts), 1, 2), x.shape());
}

}  // namespace TENON_NAMESPACE
