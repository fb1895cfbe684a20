#include "tenon/optim/ema.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace ema_test {

using support::expect_error;
using support::expect_vector;
using tn::from;
using tn::optim::Ema;

struct Averaged {
  tn::Tensor<double> p = from<double>({1, 2}).requires_grad_();
  Ema<double> ema;

  explicit Averaged(const tn::optim::EmaOptions& options) : ema({{"p", p}}, options) {}
  void set(const std::vector<double>& values) {
    const tn::NoGrad no_grad;
    copy_(p, from(values, {2}));
  }
  std::vector<double> average() {
    const auto swapped = ema.swapped();
    return p.to_vector();
  }
};

TEST(Ema, MovesByItsDecay) {
  Averaged a({.decay = 0.75});
  a.set({5, 6});
  a.ema.update();
  EXPECT_EQ(a.average(), (std::vector<double>{2, 3}));
  a.ema.update();
  EXPECT_EQ(a.average(), (std::vector<double>{2.75, 3.75}));
  expect_vector(a.p, {5, 6});
}

TEST(Ema, WarmUpForgetsTheStart) {  // decays 2/11, 3/12
  Averaged a({.decay = 0.999, .warm_up = true});
  a.set({12, 2});
  a.ema.update();
  EXPECT_NEAR(a.average()[0], 2.0 / 11 + 12 * 9.0 / 11, 1e-14);
  a.ema.update();
  EXPECT_NEAR(a.average()[0], 0.25 * (110.0 / 11) + 9, 1e-14);
}

TEST(Ema, EqualWeightsAreTheMeanOfAllUpdates) {  // not of the parameters at the start
  Averaged a({.equal_weights = true});
  for (double x : {3, 6, 12}) {
    a.set({x, -x});
    a.ema.update();
  }
  EXPECT_NEAR(a.average()[0], 7, 1e-14);
  EXPECT_NEAR(a.average()[1], -7, 1e-14);
}

TEST(Ema, SwapsUnderAnyExit) {
  Averaged a({.decay = 0});
  a.set({5, 6});
  a.ema.update();
  a.set({7, 8});
  try {
    const auto swapped = a.ema.swapped();
    expect_vector(a.p, {5, 6});
    throw 1;
  } catch (int) {
  }
  expect_vector(a.p, {7, 8});
}

TEST(Ema, ContinuesFromItsState) {
  Averaged a({.decay = 0.9, .warm_up = true}), b({.decay = 0.9, .warm_up = true});
  a.set({3, -1});
  a.ema.update();
  b.set({3, -1});
  b.ema.load_state(a.ema.state());
  a.ema.update();
  b.ema.update();
  EXPECT_EQ(a.average(), b.average());
  auto state = a.ema.state();
  state.tensors.clear();
  expect_error<tn::ValueError>([&] { b.ema.load_state(state); },
                               "[ema] the state lacks the tensor \"p.average\"");
}

TEST(EmaErrors, Options) {
  expect_error<tn::ValueError>([] { Averaged({.decay = 1.5}); }, "[ema] decay must lie in [0, 1], got 1.5");
}

}  // namespace ema_test
