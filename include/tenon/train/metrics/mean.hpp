#pragma once
/// Means that grow batch by batch, and the perplexity of a language model.
///
/// All metrics are used alike: `add` what a batch gave, then read `value()`. They count in double and in
/// 64-bit integers, so that a set of any size gives the figure of one large batch. A metric that has seen
/// nothing is NaN. Scores are fractions: times 100 is what tables print.

#include <cmath>   // exp
#include <limits>  // quiet_NaN

#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::train {

/// The mean of values, each with a weight: of a loss, add(loss, batch size).
class Mean {
 public:
  void add(double value, double weight = 1) {
    sum_ += value * weight;
    weight_ += weight;
  }
  /// A loss of one element.
  template <Real T>
  void add(const Tensor<T>& value, index_t weight = 1) {
    add(static_cast<double>(value.item()), static_cast<double>(weight));
  }

  double value() const { return sum_ / weight_; }  // 0 / 0 is NaN, as it should be
  double weight() const { return weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

/// exp of the mean negative log likelihood of a token.
class Perplexity {
 public:
  /// mean_loss   of the tokens of a batch, as `cross_entropy` gives it
  void add(double mean_loss, index_t tokens) { loss_.add(mean_loss, static_cast<double>(tokens)); }
  template <Real T>
  void add(const Tensor<T>& mean_loss, index_t tokens) {
    loss_.add(mean_loss, tokens);
  }

  double value() const { return std::exp(loss_.value()); }

 private:
  Mean loss_;
};

}  // namespace TENON_NAMESPACE::train
