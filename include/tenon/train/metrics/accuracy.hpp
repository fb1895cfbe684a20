#pragma once
/// The share of samples whose class a classifier finds.

#include <optional>  // optional

#include "tenon/ops/shape.hpp"
#include "tenon/train/metrics/mean.hpp"

namespace TENON_NAMESPACE::train {

struct AccuracyOptions {
  index_t top_k = 1;                      ///< found means among the k best
  std::optional<index_t> ignore_index{};  ///< targets equal to it do not count
};

/// The share of targets among the k classes with the best scores. Of equal scores the lower class is better,
/// as in `topk`; a score that is NaN never finds its class.
class Accuracy {
 public:
  explicit Accuracy(const AccuracyOptions& options = {}) : options_(options) {
    check<ValueError>(options.top_k >= 1, "accuracy", "top_k is ", options.top_k, ", expected at least 1");
  }

  /// scores (N, K, …)    target (N, …)    throws ShapeError, IndexError
  template <Real T>
  void add(const Tensor<T>& scores, const Tensor<index_t>& target);

  double value() const { return static_cast<double>(found_) / static_cast<double>(seen_); }
  index_t seen() const { return seen_; }

 private:
  AccuracyOptions options_;
  index_t found_ = 0, seen_ = 0;
};

namespace detail {

/// Calls visit(first score, distance between scores, target) for each target that counts.
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
