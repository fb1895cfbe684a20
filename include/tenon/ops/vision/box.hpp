#pragma once
/// Boxes of detectors, as (x1, y1, x2, y2): formats, areas, and how much boxes overlap. nms.hpp chooses among
/// boxes, roi.hpp takes features from them, box_loss.hpp has losses.
///
///   shapes: boxes (N, 4)

#include <algorithm>  // max, min
#include <numbers>    // pi

#include "tenon/ops/elementwise/compare.hpp"
#include "tenon/ops/elementwise/math.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE {

/// The numbers that describe a box.
enum class BoxFormat {
  xyxy,   ///< left, top, right, bottom
  xywh,   ///< left, top, width, height
  cxcywh  ///< the centre, width, height
};

namespace detail {

template <class T>
void check_boxes(const Tensor<T>& boxes, index_t columns, const char* op) {
  check<ShapeError>(boxes.rank() == 2 && boxes.shape()[1] == columns, op, "expected boxes of shape (N, ",
                    columns, "), got ", boxes.shape());
}

/// The four numbers of each box, as vectors.
template <class T>
struct BoxSides {
  Tensor<T> left, top, right, bottom;

  BoxSides(const Tensor<T>& boxes, const char* op) {
    check_boxes(boxes, 4, op);
    left = select(boxes, 1, 0), top = select(boxes, 1, 1);
    right = select(boxes, 1, 2), bottom = select(boxes, 1, 3);
  }
  /// The same as columns: a function of these and of the sides of other boxes is a matrix.
  BoxSides columns() const {
    BoxSides c = *this;
    for (Tensor<T>* side : {&c.left, &c.top, &c.right, &c.bottom}) *side = unsqueeze(*side, 1);
    return c;
  }
  Tensor<T> stacked() const { return stack<T>({left, top, right, bottom}, 1); }
  Tensor<T> area(const char* op) const {
    return map(
        op, [](auto l, auto t, auto r, auto b) { return (r - l) * (b - t); }, left, top, right, bottom);
  }
};

/// Two lists of boxes that are compared, box with box or each with each.
template <class T>
struct BoxPairs {
  const char* op;
  BoxSides<T> a, b;

  /// Each box of a with each of b.
  static BoxPairs matrix(const char* op, const Tensor<T>& a, const Tensor<T>& b) {
    return {op, BoxSides<T>(a, op).columns(), BoxSides<T>(b, op)};
  }

  /// Intersection over union, with eps added to the union.
  Tensor<T> iou(double eps = 0) const {
    const auto quotient = [e = static_cast<T>(eps)](auto w, auto h, auto s, auto t) {
      const auto both = w * h;
      return both / (s + t - both + e);
    };
    return map(op, quotient, overlap(a.left, a.right, b.left, b.right),
               overlap(a.top, a.bottom, b.top, b.bottom), a.area(op), b.area(op));
  }
  /// iou - (hull - union) / hull, with eps added to both denominators.
  Tensor<T> generalized_iou(double eps = 0) const {
    const Tensor<T> both =
        mul(overlap(a.left, a.right, b.left, b.right), overlap(a.top, a.bottom, b.top, b.bottom));
    const Tensor<T> either = sub(add(a.area(op), b.area(op)), both);
    const auto value = [e = static_cast<T>(eps)](auto i, auto u, auto w, auto h) {
      const auto around = w * h;
      return i / (u + e) - (around - u) / (around + e);
    };
    return map(op, value, both, either, hull(a.left, a.right, b.left, b.right),
               hull(a.top, a.bottom, b.top, b.bottom));
  }
  /// iou - |distance of the centres|^2 / (|diagonal of the hull|^2 + eps).
  Tensor<T> distance_iou(const Tensor<T>& iou, double eps) const {
    const auto value = [e = static_cast<T>(eps)](auto q, auto x, auto y, auto w, auto h) {
      return q - (x * x + y * y) / (w * w + h * h + e);
    };
    return map(op, value, iou, between(a.left, a.right, b.left, b.right),
               between(a.top, a.bottom, b.top, b.bottom), hull(a.left, a.right, b.left, b.right),
               hull(a.top, a.bottom, b.top, b.bottom));
  }
  /// distance_iou - alpha v, v the difference of the aspect ratios and alpha = v / (1 - iou + v + eps), a
  /// constant.
  Tensor<T> complete_iou(const Tensor<T>& iou, double eps) const {
    const auto difference = [](auto p, auto q) {
      const auto turn = (p - q) * (2 / std::numbers::pi);
      return turn * turn;
    };
    const Tensor<T> v = map(op, difference, aspect(a), aspect(b));
    const auto weight = [e = static_cast<T>(eps)](auto q, auto w) { return w / (1 - q + w + e); };
    const Tensor<T> alpha = map(op, weight, iou.detach(), v.detach());
    return map(op, [](auto d, auto w, auto u) { return d - w * u; }, distance_iou(iou, eps), alpha, v);
  }

