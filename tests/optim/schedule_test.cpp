#include "tenon/optim/schedule.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/optim/adagrad.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/sgd.hpp"

// The golden cases (tests/golden/schedule.cpp) compare most schedules with PyTorch's; here is the rest.

namespace schedule_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using namespace tn::optim;

/// The rates at times 0, 1, …, 7 from 0.5.
template <class S>
tn::Tensor<double> rates(const S& schedule) {
  std::vector<double> values;
  for (int t = 0; t < 8; ++t) values.push_back(schedule(0.5, t));
  return from(values, {8});
}

TEST(Schedule, IsPyTorchs) {
  expect_vector(rates(PolynomialLr{.total_iters = 4, .power = 2}),
                {0.5, 0.28125, 0.125, 0.03125, 0, 0, 0, 0});
  expect_vector(rates(ConstantLr{.factor = 0.5, .total_iters = 3}),
                {0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5});
  expect_vector(rates(SequentialLr{LinearLr{.start_factor = 0.25, .total_iters = 3}, 3, ExponentialLr{0.5}}),
                {0.125, 0.25, 0.375, 0.5, 0.25, 0.125, 0.0625, 0.03125});
}

TEST(Schedule, MoreThanTwoInARow) {
  const ConstantLr half{.factor = 0.5, .total_iters = 100};
  expect_vector(rates(SequentialLr{LinearLr{.start_factor = 0.25, .total_iters = 3}, 3,
                                   SequentialLr{half, 2, ExponentialLr{0.5}}}),
                {0.125, 0.25, 0.375, 0.25, 0.25, 0.5, 0.25, 0.125});
}

TEST(Schedule, ChainsMultiplyTheirFactors) {
  expect_vector(rates(ChainedScheduler{ConstantLr{.factor = 0.5, .total_iters = 2}, ExponentialLr{0.5},
                                       MultiplicativeLr{[](double t) { return t; }}}),
                {0.25, 0.125, 0.25, 0.375, 0.75, 1.875, 5.625, 19.6875});
}

TEST(Cyclic, GoesUpAndDown) {
  const CyclicLr cycle{.max_lr = 1.5, .step_size_up = 1, .step_size_down = 2};
  expect_vector(rates(cycle), {0.5, 1.5, 1, 0.5, 1.5, 1, 0.5, 1.5});
  EXPECT_EQ(cycle.momentum(1), 0.8);
  EXPECT_EQ(cycle.momentum(3), 0.9);
  expect_vector(rates(CyclicLr{.max_lr = 2.5, .step_size_up = 1, .mode = CyclicMode::triangular2}),
                {0.5, 2.5, 0.5, 1.5, 0.5, 1, 0.5, 0.75});
  expect_vector(
      rates(CyclicLr{.max_lr = 2.5, .step_size_up = 2, .mode = CyclicMode::exp_range, .gamma = 0.5}),
      {0.5, 1, 1, 0.625, 0.5, 0.53125, 0.53125, 0.5078125});
}

TEST(Schedule, TimesMayBeFractions) {
  const CosineAnnealingWarmRestarts restarts{.t_0 = 2, .t_mult = 2, .eta_min = 0.1};
  const std::vector<double> times{0, 0.5, 1.75, 2, 3.5, 6, 10.25},
      want{0.5, 0.441421356237309, 0.115224093497743, 0.5, 0.376536686473018, 0.5, 0.280396571934088};
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(restarts(0.5, times[i]), want[i], 1e-14) << times[i];
  EXPECT_EQ((StepLr{.step_size = 2, .gamma = 0.5}(1, 1.9)), 1);
}

TEST(Schedule, SetsEveryGroupFromItsInitialRate) {
  auto p = from<float>({1}), q = from<float>({1});
  Sgd<float> sgd({p}, {.lr = 0.1});
  sgd.add_group({q}, {.lr = 1});
  for (int t : {0, 7, 3}) {  // nothing is remembered from call to call
    set_lr(sgd, [](double lr, double at) { return lr / (1 + at); }, t);
    EXPECT_EQ(sgd.groups()[0].options.lr, 0.1 / (1 + t));
    EXPECT_EQ(sgd.groups()[1].options.lr, 1.0 / (1 + t));
  }
}

