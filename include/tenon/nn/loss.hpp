#pragma once
/// Losses as modules: the functions of ops/loss/ with their options kept.
/// https://pytorch.org/docs/stable/nn.html#loss-functions
///
///     nn::HuberLoss{{.delta = 2}}(x, target)
///     nn::CrossEntropyLoss<float>{.label_smoothing = 0.1}(logits, classes)
///
/// Holds for every loss of this file:
///   shapes: as the function's of the same name
///   returns: the function's result, a tensor of rank 0 unless the reduction is none
///   throws: what the function throws

#include "tenon/nn/distance.hpp"
#include "tenon/ops/loss/ctc_loss.hpp"

namespace TENON_NAMESPACE::nn {

/// Defines a loss that passes its operands and its options, a type and initial values, to `function`.
#define TENON_LOSS(name, function, type, ...)                                            \
  struct name {                                                                          \
    using is_layer = void;                                                               \
    type options = __VA_ARGS__;                                                          \
    template <Real T, class... Rest>                                                     \
    Tensor<T> operator()(const Tensor<T>& x, const Rest&... rest) const {                \
      return call_layer(*this, x, [&] { return tenon::function(x, rest..., options); }); \
    }                                                                                    \
  }

/// Squared error of x and target.
TENON_LOSS(MseLoss, mse_loss, Reduction, Reduction::mean);
/// Absolute error of x and target.
TENON_LOSS(L1Loss, l1_loss, Reduction, Reduction::mean);
/// Absolute error of x and target with a parabola near 0.
TENON_LOSS(SmoothL1Loss, smooth_l1_loss, SmoothL1Options, {});
/// Squared error of x and target that grows linearly far from 0.
TENON_LOSS(HuberLoss, huber_loss, HuberOptions, {});
/// Negative log likelihood of a target under a normal distribution of mean x and a variance, the third
/// operand.
TENON_LOSS(GaussianNllLoss, gaussian_nll_loss, GaussianNllOptions, {});
/// Negative log likelihood of counts under Poisson distributions.
TENON_LOSS(PoissonNllLoss, poisson_nll_loss, PoissonNllOptions, {});
/// Kullback-Leibler divergence of a target from log-probabilities x.
TENON_LOSS(KlDivLoss, kl_div, KlDivOptions, {});
/// Logistic loss of targets 1 and -1.
TENON_LOSS(SoftMarginLoss, soft_margin_loss, Reduction, Reduction::mean);
/// Loss of distances x for targets 1 and -1.
TENON_LOSS(HingeEmbeddingLoss, hinge_embedding_loss, MarginOptions, {.margin = 1});
/// Ranking of x1 and x2 by targets 1 and -1.
TENON_LOSS(MarginRankingLoss, margin_ranking_loss, MarginOptions, {});
/// Angles of pairs x1 and x2 for targets 1 and -1.
TENON_LOSS(CosineEmbeddingLoss, cosine_embedding_loss, MarginOptions, {});
/// Distances of an anchor from a positive and a negative.
TENON_LOSS(TripletMarginLoss, triplet_margin_loss, TripletOptions, {});
/// Gaps between the logits of the classes that are present and those of all others.
TENON_LOSS(MultilabelMarginLoss, multilabel_margin_loss, Reduction, Reduction::mean);
/// Connectionist temporal classification of log-probabilities, targets and the lengths of both.
TENON_LOSS(CtcLoss, ctc_loss, CtcLossOptions, {});

#undef TENON_LOSS

/// Distances of an anchor from a positive and a negative by a function of two tensors, or a module.
///
///     nn::TripletMarginWithDistanceLoss{nn::PairwiseDistance{.p = 1}}(anchor, positive, negative)
template <class Distance = PairwiseDistance>
struct TripletMarginWithDistanceLoss {
  Distance distance{};               ///< what is to be small for an anchor and its positive
  TripletDistanceOptions options{};  ///< margin, swap and reduction
  template <Real T>
  Tensor<T> operator()(const Tensor<T>& anchor, const Tensor<T>& positive, const Tensor<T>& negative) const {
    return call_layer(*this, anchor, [&] {
      return triplet_margin_with_distance_loss(anchor, positive, negative, distance, options);
    });
  }
};

/// Cross entropy of logits and classes, or of logits and probabilities of classes.
template <Real T>
struct CrossEntropyLoss {
  Buffer<T> weight{};                     ///< a factor for each class; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the targets
  index_t ignore_index = -100;            ///< targets equal to it contribute nothing
  double label_smoothing = 0;             ///< the share of a target spread evenly over all classes
  template <class Target>
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<Target>& target) const {
    return call_layer(*this, x, [&] {
      return cross_entropy<T>(x, target, {weight, reduction, ignore_index, label_smoothing});
    });
  }
};
/// Negative log likelihood of classes under log-probabilities.
template <Real T>
struct NllLoss {
  Buffer<T> weight{};                     ///< a factor for each class; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the targets
  index_t ignore_index = -100;            ///< targets equal to it contribute nothing
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<index_t>& target) const {
    return call_layer(*this, x, [&] { return nll_loss<T>(x, target, {weight, reduction, ignore_index}); });
  }
};
/// Binary cross entropy of probabilities.
template <Real T>
struct BceLoss {
  Buffer<T> weight{};                     ///< a factor of each loss, which broadcasts; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& target) const {
    return call_layer(*this, x,
                      [&] { return bce_loss<T>(x, target, {.weight = weight, .reduction = reduction}); });
  }
};
/// Binary cross entropy of logits.
template <Real T>
struct BceWithLogitsLoss {
  Buffer<T> weight{};      ///< a factor of each loss, which broadcasts; undefined: 1
  Buffer<T> pos_weight{};  ///< a factor of the term of positives, which broadcasts; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the elements
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& target) const {
    return call_layer(*this, x,
                      [&] { return bce_with_logits_loss<T>(x, target, {weight, pos_weight, reduction}); });
  }
};
/// Binary cross entropy of logits for several classes at once, of which each is present or not.
template <Real T>
struct MultilabelSoftMarginLoss {
  Buffer<T> weight{};                     ///< a factor for each class; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the samples
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<T>& target) const {
    return call_layer(*this, x, [&] {
      return multilabel_soft_margin_loss<T>(x, target, {.weight = weight, .reduction = reduction});
    });
  }
};
/// Margin between the logit of the target's class and all others.
template <Real T>
struct MultiMarginLoss {
  double p = 1;                           ///< the power of each gap, 1 or 2
  double margin = 1;                      ///< the distance of logits from which a class costs nothing
  Buffer<T> weight{};                     ///< a factor for each class; undefined: 1
  Reduction reduction = Reduction::mean;  ///< of the losses of the targets
  Tensor<T> operator()(const Tensor<T>& x, const Tensor<index_t>& target) const {
    return call_layer(*this, x,
                      [&] { return multi_margin_loss<T>(x, target, {p, margin, weight, reduction}); });
  }
};

}  // namespace TENON_NAMESPACE::nn
