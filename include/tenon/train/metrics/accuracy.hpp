#pragma once
/// Classification accuracy, top-1 or top-k.

#include <optional>  // optional

#include "tenon/ops/shape/shape.hpp"
#include "tenon/train/metrics/mean.hpp"

namespace TENON_NAMESPACE::train {

/// Options of `Accuracy`.
struct AccuracyOptions {
  index_t top_k = 1;                      ///< a target counts as found among the k classes of highest score
  std::optional<index_t> ignore_index{};  ///< targets equal to this are not counted
};

/// Top-k accuracy: the share of targets among the k classes with the highest scores. Of equal scores, that of
/// the lower class ranks first, as in `topk`. A target whose score is NaN is never found.
class Accuracy {
 public:
  /// A metric without samples.    throws: ValueError if top_k < 1
  explicit Accuracy(const AccuracyOptions& options = {}) : options_(options) {
    check<ValueError>(options.top_k >= 1, "accuracy", "top_k is ", options.top_k, ", expected at least 1");
  }

  /// Adds a batch: scores (logits or probabilities) (N, K, …), target (N, …) with class numbers.
  ///   throws: ShapeError for other shapes, IndexError if a target is not in [0, K)
  template <Real T>
  void add(const Tensor<T>& scores, const Tensor<index_t>& target);

  /// The accuracy in [0, 1]; NaN without samples.
  double value() const { return static_cast<double>(found_) / static_cast<double>(seen_); }
  /// The number of targets counted.
  index_t seen() const { return seen_; }

 private:
  AccuracyOptions options_;
  index_t found_ = 0, seen_ = 0;
};

namespace detail {

/// Calls visit(pointer to the score of class 0, distance between scores, target) for each target that counts.
template <class T, class Visit>
void for_each_target(const Tensor<T>& scores, const Tensor<index_t>& target,
                     const std::optional<index_t>& ignore_index, const char* op, Visit visit) {
  check<ShapeError>(scores.rank() >= 2, op, "expected class scores of shape (N, K, ...), got ",
                    scores.shape());
  Shape expected = scores.shape();
  expected.erase(1);
  check<ShapeError>(target.shape() == expected, op, "expected targets of shape ", expected, ", got ",
                    target.shape());
  const index_t classes = scores.extent(1);
  const index_t inner = scores.extent(0) > 0 && classes > 0 ? scores.size() / scores.extent(0) / classes : 0;
  const Tensor<T> dense = contiguous(scores.detach());
  index_t position = 0;
  for (index_t t : target) {
    const index_t sample = position / inner, place = position % inner;
    ++position;
    if (t == ignore_index) continue;
    check<IndexError>(t >= 0 && t < classes, op, "target ", t, " is not one of ", classes, " classes");
    visit(dense.data() + sample * classes * inner + place, inner, t);
  }
}

}  // namespace detail

template <Real T>
void Accuracy::add(const Tensor<T>& scores, const Tensor<index_t>& target) {
  const index_t classes = scores.rank() >= 2 ? scores.extent(1) : 0;
  detail::for_each_target(
      scores, target, options_.ignore_index, "accuracy", [&](const T* score, index_t step, index_t t) {
        const T own = score[t * step];
        index_t better = 0;  // negated comparisons, so that NaN is better than any number
        for (index_t k = 0; k < classes; ++k)
          better += k != t && !(score[k * step] < own) && (k < t || score[k * step] != own);
        found_ += better < options_.top_k && own == own;
        ++seen_;
      });
}

}  // namespace TENON_NAMESPACE::train
