/// Golden cases of losses.

#include "tenon/ops/loss.hpp"

#include "registry.hpp"
#include "tenon/models/word2vec/loss.hpp"

namespace golden {
namespace {

tn::Reduction reduction(const std::string& name) {
  if (name == "mean") return tn::Reduction::mean;
  if (name == "sum") return tn::Reduction::sum;
  tn::check<tn::ValueError>(name == "none", "golden", "the reduction ", name, " is not known");
  return tn::Reduction::none;
}

template <class T>
tn::ClassLossOptions<T> class_options(const Case<T>& c) {
  return {.weight = c.optional("weight"),
          .reduction = reduction(c.text("reduction")),
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
Outputs sgns_loss(const Case<T>& c) {
  return {{"loss", tn::models::sgns_loss(c.param("in_embed"), c.param("out_embed"), c.indices("centre"),
                                         c.indices("context"), c.indices("negatives"),
                                         reduction(c.text("reduction")))}};
}

/// f(X) (w_i w~_j + b_i + b~_j - log X)^2 with f(X) = min(1, (X / x_max)^alpha)
template <class T>
Outputs glove_loss(const Case<T>& c) {
  const auto rows = [&](const char* name, const char* index) {
    return tn::index_select(c.param(name), 0, c.indices(index));
  };
  const tn::Tensor<T> count = c.in("count");
  const tn::Tensor<T> weight =
      tn::clamp(tn::pow(count / c.number("x_max"), c.number("alpha")), std::nullopt, T(1));
  const tn::Tensor<T> miss = tn::sum(rows("w", "i") * rows("w_tilde", "j"), {1}) + rows("b", "i") +
                             rows("b_tilde", "j") - tn::log(count);
  const tn::Tensor<T> losses = c.number("factor") * weight * tn::square(miss);
  return {{"loss", c.text("reduction") == "sum" ? tn::sum(losses) : tn::mean(losses)}};
}

const Family family{
    {"cross_entropy", [](const auto& c) { return cross_entropy(c); }},
    {"nll_loss",
     [](const auto& c) { return tn::nll_loss(c.in("x"), c.indices("target"), class_options(c)); }},
    {"mse_loss",
     [](const auto& c) { return tn::mse_loss(c.in("x"), c.in("target"), reduction(c.text("reduction"))); }},
    {"glove_loss", [](const auto& c) { return glove_loss(c); }},
    {"sgns_loss", [](const auto& c) { return sgns_loss(c); }},
};

}  // namespace
}  // namespace golden
