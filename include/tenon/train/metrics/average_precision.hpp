#pragma once
/// Mean average precision of object detectors, by the protocols of PASCAL VOC (Everingham et al. 2010) and
/// COCO (Lin et al. 2014).

#include <algorithm>  // sort, find_if, max, min
#include <cmath>      // isnan, abs
#include <cstdint>    // uint8_t
#include <limits>     // infinity
#include <map>        // map
#include <numeric>    // iota
#include <vector>     // vector

#include "tenon/train/metrics/mean.hpp"

namespace TENON_NAMESPACE::train {

/// The protocol by which average precision is measured.
enum class DetectionProtocol {
  voc2007,  ///< mean precision at 11 recalls 0, 0.1, …, 1
  voc,      ///< area under the precision-recall curve; VOC from 2010 on
  coco,     ///< mean precision at 101 recalls; a detection matches the best box not matched yet
};

/// COCO's thresholds of the intersection over union: 0.5, 0.55, …, 0.95.
inline std::vector<double> coco_thresholds() {
  std::vector<double> thresholds;
  for (int i = 0; i < 10; ++i) thresholds.push_back(0.5 + 0.05 * i);
  return thresholds;
}

/// Options of `AveragePrecision`.
struct AveragePrecisionOptions {
  DetectionProtocol protocol = DetectionProtocol::coco;  ///< how average precision is measured
  std::vector<double> thresholds{};  ///< of the intersection over union; empty: COCO's ten, or VOC's 0.5
  index_t max_detections = 0;  ///< best detections counted per class and image; 0: COCO's 100, or VOC's all
};

/// The detections in one image.
template <Real T>
struct Detections {
  Tensor<T> boxes, scores;  ///< (N, 4) as (x1, y1, x2, y2), and (N)
  Tensor<index_t> labels;   ///< classes (N)
};
/// The true boxes of one image.
template <Real T>
struct TrueBoxes {
  Tensor<T> boxes;         ///< (M, 4) as (x1, y1, x2, y2)
  Tensor<index_t> labels;  ///< classes (M)
  Tensor<bool> ignored{};  ///< (M): VOC's "difficult", COCO's "iscrowd"; undefined: none is ignored
};

/// Average precision of each class, and its mean over the classes that occur.
///
/// In each image and class, detections are matched in the order of their scores, highest first. A detection
/// whose overlap with a true box reaches the threshold is a hit; a second detection of the same box is a
/// miss. Ignored boxes need not be found, and detections matched to them are not counted; COCO measures the
/// overlap with them relative to the detection's area. The precision at a recall is the highest at that
/// recall or above; recalls are compared as exact fractions. Coordinates are positions: a box is x2 - x1
/// wide, whereas VOC's own program adds 1.
class AveragePrecision {
 public:
  /// A metric without images.    throws: ValueError if a threshold is outside (0, 1]
  explicit AveragePrecision(AveragePrecisionOptions options = {});

  /// Adds an image.    throws: ShapeError if boxes are not (N, 4) or scores, labels or marks not (N)
  template <Real T>
  void add(const Detections<T>& found, const TrueBoxes<T>& truth);

  /// The mean average precision over thresholds and the classes that occur; NaN if none does.
  double value() const;
  /// The average precision of one class at one threshold; NaN if the class does not occur.
  ///   throws: ValueError if the threshold is not one of the options'
  double value(index_t label, double threshold) const;

 private:
  enum class Outcome : std::uint8_t { miss, hit, neither };
  struct Scored {
    double score;
    std::vector<Outcome> outcomes;  // one for each threshold
  };
  struct Class {
    index_t wanted = 0;          // true boxes that are not ignored
    std::vector<Scored> scored;  // in the order of images
  };
  struct Box {
    double x1, y1, x2, y2;
    double area() const { return (x2 - x1) * (y2 - y1); }
  };
  struct TrueBox {
    Box box;
    bool ignored;
  };

  /// The boxes of one class in an image; detections in the order of their scores, highest first.
  struct Image {
    std::vector<Box> found;
    std::vector<double> scores;
    std::vector<TrueBox> truth;
  };

