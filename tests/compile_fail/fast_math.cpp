// error: Tenon gives wrong results with -ffast-math
// options: -ffast-math
// Fast mathematics gives wrong values; who wants it so can have it.

#if defined(TENON_WRONG)
#include "tenon/core/config.hpp"
#else
#define TENON_ALLOW_FAST_MATH
#include "tenon/ops/reduce/reduce.hpp"

tn::Tensor<float> largest(const tn::Tensor<float>& x) {
  return tn::amax(x);
}
#endif
