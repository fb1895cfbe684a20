// error: TENON_FIELDS leaves out a member
// The list of a base class names nothing of what a class adds; with a list of its own it names the base's no more.

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;

struct Base {
  nn::Parameter<float> weight;
  Base() {}
  TENON_FIELDS(weight);
};

struct Model : Base {
  nn::Parameter<float> bias;
#if !defined(TENON_WRONG)
  TENON_FIELDS(weight, bias);
#elif TENON_WRONG == 1
#elif TENON_WRONG == 2
  TENON_FIELDS(bias);
#endif
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
