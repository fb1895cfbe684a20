#include "tenon/optim/adam.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace adam_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using tn::Tensor;
using tn::optim::Adam;
using tn::optim::AdamOptions;
using tn::optim::AdamW;

/// The textbook's loop, in double.
template <class Options>
std::vector<double> textbook(const Options& o, bool decoupled, const std::vector<double>& gradients) {
  double p = 1, m = 0, v = 0, largest = 0, b1 = 1, b2 = 1;
  std::vector<double> path;
  for (double g : gradients) {
    if (o.maximize) g = -g;
    if (decoupled) p *= 1 - o.lr * o.weight_decay;
    if (!decoupled) g += o.weight_decay * p;
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    b1 *= o.beta1;
    b2 *= o.beta2;
    largest = std::max(largest, v);
    p -= o.lr / (1 - b1) * m / (std::sqrt((o.amsgrad ? largest : v) / (1 - b2)) + o.eps);
    path.push_back(p);
  }
  return path;
}

template <class T>
class AdamSteps : public testing::Test {
 protected:
  template <template <class> class Optimizer>
  void expect_textbook(const typename Optimizer<T>::Options& options, bool decoupled) {
    const std::vector<double> gradients{1, -2, 0.5, 3, 0};
    const std::vector<double> want = textbook(options, decoupled, gradients);
    auto p = from<T>({1}).requires_grad_();
    Optimizer<T> adam({p}, options);
    for (std::size_t t = 0; t < gradients.size(); ++t) {
      adam.step({from<T>({T(gradients[t])})});
      EXPECT_NEAR(p.item(), want[t], sizeof(T) == 4 ? 1e-6 : 1e-13) << "after step " << t + 1;
    }
  }
};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(AdamSteps, Reals);

TYPED_TEST(AdamSteps, AreTheTextbooks) {
  this->template expect_textbook<Adam>({.lr = 0.1}, false);
  this->template expect_textbook<Adam>({.lr = 0.1, .beta1 = 0.5, .beta2 = 0.7, .eps = 0.1}, false);
  this->template expect_textbook<Adam>({.lr = 0.1, .weight_decay = 0.3}, false);
  this->template expect_textbook<Adam>({.lr = 0.1, .beta2 = 0.5, .amsgrad = true}, false);
  this->template expect_textbook<Adam>({.lr = 0.1, .maximize = true}, false);
  this->template expect_textbook<Adam>({.lr = 0.1, .weight_decay = 0.3, .maximize = true}, false);
  this->template expect_textbook<Adam>(
      {.lr = 0.1, .beta2 = 0.5, .weight_decay = 0.3, .amsgrad = true, .maximize = true}, false);
  this->template expect_textbook<AdamW>({.lr = 0.1, .weight_decay = 0.3, .maximize = true}, true);
  this->template expect_textbook<AdamW>({.lr = 0.1, .weight_decay = 0.3}, true);
  this->template expect_textbook<AdamW>({.lr = 0.1, .beta2 = 0.5, .weight_decay = 0.3, .amsgrad = true},
                                        true);
}

// A number of PyTorch's: only the loss's gradient changes its sign, the decay's does not.
TEST(Adam, DecayPullsToZeroWhileTheLossClimbs) {
  auto p = from<double>({1});
  Adam<double> adam({p}, {.lr = 0.1, .weight_decay = 0.3, .maximize = true});
  for (const double g : {1.0, -2.0, 0.5, 3.0, 0.0}) adam.step({from<double>({g})});
  EXPECT_NEAR(p.item(), 1.051905145772761, 1e-13);
}

TEST(AdamW, DecaysUnlessToldOtherwise) {
  auto p = from<double>({1});
  AdamW<double> adam({p}, {.lr = 0.1});
  adam.step({from<double>({0})});
  EXPECT_DOUBLE_EQ(p.item(), 1 - 0.1 * 0.01);
}

TEST(AdamW, LaterGroupsDecayAsTheFirst) {
  auto p = from<double>({1}), q = from<double>({1});
  AdamW<double> adam({p}, {.lr = 0.1, .weight_decay = 0.3});
  adam.add_group({q}, {.lr = 0.1, .weight_decay = 0.3});
  adam.step({from<double>({2}), from<double>({2})});
  EXPECT_EQ(p.item(), q.item());
}

TEST(Adam, TheFirstStepIsTheLearningRateWhateverTheGradient) {
  auto p = tn::zeros<float>({4});
  Adam<float> adam({p}, {.lr = 0.01});
  adam.step({from<float>({1e-3f, 1, 1e3f, -1e3f})});
  expect_vector(p, {-0.01f, -0.01f, -0.01f, 0.01f}, 1e-5);
}

TEST(Adam, MinimisesAQuadratic) {
  auto x = from<double>({5, -3}).requires_grad_();
  Adam<double> adam({x}, {.lr = 0.1});
  for (int i = 0; i < 500; ++i) adam.step(tn::grad(tn::sum(tn::square(x - from<double>({1, 2}))), {x}));
  expect_vector(x, {1, 2}, 1e-3);
}

TEST(AdamErrors, OptionsThatMakeNoSense) {
  const auto make = [](const AdamOptions& options) { Adam<float>({tn::ones<float>({2})}, options); };
  expect_error<tn::ValueError>([&] { make({.lr = -1}); },
                               "[adam] lr, eps and weight_decay must not be negative");
  expect_error<tn::ValueError>([&] { make({.beta1 = 1}); },
                               "[adam] betas must lie in [0, 1), got 1 and 0.999");
  expect_error<tn::ValueError>([] { AdamW<float>({tn::ones<float>({2})}, {.weight_decay = -1}); },
                               "[adamw] lr, eps and weight_decay must not be negative");
}

}  // namespace adam_test