  bool is_coco() const { return options_.protocol == DetectionProtocol::coco; }
  template <Real T>
  std::map<index_t, Image> sort_by_class(const Detections<T>& found, const TrueBoxes<T>& truth) const;
  double overlap(const Box& found, const TrueBox& truth) const;
  std::vector<Outcome> match(const Image& image, double threshold) const;
  double average_precision(const Class& of, std::size_t threshold) const;

  AveragePrecisionOptions options_;
  std::map<index_t, Class> classes_;
};

inline AveragePrecision::AveragePrecision(AveragePrecisionOptions options) : options_(std::move(options)) {
  if (options_.thresholds.empty())
    options_.thresholds = is_coco() ? coco_thresholds() : std::vector<double>{0.5};
  for (double threshold : options_.thresholds)
    check<ValueError>(threshold > 0 && threshold <= 1, "average_precision", "threshold ", threshold,
                      " is outside (0, 1]");
  if (options_.max_detections == 0)
    options_.max_detections = is_coco() ? 100 : std::numeric_limits<index_t>::max();
}

namespace detail {

template <class T>
void check_boxes(const Tensor<T>& boxes, const Shape& parts, const char* what) {
  check<ShapeError>(boxes.rank() == 2 && boxes.extent(1) == 4, "average_precision",
                    "expected boxes of shape (N, 4), got ", boxes.shape());
  check<ShapeError>(parts == Shape{boxes.extent(0)}, "average_precision", boxes.extent(0), " boxes have ",
                    what, " of shape ", parts);
}

/// The positions of scores from highest to lowest; equal scores stay in order.
inline std::vector<std::size_t> best_first(const std::vector<double>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return scores[i] == scores[j] ? i < j : scores[i] > scores[j];
  });
  return order;
}

}  // namespace detail

template <Real T>
std::map<index_t, AveragePrecision::Image> AveragePrecision::sort_by_class(const Detections<T>& found,
                                                                           const TrueBoxes<T>& truth) const {
  std::map<index_t, Image> images;
  const auto box = [](const std::vector<T>& sides, std::size_t i) {
    const auto side = [&](std::size_t k) { return static_cast<double>(sides[4 * i + k]); };
    return Box{side(0), side(1), side(2), side(3)};
  };
  const std::vector<T> sides = found.boxes.to_vector();
  const std::vector<index_t> labels = found.labels.to_vector();
  std::vector<double> scores;
  for (T s : found.scores)  // an order needs numbers
    scores.push_back(std::isnan(s) ? -std::numeric_limits<double>::infinity() : static_cast<double>(s));
  for (std::size_t i : detail::best_first(scores)) {
    Image& image = images[labels[i]];
    if (static_cast<index_t>(image.found.size()) < options_.max_detections) {
      image.found.push_back(box(sides, i));
      image.scores.push_back(scores[i]);
    }
  }
  const std::vector<T> true_sides = truth.boxes.to_vector();
  const std::vector<index_t> true_labels = truth.labels.to_vector();
  for (std::size_t i = 0; i < true_labels.size(); ++i) {
    const bool ignored = truth.ignored.defined() && truth.ignored.at({static_cast<index_t>(i)});
    images[true_labels[i]].truth.push_back({box(true_sides, i), ignored});
  }
  return images;
}

template <Real T>
void AveragePrecision::add(const Detections<T>& found, const TrueBoxes<T>& truth) {
  detail::check_boxes(found.boxes, found.scores.shape(), "scores");
  detail::check_boxes(found.boxes, found.labels.shape(), "labels");
  detail::check_boxes(truth.boxes, truth.labels.shape(), "labels");
  if (truth.ignored.defined()) detail::check_boxes(truth.boxes, truth.ignored.shape(), "ignored marks");
  for (const auto& [label, image] : sort_by_class(found, truth)) {
    Class& sum = classes_[label];
    for (const TrueBox& t : image.truth) sum.wanted += !t.ignored;
    const std::size_t first = sum.scored.size();
    for (double score : image.scores) sum.scored.push_back({score, {}});
    for (double threshold : options_.thresholds) {
      const std::vector<Outcome> outcomes = match(image, threshold);
      for (std::size_t i = 0; i < outcomes.size(); ++i) sum.scored[first + i].outcomes.push_back(outcomes[i]);
    }
  }
}

