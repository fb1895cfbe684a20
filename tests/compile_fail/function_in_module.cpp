// error: neither data nor a module.*std::function.*TENON_LEFT_OUT
// What a function holds cannot be visited.

#include <functional>

#include "tenon/nn/module.hpp"

struct Model {
  tn::nn::Parameter<float> weight;
  std::function<float(float)> activation;
#if !defined(TENON_WRONG)
  TENON_FIELDS(weight);
  TENON_LEFT_OUT(activation);
#endif
};

auto parameters(const Model& model) {
  return tn::nn::parameters(model);
}
