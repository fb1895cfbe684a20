// error: members that are references.*TENON_FIELDS
// The members of a struct with a reference cannot be counted.

#include "tenon/nn/module.hpp"

struct Layer {
  tn::nn::Parameter<float> weight;
};

struct Model {
  tn::nn::Parameter<float> weight;
  Layer& shared;
#if !defined(TENON_WRONG)
  TENON_FIELDS(weight, shared);
#endif
};

auto parameters(const Model& model) {
  return tn::nn::parameters(model);
}
