#pragma once
/// Boxes of detectors, as (x1, y1, x2, y2): overlap, suppression, and features aligned with them.
///
///   shapes: boxes (N, 4)

#include "tenon/ops/index/select.hpp"
#include "tenon/ops/vision/grid_sample.hpp"

namespace TENON_NAMESPACE {

namespace detail {
template <class T>
void check_boxes(const Tensor<T>& boxes, index_t columns, const char* op) {
  check<ShapeError>(boxes.rank() == 2 && boxes.shape()[1] == columns, op, "expected boxes of shape (N, ",
                    columns, "), got ", boxes.shape());
}
template <class T>
Tensor<T> box_area(const Tensor<T>& boxes) {
  const auto side = [&](index_t i) { return select(boxes, 1, i); };
  return map(
      "box_iou", [](auto l, auto t, auto r, auto b) { return (r - l) * (b - t); }, side(0), side(1), side(2),
      side(3));
}
}  // namespace detail

/// Intersection over union of each box of a with each box of b.
///
///   shapes: a (N, 4); b (M, 4)
///   returns: (N, M)
///   throws: ShapeError if an operand has another shape
///   keeps: a, b, the areas, and two tensors (N, M)
///   cost: three passes over (N, M)
template <Real T>
Tensor<T> box_iou(const Tensor<T>& a, const Tensor<T>& b) {
  detail::check_boxes(a, 4, "box_iou");
  detail::check_boxes(b, 4, "box_iou");
  const auto row = [&](index_t i) { return unsqueeze(select(a, 1, i), 1); };
  const auto overlap = [&](index_t low, index_t high) {
    const auto length = [](auto l, auto h, auto m, auto k) {
      const auto from = select(l < m, m, l);
      const auto to = select(h < k, h, k);
      return select(to > from, to - from, 0);
    };
    return map("box_iou", length, row(low), row(high), select(b, 1, low), select(b, 1, high));
  };
  return map(
      "box_iou",
      [](auto w, auto h, auto s, auto t) {
        const auto both = w * h;
        return both / (s + t - both);
      },
      overlap(0, 2), overlap(1, 3), unsqueeze(detail::box_area(a), 1), detail::box_area(b));
}

/// Non-maximum suppression: the boxes, by descending score, that do not overlap a better one kept before by
/// an intersection over union above `threshold`. Of equal scores the first box comes first. Not recorded.
///
///   shapes: boxes (N, 4); scores (N)
///   returns: the positions of the boxes that are kept
///   throws: ShapeError if the shapes do not fit
///   keeps: nothing
///   cost: O(N log N + N kept)
template <Real T>
Tensor<index_t> nms(const Tensor<T>& boxes, const Tensor<T>& scores, double threshold) {
  detail::check_boxes(boxes, 4, "nms");
  check<ShapeError>(scores.shape() == Shape{boxes.shape()[0]}, "nms", "expected one score for each of ",
                    boxes.shape()[0], " boxes, got shape ", scores.shape());
  const std::vector<T> box = boxes.to_vector();
  std::vector<T> score = scores.to_vector();
  for (T& s : score)
    if (s != s) s = -std::numeric_limits<T>::infinity();  // an order needs numbers
  std::vector<std::size_t> order(score.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return score[i] == score[j] ? i < j : score[i] > score[j]; });
  const auto side = [&](std::size_t i, std::size_t k) { return static_cast<double>(box[4 * i + k]); };
  const auto area = [&](std::size_t i) { return (side(i, 2) - side(i, 0)) * (side(i, 3) - side(i, 1)); };
  const auto overlap = [&](std::size_t i, std::size_t j) {
    const double w = std::min(side(i, 2), side(j, 2)) - std::max(side(i, 0), side(j, 0));
    const double h = std::min(side(i, 3), side(j, 3)) - std::max(side(i, 1), side(j, 1));
    const double both = std::max(w, 0.0) * std::max(h, 0.0);
    return both / (area(i) + area(j) - both);
  };
  std::vector<index_t> kept;
  for (std::size_t i : order) {
    const auto suppresses = [&](index_t k) { return overlap(i, static_cast<std::size_t>(k)) > threshold; };
    if (std::none_of(kept.begin(), kept.end(), suppresses)) kept.push_back(static_cast<index_t>(i));
  }
  return from(kept, {static_cast<index_t>(kept.size())});
}

/// Options of `roi_align`.
struct RoiAlignOptions {
  double spatial_scale = 1;    ///< pixels of the features for one unit of the boxes
  index_t sampling_ratio = 0;  ///< samples a bin along each axis; 0: as many as a bin has pixels
  bool aligned = false;        ///< whether boxes are shifted by half a pixel, to the centres of pixels
};

namespace detail {

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
  check<ShapeError>(x.rank() == 4 && x.shape()[2] > 0 && x.shape()[3] > 0, "roi_align",
                    "expected x (N, C, H, W), got shape ", x.shape());
  detail::check_boxes(boxes, 5, "roi_align");
  check<ValueError>(!output_size.empty(), "roi_align", "expected the result's extents");
  const Dims bins = detail::per_axis(output_size, 2, 1, 1, "roi_align", "output size");
  const index_t count = boxes.shape()[0];
  const std::vector<T> box = boxes.to_vector();
  detail::RoiSamples<T> samples;
  for (index_t r = 0; r < count; ++r) {
    const T* const row = box.data() + 5 * r;
    check<IndexError>(row[0] >= 0 && row[0] < static_cast<T>(x.shape()[0]), "roi_align", "box ", r,
                      " names image ", row[0], " of ", x.shape()[0]);
    for (int i = 1; i < 5; ++i)
      check<ValueError>(std::abs(row[i]) < T(1e9), "roi_align", "box ", r, " is not finite or too large");
    detail::sample_box(samples, row, r * bins[0] * bins[1], x.shape(), bins, options);
  }
  const auto size = static_cast<index_t>(samples.row.size());
  const Tensor<T> read = index_select(detail::rows_of_channels(x), 0, from(samples.row, {size}));
  const Tensor<T> sums = index_add(zeros<T>({count * bins[0] * bins[1], x.shape()[1]}), 0,
                                   from(samples.bin, {size}), mul(read, from(samples.weight, {size, 1})));
  return permute(reshape(sums, {count, bins[0], bins[1], x.shape()[1]}), {0, 3, 1, 2});
}

}  // namespace TENON_NAMESPACE
