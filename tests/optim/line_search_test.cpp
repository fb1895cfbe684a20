#include "tenon/optim/line_search.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace line_search_test {

using Point = tn::optim::LinePoint<double>;

/// The search along f, of which `tries` counts the evaluations.
template <class F, class Slope>
Point search(const F& f, const Slope& slope, double first, int& tries) {
  const auto at = [&](double t) {
    ++tries;
    return Point{t, f(t), {}, slope(t)};
  };
  const Point start = at(0);
  return tn::optim::strong_wolfe(at, start, first, 1, 1e-9);
}

TEST(StrongWolfe, TakesTheFirstStepWhenItWillDo) {
  int tries = 0;
  const Point p =
      search([](double t) { return (t - 1) * (t - 1); }, [](double t) { return 2 * (t - 1); }, 1, tries);
  EXPECT_EQ(p.step, 1);
  EXPECT_EQ(tries, 2);
}

// The first of Moré & Thuente's functions, least at sqrt(2): steps and evaluations are those of PyTorch's
// search. From 1000 neither finds back: where the function is flat, the cubics say nothing of its minimum.
TEST(StrongWolfe, GoesWherePyTorchGoes) {
  const auto f = [](double t) { return -t / (t * t + 2); };
  const auto slope = [](double t) { return (t * t - 2) / ((t * t + 2) * (t * t + 2)); };
  const auto expect = [&](double first, double step, int evaluations) {
    int tries = 0;
    EXPECT_NEAR(search(f, slope, first, tries).step, step, 1e-12 * step);
    EXPECT_EQ(tries, 1 + evaluations) << "from " << first;
  };
  expect(1e-3, 0.8230493060851678, 4);
  expect(0.1, 0.822303296454025, 2);
  expect(10, 10, 1);
  expect(1000, 333.33500000283334, 26);
}

TEST(StrongWolfe, EndsWhereThereIsNoSuchStep) {
  int tries = 0;
  const Point down = search([](double t) { return -t; }, [](double) { return -1.0; }, 1, tries);
  EXPECT_EQ(tries, 27);  // 0, the first, and 25 more
  EXPECT_GT(down.step, 1e20);
  tries = 0;  // a kink, at which no slope is flat
  const Point kink =
      search([](double t) { return std::abs(t - 1); }, [](double t) { return t < 1 ? -1.0 : 1.0; }, 3, tries);
  EXPECT_NEAR(kink.step, 1, 0.1);
  EXPECT_LE(tries, 27);
}

}  // namespace line_search_test
