#include "tenon/optim/asgd.hpp"

#include <gtest/gtest.h>

#include "optim/ten_steps.hpp"

namespace asgd_test {

using support::expect_refused;
using support::expect_vector;
using support::ten_steps;
using Asgd = tn::optim::Asgd<double>;

TEST(Asgd, StepsAsPyTorchDoes) {
  expect_vector(ten_steps<Asgd>({.lr = 0.1}), {0.999934871790313, 0.0999990000099999, 1.40825266890327});
  expect_vector(ten_steps<Asgd>({.lr = 0.1, .lambd = 0.3, .alpha = 0.5, .t0 = 4, .weight_decay = 0.1}),
                {0.783880024477042, 0.0961538461538466, 1.07347914887441});
}

// Without decay of any kind: steps of 1 down a slope of 1, averaged from the third step on.
TEST(Asgd, AveragesFromT0On) {
  auto p = tn::from<double>({10});
  Asgd asgd({p}, {.lr = 1, .lambd = 0, .t0 = 2});
  const std::vector<double> want{9, 8, 7, 6, 5.5, 5};  // 6.., the mean of what came from 6 on
  for (double average : want) {
    asgd.step({tn::from<double>({1})});
    expect_vector(asgd.state().tensors[0].tensor, {average});
  }
  const auto state = asgd.state();
  EXPECT_EQ(state.tensors[0].name, "0.ax");
  EXPECT_EQ(state.numbers[0], std::pair(std::string("0.eta"), 1.0));
  EXPECT_EQ(state.numbers[1], std::pair(std::string("0.mu"), 0.25));
}

TEST(AsgdErrors, OptionsThatMakeNoSense) {
  expect_refused<Asgd>({.lr = -1}, "[asgd] lr and weight_decay must not be negative");
}

}  // namespace asgd_test
