#pragma once
/// Placement of labels beside points so that no label covers another.

#include <algorithm>    // max, min
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/config.hpp"
#include "tenon/text/normalize.hpp"

namespace TENON_NAMESPACE::models::word_vectors {

/// A rectangle; y grows downwards.
struct Rectangle {
  double left = 0, top = 0, width = 0, height = 0;

  /// The right edge.
  double right() const { return left + width; }
  /// The lower edge.
  double bottom() const { return top + height; }
  /// The area of the intersection with another rectangle.
  double overlap(const Rectangle& other) const {
    const double w = std::min(right(), other.right()) - std::max(left, other.left);
    const double h = std::min(bottom(), other.bottom()) - std::max(top, other.top);
    return w > 0 && h > 0 ? w * h : 0;
  }
  /// Whether another rectangle is entirely inside.
  bool contains(const Rectangle& other) const {
    return other.left >= left && other.right() <= right() && other.top >= top && other.bottom() <= bottom();
  }
};

/// A point and the size of its label.
struct LabelledPoint {
  double x = 0, y = 0, radius = 0;
  double label_width = 0, label_height = 0;
};

/// The place of a label.
struct PlacedLabel {
  Rectangle box;  ///< the label's place
  /// The side of the box next to the point: -1 left, 0 middle, 1 right. Text anchored there stays beside its
  /// point even if the font is wider than estimated.
  int anchor = 0;
};

/// An estimate of a text's width in a wide sans-serif font, in units of the font size.
inline double text_width(std::string_view text) {
  double width = 0;
  while (!text.empty()) {
    const text::CodePoint c = text::decode_utf8(text);
    const auto is_one_of = [&](std::string_view set) {
      return c.value < 128 && set.find(static_cast<char>(c.value)) != set.npos;
    };
    width += is_one_of("fijlrt'.,;:!|()[] -") ? 0.36
             : is_one_of("mwMW%")             ? 0.9
             : c.value >= 0x1100              ? 1.0
                                              : 0.61;
    text.remove_prefix(static_cast<std::size_t>(c.bytes));
  }
  return width;
}

/// Places for the labels of all points, chosen in the order of the points: of the places around a point, on
/// growing rings, the nearest one inside the canvas that covers no earlier label and, if possible, no other
/// point.
inline std::vector<PlacedLabel> place_labels(const std::vector<LabelledPoint>& points,
                                             const Rectangle& canvas) {
  struct Direction {
    int x, y;
  };
  constexpr Direction directions[] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
  constexpr int rings = 24;
  constexpr double gap = 3, ring_step = 5;
  std::vector<Rectangle> dots;
  for (const LabelledPoint& p : points)
    dots.push_back({p.x - p.radius, p.y - p.radius, 2 * p.radius, 2 * p.radius});
  std::vector<PlacedLabel> labels;
  const auto cost_of = [&](const Rectangle& box) {
    double cost = canvas.contains(box) ? 0 : 1e6;
    for (const PlacedLabel& label : labels) cost += 1e3 * box.overlap(label.box);
    for (const Rectangle& dot : dots) cost += 5 * box.overlap(dot);
    return cost;
  };
  for (const LabelledPoint& p : points) {
    PlacedLabel best;
    double least = -1;
    for (int ring = 0; ring < rings; ++ring) {
      double preference = ring * 30.0;  // by ring, then in the order of the directions
      for (const auto [dx, dy] : directions) {
        const double reach = (p.radius + gap + ring * ring_step) * (dx && dy ? 0.7 : 1.0);
        const Rectangle box{p.x + dx * reach + (dx - 1) * p.label_width / 2,
                            p.y + dy * reach + (dy - 1) * p.label_height / 2, p.label_width, p.label_height};
        const double cost = cost_of(box) + preference++;
        if (least < 0 || cost < least) {
          least = cost;
          best = {box, -dx};
        }
      }
    }
    labels.push_back(best);
  }
  return labels;
}

}  // namespace TENON_NAMESPACE::models::word_vectors
