#include "tenon/optim/plateau.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/optim/sgd.hpp"

// The golden cases (tests/golden/schedule.cpp) compare it with PyTorch's.

namespace plateau_test {

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

/// The rates that these metrics lead to, from 1.
std::vector<double> rates(const tn::optim::PlateauOptions& options, const std::vector<double>& metrics) {
  auto p = tn::from<float>({1});
  Sgd<float> sgd({p}, {.lr = 1});
  ReduceLrOnPlateau plateau(options);
  std::vector<double> values;
  for (const double metric : metrics) {
    plateau.step(sgd, metric);
    values.push_back(sgd.groups()[0].options.lr);
  }
  return values;
}

// As in PyTorch, bad steps within the cooldown do not count, and its last step does not either.
TEST(Plateau, WaitsWhileItCoolsDown) {
  const std::vector<double> same(9, 1);
  EXPECT_EQ(rates({.factor = 0.5, .patience = 0, .cooldown = 2}, same),
            (std::vector<double>{1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125}));
  EXPECT_EQ(rates({.factor = 0.5, .patience = 1, .cooldown = 1}, same),
            (std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125}));
  EXPECT_EQ(rates({.factor = 0.5, .patience = 1}, same),
            (std::vector<double>{1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625}));
}

TEST(Plateau, BetterMeansByMoreThanTheThreshold) {
  const auto after = [](double threshold, bool relative, bool maximize, double second) {
    return rates(
        {.maximize = maximize, .factor = 0.5, .patience = 0, .threshold = threshold, .relative = relative},
        {8, second})[1];
  };
  EXPECT_EQ(after(0.25, true, false, 6), 0.5);  // exactly a quarter less is not enough
  EXPECT_EQ(after(0.25, true, false, 5.5), 1);
  EXPECT_EQ(after(0.25, true, true, 10), 0.5);
  EXPECT_EQ(after(0.25, true, true, 10.5), 1);
  EXPECT_EQ(after(0.25, false, false, 7.75), 0.5);
  EXPECT_EQ(after(0.25, false, false, 7.5), 1);
  EXPECT_EQ(after(0.25, false, true, 8.25), 0.5);
  EXPECT_EQ(after(0.25, false, true, 8.5), 1);
}

TEST(Plateau, LeavesChangesThatAreTooSmall) {
  EXPECT_EQ(rates({.factor = 0.5, .patience = 0, .eps = 0.5}, {1, 1, 1})[2], 1);
  EXPECT_EQ(rates({.factor = 0.5, .patience = 0, .eps = 0.4}, {1, 1, 1})[2], 0.5);
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
  expect_error<tn::ValueError>([] { from_named_numbers<PlateauState>({{"best", 1}}); },
                               "[from_named_numbers] the state lacks the number \"bad_steps\"");
  expect_error<tn::ValueError>(
      [] {
        from_named_numbers<PlateauState>({{"best", 1}, {"bad_steps", 0}, {"cooldown_left", 0}, {"worst", 2}});
      },
      "[from_named_numbers] nothing here is called \"worst\", as a number of the state is");
}

}  // namespace plateau_test