TEST(OneCycle, CyclesWhateverPlaysThePartOfMomentum) {
  auto p = from<float>({1});
  Adam<float> adam({p});
  const OneCycleLr cycle{.total_steps = 10, .base_momentum = 0.8, .max_momentum = 0.9};
  set_lr(adam, cycle, 0);
  EXPECT_DOUBLE_EQ(adam.groups()[0].options.beta1, 0.9);
  EXPECT_DOUBLE_EQ(adam.groups()[0].options.lr, 1e-3 / 25);
  set_lr(adam, cycle, 2);
  EXPECT_DOUBLE_EQ(adam.groups()[0].options.beta1, 0.8);
  EXPECT_DOUBLE_EQ(adam.groups()[0].options.lr, 1e-3);
  set_lr(adam, cycle, 1000);  // after its end it stays there
  EXPECT_DOUBLE_EQ(adam.groups()[0].options.lr, 1e-3 / 25 / 1e4);

  Adagrad<float> adagrad({p});
  expect_error<tn::ValueError>([&] { set_lr(adagrad, cycle, 0); },
                               "[adagrad] there is no momentum that the schedule could set");
  EXPECT_NEAR((OneCycleLr{.total_steps = 10, .pct_start = 0.1}(1, 0)), 1, 1e-15);  // no way up
}

// Up in 0.4 of ten steps, down again in as many, then on to the end. In straight lines the rates are those of
// PyTorch: 1/4 … 1 … 1/4 … 1/32.
TEST(OneCycle, MayHaveThreePhases) {
  OneCycleLr cycle{.total_steps = 10,
                   .pct_start = 0.4,
                   .linear = true,
                   .base_momentum = 0.85,
                   .max_momentum = 0.95,
                   .div_factor = 4,
                   .final_div_factor = 8,
                   .three_phase = true};
  const std::vector<double> rates{
      0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0.17708333333333334, 0.104166666666666667, 0.03125},
      thirds{0, 1, 2, 3, 2, 1, 0, 0, 0, 0},  // of the way from the largest momentum to the smallest
      cosines{0.25, 0.4375, 0.8125, 1, 0.8125, 0.4375, 0.25, 0.1953125, 0.0859375, 0.03125};
  for (std::size_t t = 0; t < 10; ++t) {
    cycle.linear = true;
    EXPECT_NEAR(cycle(1, static_cast<double>(t)), rates[t], 1e-14) << t;
    EXPECT_NEAR(cycle.momentum(static_cast<double>(t)), 0.95 - 0.1 * thirds[t] / 3, 1e-14) << t;
    cycle.linear = false;
    EXPECT_NEAR(cycle(1, static_cast<double>(t)), cosines[t], 1e-14) << t;
  }
}

TEST(OneCycle, LeavesMomentumAloneWhenTold) {
  auto p = from<float>({1});
  Sgd<float> sgd({p}, {.lr = 1, .momentum = 0.7});
  set_lr(sgd, OneCycleLr{.total_steps = 10, .cycle_momentum = false}, 2);
  EXPECT_EQ(sgd.groups()[0].options.momentum, 0.7);
  EXPECT_EQ(sgd.groups()[0].options.lr, 1);
}

TEST(ScheduleErrors, TimesThatMakeNoSense) {
  expect_error<tn::ValueError>([] { StepLr{.step_size = 0}(1, 1); },
                               "[step_lr] step_size must be positive, got 0");
  expect_error<tn::ValueError>([] { CosineAnnealingLr{.t_max = -1}(1, 1); },
                               "[cosine_annealing_lr] t_max must be positive, got -1");
  expect_error<tn::ValueError>(
      [] { CosineAnnealingWarmRestarts{.t_0 = 1, .t_mult = 0.5}(1, 1); },
      "[cosine_annealing_warm_restarts] t_0 must be positive and t_mult at least 1, got 1 and 0.5");
  expect_error<tn::ValueError>([] { CyclicLr{.max_lr = 1, .step_size_up = 0}(1, 1); },
                               "[cyclic_lr] step sizes must be positive, got 0 and 0");
  expect_error<tn::ValueError>(
      [] { OneCycleLr{.total_steps = 10, .pct_start = 2}(1, 1); },
      "[one_cycle_lr] expected total_steps >= 1 and pct_start in [0, 1], got 10 and 2");
}

}  // namespace schedule_test
