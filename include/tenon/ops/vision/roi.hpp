#pragma once
/// Features of boxes: bins over each box, aligned (roi_align) or of whole pixels (roi_pool).
///
///   shapes: x (N, C, H, W); boxes (R, 5) of image, x1, y1, x2, y2; output_size of one number or two

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/vision/box.hpp"
#include "tenon/ops/vision/grid_sample.hpp"

namespace TENON_NAMESPACE {

/// Options of `roi_align`.
struct RoiAlignOptions {
  double spatial_scale = 1;    ///< pixels of the features for one unit of the boxes
  index_t sampling_ratio = 0;  ///< samples a bin along each axis; 0: as many as a bin has pixels
  bool aligned = false;        ///< whether boxes are shifted by half a pixel, to the centres of pixels
};

namespace detail {

/// Checks the operands of an op of boxes and returns the number of bins along both axes.
template <class T>
Dims roi_bins(const char* op, const Tensor<T>& x, const Tensor<T>& boxes, const Dims& output_size) {
  check<ShapeError>(x.rank() == 4 && x.shape()[2] > 0 && x.shape()[3] > 0, op,
                    "expected x (N, C, H, W), got shape ", x.shape());
  check_boxes(boxes, 5, op);
  check<ValueError>(!output_size.empty(), op, "expected the result's extents");
  const std::vector<T> box = boxes.to_vector();
  for (index_t r = 0; r < boxes.shape()[0]; ++r) {
    const T* const row = box.data() + 5 * r;
    check<IndexError>(row[0] >= 0 && row[0] < static_cast<T>(x.shape()[0]), op, "box ", r, " names image ",
                      row[0], " of ", x.shape()[0]);
    for (int i = 1; i < 5; ++i)
      check<ValueError>(std::abs(row[i]) < T(1e9), op, "box ", r, " is not finite or too large");
  }
  return per_axis(output_size, 2, 1, 1, op, "output size");
}

/// The samples of all boxes: the rows of channels that are read, with weights, and the bins they go to.
template <class T>
struct RoiSamples {
  std::vector<index_t> row, bin;
  std::vector<T> weight;

  /// Bilinear weights of one place in image `n` of (height, width).
  void add(index_t n, index_t height, index_t width, double y, double x, index_t to, double share) {
    if (y < -1 || y > static_cast<double>(height) || x < -1 || x > static_cast<double>(width)) return;
    const auto split = [](double v, index_t extent, index_t* at, double* w) {
      v = std::clamp(v, 0.0, static_cast<double>(extent - 1));
      at[0] = static_cast<index_t>(v);
      at[1] = std::min(at[0] + 1, extent - 1);
      w[1] = v - static_cast<double>(at[0]);
      w[0] = 1 - w[1];
    };
    index_t ys[2], xs[2];
    double wy[2], wx[2];
    split(y, height, ys, wy);
    split(x, width, xs, wx);
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) {
        row.push_back((n * height + ys[i]) * width + xs[j]);
        bin.push_back(to);
        weight.push_back(static_cast<T>(wy[i] * wx[j] * share));
      }
    }
  }
};

/// One box in bins, from its row of five numbers.
template <class T>
void sample_box(RoiSamples<T>& samples, const T* box, index_t first_bin, const Shape& x, const Dims& bins,
                const RoiAlignOptions& options) {
  const double offset = options.aligned ? 0.5 : 0, least = options.aligned ? 0 : 1;
  const auto edge_at = [&](int i) { return static_cast<double>(box[i]) * options.spatial_scale - offset; };
  const double left = edge_at(1), top = edge_at(2);
  const double bin_height = std::max(edge_at(4) - top, least) / static_cast<double>(bins[0]),
               bin_width = std::max(edge_at(3) - left, least) / static_cast<double>(bins[1]);
  const auto samples_of = [&](double extent) {
    return options.sampling_ratio > 0 ? options.sampling_ratio : static_cast<index_t>(std::ceil(extent));
  };
  const index_t rows = samples_of(bin_height), columns = samples_of(bin_width);
  const double share = 1 / static_cast<double>(std::max<index_t>(rows * columns, 1));
  for (index_t b = 0; b < bins[0] * bins[1]; ++b) {
    const auto place = [](double start, double step, index_t bin, index_t k, index_t count) {
      return start +
             step * (static_cast<double>(bin) + (static_cast<double>(k) + 0.5) / static_cast<double>(count));
    };
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < columns; ++j)
        samples.add(static_cast<index_t>(box[0]), x[2], x[3], place(top, bin_height, b / bins[1], i, rows),
                    place(left, bin_width, b % bins[1], j, columns), first_bin + b, share);
  }
}

}  // namespace detail