 private:
  /// The length that two intervals share.
  Tensor<T> overlap(const Tensor<T>& l, const Tensor<T>& h, const Tensor<T>& m, const Tensor<T>& k) const {
    const auto length = [](auto low, auto high, auto from, auto to) {
      const auto start = select(low < from, from, low);
      const auto end = select(high < to, high, to);
      return select(end > start, end - start, 0);
    };
    return map(op, length, l, h, m, k);
  }
  /// The length of the interval that holds both.
  Tensor<T> hull(const Tensor<T>& l, const Tensor<T>& h, const Tensor<T>& m, const Tensor<T>& k) const {
    const auto length = [](auto low, auto high, auto from, auto to) {
      return select(high < to, to, high) - select(low < from, low, from);
    };
    return map(op, length, l, h, m, k);
  }
  /// The distance of the centres of two intervals, with a sign.
  Tensor<T> between(const Tensor<T>& l, const Tensor<T>& h, const Tensor<T>& m, const Tensor<T>& k) const {
    return map(
        op, [](auto low, auto high, auto from, auto to) { return (low + high - from - to) * 0.5; }, l, h, m,
        k);
  }
  Tensor<T> aspect(const BoxSides<T>& x) const {
    const auto angle = [](auto left, auto top, auto right, auto bottom) {
      return atan((right - left) / (bottom - top));
    };
    return map(op, angle, x.left, x.top, x.right, x.bottom);
  }
};

}  // namespace detail

/// Boxes in another format.
///
///   returns: shape of boxes; x itself if the formats are equal
///   throws: ShapeError if boxes has another shape
///   keeps: nothing
///   cost: one pass
template <Real T>
Tensor<T> box_convert(const Tensor<T>& boxes, BoxFormat from, BoxFormat to) {
  detail::BoxSides<T> box(boxes, "box_convert");
  if (from == to) return boxes;
  // right and bottom hold width and height where the format says so
  const auto begin = [](const Tensor<T>& middle, const Tensor<T>& length) {
    return sub(middle, mul(length, 0.5));
  };
  if (from == BoxFormat::cxcywh) {
    box.left = begin(box.left, box.right);
    box.top = begin(box.top, box.bottom);
  }
  if (from != BoxFormat::xyxy) {
    box.right = add(box.left, box.right);
    box.bottom = add(box.top, box.bottom);
  }
  if (to != BoxFormat::xyxy) {
    box.right = sub(box.right, box.left);
    box.bottom = sub(box.bottom, box.top);
  }
  if (to == BoxFormat::cxcywh) {
    box.left = add(box.left, mul(box.right, 0.5));
    box.top = add(box.top, mul(box.bottom, 0.5));
  }
  return box.stacked();
}

/// Area of each box: (x2 - x1) (y2 - y1).
///
///   returns: (N)
///   throws: ShapeError if boxes has another shape
///   keeps: boxes
///   cost: one pass
template <Real T>
Tensor<T> box_area(const Tensor<T>& boxes) {
  return detail::BoxSides<T>(boxes, "box_area").area("box_area");
}

/// Boxes cut at the edges of an image: x in [0, width], y in [0, height].
///
///   returns: shape of boxes
///   throws: ShapeError if boxes has another shape
///   keeps: boxes
///   cost: one pass
template <Real T>
Tensor<T> clip_boxes_to_image(const Tensor<T>& boxes, index_t height, index_t width) {
  detail::BoxSides<T> box(boxes, "clip_boxes_to_image");
  const auto cut = [](const Tensor<T>& x, index_t end) { return clamp(x, T(0), static_cast<T>(end)); };
  box.left = cut(box.left, width);
  box.right = cut(box.right, width);
  box.top = cut(box.top, height);
  box.bottom = cut(box.bottom, height);
  return box.stacked();
}

/// Positions of the boxes of which no side is shorter than `min_size`. Not recorded.
///
///   returns: the positions, ascending
///   throws: ShapeError if boxes has another shape
///   keeps: nothing
///   cost: one pass
template <Real T>
Tensor<index_t> remove_small_boxes(const Tensor<T>& boxes, double min_size) {
  detail::check_boxes(boxes, 4, "remove_small_boxes");
  const std::vector<T> box = boxes.to_vector();
  std::vector<index_t> kept;
  for (std::size_t i = 0; i < box.size(); i += 4)
    if (static_cast<double>(box[i + 2] - box[i]) >= min_size &&
        static_cast<double>(box[i + 3] - box[i + 1]) >= min_size)
      kept.push_back(static_cast<index_t>(i / 4));
  return tenon::from(kept, {static_cast<index_t>(kept.size())});
}

