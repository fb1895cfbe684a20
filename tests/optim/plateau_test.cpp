#include "tenon/optim/plateau.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/optim/sgd.hpp"

// The golden cases (tests/golden/schedule.cpp) compare it with PyTorch's.

namespace {

using support::expect_error;
using tn::optim::from_named_numbers;
using tn::optim::named_numbers;
using tn::optim::PlateauState;
using tn::optim::ReduceLrOnPlateau;
using tn::optim::Sgd;

TEST(Plateau, LowersTheRateAfterPatience) {
  auto p = tn::from<float>({1});
  Sgd<float> sgd({p}, {.lr = 1});
  ReduceLrOnPlateau plateau({.factor = 0.5, .patience = 1, .min_lr = 0.3});
  std::vector<double> rates;
  for (double metric : std::vector<double>{3, 2, 2, NAN, 1.9, 1.9, 1.9, 1.9, 1.9}) {
    plateau.step(sgd, metric);
    rates.push_back(sgd.groups()[0].options.lr);
  }
  EXPECT_EQ(rates, (std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3}));
}

TEST(Plateau, ContinuesFromItsState) {
  auto p = tn::from<float>({1});
  Sgd<float> first({p}, {.lr = 1}), second({p}, {.lr = 1});
  const tn::optim::PlateauOptions options{.maximize = true, .factor = 0.5, .patience = 2, .cooldown = 1};
  ReduceLrOnPlateau a(options), b(options);
  b.load_state(a.state());  // of which the best is minus infinity
  const std::vector<double> metrics{1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2};
  for (double metric : metrics) {
    a.step(first, metric);
    b.step(second, metric);
    EXPECT_EQ(first.groups()[0].options.lr, second.groups()[0].options.lr);
    ReduceLrOnPlateau resumed(options);
    resumed.load_state(from_named_numbers<PlateauState>(named_numbers(b.state())));
    b = resumed;
  }
  EXPECT_EQ(first.groups()[0].options.lr, 0.25);
}

TEST(PlateauErrors, OptionsAndStates) {
  expect_error<tn::ValueError>([] { ReduceLrOnPlateau({.factor = 1}); },
                               "[reduce_lr_on_plateau] factor must lie in (0, 1), got 1");
  expect_error<tn::ValueError>([] { ReduceLrOnPlateau({.patience = -1}); },
                               "[reduce_lr_on_plateau] patience and cooldown must not be negative");
  expect_error<tn::ValueError>(
      [] {
        from_named_numbers<PlateauState>({{"best", 1}});
      },
      "[from_named_numbers] the state lacks the number \"bad_steps\"");
  expect_error<tn::ValueError>(
      [] {
        from_named_numbers<PlateauState>({{"best", 1}, {"bad_steps", 0}, {"cooldown_left", 0}, {"worst", 2}});
      },
      "[from_named_numbers] nothing here is called \"worst\", as a number of the state is");
}

}  // namespace
