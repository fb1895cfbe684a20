#pragma once
/// Non-maximum suppression: of boxes that overlap, the best.
///
///   shapes: boxes (N, 4) of x1, y1, x2, y2; scores (N)

#include <algorithm>  // max, min, none_of, sort
#include <limits>     // infinity

#include "tenon/ops/vision/box.hpp"

namespace TENON_NAMESPACE {

namespace detail {

/// The boxes that remain where `related(i, j)` says whether one box may suppress another.
template <class T, class Related>
Tensor<index_t> suppress(const char* op, const Tensor<T>& boxes, const Tensor<T>& scores, double threshold,
                         const Related& related) {
  check_boxes(boxes, 4, op);
  check<ShapeError>(scores.shape() == Shape{boxes.shape()[0]}, op, "expected one score for each of ",
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
    const auto suppresses = [&](index_t k) {
      const auto j = static_cast<std::size_t>(k);
      return related(i, j) && overlap(i, j) > threshold;
    };
    if (std::none_of(kept.begin(), kept.end(), suppresses)) kept.push_back(static_cast<index_t>(i));
  }
  return from(kept, {static_cast<index_t>(kept.size())});
}

}  // namespace detail

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
  return detail::suppress("nms", boxes, scores, threshold, [](std::size_t, std::size_t) { return true; });
}

/// Non-maximum suppression within each class: boxes of other classes, `idxs`, do not suppress one another. Not
/// recorded.
///
///   shapes: boxes (N, 4); scores (N); idxs (N)
///   returns: the positions of the boxes that are kept, by descending score
///   throws: ShapeError if the shapes do not fit
///   keeps: nothing
///   cost: O(N log N + N kept)
template <Real T>
Tensor<index_t> batched_nms(const Tensor<T>& boxes, const Tensor<T>& scores, const Tensor<index_t>& idxs,
                            double threshold) {
  check<ShapeError>(idxs.shape() == scores.shape(), "batched_nms", "expected one class for each of ",
                    scores.size(), " boxes, got shape ", idxs.shape());
  const std::vector<index_t> kind = idxs.to_vector();
  return detail::suppress("batched_nms", boxes, scores, threshold,
                          [&](std::size_t i, std::size_t j) { return kind[i] == kind[j]; });
}

}  // namespace TENON_NAMESPACE
