#include "tenon/ops/vision/stochastic_depth.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace stochastic_depth_test {

using support::expect_error;
using support::OpCases;
using support::real;
using tn::stochastic_depth;
using tn::Tensor;
using Mode = tn::StochasticDepthMode;

const OpCases cases{
    {"stochastic_depth",
     {real({4, 3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       tn::Generator generator(1);
       return stochastic_depth(x[0], 0.5, Mode::row, true, generator);
     },
     {.fixed = true}},
};

TEST(StochasticDepth, LeavesOutSamplesOrTheBatch) {
  tn::Generator generator(1);
  const auto x = tn::ones<float>({1000, 2, 1});
  const auto rows = stochastic_depth(x, 0.25, Mode::row, true, generator).to_vector();
  int left_out = 0;
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    EXPECT_EQ(rows[i], rows[i + 1]);
    EXPECT_TRUE(rows[i] == 0 || rows[i] == 1 / 0.75f) << rows[i];
    left_out += rows[i] == 0;
  }
  EXPECT_NEAR(left_out, 250, 70);  // five standard deviations
  int batches = 0;
  for (int i = 0; i < 200; ++i) {
    const auto whole = stochastic_depth(x, 0.25, Mode::batch, true, generator).to_vector();
    EXPECT_EQ(std::count(whole.begin(), whole.end(), whole[0]), 2000);
    batches += whole[0] == 0;
  }
  EXPECT_NEAR(batches, 50, 31);
}

TEST(StochasticDepth, EdgesAndEvaluation) {
  const auto x = tn::from<float>({{1, 2}, {3, 4}});
  EXPECT_TRUE(stochastic_depth(x, 0.5, Mode::row, false).is(x));
  EXPECT_TRUE(stochastic_depth(x, 0, Mode::row, true).is(x));
  EXPECT_EQ(stochastic_depth(x, 1, Mode::row, true).to_vector(), (std::vector<float>(4, 0)));
  EXPECT_EQ(stochastic_depth(tn::ones<float>({0, 2}), 0.5, Mode::row, true).shape(), (tn::Shape{0, 2}));
}

TEST(StochasticDepthErrors, SayWhatWasExpected) {
  expect_error<tn::ValueError>([] { stochastic_depth(tn::ones<float>({2}), 1.5, Mode::row); },
                               "[stochastic_depth] the probability is 1.5, expected one in [0, 1]");
  expect_error<tn::ShapeError>([] { stochastic_depth(tn::scalar(1.0f), 0.5, Mode::row, true); },
                               "[stochastic_depth] expected shape (N, ...), got ()");
}

}  // namespace stochastic_depth_test
