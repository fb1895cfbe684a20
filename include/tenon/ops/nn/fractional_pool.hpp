#pragma once
/// Fractional max pooling: windows of one size whose distances vary, so that any extents of the result can
/// be had. Along an axis window i of n begins at floor((i + u) a) - floor(u a), a = (extent - kernel) / (n -
/// 1), with u the sample of the plane; the last one ends with the axis. Graham 2014,
/// https://arxiv.org/abs/1412.6071
///
///   throws: ShapeError if x has another rank, the windows do not fit, or there is not one sample a plane
///     and axis; ValueError if kernel or output size is absent, not positive, or not one number or one an
///     axis, or a sample is outside [0, 1)
///   keeps: the positions
///   cost: one operation for each element of each window; planes are shared by threads

#include "tenon/core/parallel.hpp"
#include "tenon/ops/nn/pool.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// Where the windows along one axis begin.
struct FractionalAxis {
  index_t extent = 1, kernel = 1, count = 1;

  template <class T>
  std::vector<index_t> starts(T sample) const {
    const T step = count > 1 ? static_cast<T>(extent - kernel) / static_cast<T>(count - 1) : T(0);
    std::vector<index_t> first(static_cast<std::size_t>(count), extent - kernel);
    for (index_t i = 0; i + 1 < count; ++i)
      first[static_cast<std::size_t>(i)] =
          static_cast<index_t>((static_cast<T>(i) + sample) * step) - static_cast<index_t>(sample * step);
    return first;
  }
};

/// The positions of the maxima of the windows of one plane, which begin at `starts` along its three axes.
template <class T>
void fractional_maxima(const FractionalAxis (&axes)[3], const std::vector<index_t> (&starts)[3], const T* x,
                       index_t* where) {
  for (index_t d : starts[0])
    for (index_t h : starts[1])
      for (index_t w : starts[2]) {
        index_t best = (d * axes[1].extent + h) * axes[2].extent + w;
        for (index_t i = d; i < d + axes[0].kernel; ++i)
          for (index_t j = h; j < h + axes[1].kernel; ++j)
            for (index_t k = w; k < w + axes[2].kernel; ++k) {
              const index_t at = (i * axes[1].extent + j) * axes[2].extent + k;
              if (x[at] > x[best] || (x[at] != x[at] && x[best] == x[best])) best = at;
            }
        *where++ = best;
      }
}

/// Samples (N, C, rank) are of the axes in PyTorch's order: of width and height in the plane, of depth,
/// height and width in space.
template <int rank, class T>
ValuesIndices<T> fractional_max_pool(const char* op, const Tensor<T>& x, const Dims& kernel,
                                     const Dims& output_size, const Tensor<T>& samples) {
  check<ShapeError>(x.rank() == rank + 2 || x.rank() == rank + 1, op, "expected x of ", rank + 2,
                    " axes, or ", rank + 1, " without a batch, got shape ", x.shape());
  check<ValueError>(!kernel.empty() && !output_size.empty(), op, "expected the extents of kernel and result");
  const Dims k = per_axis(kernel, rank, 1, 1, op, "kernel"),
             counts = per_axis(output_size, rank, 1, 1, op, "output size");
  FractionalAxis axes[3];
  Shape shape = x.shape();
  for (int i = 0; i < rank; ++i) {
    index_t& extent = shape[x.rank() - rank + i];
    check<ShapeError>(counts[i] + k[i] - 1 <= extent, op, counts[i], " windows of ", k[i],
                      " do not fit in shape ", x.shape());
    axes[3 - rank + i] = {extent, k[i], counts[i]};
    extent = counts[i];
  }
  const Shape expected{x.rank() == rank + 2 ? x.shape()[0] : 1, x.shape()[x.rank() - rank - 1], rank};
  check<ShapeError>(samples.shape() == expected, op, "expected samples of shape ", expected, ", got ",
                    samples.shape());
  for (T u : samples) check<ValueError>(u >= 0 && u < 1, op, "sample ", u, " is outside [0, 1)");
  const index_t planes = count_planes(x.shape(), rank), inputs = plane_size(x.shape(), rank),
                outputs = plane_size(shape, rank);
  const Tensor<T> dense = contiguous(x.detach()), chosen = contiguous(samples.detach());
  Tensor<index_t> where = Tensor<index_t>::empty(shape);
  index_t* const to = where.mutable_data();
  parallel_for(planes, 1, [&](index_t begin, index_t end) {
    for (index_t p = begin; p < end; ++p) {
      std::vector<index_t> starts[3] = {{0}, {0}, {0}};
      for (int i = 0; i < rank; ++i) {
        const int sample = rank == 2 ? 1 - i : i;
        starts[3 - rank + i] = axes[3 - rank + i].starts(chosen.data()[p * rank + sample]);
      }
      fractional_maxima(axes, starts, dense.data() + p * inputs, to + p * outputs);
    }
  });
  return {plane_gather(x, where, rank), where};
}

}  // namespace detail

/// Largest element of each of `output_size` windows of a plane, NaN if one is NaN, and its position in the
/// plane.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; samples (N, C, 2), of width and height
///   returns: values and positions, each (N, C, output_size)
template <Real T>
ValuesIndices<T> fractional_max_pool2d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                                    const Dims& output_size, const Tensor<T>& samples) {
  return detail::fractional_max_pool<2>("fractional_max_pool2d", x, kernel, output_size, samples);
}
/// The values of `fractional_max_pool2d_with_indices`.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; samples (N, C, 2), of width and height
///   returns: (N, C, output_size)
template <Real T>
Tensor<T> fractional_max_pool2d(const Tensor<T>& x, const Dims& kernel, const Dims& output_size,
                                const Tensor<T>& samples) {
  return fractional_max_pool2d_with_indices(x, kernel, output_size, samples).values;
}
/// Largest element of each of `output_size` windows of a volume, NaN if one is NaN, and its position in the
/// volume.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; samples (N, C, 3), of depth, height and
///     width
///   returns: values and positions, each (N, C, output_size)
template <Real T>
ValuesIndices<T> fractional_max_pool3d_with_indices(const Tensor<T>& x, const Dims& kernel,
                                                    const Dims& output_size, const Tensor<T>& samples) {
  return detail::fractional_max_pool<3>("fractional_max_pool3d", x, kernel, output_size, samples);
}
/// The values of `fractional_max_pool3d_with_indices`.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; samples (N, C, 3), of depth, height and
///     width
///   returns: (N, C, output_size)
template <Real T>
Tensor<T> fractional_max_pool3d(const Tensor<T>& x, const Dims& kernel, const Dims& output_size,
                                const Tensor<T>& samples) {
  return fractional_max_pool3d_with_indices(x, kernel, output_size, samples).values;
}

}  // namespace TENON_NAMESPACE
