#include "tenon/optim/sgd.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace sgd_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using tn::Tensor;
using tn::optim::Sgd;
using tn::optim::SgdOptions;

template <class T>
class SgdSteps : public testing::Test {
 protected:
  /// The parameter after each of three steps with these gradients.
  std::vector<T> path(const SgdOptions& options) {
    auto p = from<T>({1}).requires_grad_();
    Sgd<T> sgd({p}, options);
    std::vector<T> values;
    for (T g : {T(1), T(-2), T(3)}) {
      sgd.step({from<T>({g})});
      values.push_back(p.item());
    }
    return values;
  }
  void expect_path(const SgdOptions& options, const std::vector<double>& want) {
    expect_vector(from(path(options), {3}), std::vector<T>(want.begin(), want.end()));
  }
};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(SgdSteps, Reals);

TYPED_TEST(SgdSteps, Plain) {
  this->expect_path({.lr = 0.1}, {0.9, 1.1, 0.8});
}

TYPED_TEST(SgdSteps, Momentum) {  // b: 1, -1.5, 2.25
  this->expect_path({.lr = 0.1, .momentum = 0.5}, {0.9, 1.05, 0.825});
}

TYPED_TEST(SgdSteps, Dampening) {  // b: 1, 0.5 - 1 = -0.5, -0.25 + 1.5 = 1.25
  this->expect_path({.lr = 0.1, .momentum = 0.5, .dampening = 0.5}, {0.9, 0.95, 0.825});
}

TYPED_TEST(SgdSteps, Nesterov) {  // b: 1, -1.5, 2.25; g + b / 2: 1.5, -2.75, 4.125
  this->expect_path({.lr = 0.1, .momentum = 0.5, .nesterov = true}, {0.85, 1.125, 0.7125});
}

TYPED_TEST(SgdSteps, WeightDecayAndMaximize) {  // g: -1 + 0.5 p …
  this->expect_path({.lr = 0.1, .weight_decay = 0.5, .maximize = true}, {1.05, 0.7975, 1.057625});
}

// Only the loss's gradient changes its sign: the slope is decay p - g. b: -0.7, 1.971, -1.75263
TYPED_TEST(SgdSteps, MomentumWithDecayAndMaximize) {
  this->expect_path({.lr = 0.1, .momentum = 0.5, .weight_decay = 0.3, .maximize = true},
                    {1.07, 0.8729, 1.048163});
  this->expect_path({.lr = 0.1, .momentum = 0.5, .weight_decay = 0.3, .nesterov = true, .maximize = true},
                    {1.105, 0.772775, 1.138462625});
  this->expect_path({.lr = 0.1, .momentum = 0.5, .dampening = 0.5, .weight_decay = 0.3, .maximize = true},
                    {1.07, 0.98895, 1.08359075});
}

TEST(Sgd, LargeParametersAtAnyNumberOfThreads) {
  const int before = tn::num_threads();
  const auto run = [](int threads) {
    tn::set_num_threads(threads);
    tn::Generator generator(1);
    auto p = tn::randn<float>({300, 333}, generator);
    Sgd<float> sgd({p}, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
    for (int i = 0; i < 3; ++i) sgd.step({tn::randn<float>({300, 333}, generator)});
    return p.to_vector();
  };
  const auto one = run(1);
  EXPECT_EQ(run(3), one);
  tn::set_num_threads(before);
}

TEST(SgdErrors, OptionsThatMakeNoSense) {
  const auto make = [](const SgdOptions& options) { Sgd<float>({tn::ones<float>({2})}, options); };
  const std::string negative = "[sgd] lr, momentum and weight_decay must not be negative";
  expect_error<tn::ValueError>([&] { make({.lr = -1}); }, negative);
  expect_error<tn::ValueError>([&] { make({.momentum = -0.5}); }, negative);
  expect_error<tn::ValueError>([&] { make({.nesterov = true}); },
                               "[sgd] nesterov needs a momentum and no dampening");
}

}  // namespace sgd_test