/// The smallest box around each mask: its first and its last column and row. Not recorded.
///
///   shapes: masks (N, H, W)
///   returns: (N, 4) as (x1, y1, x2, y2)
///   throws: ShapeError if masks have another rank; ValueError if a mask is empty, which has no box
///   keeps: nothing
///   cost: one pass
template <Real T = float>
Tensor<T> masks_to_boxes(const Tensor<bool>& masks) {
  constexpr const char* op = "masks_to_boxes";
  check<ShapeError>(masks.rank() == 3, op, "expected masks of shape (N, H, W), got ", masks.shape());
  const Tensor<bool> dense = contiguous(masks);
  const index_t count = masks.extent(0), height = masks.extent(1), width = masks.extent(2);
  Tensor<T> boxes = Tensor<T>::empty({count, 4});
  const bool* inside = dense.data();
  for (index_t n = 0; n < count; ++n) {
    index_t left = width, top = height, right = -1, bottom = -1;
    for (index_t y = 0; y < height; ++y)
      for (index_t x = 0; x < width; ++x)
        if (*inside++) {
          left = std::min(left, x), right = std::max(right, x);
          top = std::min(top, y), bottom = y;
        }
    check<ValueError>(bottom >= 0, op, "mask ", n, " is empty");
    T* const box = boxes.mutable_data() + 4 * n;
    box[0] = static_cast<T>(left), box[1] = static_cast<T>(top);
    box[2] = static_cast<T>(right), box[3] = static_cast<T>(bottom);
  }
  return boxes;
}

/// Intersection over union of each box of a with each box of b.
///
///   shapes: a (N, 4); b (M, 4)
///   returns: (N, M)
///   throws: ShapeError if an operand has another shape
///   keeps: a, b, the areas, and two tensors (N, M)
///   cost: three passes over (N, M)
template <Real T>
Tensor<T> box_iou(const Tensor<T>& a, const Tensor<T>& b) {
  return detail::BoxPairs<T>::matrix("box_iou", a, b).iou();
}

/// Generalized intersection over union of each box of a with each box of b: iou - (hull - union) / hull, hull
/// the area of the smallest box that holds both. From -1 to 1.
///
///   shapes: a (N, 4); b (M, 4)
///   returns: (N, M)
///   throws: ShapeError if an operand has another shape
///   keeps: a, b, and six tensors (N, M)
///   cost: seven passes over (N, M)
///   source: Rezatofighi et al. 2019, https://arxiv.org/abs/1902.09630
template <Real T>
Tensor<T> generalized_box_iou(const Tensor<T>& a, const Tensor<T>& b) {
  return detail::BoxPairs<T>::matrix("generalized_box_iou", a, b).generalized_iou();
}

/// Distance intersection over union of each box of a with each box of b: iou - |distance of the centres|^2 /
/// (|diagonal of the smallest box that holds both|^2 + eps).
///
///   shapes: a (N, 4); b (M, 4)
///   returns: (N, M)
///   throws: ShapeError if an operand has another shape
///   keeps: a, b, the areas, and seven tensors (N, M)
///   cost: eight passes over (N, M)
///   source: Zheng et al. 2020, https://arxiv.org/abs/1911.08287
template <Real T>
Tensor<T> distance_box_iou(const Tensor<T>& a, const Tensor<T>& b, double eps = 1e-7) {
  const auto pairs = detail::BoxPairs<T>::matrix("distance_box_iou", a, b);
  return pairs.distance_iou(pairs.iou(), eps);
}

/// Complete intersection over union of each box of a with each box of b: distance_box_iou - alpha v,
/// v = (2 / pi (atan(w / h) - atan(w' / h')))^2 and alpha = v / (1 - iou + v + eps), of which no gradient is
/// computed.
///
///   shapes: a (N, 4); b (M, 4)
///   returns: (N, M)
///   throws: ShapeError if an operand has another shape
///   keeps: a, b, the areas, and nine tensors (N, M)
///   cost: eleven passes over (N, M)
///   source: Zheng et al. 2020, https://arxiv.org/abs/1911.08287
template <Real T>
Tensor<T> complete_box_iou(const Tensor<T>& a, const Tensor<T>& b, double eps = 1e-7) {
  const auto pairs = detail::BoxPairs<T>::matrix("complete_box_iou", a, b);
  return pairs.complete_iou(pairs.iou(), eps);
}

}  // namespace TENON_NAMESPACE
