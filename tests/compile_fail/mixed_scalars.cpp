// error: no matching function for call to [^a-z]*add
// Tensors of two floating types do not meet without a conversion that one can read.

#include "tenon/ops/elementwise/arithmetic.hpp"
#include "tenon/ops/elementwise/cast.hpp"

tn::Tensor<double> sum_of(const tn::Tensor<float>& a, const tn::Tensor<double>& b) {
#if defined(TENON_WRONG)
  return tn::add(a, b);
#else
  return tn::add(tn::to<double>(a), b);
#endif
}
