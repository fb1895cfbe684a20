#pragma once
/// Losses of predicted boxes: 1 - an intersection over union that has a gradient where boxes do not touch.
///
///   shapes: x (N, 4) of x1, y1, x2, y2; target the same
///   returns: (N) with Reduction::none, otherwise a tensor of rank 0
///   throws: ShapeError if the shapes do not fit

#include "tenon/ops/loss/loss_reduction.hpp"
#include "tenon/ops/vision/box.hpp"

namespace TENON_NAMESPACE {

/// Options of the losses of boxes.
struct BoxLossOptions {
  Reduction reduction = Reduction::none;  ///< of the losses of the boxes
  double eps = 1e-7;                      ///< added to denominators
};

namespace detail {

/// Pairs of a box and its target.
template <class T>
BoxPairs<T> box_targets(const char* op, const Tensor<T>& x, const Tensor<T>& target) {
  check_same_shape(x, target, op);
  return {op, BoxSides<T>(x, op), BoxSides<T>(target, op)};
}
template <class T>
Tensor<T> box_loss(const char* op, const Tensor<T>& iou, Reduction reduction) {
  return reduce_loss(map(op, [](auto v) { return 1 - v; }, iou), reduction);
}

}  // namespace detail

/// Generalized IoU loss: 1 - generalized_box_iou of each box and its target.
///
///   keeps: x, target, and six vectors (N)
///   cost: nine passes over (N)
///   source: Rezatofighi et al. 2019, https://arxiv.org/abs/1902.09630
template <Real T>
Tensor<T> generalized_box_iou_loss(const Tensor<T>& x, const Tensor<T>& target,
                                   const BoxLossOptions& options = {}) {
  constexpr const char* op = "generalized_box_iou_loss";
  const auto pairs = detail::box_targets(op, x, target);
  return detail::box_loss(op, pairs.generalized_iou(options.eps), options.reduction);
}

/// Distance IoU loss: 1 - distance_box_iou of each box and its target.
///
///   keeps: x, target, and nine vectors (N)
///   cost: eleven passes over (N)
///   source: Zheng et al. 2020, https://arxiv.org/abs/1911.08287
template <Real T>
Tensor<T> distance_box_iou_loss(const Tensor<T>& x, const Tensor<T>& target,
                                const BoxLossOptions& options = {}) {
  constexpr const char* op = "distance_box_iou_loss";
  const auto pairs = detail::box_targets(op, x, target);
  return detail::box_loss(op, pairs.distance_iou(pairs.iou(options.eps), options.eps), options.reduction);
}

/// Complete IoU loss: 1 - complete_box_iou of each box and its target. Of the weight alpha of the aspect ratios
/// no gradient is computed.
///
///   keeps: x, target, and eleven vectors (N)
///   cost: sixteen passes over (N)
///   source: Zheng et al. 2020, https://arxiv.org/abs/1911.08287
template <Real T>
Tensor<T> complete_box_iou_loss(const Tensor<T>& x, const Tensor<T>& target,
                                const BoxLossOptions& options = {}) {
  constexpr const char* op = "complete_box_iou_loss";
  const auto pairs = detail::box_targets(op, x, target);
  return detail::box_loss(op, pairs.complete_iou(pairs.iou(options.eps), options.eps), options.reduction);
}

}  // namespace TENON_NAMESPACE
