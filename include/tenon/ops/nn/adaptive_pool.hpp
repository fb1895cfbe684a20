#pragma once
/// Adaptive pooling: the extents of the result are given, and bins share out the extents of x. Bin k of n
/// over an extent m covers the positions from floor(k m / n) to ceil((k + 1) m / n) - 1. An output size of
/// -1 keeps an extent of x.
///
///   throws: ShapeError if x has another rank or an empty spatial axis; ValueError if the output size is
///     absent, below -1, or has another number of entries than there are spatial axes

#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/nn/pool.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The extents of the result of an adaptive pooling: entries of -1 keep those of x.
template <int rank, class T>
Dims adaptive_extents(const char* op, const Tensor<T>& x, const Dims& asked) {
  check<ShapeError>(x.rank() == rank + 2 || x.rank() == rank + 1, op, "expected x of ", rank + 2,
                    " axes, or ", rank + 1, " without a batch, got shape ", x.shape());
  check<ValueError>(!asked.empty(), op, "expected the result's extents");
  Dims extents = per_axis(asked, rank, 1, -1, op, "output size");
  for (int i = 0; i < rank; ++i) {
    const index_t from = x.shape()[x.rank() - rank + i];
    check<ShapeError>(from > 0, op, "nothing to pool in shape ", x.shape());
    if (extents[i] < 0) extents[i] = from;
  }
  return extents;
}

/// Bin k of `count` over an extent.
struct Bin {
  index_t start, stop;
  Bin(index_t k, index_t count, index_t extent)
      : start(k * extent / count), stop(((k + 1) * extent + count - 1) / count) {}
};

/// (count, extent): row k averages bin k.
template <class T>
Tensor<T> bin_means(index_t count, index_t extent) {
  Tensor<T> means = zeros<T>({count, extent});
  T* row = means.mutable_data();
  for (index_t k = 0; k < count; ++k, row += extent) {
    const Bin bin(k, count, extent);
    std::fill(row + bin.start, row + bin.stop, T(1) / static_cast<T>(bin.stop - bin.start));
  }
  return means;
}

template <int rank, class T>
Tensor<T> adaptive_avg_pool(const char* op, const Tensor<T>& x, const Dims& asked) {
  const Dims extents = adaptive_extents<rank>(op, x, asked);
  Dims kernel;
  bool even = true, global = true;
  for (int i = 0; i < rank; ++i) {
    const index_t from = x.shape()[x.rank() - rank + i];
    even &= extents[i] > 0 && from % extents[i] == 0;
    global &= extents[i] == 1;
    kernel.push_back(extents[i] > 0 ? from / extents[i] : 1);
  }
  if (global) {
    Dims axes;
    for (int i = 0; i < rank; ++i) axes.push_back(x.rank() - rank + i);
    return mean(x, axes, true);
  }
  if (even) return avg_pool<rank>(op, x, kernel, {});
  Tensor<T> y = x;
  for (int axis = x.rank() - rank; axis < x.rank(); ++axis) {
    const Tensor<T> means = bin_means<T>(extents[axis - x.rank() + rank], x.shape()[axis]);
    y = transpose(matmul(transpose(y, axis, -1), transpose(means, 0, 1)), axis, -1);
  }
  return y;
}

/// The entries that the bins of an axis read. Bins differ in length: each is filled up to the longest with
/// its last entry, which changes no maximum.
struct AdaptiveAxis {
  index_t longest = 0;
  Tensor<index_t> entries;

  AdaptiveAxis(index_t count, index_t extent) {
    for (index_t k = 0; k < count; ++k)
      longest = std::max(longest, Bin(k, count, extent).stop - Bin(k, count, extent).start);
    entries = Tensor<index_t>::empty({count * longest});
    index_t* to = entries.mutable_data();
    for (index_t k = 0; k < count; ++k)
      for (index_t i = 0; i < longest; ++i)
        *to++ = std::min(Bin(k, count, extent).start + i, Bin(k, count, extent).stop - 1);
  }
};

