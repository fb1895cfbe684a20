#pragma once
/// Running means over batches, and the perplexity of a language model.
///
/// All metrics have `add`, called for each batch, and `value()`. They count in double and 64-bit integers, so
/// that the division into batches does not change the result. The value of a metric without samples is NaN.
/// Scores are fractions, not percentages.

#include <cmath>   // exp
#include <limits>  // quiet_NaN

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::train {

/// The weighted mean of values; for a loss, add(loss, batch size).
class Mean {
 public:
  /// Adds a value with a weight.
  void add(double value, double weight = 1) {
    sum_ += value * weight;
    weight_ += weight;
  }
  /// Adds a tensor of one element, such as a loss, with a weight.
  template <Real T>
  void add(const Tensor<T>& value, index_t weight = 1) {
    add(static_cast<double>(value.item()), static_cast<double>(weight));
  }

  /// The mean; NaN (0 / 0) without values.
  double value() const { return sum_ / weight_; }
  /// The sum of the weights.
  double weight() const { return weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

/// Perplexity: exp of the mean negative log likelihood of a token.
class Perplexity {
 public:
  /// Adds a batch: the mean loss of its tokens, as `cross_entropy` returns it, and their number.
  void add(double mean_loss, index_t tokens) { loss_.add(mean_loss, static_cast<double>(tokens)); }
  /// Adds a batch whose mean loss is a tensor of one element.
  template <Real T>
  void add(const Tensor<T>& mean_loss, index_t tokens) {
    loss_.add(mean_loss, tokens);
  }

  /// The perplexity; NaN without tokens.
  double value() const { return std::exp(loss_.value()); }

 private:
  Mean loss_;
};

}  // namespace TENON_NAMESPACE::train
