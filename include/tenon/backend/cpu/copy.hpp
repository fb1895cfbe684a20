#pragma once
/// Copies between strided layouts: runs of contiguous elements, transposed planes, and whatever is left.

#include <algorithm>  // min, max, swap

#include "tenon/backend/cpu/transpose.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/core/shape.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// Outputs from this size on are written past the caches, where they would not stay.
inline constexpr index_t streaming_bytes = index_t{24} << 20;

/// The axes of a copy, reduced to those that matter, the fastest of dst last.
struct CopyPlan {
  struct Axis {
    index_t extent, src, dst;
  };
  Axis axes[max_rank + 2];  // two more, of extent 1, so that there always is a plane
  int rank = 0;
  index_t size = 1;

  CopyPlan(int source_rank, const index_t* shape, const index_t* src_strides, const index_t* dst_strides) {
    axes[0] = axes[1] = {1, 0, 0};
    rank = 2;
    for (int i = 0; i < source_rank; ++i) {
      size *= shape[i];
      if (shape[i] != 1) insert({shape[i], src_strides[i], dst_strides[i]});
    }
    merge();
    prepare_transpose();
  }

  const Axis& row() const { return axes[rank - 2]; }
  const Axis& column() const { return axes[rank - 1]; }
  bool by_runs() const { return column().src == 1 && column().dst == 1; }
  bool transposed() const { return row().src == 1 && column().dst == 1; }
  index_t planes() const { return size / (row().extent * column().extent); }

  /// Where plane number `plane` begins.
  void locate(index_t plane, index_t& src, index_t& dst) const {
    src = dst = 0;
    for (int i = rank - 2; i-- > 0;) {
      const index_t position = plane % axes[i].extent;
      plane /= axes[i].extent;
      src += position * axes[i].src;
      dst += position * axes[i].dst;
    }
  }

 private:
  static index_t magnitude(index_t stride) { return stride < 0 ? -stride : stride; }

  void insert(Axis axis) {
    int at = rank++;
    for (; at > 2 && magnitude(axes[at - 1].dst) < magnitude(axis.dst); --at) axes[at] = axes[at - 1];
    axes[at] = axis;
  }
  void merge() {
    int last = 2;
    for (int i = 3; i < rank; ++i) {
      Axis& outer = axes[last];
      const Axis inner = axes[i];
      if (outer.src == inner.src * inner.extent && outer.dst == inner.dst * inner.extent) {
        outer = {outer.extent * inner.extent, inner.src, inner.dst};
      } else {
        axes[++last] = inner;
      }
    }
    rank = std::min(rank, last + 1);
  }
  /// Where the fastest axes of src and dst differ, the two become the plane.
  void prepare_transpose() {
    if (column().src == 1 || column().dst != 1) return;
    for (int i = 2; i < rank - 2; ++i) {
      if (axes[i].src == 1) std::swap(axes[i], axes[rank - 2]);
    }
  }
};

/// One contiguous row.
template <class T>
void copy_run(index_t n, const T* src, T* dst, bool stream) {
  constexpr index_t long_run = 4096 / sizeof(T);
  if (stream && n >= long_run) {
    stream_run(src, n, dst);
  } else if (n > 0) {
    __builtin_memcpy(static_cast<void*>(dst), src, static_cast<std::size_t>(n) * sizeof(T));
  }
}

/// Asks for the first lines of a run that will be read soon.
template <class T>
void prefetch_run(index_t n, const T* run) {
  constexpr index_t line = 64 / sizeof(T), most = 16 * line;
  for (index_t i = 0; i < std::min(n, most); i += line) __builtin_prefetch(run + i);
}

template <class T>
void fill_run(index_t n, T value, T* dst) {
  index_t i = 0;
  if constexpr (Real<T>) {
    for (; i + Pack<T>::width <= n; i += Pack<T>::width) Pack<T>(value).store(dst + i);
  }
  for (; i < n; ++i) dst[i] = value;
}

/// One row of any strides.
template <class T>
void copy_row(index_t n, const T* src, index_t src_stride, T* dst, index_t dst_stride) {
  if (src_stride == 0 && dst_stride == 1) {
    fill_run(n, *src, dst);
  } else if (dst_stride == 1) {
#pragma GCC unroll 8
    for (index_t i = 0; i < n; ++i) dst[i] = src[i * src_stride];
  } else {
    for (index_t i = 0; i < n; ++i) dst[i * dst_stride] = src[i * src_stride];
  }
}

/// A plane or a part of one, by the way that fits its strides.
template <class T>
void copy_plane(const CopyPlan& plan, index_t rows, index_t columns, const T* src, T* dst, bool stream) {
  const auto &row = plan.row(), &column = plan.column();
  if (plan.by_runs()) {
    constexpr index_t rows_ahead = 8;
    for (index_t r = 0; r < rows; ++r) {
      prefetch_run(columns, src + std::min(r + rows_ahead, rows - 1) * row.src);
      copy_run(columns, src + r * row.src, dst + r * row.dst, stream);
    }
  } else if (plan.transposed()) {
    transpose(rows, columns, src, column.src, dst, row.dst, stream);
  } else {
    for (index_t r = 0; r < rows; ++r)
      copy_row(columns, src + r * row.src, column.src, dst + r * row.dst, column.dst);
  }
}

template <class T>
void copy(int rank, const index_t* shape, const T* src, const index_t* src_strides, T* dst,
          const index_t* dst_strides) {
  const CopyPlan plan(rank, shape, src_strides, dst_strides);
  if (plan.size == 0) return;
  const bool stream = plan.size * index_t{sizeof(T)} >= streaming_bytes;
  constexpr index_t small = 4096;
  const auto &row = plan.row(), &column = plan.column();
  if (plan.size <= small && plan.size == row.extent * column.extent) {
    return copy_plane(plan, row.extent, column.extent, src, dst, false);
  }
  // A task is a block of columns or rows of one plane, or several small planes.
  constexpr index_t task = 1 << 16;
  const bool cut_columns = plan.transposed() || row.extent == 1;
  const index_t cut = cut_columns ? column.extent : row.extent,
                across = cut_columns ? row.extent : column.extent;
  const index_t block = std::min(cut, std::max<index_t>(64, task / across / 64 * 64));
  const index_t blocks = (cut + block - 1) / block;
  const index_t blocks_a_task = std::max<index_t>(1, task / (block * across));
  parallel_for(plan.planes() * blocks, blocks_a_task, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) {
      index_t src_at, dst_at;
      plan.locate(i / blocks, src_at, dst_at);
      const index_t first = i % blocks * block, length = std::min(block, cut - first);
      const auto& along = cut_columns ? column : row;
      copy_plane(plan, cut_columns ? row.extent : length, cut_columns ? length : column.extent,
                 src + src_at + first * along.src, dst + dst_at + first * along.dst, stream);
    }
    if (stream) stream_fence();
  });
}

}  // namespace TENON_NAMESPACE::backend::cpu
