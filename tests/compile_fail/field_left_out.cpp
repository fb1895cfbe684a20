// error: TENON_FIELDS leaves out a member
// A layer that is forgotten would be neither trained nor saved.

#include <memory>
#include <string>
#include <vector>

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;

struct Layer {
  nn::Parameter<float> weight;
  bool on = true;
  TENON_FIELDS(on, weight);  // in any order
};

struct Model {
  Model() {}
  bool flag = false;
  nn::Parameter<float> weight;
#if defined(TENON_WRONG)
  nn::Parameter<float> forgotten;
#endif
  std::vector<Layer> layers;
  bool last = false;
  tn::Tensor<float> shared;
  TENON_FIELDS(layers, weight, flag, last);
  TENON_LEFT_OUT(shared);
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
