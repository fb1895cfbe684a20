// error: make it a std::array
// The elements of a C array cannot be told from members of the struct.

#include <array>

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;

struct Layer {
  nn::Parameter<float> weight;
};

struct Model {
  nn::Parameter<float> scale;
#if !defined(TENON_WRONG)
  std::array<Layer, 3> layers;
#elif TENON_WRONG == 1
  Layer layers[3];
  int last = 0;
#elif TENON_WRONG == 2
  int sizes[3] = {1, 2, 3};
#elif TENON_WRONG == 3
  Layer layers[3];
  TENON_FIELDS(scale, layers);
#endif
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
