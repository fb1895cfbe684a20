// error: a Tensor in a module is a handle that copies of the module would share
// Nothing else tells the model's scalar type.

#include "tenon/nn/module.hpp"

struct Model {
#if defined(TENON_WRONG)
  tn::Tensor<float> weight;
#else
  tn::nn::Parameter<float> weight;
#endif
};

auto parameters(const Model& model) {
  return tn::nn::parameters(model);
}
