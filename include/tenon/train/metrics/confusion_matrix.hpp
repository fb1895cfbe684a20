#pragma once
/// The confusion matrix of a classifier, and the scores derived from it: accuracy, precision, recall, F1 (for
/// pixels the Dice coefficient) and intersection over union.

#include <algorithm>  // max
#include <cstdio>     // snprintf
#include <string>     // string
#include <vector>     // vector

#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/train/metrics/accuracy.hpp"

namespace TENON_NAMESPACE::train {

/// How the scores of classes are averaged. A class that is neither target nor prediction is left out.
enum class Average {
  macro,  ///< the mean of the classes' scores
  micro   ///< the score of the summed counts of all classes
};

/// Options of `ConfusionMatrix`.
struct ConfusionOptions {
  std::vector<std::string> names{};       ///< class names for the table; empty: class numbers
  std::optional<index_t> ignore_index{};  ///< targets equal to this are not counted
};

/// Counts of pairs (target, prediction). Scores of one class, from true and false positives tp and fp and
/// false negatives fn:
///
///     precision  tp / (tp + fp)               recall  tp / (tp + fn)
///     f1         2 tp / (2 tp + fp + fn)      iou     tp / (tp + fp + fn)
///
/// A score with denominator 0 is 0 if the class occurs as target or prediction, as in scikit-learn, otherwise
/// NaN. For pixels, `f1(k)` is the Dice coefficient and `iou(Average::macro)` the mean IoU.
class ConfusionMatrix {
 public:
  /// A matrix of zeros.
  ///   throws: ValueError if `classes` is not in [1, 32768] or the number of names is not that of classes
  explicit ConfusionMatrix(index_t classes, ConfusionOptions options = {});

  /// Adds a batch of class numbers; both tensors have the same shape.
  ///   throws: ShapeError for different shapes, IndexError for a number that is no class; before anything
  ///           counts
  void add(const Tensor<index_t>& predicted, const Tensor<index_t>& target);
  /// Adds a batch of scores (N, K, …), whose largest is the prediction, and targets (N, …).
  ///   throws: ShapeError for other shapes, IndexError if a target is no class; before anything counts
  template <Real T>
  void add(const Tensor<T>& scores, const Tensor<index_t>& target) {
    check<ShapeError>(scores.rank() >= 2 && scores.extent(1) == classes_, "confusion_matrix",
                      "expected class scores of shape (N, ", classes_, ", ...), got ", scores.shape());
    add(argmax(scores.detach(), 1), target);
  }

  /// The number of classes K.
  index_t classes() const { return classes_; }
  /// The number of samples of class `target` that were predicted as `predicted`.
  index_t count(index_t target, index_t predicted) const {
    return counts_[at(check_class(target), check_class(predicted))];
  }
  /// The matrix (K, K): rows are targets, columns predictions.
  Tensor<index_t> counts() const { return from(counts_, {classes_, classes_}); }

  /// The share of correct predictions; NaN without samples.
  double accuracy() const;
  /// The accuracy, under the name that all metrics have.
  double value() const { return accuracy(); }

  // Scores of one class, and their averages over classes; see the class's comment.
  double precision(index_t k) const { return precision_of(cells(k)); }
  double recall(index_t k) const { return recall_of(cells(k)); }
  double f1(index_t k) const { return f1_of(cells(k)); }
  double iou(index_t k) const { return iou_of(cells(k)); }
  double precision(Average average) const { return averaged(precision_of, average); }
  double recall(Average average) const { return averaged(recall_of, average); }
  double f1(Average average) const { return averaged(f1_of, average); }
  double iou(Average average) const { return averaged(iou_of, average); }

  /// The matrix as text: rows are targets, columns predictions, with recall at the right and precision below.
  std::string table() const;

 private:
  /// True positives, false positives and false negatives of one class.
  struct Cells {
    index_t found = 0, wrongly_found = 0, missed = 0;
  };

  static double share(index_t part, index_t whole, const Cells& cells) {
    if (whole > 0) return static_cast<double>(part) / static_cast<double>(whole);
    const bool seen = cells.found + cells.wrongly_found + cells.missed > 0;
    return seen ? 0 : std::numeric_limits<double>::quiet_NaN();
  }
  static double precision_of(const Cells& c) { return share(c.found, c.found + c.wrongly_found, c); }
  static double recall_of(const Cells& c) { return share(c.found, c.found + c.missed, c); }
  static double f1_of(const Cells& c) {
    return share(2 * c.found, 2 * c.found + c.wrongly_found + c.missed, c);
  }
  static double iou_of(const Cells& c) { return share(c.found, c.found + c.wrongly_found + c.missed, c); }

