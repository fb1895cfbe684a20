// error: the members of a class with constructors or base classes are told by TENON_FIELDS
// Its members cannot be found otherwise.

#include "tenon/nn/module.hpp"

class Model {
 public:
  Model() {}
#if !defined(TENON_WRONG)
  TENON_FIELDS(weight_);
#endif

 private:
  tn::nn::Parameter<float> weight_;
};

auto parameters(const Model& model) {
  return tn::nn::parameters(model);
}
