/// Golden cases of layers that draw random numbers, where nothing depends on them.

#include "tenon/ops/random/random.hpp"

#include "registry.hpp"
#include "tenon/ops/nn/dropout.hpp"

namespace golden {
namespace random_cases {

template <class T>
tn::Tensor<T> dropout(const Case<T>& c) {
  const double p = c.number("p");
  const bool training = c.flag("training");
  if (training && p != 0 && p != 1) throw Unsupported("what is dropped depends on random numbers");
  return tn::dropout(c.in("x"), p, training);
}

const Family family{
    {"dropout", [](const auto& c) { return dropout(c); }},
};

}  // namespace random_cases
}  // namespace golden
