/// Golden cases of gradient clipping.

#include "registry.hpp"
#include "tenon/optim/clip.hpp"

namespace golden {
namespace clipping_cases {

template <class T>
Outputs clip_norm(const Case<T>& c) {
  std::vector<tn::Tensor<T>> gradients = c.all("g");
  const double norm =
      tn::optim::clip_grad_norm(gradients, c.number("max_norm"), {.norm_type = c.number("norm_type")});
  Outputs outputs(gradients, "g");
  outputs.values.emplace_back("total_norm", tn::scalar(static_cast<T>(norm)));
  return outputs;
}

template <class T>
Outputs clip_value(const Case<T>& c) {
  std::vector<tn::Tensor<T>> gradients = c.all("g");
  tn::optim::clip_grad_value(gradients, c.number("clip_value"));
  return Outputs(gradients, "g");
}

const Family family{
    {"clip_grad_norm", [](const auto& c) { return clip_norm(c); }},
    {"clip_grad_value", [](const auto& c) { return clip_value(c); }},
};

}  // namespace clipping_cases
}  // namespace golden
