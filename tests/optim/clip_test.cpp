#include "tenon/optim/clip.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"

namespace clip_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using tn::from;
using tn::Tensor;
using namespace tn::optim;

using Gradients = std::vector<Tensor<double>>;

TEST(GradNorm, OfAnyOrderOverAllTensors) {
  const Gradients g{from<double>({3, 0}), {}, from<double>({{-4}}), tn::zeros<double>({0})};
  EXPECT_DOUBLE_EQ(grad_norm(g), 5);
  EXPECT_DOUBLE_EQ(grad_norm(g, 1), 7);
  EXPECT_DOUBLE_EQ(grad_norm(g, 3), std::cbrt(27 + 64.0));
  EXPECT_DOUBLE_EQ(grad_norm(g, HUGE_VAL), 4);
  EXPECT_EQ(grad_norm(Gradients{}), 0);
  for (double p : {1.0, 2.0, 2.5, HUGE_VAL}) {
    EXPECT_TRUE(
        std::isnan(grad_norm(Gradients{from<double>({1}), from<double>({nan, 1}), from<double>({9})}, p)));
    EXPECT_EQ(grad_norm(Gradients{from<double>({1, -inf})}, p), HUGE_VAL);
  }
  expect_error<tn::ValueError>([&] { grad_norm(g, 0); }, "[grad_norm] norm_type must be positive, got 0");
}

TEST(ClipGradNorm, ScalesWhatIsTooLongAndNothingElse) {
  Gradients g{from<double>({3, 0}), {}, from<double>({-4})};
  const Tensor<double> seen = g[0];
  EXPECT_DOUBLE_EQ(clip_grad_norm(g, 5.1), 5);
  EXPECT_TRUE(g[0].is(seen));
  EXPECT_DOUBLE_EQ(clip_grad_norm(g, 1), 5);
  expect_vector(g[0], {0.6, 0}, 1e-6);
  expect_vector(g[2], {-0.8}, 1e-6);
  expect_vector(seen, {3, 0});  // a handle elsewhere keeps its elements
}

TEST(ClipGradNorm, WritesInPlaceWhatNobodyElseSees) {
  Gradients g{from<double>({3, 4}), tn::expand(from<double>({2}), {2})};
  const double* const before = g[0].data();
  clip_grad_norm(g, 1, {.norm_type = 1});
  EXPECT_EQ(g[0].data(), before);
  expect_vector(g[1], {2.0 / 11, 2.0 / 11}, 1e-6);
}

TEST(ClipGradNorm, NormsThatAreNotFinite) {
  Gradients g{from<double>({1, inf})};
  expect_error<tn::ValueError>([&] { clip_grad_norm(g, 1, {.error_if_nonfinite = true}); },
                               "[clip_grad_norm] the norm of order 2 of 1 gradients is inf");
  expect_vector(g[0], {1, inf});
  clip_grad_norm(g, 1);
  expect_vector(g[0], {0, nan});
  expect_error<tn::ValueError>([&] { clip_grad_norm(g, -1); },
                               "[clip_grad_norm] max_norm must not be negative, got -1");
}

TEST(ClipGradValue, BringsElementsIntoRange) {
  Gradients g{from<double>({-3, -0.5, 0.5, 3, nan, inf}), {}};
  const Tensor<double> seen = g[0];
  clip_grad_value(g, 1);
  expect_vector(g[0], {-1, -0.5, 0.5, 1, nan, 1});
  expect_vector(seen, {-3, -0.5, 0.5, 3, nan, inf});
  expect_error<tn::ValueError>([&] { clip_grad_value(g, -1); },
                               "[clip_grad_value] clip_value must not be negative, got -1");
}

TEST(Accumulate, IsTheGradientOfTheWhole) {
  auto w = from<double>({1, 2}).requires_grad_(), unused = from<double>({1}).requires_grad_();
  const auto loss = [&](double x) { return tn::sum(tn::square(w * x)); };
  Gradients sum;
  for (double x : {1.0, 2.0, 3.0}) accumulate(sum, tn::grad(loss(x), {w, unused}));
  expect_vector(sum[0], {28, 56});
  EXPECT_FALSE(sum[1].defined());  // the optimizer leaves it alone
}

TEST(Accumulate, LeavesWhatItWasGivenAlone) {
  const Gradients first{from<double>({1}), {}}, second{from<double>({2}), from<double>({3})};
  Gradients sum;
  for (int i = 0; i < 2; ++i) {
    accumulate(sum, first);
    accumulate(sum, second);
  }
  expect_vector(sum[0], {6});
  expect_vector(sum[1], {6});
  expect_vector(first[0], {1});
  expect_vector(second[1], {3});
  expect_error<tn::ValueError>([&] { accumulate(sum, {from<double>({1})}); },
                               "[accumulate] 1 gradients for a sum of 2");
}

}  // namespace clip_test
