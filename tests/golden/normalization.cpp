/// Golden cases of normalisation.

#include "tenon/ops/nn/norm.hpp"

#include "registry.hpp"

namespace golden {
namespace normalization_cases {

/// Running statistics go in as they were before and come out as they are after.
template <class T>
Outputs batch_norm(const Case<T>& c) {
  tn::Tensor<T> mean, var;
  if (c.has("running_mean")) {
    mean = tn::clone(c.in("running_mean"));
    var = tn::clone(c.in("running_var"));
  }
  Outputs outputs{
      {"y", tn::batch_norm(
                c.in("x"), mean, var, c.optional("weight"), c.optional("bias"),
                {.training = c.flag("training"), .momentum = c.number("momentum"), .eps = c.number("eps")})}};
  if (mean.defined()) {
    outputs.values.emplace_back("running_mean", mean);
    outputs.values.emplace_back("running_var", var);
  }
  return outputs;
}

const Family family{
    {"batch_norm", [](const auto& c) { return batch_norm(c); }},
    {"layer_norm",
     [](const auto& c) {
       return tn::layer_norm(c.in("x"), c.dims("normalized_shape"), c.optional("weight"), c.optional("bias"),
                             c.number("eps"));
     }},
    {"group_norm",
     [](const auto& c) {
       return tn::group_norm(c.in("x"), c.integer("num_groups"), c.optional("weight"), c.optional("bias"),
                             c.number("eps"));
     }},
    {"instance_norm",
     [](const auto& c) {
       return tn::instance_norm(c.in("x"), c.optional("weight"), c.optional("bias"), c.number("eps"));
     }},
    {"rms_norm",
     [](const auto& c) {
       return tn::rms_norm(c.in("x"), c.dims("normalized_shape"), c.optional("weight"), c.number("eps"));
     }},
};

}  // namespace normalization_cases
}  // namespace golden
