// error: no matching function for call to [^a-z]*embedding
// An embedding is looked up by integers: floats are another type of tensor.

#include "tenon/ops/nn/embedding.hpp"

tn::Tensor<float> look_up(const tn::Tensor<float>& table) {
#if defined(TENON_WRONG)
  return tn::embedding(table, tn::from<float>({0, 1}));
#else
  return tn::embedding(table, tn::from<tn::index_t>({0, 1}));
#endif
}
