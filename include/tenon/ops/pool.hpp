#pragma once
/// Pooling: maxima, means and norms of windows over one, two or three spatial axes.

#include "tenon/backend/pool.hpp"
#include "tenon/ops/conv.hpp"

namespace TENON_NAMESPACE {

/// Of lists, an empty one stands for the default, a single number for every spatial axis.
struct MaxPoolOptions {
  Dims stride{};           ///< the kernel's extents
  Dims padding{};          ///< of -infinity, at most half the kernel: 0
  Dims dilation{};         ///< 1
  bool ceil_mode = false;  ///< also a last window that reaches beyond the end
};

struct AvgPoolOptions {
  Dims stride{};                              ///< the kernel's extents
  Dims padding{};                             ///< of zeros, at most half the kernel: 0
  bool ceil_mode = false;                     ///< also a last window that reaches beyond the padded end
  bool count_include_pad = true;              ///< whether the divisor counts padding
  std::optional<index_t> divisor_override{};  ///< divide by this instead
};

struct LpPoolOptions {
  Dims stride{};           ///< the kernel's extents
  bool ceil_mode = false;  ///< also a last window that reaches beyond the end
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
    // The last must start inside the plane or what precedes it; a first one there always is.
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
  return record("plane_gather", y, {edge(x)},
                [where, rank, shape = x.shape()](const Pull<T>& p) -> Gradients<T> {
                  return {plane_scatter(p.gradient(), where, shape, rank)};
                });
}
/// The transpose of that: planes of `shape`, 0 but where y's elements are added.
template <class T>
Tensor<T> plane_scatter(const Tensor<T>& y, const Tensor<index_t>& where, const Shape& shape, int rank) {
  Tensor<T> x = Tensor<T>::empty(shape);
  backend::kernel<backend::MaxUnpool<T>>()(count_planes(shape, rank), plane_size(where.shape(), rank),
                                           plane_size(shape, rank), contiguous(y.detach()).data(),
                                           where.data(), x.mutable_data());
  return record("plane_scatter", x, {edge(y)}, [where, rank](const Pull<T>& p) -> Gradients<T> {
    return {plane_gather(p.gradient(), where, rank)};
  });
}

/// Maxima, and their positions if they are asked for or a gradient will want them.
template <int rank, class T>
ValuesIndices<T> max_pool(const char* op, const Tensor<T>& x, const Windows& w, bool with_indices) {
  const Shape shape = with_extents(x.shape(), rank, w.result);
  const bool recorded = x.requires_grad() && grad_enabled();
  ValuesIndices<T> out{Tensor<T>::empty(shape), {}};
  if (with_indices || recorded) out.indices = Tensor<index_t>::empty(shape);
  index_t* const where = out.indices.defined() ? out.indices.mutable_data() : nullptr;
  backend::kernel<backend::MaxPool<T>>()(count_planes(shape, rank), w, contiguous(x.detach()).data(),
                                         out.values.mutable_data(), where);
  out.values = record(op, out.values, {edge(x)},
                      [where = out.indices, from = x.shape()](const Pull<T>& p) -> Gradients<T> {
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
/// What the sums of windows are divided by, where that is not the same everywhere.
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
  return plane_scatter(x, contiguous(indices), shape, rank);
}

}  // namespace detail

/// The largest element of each window of one spatial axis.
///   x       (N, C, L), or without N; `kernel` one number or one an axis
///   returns the shape of x with floor((extent + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 each
///   NaN wins; of equal elements the first has the gradient    throws ShapeError, ValueError
///   keeps   positions, one index an element of the result; nothing without recording
template <Real T>
Tensor<T> max_pool1d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<1>("max_pool1d", x, kernel, options, false).values;
}
/// The same over two spatial axes: x (N, C, H, W).
template <Real T>
Tensor<T> max_pool2d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<2>("max_pool2d", x, kernel, options, false).values;
}
/// The same over three spatial axes: x (N, C, D, H, W).
template <Real T>
Tensor<T> max_pool3d(const Tensor<T>& x, const Dims& kernel, const MaxPoolOptions& options = {}) {
  return detail::max_pool<3>("max_pool3d", x, kernel, options, false).values;
}

/// Maxima of windows and their positions, row-major in the plane.
template <Real T>
ValuesIndices<T> max_pool1d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<1>("max_pool1d", x, kernel, options, true);
}
template <Real T>
ValuesIndices<T> max_pool2d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<2>("max_pool2d", x, kernel, options, true);
}
template <Real T>
ValuesIndices<T> max_pool3d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                         const MaxPoolOptions& options = {}) {
  return detail::max_pool<3>("max_pool3d", x, kernel, options, true);
}

/// The reverse of max pooling: planes of extents `size` with x's elements at the positions `indices` and 0
/// elsewhere. Of elements that share a position, the sum.
///   throws ShapeError, ValueError, IndexError    keeps the indices
template <Real T>
Tensor<T> max_unpool1d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<1>("max_unpool1d", x, indices, size);
}
template <Real T>
Tensor<T> max_unpool2d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<2>("max_unpool2d", x, indices, size);
}
template <Real T>
Tensor<T> max_unpool3d(const Tensor<T>& x, const Tensor<index_t>& indices, const Dims& size) {
  return detail::max_unpool<3>("max_unpool3d", x, indices, size);
}

/// The mean of each window of one spatial axis.
///   x       (N, C, L), or without N; `kernel` one number or one an axis
///   returns as max_pool1d    throws ShapeError, ValueError    keeps nothing
template <Real T>
Tensor<T> avg_pool1d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<1>("avg_pool1d", x, kernel, options);
}
/// The same over two spatial axes: x (N, C, H, W).
template <Real T>
Tensor<T> avg_pool2d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<2>("avg_pool2d", x, kernel, options);
}
/// The same over three spatial axes: x (N, C, D, H, W).
template <Real T>
Tensor<T> avg_pool3d(const Tensor<T>& x, const Dims& kernel, const AvgPoolOptions& options = {}) {
  return detail::avg_pool<3>("avg_pool3d", x, kernel, options);
}

/// (K mean of x^p over each window)^(1/p), K the elements of the kernel; signs count, as PyTorch has it.
///   shapes as avg_pool1d    the gradient of a window of zeros is 0    throws ShapeError, ValueError
///   keeps x and the means
template <Real T>
Tensor<T> lp_pool1d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<1>("lp_pool1d", x, p, kernel, options);
}
template <Real T>
Tensor<T> lp_pool2d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<2>("lp_pool2d", x, p, kernel, options);
}
template <Real T>
Tensor<T> lp_pool3d(const Tensor<T>& x, double p, const Dims& kernel, const LpPoolOptions& options = {}) {
  return detail::lp_pool<3>("lp_pool3d", x, p, kernel, options);
}

}  // namespace TENON_NAMESPACE
