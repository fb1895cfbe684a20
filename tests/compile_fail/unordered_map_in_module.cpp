// error: an unordered map in a module has no order.*std::map
// The order of parameters would differ from copy to copy.

#include <map>
#include <string>
#include <unordered_map>

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;

struct Head {
  nn::Parameter<float> weight;
};

struct Model {
  std::unordered_map<std::string, double> scales;  // data
#if defined(TENON_WRONG)
  std::unordered_map<std::string, Head> heads;
#else
  std::map<std::string, Head> heads;
#endif
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
