#pragma once
/// Pooling: maxima, means and norms of windows over one, two or three spatial axes, and the reverse of max
/// pooling.
///
///   throws: ShapeError if x has another rank or the kernel exceeds the padded extent; ValueError if the
///     kernel or an option is out of range or has another number of entries than there are spatial axes, or
///     a padding exceeds half the kernel
///   cost: one pass

#include "tenon/backend/pool.hpp"
#include "tenon/ops/index/scatter.hpp"
#include "tenon/ops/nn/conv.hpp"

namespace TENON_NAMESPACE {

/// Options of max pooling. An empty list stands for the default, a list of one number for that number on
/// every spatial axis.
struct MaxPoolOptions {
  Dims stride{};           ///< the step of the windows; default: the extents of the kernel
  Dims padding{};          ///< the number of -infinity at both ends, at most half the kernel; default 0
  Dims dilation{};         ///< the distance of the kernel's elements in x; default 1
  bool ceil_mode = false;  ///< whether a last window may reach beyond the end
};

/// Options of average pooling. An empty list stands for the default, a list of one number for that number
/// on every spatial axis.
struct AvgPoolOptions {
  Dims stride{};                              ///< the step of the windows; default: the extents of the kernel
  Dims padding{};                             ///< zeros at both ends, at most half the kernel; default 0
  bool ceil_mode = false;                     ///< whether a last window may reach beyond the padded end
  bool count_include_pad = true;              ///< whether the divisor counts padding
  std::optional<index_t> divisor_override{};  ///< the divisor of all windows in place of their size
};

/// Options of `lp_pool1d`, `lp_pool2d` and `lp_pool3d`. An empty list stands for the default, a list of one
/// number for that number on every spatial axis.
struct LpPoolOptions {
  Dims stride{};           ///< the step of the windows; default: the extents of the kernel
  bool ceil_mode = false;  ///< whether a last window may reach beyond the end
};

namespace detail {

/// Windows for pooling the last `rank` axes of x.
template <int rank, class T>
Windows pooling_windows(const char* op, const Tensor<T>& x, const Dims& kernel, const Dims& stride,
                        const Dims& padding, const Dims& dilation, bool ceil_mode) {
  check<ShapeError>(x.rank() == rank + 2 || x.rank() == rank + 1, op, "expected x of ", rank + 2,
                    " axes, or ", rank + 1, " without a batch, got shape ", x.shape());
  check<ValueError>(!kernel.empty(), op, "expected the kernel's extents");
  const Dims k = per_axis(kernel, rank, 1, 1, op, "kernel"),
             s = stride.empty() ? k : per_axis(stride, rank, 1, 1, op, "stride"),
             p = per_axis(padding, rank, 0, 0, op, "padding"),
             d = per_axis(dilation, rank, 1, 1, op, "dilation");
  for (int i = 0; i < rank; ++i)
    check<ValueError>(2 * p[i] <= k[i], op, "padding ", p, " is more than half of kernel ", k);
  Windows w = sliding_windows(x.shape(), k, s, p, d, op, ceil_mode);
  for (int axis = 3 - rank; ceil_mode && axis < 3; ++axis) {
    // The last window must start inside the plane or the padding before it; there is always a first window.
    const bool inside = (w.result[axis] - 1) * w.stride[axis] < w.size[axis] + w.padding[axis];
    if (!inside && w.result[axis] > 1) --w.result[axis];
  }
  return w;
}

/// The shape of x with other extents of its last axes.
inline Shape with_extents(Shape shape, int rank, const index_t* last_of_three) {
  for (int i = 0; i < rank; ++i) shape[shape.size() - rank + i] = last_of_three[3 - rank + i];
  return shape;
}
inline index_t count_planes(const Shape& shape, int rank) {
  index_t planes = 1;
  for (int i = 0; i < shape.size() - rank; ++i) planes *= shape[i];
  return planes;
}
inline index_t plane_size(const Shape& shape, int rank) {
  index_t size = 1;
  for (int i = shape.size() - rank; i < shape.size(); ++i) size *= shape[i];
  return size;
}

template <class T>
Tensor<T> plane_scatter(const Tensor<T>& y, const Tensor<index_t>& where, const Shape& shape, int rank);

/// y = the elements of x's planes at the positions `where`, which has y's shape.
template <class T>
Tensor<T> plane_gather(const Tensor<T>& x, const Tensor<index_t>& where, int rank) {
  Tensor<T> y = Tensor<T>::empty(where.shape());
  backend::kernel<backend::MaxPoolGather<T>>()(count_planes(x.shape(), rank), plane_size(where.shape(), rank),
                                               plane_size(x.shape(), rank), contiguous(x.detach()).data(),
                                               where.data(), y.mutable_data());
  return record("plane_gather", y, {without_values(x)},
                [where, rank, shape = x.shape()](const Backward<T>& p) -> Gradients<T> {
                  return {plane_scatter(p.gradient(), where, shape, rank)};
                });
}
/// The transpose of `plane_gather`: planes of `shape`, 0 but where the elements of y are added.
template <class T>
Tensor<T> plane_scatter(const Tensor<T>& y, const Tensor<index_t>& where, const Shape& shape, int rank) {
  Tensor<T> x = Tensor<T>::empty(shape);
  backend::kernel<backend::MaxUnpool<T>>()(count_planes(shape, rank), plane_size(where.shape(), rank),
                                           plane_size(shape, rank), contiguous(y.detach()).data(),
                                           where.data(), x.mutable_data());
  return record("plane_scatter", x, {without_values(y)}, [where, rank](const Backward<T>& p) -> Gradients<T> {
    return {plane_gather(p.gradient(), where, rank)};
  });
}

/// Maxima, and their positions with `with_indices` or where the gradient needs them.
template <int rank, class T>
ValuesIndices<T> max_pool(const char* op, const Tensor<T>& x, const Windows& w, bool with_indices) {
  const Shape shape = with_extents(x.shape(), rank, w.result);
  const bool recorded = x.requires_grad() && grad_enabled();
  ValuesIndices<T> out{Tensor<T>::empty(shape), {}};
  if (with_indices || recorded) out.indices = Tensor<index_t>::empty(shape);
  index_t* const where = out.indices.defined() ? out.indices.mutable_data() : nullptr;
  backend::kernel<backend::MaxPool<T>>()(count_planes(shape, rank), w, contiguous(x.detach()).data(),
                                         out.values.mutable_data(), where);
  out.values = record(op, out.values, {without_values(x)},
                      [where = out.indices, from = x.shape()](const Backward<T>& p) -> Gradients<T> {
                        return {plane_scatter(p.gradient(), where, from, rank)};
                      });
  return out;
}

template <int rank, class T>
ValuesIndices<T> max_pool(const char* op, const Tensor<T>& x, const Dims& kernel,
                          const MaxPoolOptions& options, bool with_indices) {
  return max_pool<rank>(op, x,
                        pooling_windows<rank>(op, x, kernel, options.stride, options.padding,
                                              options.dilation, options.ceil_mode),
                        with_indices);
}

/// How many elements each window has along one axis.
inline index_t window_count(const Windows& w, int axis, index_t r, bool include_pad) {
  const index_t start = r * w.stride[axis] - w.padding[axis];
  const index_t stop = std::min(start + w.kernel[axis], w.size[axis] + w.padding[axis]);
  return include_pad ? stop - start : std::min(stop, w.size[axis]) - std::max<index_t>(start, 0);
}
/// The divisors of the sums of windows, where windows differ in size.
template <class T>
Tensor<T> window_counts(const Windows& w, int rank, bool include_pad) {
  Shape shape;
  for (int axis = 3 - rank; axis < 3; ++axis) shape.push_back(w.result[axis]);
  Tensor<T> counts = Tensor<T>::empty(shape);
  T* to = counts.mutable_data();
  for (index_t r0 = 0; r0 < w.result[0]; ++r0)
    for (index_t r1 = 0; r1 < w.result[1]; ++r1)
      for (index_t r2 = 0; r2 < w.result[2]; ++r2)
        *to++ = static_cast<T>(window_count(w, 0, r0, include_pad) * window_count(w, 1, r1, include_pad) *
                               window_count(w, 2, r2, include_pad));
  return counts;
}

/// Sums of windows times `factor`: a depthwise convolution with a constant kernel.
template <int rank, class T>
Tensor<T> window_sums(const char* op, const Tensor<T>& x, const Windows& w, double factor) {
  ConvGeometry c{{count_planes(x.shape(), rank), 1, 1, 1, w}, rank};
  const Tensor<T> kernel = full<T>(c.w(), static_cast<T>(factor));
  return reshape(conv_forward(reshape(x, c.x()), kernel, Tensor<T>{}, c, op),
                 with_extents(x.shape(), rank, w.result));
}

template <int rank, class T>
Tensor<T> avg_pool(const char* op, const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options) {
  check<ValueError>(options.divisor_override != 0, op, "the divisor is 0");
  const Windows w =
      pooling_windows<rank>(op, x, kernel, options.stride, options.padding, {}, options.ceil_mode);
  if (options.divisor_override)
    return window_sums<rank>(op, x, w, 1 / static_cast<double>(*options.divisor_override));
  bool full_windows = true;
  for (int axis = 3 - rank; axis < 3; ++axis)
    for (index_t r : {index_t{0}, w.result[axis] - 1})
      full_windows &= window_count(w, axis, r, options.count_include_pad) == w.kernel[axis];
  if (full_windows) return window_sums<rank>(op, x, w, 1 / static_cast<double>(w.taps()));
  return div(window_sums<rank>(op, x, w, 1), window_counts<T>(w, rank, options.count_include_pad));
}

template <int rank, class T>
Tensor<T> lp_pool(const char* op, const Tensor<T>& x, double p, const Dims& kernel,
                  const LpPoolOptions& options) {
  check<ValueError>(p != 0, op, "the norm of order 0 is not one of windows");
  const Windows w = pooling_windows<rank>(op, x, kernel, options.stride, {}, {}, options.ceil_mode);
  const AvgPoolOptions means{.stride = options.stride, .ceil_mode = options.ceil_mode};
  return map(
      op,
      [k = static_cast<T>(w.taps()), r = static_cast<T>(1 / p)](auto m) {
        return select(m == 0, pow(innermost(m), r), pow(k * m, r));
      },
      avg_pool<rank>(op, pow(x, p), kernel, means));
}

template <int rank, class T>
Tensor<T> max_unpool(const char* op, const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  check<ShapeError>(x.rank() == rank + 2 || x.rank() == rank + 1, op, "expected x of ", rank + 2,
                    " axes, or ", rank + 1, " without a batch, got shape ", x.shape());
  check<ShapeError>(indices.shape() == x.shape(), op, "indices of shape ", indices.shape(),
                    " do not belong to x of shape ", x.shape());
  check<ValueError>(size.size() == rank, op, "expected ", rank, " extents, got ", size);
  Shape shape = x.shape();
  for (int i = 0; i < rank; ++i) shape[x.rank() - rank + i] = size[i];
  element_count(shape, op);
  const index_t extent = plane_size(shape, rank);
  for (index_t i : indices)
    check<IndexError>(i >= 0 && i < extent, op, "index ", i, " is outside a plane of ", extent, " elements");
  const Shape planes{count_planes(x.shape(), rank), plane_size(x.shape(), rank)};
  const Tensor<T> empty = zeros<T>({planes[0], extent});
  return reshape(scatter(empty, 1, reshape(indices, planes), reshape(x, planes)), shape);
}

}  // namespace detail

/// Largest element of each window over one spatial axis; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, L), or (C, L) without a batch; kernel of one number
///   returns: (N, C, floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1)
///   keeps: one position for each element of the result
template <Real T>
Tensor<T> max_pool1d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<1>("max_pool1d", x, kernel, options, false).values;
}
/// Largest element of each window over two spatial axes; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; kernel of one number or two
///   returns: (N, C, RH, RW), each extent floor((extent + 2 padding - dilation (kernel - 1) - 1) / stride)
///     + 1
///   keeps: one position for each element of the result
template <Real T>
Tensor<T> max_pool2d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<2>("max_pool2d", x, kernel, options, false).values;
}
/// Largest element of each window over three spatial axes; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; kernel of one number or three
///   returns: (N, C, RD, RH, RW), each extent floor((extent + 2 padding - dilation (kernel - 1) - 1) /
///     stride) + 1
///   keeps: one position for each element of the result
template <Real T>
Tensor<T> max_pool3d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<3>("max_pool3d", x, kernel, options, false).values;
}

