#include "tenon/optim/radam.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace radam_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Radam = tn::optim::Radam<double>;

// The variance is trusted from the sixth step on.
TEST(Radam, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Radam>({.lr = 0.1}), {1, 0.767020008081859, 0.988810447273752});
  expect_vector(ten_steps<Radam>({.lr = 0.1, .beta1 = 0.8, .beta2 = 0.9, .weight_decay = 0.1}),
                {0.85224916430783, 0.397682800554932, 1.12898639172267});
}

TEST(RadamErrors, OptionsThatMakeNoSense) {
  expect_refused<Radam>({.eps = -1}, "[radam] lr, eps and weight_decay must not be negative");
}

}  // namespace radam_test
