// error: the lambda of a differentiable map may capture numbers only
// A tensor that a map reads is one of its operands: only then is it walked, kept and differentiated.

#include "tenon/ops/elementwise/map.hpp"

tn::Tensor<float> scaled(const tn::Tensor<float>& x, const tn::Tensor<float>& scale) {
#if defined(TENON_WRONG)
  return tn::map([scale](auto v) { return v * scale.item(); }, x);
#else
  return tn::map([](auto v, auto s) { return v * s; }, x, scale);
#endif
}
