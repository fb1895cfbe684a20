// error: TENON_FIELDS leaves out a member
// A layer that is forgotten would be neither trained nor saved.

#include <memory>
#include <string>
#include <vector>

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;

struct Layer {
  nn::Parameter<float> weight;
  int heads = 1;
  float p = 0.5f;
  bool on = true;
#if defined(TENON_WRONG) && TENON_WRONG == 1
  nn::Parameter<float> forgotten;
#endif
  TENON_FIELDS(weight, heads, p, on);
};

struct Model {
  Model() {}
  bool flag = false;
  nn::Parameter<float> weight;
#if defined(TENON_WRONG) && TENON_WRONG == 2
  nn::Parameter<float> forgotten;
#endif
  std::vector<Layer> layers;
  bool last = false;
  tn::Tensor<float> shared;
  TENON_FIELDS(layers, weight, flag, last);  // beside what is left out, in any order
  TENON_LEFT_OUT(shared);
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
