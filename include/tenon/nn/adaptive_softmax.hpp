#pragma once
/// A softmax over many classes that computes those of rare ones only where they are needed.

#include <array>  // array

#include "tenon/nn/linear.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/nn/softmax.hpp"
#include "tenon/ops/reduce/sort.hpp"

namespace TENON_NAMESPACE::nn {

/// What `AdaptiveLogSoftmaxWithLoss` returns.
template <Real T>
struct [[nodiscard]] AdaptiveSoftmaxResult {
  Tensor<T> output;  ///< (N), the log-probability of each target
  Tensor<T> loss;    ///< of rank 0, the mean of -output
};

/// Log-probabilities of classes that are sorted by falling frequency. The head knows the first cutoffs[0]
/// classes and one entry for each further cluster, from one cutoff to the next; a cluster has its own
/// softmax over a smaller projection of x. The log-probability of a class in a cluster is that of the
/// cluster plus that within it.
///
///   shapes: x (N, in), or (in); target (N), or (), in [0, classes)
///   returns: output (N), or (), and their negative mean
///   throws: ShapeError if the shapes do not fit; IndexError if a target is not a class; the
///           constructor ValueError unless the cutoffs rise from above 0 to below the number of classes
///   cost: N x in x (cutoffs[0] + clusters) multiply-adds, and for each cluster those of the samples
///           in it
///   source: Grave et al. 2017, https://arxiv.org/abs/1609.04309
template <Real T>
struct AdaptiveLogSoftmaxWithLoss {
  Linear<T> head;                              ///< to the first classes and the clusters
  std::vector<std::array<Linear<T>, 2>> tail;  ///< for each cluster to its projection, and on to its classes
  std::vector<index_t> cutoffs;                ///< where clusters begin, and the number of classes

  AdaptiveLogSoftmaxWithLoss() = default;
  AdaptiveLogSoftmaxWithLoss(index_t inputs, index_t classes, std::vector<index_t> cluster_starts,
                             double div_value = 4, bool head_bias = false,
                             Generator& generator = default_generator())
      : cutoffs(std::move(cluster_starts)) {
    constexpr const char* op = "adaptive_log_softmax";
    check<ValueError>(!cutoffs.empty(), op, "expected at least one cutoff");
    cutoffs.push_back(classes);
    for (std::size_t i = 0; i < cutoffs.size(); ++i)
      check<ValueError>(cutoffs[i] > (i == 0 ? 0 : cutoffs[i - 1]), op, "cutoff ", cutoffs[i],
                        " is not above ", i == 0 ? 0 : cutoffs[i - 1]);
    head = Linear<T>(inputs, cutoffs[0] + clusters(), head_bias, generator);
    double width = static_cast<double>(inputs);
    for (std::size_t i = 0; i + 1 < cutoffs.size(); ++i) {
      width /= div_value;
      const index_t projection = static_cast<index_t>(width);
      tail.push_back({Linear<T>(inputs, projection, false, generator),
                      Linear<T>(projection, cutoffs[i + 1] - cutoffs[i], false, generator)});
    }
  }

  AdaptiveSoftmaxResult<T> operator()(const Tensor<T>& x, const Tensor<index_t>& target) const {
    check_input(x);
    check<ShapeError>(target.shape() == Shape(x.shape().begin(), x.shape().end() - 1), "adaptive_log_softmax",
                      "expected one target for each of x of shape ", x.shape(), ", got shape ",
                      target.shape());
    const Tensor<T> rows = reshape(x, {-1, x.shape().back()});
    const std::vector<std::vector<index_t>> members = samples_by_cluster(target);
    const Tensor<T> first = log_softmax(head(rows), 1);
    const Tensor<index_t> classes = flatten(target);
    std::vector<Tensor<T>> parts;
    std::vector<index_t> order;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].empty()) continue;
      order.insert(order.end(), members[i].begin(), members[i].end());
      const Tensor<index_t> samples = vector_of(members[i]);
      const Tensor<T> of_head = index_select(first, 0, samples);
      const Tensor<index_t> wanted = unsqueeze(index_select(classes, 0, samples), 1);
      if (i == 0) {
        parts.push_back(squeeze(gather(of_head, 1, wanted), 1));
        continue;
      }
      const Tensor<T> within = log_softmax(of_cluster(i - 1, index_select(rows, 0, samples)), 1);
      parts.push_back(add(select(of_head, 1, cutoffs[0] + static_cast<index_t>(i) - 1),
                          squeeze(gather(within, 1, sub(wanted, cutoffs[i - 1])), 1)));
    }
    const Tensor<T> output =
        parts.empty() ? zeros<T>({0}) : index_select(cat<T>(parts, 0), 0, argsort(vector_of(order)));
    const Tensor<T> loss = call_layer(*this, x, [&] { return neg(mean(output)); });
    return {reshape(output, target.shape()), loss};
  }

  /// Log-probabilities of all classes, (N, classes) or (classes).
  Tensor<T> log_prob(const Tensor<T>& x) const {
    check_input(x);
    const Tensor<T> first = log_softmax(head(x), -1);
    std::vector<Tensor<T>> parts{narrow(first, -1, 0, cutoffs[0])};
    for (std::size_t i = 0; i < tail.size(); ++i)
      parts.push_back(
          add(log_softmax(of_cluster(i, x), -1), narrow(first, -1, cutoffs[0] + static_cast<index_t>(i), 1)));
    return cat<T>(parts, -1);
  }
  /// The most probable class of each sample, (N) or ().
  Tensor<index_t> predict(const Tensor<T>& x) const {
    const NoGrad no_grad;
    return argmax(log_prob(x), -1);
  }
  TENON_FIELDS(head, tail, cutoffs);

 private:
  static Tensor<index_t> vector_of(const std::vector<index_t>& values) {
    return from<index_t>(values, {static_cast<index_t>(values.size())});
  }
  index_t clusters() const { return static_cast<index_t>(cutoffs.size()) - 1; }
  Tensor<T> of_cluster(std::size_t i, const Tensor<T>& x) const { return tail[i][1](tail[i][0](x)); }
  void check_input(const Tensor<T>& x) const {
    const index_t inputs = head.weight.extent(1);
    check<ShapeError>((x.rank() == 1 || x.rank() == 2) && x.shape().back() == inputs, "adaptive_log_softmax",
                      "expected x of shape (N, ", inputs, ") or (", inputs, ",), got ", x.shape());
  }
  /// The samples whose targets are in the head, and in each cluster.
  std::vector<std::vector<index_t>> samples_by_cluster(const Tensor<index_t>& target) const {
    std::vector<std::vector<index_t>> members(cutoffs.size());
    index_t sample = 0;
    for (index_t t : target) {
      check<IndexError>(t >= 0 && t < cutoffs.back(), "adaptive_log_softmax", "target ", t, " is not one of ",
                        cutoffs.back(), " classes");
      std::size_t i = 0;
      while (t >= cutoffs[i]) ++i;
      members[i].push_back(sample++);
    }
    return members;
  }
};

}  // namespace TENON_NAMESPACE::nn
