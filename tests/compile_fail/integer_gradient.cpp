// error: only tensors of floating-point numbers have gradients
// Integers have no derivatives.

#include "tenon/graph/record.hpp"
#include "tenon/tensor/create.hpp"

bool wants_gradient() {
#if defined(TENON_WRONG)
  auto x = tn::from<tn::index_t>({1, 2});
#else
  auto x = tn::from<float>({1, 2});
#endif
  return x.requires_grad_().requires_grad();
}