template <int rank, class T>
ValuesIndices<T> adaptive_max_pool(const char* op, const Tensor<T>& x, const Dims& asked, bool with_indices) {
  const Dims extents = adaptive_extents<rank>(op, x, asked);
  Windows w;
  Tensor<T> spread = x;
  Tensor<index_t> entries[rank];
  for (int i = 0; i < rank; ++i) {
    const int axis = x.rank() - rank + i, a = 3 - rank + i;
    const AdaptiveAxis bins(extents[i], x.shape()[axis]);
    entries[i] = bins.entries;
    if (extents[i] == 0 || x.shape()[axis] % extents[i] != 0) spread = index_select(spread, axis, entries[i]);
    w.result[a] = extents[i];
    w.kernel[a] = w.stride[a] = std::max<index_t>(bins.longest, 1);
    w.size[a] = extents[i] * bins.longest;
  }
  ValuesIndices<T> out = max_pool<rank>(op, spread, w, with_indices);
  if (!out.indices.defined() || spread.is(x)) return out;
  out.indices = clone(out.indices);  // the gradient keeps the positions in `spread`
  index_t *where = out.indices.mutable_data(), *const end = where + out.indices.size();
  for (; where != end; ++where) {
    index_t rest = *where, position = 0, step = 1;
    for (int i = rank; i-- > 0;) {
      position += entries[i].data()[rest % entries[i].size()] * step;
      rest /= entries[i].size();
      step *= x.shape()[x.rank() - rank + i];
    }
    *where = position;
  }
  return out;
}

}  // namespace detail

/// Mean of each bin over one spatial axis.
///
///   shapes: x (N, C, L), or (C, L) without a batch; output_size of one number
///   returns: (N, C, output_size)
///   keeps: nothing where all bins are of one length, else x
///   cost: one pass; where bins differ in length, a matrix product
template <Real T>
Tensor<T> adaptive_avg_pool1d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_avg_pool<1>("adaptive_avg_pool1d", x, output_size);
}
/// Mean of each bin over two spatial axes.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; output_size of one number or two
///   returns: (N, C, output_size)
///   keeps: nothing where all bins are of one length, else x and the means along one axis
///   cost: one pass; where bins differ in length, a matrix product an axis
template <Real T>
Tensor<T> adaptive_avg_pool2d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_avg_pool<2>("adaptive_avg_pool2d", x, output_size);
}
/// Mean of each bin over three spatial axes.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; output_size of one number or three
///   returns: (N, C, output_size)
///   keeps: nothing where all bins are of one length, else x and the means along one and two axes
///   cost: one pass; where bins differ in length, a matrix product an axis
template <Real T>
Tensor<T> adaptive_avg_pool3d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_avg_pool<3>("adaptive_avg_pool3d", x, output_size);
}

/// Largest element of each bin over one spatial axis; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, L), or (C, L) without a batch; output_size of one number
///   returns: (N, C, output_size)
///   keeps: positions
///   cost: one pass; where bins differ in length, a copy before it
template <Real T>
Tensor<T> adaptive_max_pool1d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<1>("adaptive_max_pool1d", x, output_size, false).values;
}
/// Largest element of each bin over two spatial axes; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, H, W), or (C, H, W) without a batch; output_size of one number or two
///   returns: (N, C, output_size)
///   keeps: positions
///   cost: one pass; where bins differ in length, a copy an axis before it
template <Real T>
Tensor<T> adaptive_max_pool2d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<2>("adaptive_max_pool2d", x, output_size, false).values;
}
/// Largest element of each bin over three spatial axes; NaN if one is NaN. Of equal elements the first
/// receives the gradient.
///
///   shapes: x (N, C, D, H, W), or (C, D, H, W) without a batch; output_size of one number or three
///   returns: (N, C, output_size)
///   keeps: positions
///   cost: one pass; where bins differ in length, a copy an axis before it
template <Real T>
Tensor<T> adaptive_max_pool3d(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<3>("adaptive_max_pool3d", x, output_size, false).values;
}
/// `adaptive_max_pool1d`, and the positions of the maxima on the spatial axis.
///
///   shapes: those of `adaptive_max_pool1d`
///   returns: values and positions, each of the shape of `adaptive_max_pool1d`
///   keeps: positions
template <Real T>
ValuesIndices<T> adaptive_max_pool1d_with_indices(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<1>("adaptive_max_pool1d", x, output_size, true);
}
/// `adaptive_max_pool2d`, and the positions of the maxima in their plane, counted row by row.
///
///   shapes: those of `adaptive_max_pool2d`
///   returns: values and positions, each of the shape of `adaptive_max_pool2d`
///   keeps: positions
template <Real T>
ValuesIndices<T> adaptive_max_pool2d_with_indices(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<2>("adaptive_max_pool2d", x, output_size, true);
}
/// `adaptive_max_pool3d`, and the positions of the maxima in their volume, counted row by row.
///
///   shapes: those of `adaptive_max_pool3d`
///   returns: values and positions, each of the shape of `adaptive_max_pool3d`
///   keeps: positions
template <Real T>
ValuesIndices<T> adaptive_max_pool3d_with_indices(const Tensor<T>& x, const Dims& output_size) {
  return detail::adaptive_max_pool<3>("adaptive_max_pool3d", x, output_size, true);
}

}  // namespace TENON_NAMESPACE