/// `max_pool1d`, and the positions of the maxima on the spatial axis.
///
///   shapes: those of `max_pool1d`
///   returns: values and positions, each of the shape of `max_pool1d`
///   keeps: the positions
template <Real T>
ValuesIndices<T> max_pool1d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<1>("max_pool1d", x, kernel, options, true);
}
/// `max_pool2d`, and the positions of the maxima in their plane, counted row by row.
///
///   shapes: those of `max_pool2d`
///   returns: values and positions, each of the shape of `max_pool2d`
///   keeps: the positions
template <Real T>
ValuesIndices<T> max_pool2d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<2>("max_pool2d", x, kernel, options, true);
}
/// `max_pool3d`, and the positions of the maxima in their volume, counted row by row.
///
///   shapes: those of `max_pool3d`
///   returns: values and positions, each of the shape of `max_pool3d`
///   keeps: the positions
template <Real T>
ValuesIndices<T> max_pool3d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<3>("max_pool3d", x, kernel, options, true);
}

/// Reverse of max pooling over one spatial axis: the elements of x at the positions `indices`, 0 elsewhere.
/// Of elements that share a position the last stays. Gradient: dx = g at the positions, 0 for elements that did not stay.
///
///   shapes: x, indices (N, C, L), or (C, L) without a batch; size of one extent
///   returns: (N, C, size)
///   throws: ShapeError if the shapes do not fit; ValueError if `size` does not have one extent; IndexError
///     if a position is out of range
///   keeps: the indices
template <Real T>
Tensor<T> max_unpool1d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<1>("max_unpool1d", x, indices, size);
}
/// Reverse of max pooling over two spatial axes: the elements of x at the positions `indices`, 0 elsewhere.
/// Of elements that share a position the last stays. Gradient: dx = g at the positions, 0 for elements that did not stay.
///
///   shapes: x, indices (N, C, H, W), or (C, H, W) without a batch; size of two extents
///   returns: (N, C, size)
///   throws: ShapeError if the shapes do not fit; ValueError if `size` does not have two extents;
///     IndexError if a position is out of range
///   keeps: the indices
template <Real T>
Tensor<T> max_unpool2d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<2>("max_unpool2d", x, indices, size);
}
/// Reverse of max pooling over three spatial axes: the elements of x at the positions `indices`, 0
/// elsewhere. Of elements that share a position the last stays. Gradient: dx = g at the positions, 0 for elements that did not stay.
///
///   shapes: x, indices (N, C, D, H, W), or (C, D, H, W) without a batch; size of three extents
///   returns: (N, C, size)
///   throws: ShapeError if the shapes do not fit; ValueError if `size` does not have three extents;
///     IndexError if a position is out of range
///   keeps: the indices
template <Real T>
Tensor<T> max_unpool3d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<3>("max_unpool3d", x, indices, size);
}

