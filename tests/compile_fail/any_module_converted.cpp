// error: what an AnyModule holds is known at run time only
// A model with parts that are known at run time only cannot be made anew in another scalar type.

#include <vector>

#include "tenon/nn/any_module.hpp"
#include "tenon/nn/convert.hpp"

template <class T>
struct Chain {
  tn::nn::Parameter<T> scale;
#if defined(TENON_WRONG)
  std::vector<tn::nn::AnyModule<T>> parts;
#endif
};

Chain<double> in_double(const Chain<float>& chain) {
  return tn::nn::to<double>(chain);
}
