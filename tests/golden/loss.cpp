/// Golden cases of losses.

#include "tenon/ops/loss/loss.hpp"

#include "registry.hpp"
#include "tenon/models/word_vectors/glove/loss.hpp"
#include "tenon/models/word_vectors/word2vec/loss.hpp"
#include "tenon/ops/loss/ctc_loss.hpp"
#include "tenon/ops/loss/metric_loss.hpp"

namespace golden {
namespace loss_cases {

template <class C>
tn::Reduction reduction_of(const C& c) {
  using tn::Reduction;
  return c.template choice<Reduction>("reduction", {{"mean", Reduction::mean},
                                                    {"sum", Reduction::sum},
                                                    {"batchmean", Reduction::batch_mean},
                                                    {"none", Reduction::none}});
}

template <class T>
tn::ClassLossOptions<T> class_options(const Case<T>& c) {
  return {.weight = c.optional("weight"),
          .reduction = reduction_of(c),
          .ignore_index = c.integer("ignore_index")};
}

/// Targets are class indices or probabilities.
template <class T>
tn::Tensor<T> cross_entropy(const Case<T>& c) {
  tn::ClassLossOptions<T> options = class_options(c);
  options.label_smoothing = c.number("label_smoothing");
  if (c.is_floating("target")) return tn::cross_entropy(c.in("x"), c.in("target"), options);
  return tn::cross_entropy(c.in("x"), c.indices("target"), options);
}

template <class T>
tn::Tensor<T> ctc_loss(const Case<T>& c) {
  return tn::ctc_loss(
      tn::log_softmax(c.in("logits"), -1), c.indices("targets"), c.indices("input_lengths"),
      c.indices("target_lengths"),
      {.blank = c.integer("blank"), .reduction = reduction_of(c), .zero_infinity = c.flag("zero_infinity")});
}

template <class T>
tn::Tensor<T> triplet_margin_loss(const Case<T>& c) {
  return tn::triplet_margin_loss(c.in("anchor"), c.in("positive"), c.in("negative"),
                                 {.margin = c.number("margin"),
                                  .p = c.number("p"),
                                  .eps = c.number("eps"),
                                  .swap = c.flag("swap"),
                                  .reduction = reduction_of(c)});
}

template <class T>
tn::Tensor<T> triplet_margin_with_distance_loss(const Case<T>& c) {
  const bool cosine = c.template choice<bool>("distance", {{"cosine", true}, {"l1", false}});
  const auto distance = [cosine](const auto& a, const auto& b) {
    return cosine ? 1 - tn::cosine_similarity(a, b, 1) : tn::sum(tn::abs(a - b), {1});
  };
  return tn::triplet_margin_with_distance_loss(
      c.in("anchor"), c.in("positive"), c.in("negative"), distance,
      {.margin = c.number("margin"), .swap = c.flag("swap"), .reduction = reduction_of(c)});
}

template <class T>
tn::Tensor<T> bce_with_logits_loss(const Case<T>& c) {
  return tn::bce_with_logits_loss(
      c.in("x"), c.in("target"),
      {.weight = c.optional("weight"), .pos_weight = c.optional("pos_weight"), .reduction = reduction_of(c)});
}

template <class T>
Outputs sgns_loss(const Case<T>& c) {
  return {{"loss", tn::models::sgns_loss(c.param("in_embed"), c.param("out_embed"), c.indices("centre"),
                                         c.indices("context"), c.indices("negatives"), reduction_of(c))}};
}

template <class T>
Outputs glove_loss(const Case<T>& c) {
  return {{"loss", c.number("factor") * tn::models::glove_loss(
                                            c.param("w"), c.param("w_tilde"), c.param("b"),
                                            c.param("b_tilde"), c.indices("i"), c.indices("j"), c.in("count"),
                                            c.number("x_max"), c.number("alpha"), reduction_of(c))}};
}

const Family family{
    {"cross_entropy", [](const auto& c) { return cross_entropy(c); }},
    {"nll_loss",
     [](const auto& c) { return tn::nll_loss(c.in("x"), c.indices("target"), class_options(c)); }},
    {"mse_loss", [](const auto& c) { return tn::mse_loss(c.in("x"), c.in("target"), reduction_of(c)); }},
    {"l1_loss", [](const auto& c) { return tn::l1_loss(c.in("x"), c.in("target"), reduction_of(c)); }},
    {"smooth_l1_loss",
     [](const auto& c) {
       return tn::smooth_l1_loss(c.in("x"), c.in("target"),
                                 {.beta = c.number("beta"), .reduction = reduction_of(c)});
     }},
    {"huber_loss",
     [](const auto& c) {
       return tn::huber_loss(c.in("x"), c.in("target"),
                             {.delta = c.number("delta"), .reduction = reduction_of(c)});
     }},
    {"bce_loss",
     [](const auto& c) {
       return tn::bce_loss(c.in("x"), c.in("target"),
                           {.weight = c.optional("weight"), .reduction = reduction_of(c)});
     }},
    {"bce_with_logits_loss", [](const auto& c) { return bce_with_logits_loss(c); }},
    {"kl_div",
     [](const auto& c) {
       return tn::kl_div(c.in("x"), c.in("target"),
                         {.reduction = reduction_of(c), .log_target = c.flag("log_target")});
     }},
    {"cosine_embedding_loss",
     [](const auto& c) {
       return tn::cosine_embedding_loss(c.in("x1"), c.in("x2"), c.in("target"),
                                        {.margin = c.number("margin"), .reduction = reduction_of(c)});
     }},
    {"triplet_margin_loss", [](const auto& c) { return triplet_margin_loss(c); }},
    {"triplet_margin_with_distance_loss", [](const auto& c) { return triplet_margin_with_distance_loss(c); }},
    {"multilabel_margin_loss",
     [](const auto& c) {
       return tn::multilabel_margin_loss(c.in("x"), c.indices("target"), reduction_of(c));
     }},
    {"ctc_loss", [](const auto& c) { return ctc_loss(c); }},
    {"glove_loss", [](const auto& c) { return glove_loss(c); }},
    {"sgns_loss", [](const auto& c) { return sgns_loss(c); }},
};

}  // namespace loss_cases
}  // namespace golden