/// Mean of each window over one spatial axis.
///
///   shapes: x (N, C, L), or (C, L) without a batch; kernel of one number
///   returns: (N, C, floor((L + 2 padding - kernel) / stride) + 1)
///   keeps: nothing where all windows have one divisor, else the sums and the divisors
template <Real T>
Tensor<T> avg_pool1d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<1>("avg_pool1d", x, kernel, options);
}
/// Mean of each window over two spatial axes.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; kernel of one number or two
///   returns: (N, C, RH, RW), each extent floor((extent + 2 padding - kernel) / stride) + 1
///   keeps: nothing where all windows have one divisor, else the sums and the divisors
template <Real T>
Tensor<T> avg_pool2d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<2>("avg_pool2d", x, kernel, options);
}
/// Mean of each window over three spatial axes.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; kernel of one number or three
///   returns: (N, C, RD, RH, RW), each extent floor((extent + 2 padding - kernel) / stride) + 1
///   keeps: nothing where all windows have one divisor, else the sums and the divisors
template <Real T>
Tensor<T> avg_pool3d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<3>("avg_pool3d", x, kernel, options);
}

/// Norm of order p of each window over one spatial axis: (K mean of x^p)^(1/p), K the number of elements of
/// the kernel. Signs count, as in PyTorch. The gradient of a window of zeros is 0.
///
///   shapes: x (N, C, L), or (C, L) without a batch; kernel of one number
///   returns: (N, C, floor((L - kernel) / stride) + 1)
///   throws: ValueError if p is 0; and the errors at the head of the file
///   keeps: x and the means
///   cost: three passes
template <Real T>
Tensor<T> lp_pool1d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<1>("lp_pool1d", x, p, kernel, options);
}
/// Norm of order p of each window over two spatial axes: (K mean of x^p)^(1/p), K the number of elements of
/// the kernel. Signs count, as in PyTorch. The gradient of a window of zeros is 0.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; kernel of one number or two
///   returns: (N, C, RH, RW), each extent floor((extent - kernel) / stride) + 1
///   throws: ValueError if p is 0; and the errors at the head of the file
///   keeps: x and the means
///   cost: three passes
template <Real T>
Tensor<T> lp_pool2d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<2>("lp_pool2d", x, p, kernel, options);
}
/// Norm of order p of each window over three spatial axes: (K mean of x^p)^(1/p), K the number of elements
/// of the kernel. Signs count, as in PyTorch. The gradient of a window of zeros is 0.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; kernel of one number or three
///   returns: (N, C, RD, RH, RW), each extent floor((extent - kernel) / stride) + 1
///   throws: ValueError if p is 0; and the errors at the head of the file
///   keeps: x and the means
///   cost: three passes
template <Real T>
Tensor<T> lp_pool3d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<3>("lp_pool3d", x, p, kernel, options);
}

}  // namespace TENON_NAMESPACE
