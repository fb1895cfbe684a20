#pragma once
/// A short run of an optimizer, the same for all of them.

#include "support/expect.hpp"
#include "tenon/optim/optimizer.hpp"

namespace support {

/// Where ten steps lead (1, -2, 0.5) whose gradient is (1, 10, 0.1) p - 1: the first element stays as it is
/// unless something else moves it, the second is steep, the third flat. What tests compare this with was
/// computed by PyTorch 1.13, in double.
template <class Optimizer>
tn::Tensor<double> ten_steps(const typename Optimizer::Options& options) {
  auto p = tn::from<double>({1, -2, 0.5});
  Optimizer optimizer({p}, options);
  for (int i = 0; i < 10; ++i)
    optimizer.step({tn::map([](auto x, auto a) { return a * x - 1; }, p, tn::from<double>({1, 10, 0.1}))});
  return p;
}

/// The error that the options cause.
template <class Optimizer>
void expect_refused(const typename Optimizer::Options& options, const std::string& message) {
  expect_error<tn::ValueError>([&] { Optimizer({tn::ones<double>({2})}, options); }, message);
}

}  // namespace support