inline double AveragePrecision::overlap(const Box& found, const TrueBox& truth) const {
  const Box& box = truth.box;
  const double width = std::min(found.x2, box.x2) - std::max(found.x1, box.x1);
  const double height = std::min(found.y2, box.y2) - std::max(found.y1, box.y1);
  const double both = std::max(width, 0.0) * std::max(height, 0.0);
  return both / (is_coco() && truth.ignored ? found.area() : found.area() + box.area() - both);
}

/// The outcome of each detection of an image: hit, miss or neither.
inline std::vector<AveragePrecision::Outcome> AveragePrecision::match(const Image& image,
                                                                      double threshold) const {
  std::vector<bool> taken(image.truth.size());
  std::vector<Outcome> outcomes;
  for (const Box& box : image.found) {
    std::size_t best = image.truth.size();  // none
    double best_overlap = 0;
    for (std::size_t i = 0; i < image.truth.size(); ++i) {
      const TrueBox& candidate = image.truth[i];
      if (is_coco() && taken[i] && !candidate.ignored) continue;
      const double o = overlap(box, candidate);
      if (!(o >= threshold)) continue;
      // VOC takes the best box of all, the first of equals; COCO one that counts if there is any, the last.
      const bool other_kind = best < image.truth.size() && candidate.ignored != image.truth[best].ignored;
      const bool better =
          is_coco() ? (other_kind ? !candidate.ignored : o >= best_overlap) : o > best_overlap;
      if (better) {
        best = i;
        best_overlap = o;
      }
    }
    if (best == image.truth.size()) {
      outcomes.push_back(Outcome::miss);
      continue;
    }
    outcomes.push_back(image.truth[best].ignored ? Outcome::neither
                       : taken[best]             ? Outcome::miss
                                                 : Outcome::hit);
    taken[best] = true;
  }
  return outcomes;
}

inline double AveragePrecision::average_precision(const Class& of, std::size_t threshold) const {
  std::vector<double> scores;
  for (const Scored& s : of.scored) scores.push_back(s.score);
  struct Point {
    double recall, precision;
  };
  std::vector<Point> curve;
  index_t hits = 0, counted = 0;
  for (std::size_t i : detail::best_first(scores)) {
    const Outcome outcome = of.scored[i].outcomes[threshold];
    if (outcome == Outcome::neither) continue;
    hits += outcome == Outcome::hit;
    ++counted;
    curve.push_back({static_cast<double>(hits) / static_cast<double>(of.wanted),
                     static_cast<double>(hits) / static_cast<double>(counted)});
  }
  for (std::size_t i = curve.size(); i-- > 1;)  // the best from here on
    curve[i - 1].precision = std::max(curve[i - 1].precision, curve[i].precision);

  double area = 0, reached = 0;
  if (options_.protocol == DetectionProtocol::voc) {
    for (const Point& p : curve) {
      area += (p.recall - reached) * p.precision;
      reached = p.recall;
    }
    return area;
  }
  const int steps = is_coco() ? 100 : 10;
  std::size_t at = 0;
  for (int i = 0; i <= steps; ++i) {
    while (at < curve.size() && curve[at].recall < static_cast<double>(i) / steps) ++at;
    if (at < curve.size()) area += curve[at].precision;
  }
  return area / (steps + 1);
}

inline double AveragePrecision::value(index_t label, double threshold) const {
  const auto of = classes_.find(label);
  const auto& thresholds = options_.thresholds;
  const auto at = std::find_if(thresholds.begin(), thresholds.end(),
                               [&](double t) { return std::abs(t - threshold) < 1e-9; });
  check<ValueError>(at != thresholds.end(), "average_precision", "threshold ", threshold,
                    " is not one of those measured");
  if (of == classes_.end() || of->second.wanted == 0) return std::numeric_limits<double>::quiet_NaN();
  return average_precision(of->second, static_cast<std::size_t>(at - thresholds.begin()));
}

inline double AveragePrecision::value() const {
  Mean mean;
  for (const auto& [label, of] : classes_) {
    if (of.wanted == 0) continue;
    for (std::size_t t = 0; t < options_.thresholds.size(); ++t) mean.add(average_precision(of, t));
  }
  return mean.value();
}

}  // namespace TENON_NAMESPACE::train
