/// Golden cases of networks for images.

#include "module_case.hpp"
#include "registry.hpp"
#include "tenon/models/vision/resnet.hpp"
#include "tenon/models/vision/unet.hpp"
#include "tenon/ops/loss/binary_loss.hpp"

namespace golden {
namespace vision_cases {

template <class T>
Outputs resnet_basic_block(const Case<T>& c) {
  const tn::Tensor<T> x = c.in("x");
  tn::models::BasicBlock<T> block(x.extent(1), c.param("bn1.weight").size(), c.integer("stride"));
  load_case(block, c);
  const tn::TrainingMode mode(c.flag("training"));
  Outputs outputs{block(x)};
  for (const auto& [name, any] : tn::nn::state(block))
    if (any.template holds<T>()) {  // not the number of batches
      const tn::Tensor<T> tensor = any.template as<T>();
      if (name.find("running") != name.npos) outputs.values.emplace_back(name, tensor);
    }
  return outputs;
}

template <class T>
Outputs unet(const Case<T>& c) {
  const tn::Tensor<T> x = c.in("x"), head = c.param("head.weight");
  tn::models::UNet<T> net({.channels = x.extent(1),
                           .classes = head.extent(0),
                           .width = head.extent(1),
                           .depth = c.integer("depth")});
  load_case(net, c);
  const tn::Tensor<T> logits = net(x);
  return {{"logits", logits}, {"loss", tn::bce_with_logits_loss(logits, c.in("target"))}};
}

const Family family{
    {"resnet_basic_block", [](const auto& c) { return resnet_basic_block(c); }},
    {"unet", [](const auto& c) { return unet(c); }},
};

}  // namespace vision_cases
}  // namespace golden
