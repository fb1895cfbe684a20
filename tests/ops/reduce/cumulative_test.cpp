#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/difference.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace cumulative_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"cummax", {real({3, 4})}, [](const auto& x) { return tn::cummax(x[0], 1).values; }},
    {"cummin", {real({3, 4})}, [](const auto& x) { return tn::cummin(x[0], 0).values; }},
    {"diff", {real({3, 5})}, [](const auto& x) { return tn::diff(x[0], 2); }, {.fixed = true}},
    {"trapezoid", {real({3, 5})}, [](const auto& x) { return tn::trapezoid(x[0], 0.5); }, {.fixed = true}},
    {"trapezoid_places",
     {real({3, 5}), real({3})},
     [](const auto& x) { return tn::trapezoid(x[0], x[1], 0); },
     {.fixed = true}},
    {"gradient",
     {real({3, 4})},
     [](const auto& x) { return tn::stack(tn::gradient(x[0], {.spacing = 0.5, .edge_order = 2}), 0); },
     {.fixed = true}},
    {"gradient_places",
     {real({3, 4}), positive({4})},
     [](const auto& x) { return tn::gradient(x[0], {.places = {tn::cumsum(x[1], 0)}, .axes = -1})[0]; },
     {.fixed = true}},
    {"logcumsumexp", {real({3, 4, 2})}, [](const auto& x) { return tn::logcumsumexp(x[0], 1); }},
};

TEST(RunningExtrema, TakeTheLastOfEqualOnes) {
  const auto most = tn::cummax(from<float>({1, 3, 2, 3, nan, 9}), 0);
  expect_vector(most.values, {1, 3, 3, 3, nan, nan});
  expect_vector(most.indices, {0, 1, 1, 3, 4, 4});
  const auto least = tn::cummin(from<std::int64_t>({{3, 1}, {2, 5}, {2, 0}}), 0);
  expect_values(least.values, {3, 2}, {3, 1, 2, 1, 2, 0});
  expect_values(least.indices, {3, 2}, {0, 0, 1, 0, 2, 2});
  EXPECT_EQ(tn::cummax(tn::scalar<float>(2), 0).values.item(), 2);
}

TEST(Differences, AndTheirSums) {
  expect_vector(tn::diff(from<float>({1, 4, 9, 16})), {3, 5, 7});
  expect_vector(tn::diff(from<float>({1, 4, 9, 16}), 2), {2, 2});
  EXPECT_EQ(tn::diff(from<float>({1, 4}), 5).shape(), (tn::Shape{0}));
  EXPECT_EQ(tn::trapezoid(from<float>({1, 2, 3})).item(), 4);
  EXPECT_EQ(tn::trapezoid(from<float>({1, 2, 3}), from<float>({0, 2, 3})).item(), 5.5);
  EXPECT_EQ(tn::trapezoid(tn::zeros<float>({0})).item(), 0);
  EXPECT_EQ(tn::trapezoid(tn::zeros<float>({2, 3}), 1, 0).shape(), (tn::Shape{3}));
}

TEST(Gradient, OfParabolasIsExactInside) {
  const auto y = from<double>({0, 1, 4, 9, 16});
  expect_vector(tn::gradient(y)[0], {1, 2, 4, 6, 7});
  expect_vector(tn::gradient(y, {.spacing = 2, .edge_order = 2})[0], {0, 1, 2, 3, 4});
  const auto x = from<double>({0, 1, 3, 4.5, 6});
  expect_vector(tn::gradient(x * x, {.places = {x}})[0], {1, 2, 6, 9, 10.5});
  expect_vector(tn::gradient(x * x, {.places = {x}, .edge_order = 2})[0], {0, 2, 6, 9, 12});
}

TEST(Gradient, AlongEachAxis) {
  const auto y = from<float>({{1, 2, 4}, {8, 16, 32}});
  const auto both = tn::gradient(y);
  ASSERT_EQ(both.size(), 2u);
  expect_values(both[0], {2, 3}, {7, 14, 28, 7, 14, 28});
  expect_values(both[1], {2, 3}, {1, 1.5, 2, 8, 12, 16});
  const auto last = tn::gradient(y, {.spacing = -2, .axes = -1});
  ASSERT_EQ(last.size(), 1u);
  expect_values(last[0], {2, 3}, {-0.5, -0.75, -1, -4, -6, -8});
  expect_values(tn::gradient(y, {.places = {from<float>({0, 2})}, .axes = 0})[0], {2, 3},
                {3.5, 7, 14, 3.5, 7, 14});
  EXPECT_EQ(tn::gradient(tn::zeros<float>({0, 2}), {.axes = 1})[0].shape(), (tn::Shape{0, 2}));
}

TEST(GradientErrors, NameTheAxis) {
  const auto y = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::gradient(y, {.edge_order = 3}); },
                               "[gradient] expected an edge_order of 1 or 2, got 3");
  expect_error<tn::ValueError>([&] { tn::gradient(y, {.spacing = 0}); }, "[gradient] the spacing is 0");
  expect_error<tn::ShapeError>([&] { tn::gradient(y, {.edge_order = 2}); },
                               "[gradient] edge_order 2 needs 3 places along axis 0, got shape (2, 3)");
  expect_error<tn::IndexError>([&] { tn::gradient(y, {.axes = 2}); },
                               "[gradient] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ShapeError>([&] { tn::gradient(y, {.places = {tn::zeros<float>({3})}}); },
                               "[gradient] 1 lists of places for 2 axes");
  expect_error<tn::ShapeError>([&] { tn::gradient(y, {.places = {tn::zeros<float>({3})}, .axes = 0}); },
                               "[gradient] expected a vector of 2 places in list 0, got shape (3,)");
}

TEST(CumulativeErrors, NameTheShape) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::cummax(x, 2); }, "[cummax] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ValueError>([&] { tn::diff(x, -1); }, "[diff] negative order -1");
  expect_error<tn::ShapeError>([] { tn::diff(tn::scalar<float>(1)); },
                               "[diff] a tensor of rank 0 has no axes");
  expect_error<tn::ShapeError>([&] { tn::trapezoid(x, tn::zeros<float>({2})); },
                               "[trapezoid] places of shape (2,) do not fit values of shape (2, 3)");
}

TEST(LogCumSumExp, WithoutOverflowAndWithInfinities) {
  const auto x = from<double>({-inf, -800, 1, 1000, 1000, inf, 2, -inf});
  expect_vector(tn::logcumsumexp(x, 0), {-inf, -800, 1, 1000, 1000 + std::log(2), inf, inf, inf});
  expect_vector(tn::logcumsumexp(from<float>({1, nan, 2}), -1), {1, nan, nan});
  expect_vector(tn::logcumsumexp(from<float>({0, -2000, 0}), 0), {0, 0, std::log(2.f)});
  expect_values(tn::logcumsumexp(tn::scalar(3.0), 0), {}, {3});
  EXPECT_EQ(tn::logcumsumexp(tn::zeros<float>({2, 0}), 1).shape(), (tn::Shape{2, 0}));
  const auto leaf = from<double>({-inf, -inf, 0, -800}).requires_grad_();
  const auto y = tn::logcumsumexp(leaf, 0);
  expect_vector(tn::grad(y, {leaf}, {.output_gradient = from<double>({1, 1, 1, 1})})[0], {0, 0, 2, 0});
  expect_error<tn::IndexError>([&] { tn::logcumsumexp(x, 1); },
                               "[logcumsumexp] axis 1 is outside [-1, 1) of rank 1");
}

}  // namespace cumulative_test