/// Features of boxes: the means over bins of bilinear samples of the features of an image. The gradient of
/// the boxes is not computed.
///
///   shapes: x (N, C, H, W); boxes (R, 5) of image, x1, y1, x2, y2; output_size of one number or two
///   returns: (R, C, OH, OW)
///   throws: ShapeError if the shapes do not fit or an image is empty; ValueError if the output size is
///     absent or out of range, or a box is not finite or above 1e9; IndexError if a box names an image that
///     does not exist
///   keeps: the channels of four pixels a sample, their weights and positions
///   cost: passes over four pixels a sample
///   source: He et al. 2017, "Mask R-CNN", https://arxiv.org/abs/1703.06870
template <Real T>
Tensor<T> roi_align(const Tensor<T>& x, const Tensor<T>& boxes, const Dims& output_size,
                    const RoiAlignOptions& options = {}) {
  const Dims bins = detail::roi_bins("roi_align", x, boxes, output_size);
  const index_t count = boxes.shape()[0];
  const std::vector<T> box = boxes.to_vector();
  detail::RoiSamples<T> samples;
  for (index_t r = 0; r < count; ++r)
    detail::sample_box(samples, box.data() + 5 * r, r * bins[0] * bins[1], x.shape(), bins, options);
  const auto size = static_cast<index_t>(samples.row.size());
  const Tensor<T> read = index_select(detail::rows_of_channels(x), 0, from(samples.row, {size}));
  const Tensor<T> sums = index_add(zeros<T>({count * bins[0] * bins[1], x.shape()[1]}), 0,
                                   from(samples.bin, {size}), mul(read, from(samples.weight, {size, 1})));
  return permute(reshape(sums, {count, bins[0], bins[1], x.shape()[1]}), {0, 3, 1, 2});
}

namespace detail {

/// Pixels of one axis that belong to a bin of a box from pixel `first` to `last`.
struct RoiRange {
  index_t begin, end;
  RoiRange(index_t first, index_t last, index_t bin, index_t bins, index_t extent) {
    const double step =
        static_cast<double>(std::max<index_t>(last - first + 1, 1)) / static_cast<double>(bins);
    const auto edge = [&](double at) {
      return std::clamp<index_t>(static_cast<index_t>(at) + first, 0, extent);
    };
    begin = edge(std::floor(static_cast<double>(bin) * step));
    end = edge(std::ceil(static_cast<double>(bin + 1) * step));
  }
};

/// The position of the largest element of a window of a plane; NaN is larger than any number. -1 if the window
/// is empty.
template <class T>
index_t largest_in(const T* plane, index_t width, const RoiRange& rows, const RoiRange& columns) {
  index_t best = -1;
  for (index_t y = rows.begin; y < rows.end; ++y)
    for (index_t x = columns.begin; x < columns.end; ++x) {
      const index_t at = y * width + x;
      if (best < 0 || plane[at] > plane[best] || (plane[at] != plane[at] && plane[best] == plane[best]))
        best = at;
    }
  return best;
}

}  // namespace detail

/// Features of boxes: the largest elements over bins of whole pixels. The edges of a box are rounded, a bin
/// outside the image is 0. The gradient of the boxes is not computed.
///
///   shapes: x (N, C, H, W); boxes (R, 5) of image, x1, y1, x2, y2; output_size of one number or two
///   returns: (R, C, OH, OW)
///   throws: ShapeError if the shapes do not fit or an image is empty; ValueError if the output size is
///     absent or out of range, or a box is not finite or above 1e9; IndexError if a box names an image that
///     does not exist
///   keeps: the positions of the largest elements
///   cost: one pass over the pixels of all boxes
///   source: Girshick 2015, "Fast R-CNN", https://arxiv.org/abs/1504.08083
template <Real T>
Tensor<T> roi_pool(const Tensor<T>& x, const Tensor<T>& boxes, const Dims& output_size,
                   double spatial_scale = 1) {
  const Dims bins = detail::roi_bins("roi_pool", x, boxes, output_size);
  const index_t count = boxes.shape()[0], channels = x.shape()[1], height = x.shape()[2],
                width = x.shape()[3];
  const std::vector<T> box = boxes.to_vector();
  const Tensor<T> dense = contiguous(x.detach());
  const Shape shape{count, channels, bins[0], bins[1]};
  Tensor<index_t> from = Tensor<index_t>::empty(shape);
  Tensor<bool> outside = Tensor<bool>::empty(shape);
  index_t* position = from.mutable_data();
  bool* empty = outside.mutable_data();
  for (index_t r = 0; r < count; ++r) {
    const T* const row = box.data() + 5 * r;
    const auto pixel = [&](int i) {
      return static_cast<index_t>(std::round(static_cast<double>(row[i]) * spatial_scale));
    };
    for (index_t c = 0; c < channels; ++c) {
      const index_t plane = (static_cast<index_t>(row[0]) * channels + c) * height * width;
      for (index_t b = 0; b < bins[0] * bins[1]; ++b) {
        const detail::RoiRange rows(pixel(2), pixel(4), b / bins[1], bins[0], height),
            columns(pixel(1), pixel(3), b % bins[1], bins[1], width);
        const index_t best = detail::largest_in(dense.data() + plane, width, rows, columns);
        *empty++ = best < 0;
        *position++ = best < 0 ? 0 : plane + best;
      }
    }
  }
  const Tensor<T> largest = reshape(index_select(reshape(x, {-1}), 0, reshape(from, {-1})), shape);
  return masked_fill(largest, outside, 0);
}

}  // namespace TENON_NAMESPACE