  index_t check_class(index_t k) const {
    check<IndexError>(k >= 0 && k < classes_, "confusion_matrix", "class ", k, " is not one of ", classes_,
                      " classes");
    return k;
  }
  std::size_t at(index_t target, index_t predicted) const {
    return static_cast<std::size_t>(target * classes_ + predicted);
  }
  Cells cells(index_t k) const;
  double averaged(double (*score)(const Cells&), Average average) const;
  std::string name(index_t k) const {
    return options_.names.empty() ? std::to_string(k) : options_.names[static_cast<std::size_t>(k)];
  }

  index_t classes_;
  ConfusionOptions options_;
  std::vector<index_t> counts_;
};

inline ConfusionMatrix::ConfusionMatrix(index_t classes, ConfusionOptions options)
    : classes_(classes), options_(std::move(options)) {
  check<ValueError>(classes >= 1 && classes <= 1 << 15, "confusion_matrix", "the number of classes is ",
                    classes, ", expected 1 to ", 1 << 15);
  const auto names = static_cast<index_t>(options_.names.size());
  check<ValueError>(names == 0 || names == classes, "confusion_matrix", names, " names for ", classes,
                    " classes");
  counts_.resize(static_cast<std::size_t>(classes * classes));
}

inline void ConfusionMatrix::add(const Tensor<index_t>& predicted, const Tensor<index_t>& target) {
  check<ShapeError>(predicted.shape() == target.shape(), "confusion_matrix", "predictions have shape ",
                    predicted.shape(), ", targets ", target.shape());
  const auto counts = [&](index_t t) { return t != options_.ignore_index; };
  const auto for_each = [&](auto visit) {
    auto guess = predicted.begin();
    for (index_t t : target) {
      if (counts(t)) visit(t, *guess);
      ++guess;
    }
  };
  for_each([&](index_t t, index_t p) {
    check_class(t);
    check_class(p);
  });
  for_each([&](index_t t, index_t p) { ++counts_[at(t, p)]; });
}

inline ConfusionMatrix::Cells ConfusionMatrix::cells(index_t k) const {
  check_class(k);
  Cells cells;
  cells.found = counts_[at(k, k)];
  for (index_t other = 0; other < classes_; ++other) {
    if (other == k) continue;
    cells.wrongly_found += counts_[at(other, k)];
    cells.missed += counts_[at(k, other)];
  }
  return cells;
}

inline double ConfusionMatrix::accuracy() const {
  index_t found = 0, all = 0;
  for (index_t k = 0; k < classes_; ++k) found += counts_[at(k, k)];
  for (index_t count : counts_) all += count;
  return static_cast<double>(found) / static_cast<double>(all);
}

inline double ConfusionMatrix::averaged(double (*score)(const Cells&), Average average) const {
  Mean mean;
  Cells sum;
  for (index_t k = 0; k < classes_; ++k) {
    const Cells c = cells(k);
    sum = {sum.found + c.found, sum.wrongly_found + c.wrongly_found, sum.missed + c.missed};
    const double value = score(c);
    if (value == value) mean.add(value);
  }
  return average == Average::macro ? mean.value() : score(sum);
}

inline std::string ConfusionMatrix::table() const {
  std::size_t width = 9;  // of "precision"
  for (index_t k = 0; k < classes_; ++k) width = std::max(width, name(k).size());
  for (index_t count : counts_) width = std::max(width, std::to_string(count).size());
  const auto cell = [&](const std::string& text) { return std::string(width + 2 - text.size(), ' ') + text; };
  const auto number = [&](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return cell(value == value ? text : "-");
  };
  std::string text = cell("");
  for (index_t k = 0; k < classes_; ++k) text += cell(name(k));
  text += cell("recall") + "\n";
  for (index_t target = 0; target < classes_; ++target) {
    text += cell(name(target));
    for (index_t k = 0; k < classes_; ++k) text += cell(std::to_string(count(target, k)));
    text += number(recall(target)) + "\n";
  }
  text += cell("precision");
  for (index_t k = 0; k < classes_; ++k) text += number(precision(k));
  return text + number(accuracy()) + "\n";
}

}  // namespace TENON_NAMESPACE::train
