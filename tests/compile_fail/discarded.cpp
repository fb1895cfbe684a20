// error: nodiscard
// Guards that end at once, and results that nobody takes, do nothing.

#include "tenon/nn/linear.hpp"

#if defined(__clang__)
#pragma clang diagnostic error "-Wunused-result"
#pragma clang diagnostic error "-Wunused-value"
#else
#pragma GCC diagnostic error "-Wunused-result"
#endif

void discards(tn::Tensor<float>& x, const tn::nn::Linear<float>& model) {
  const tn::NoGrad no_grad;
  tn::fill_(x.requires_grad_(), 1);
  x.requires_grad_(false);  // a reference to x, which is done with
  static_cast<void>(model(x));
#if defined(TENON_WRONG)
#if TENON_WRONG == 1
  tn::NoGrad();
#elif TENON_WRONG == 2
  tn::TrainingMode(false);
#elif TENON_WRONG == 3
  add(x, x);
#elif TENON_WRONG == 4
  x.item();
#elif TENON_WRONG == 5
  tn::split(x, 2);
#elif TENON_WRONG == 6
  tn::nn::parameters(model);
#endif
#endif
}
