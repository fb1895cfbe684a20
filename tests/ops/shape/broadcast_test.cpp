#include "tenon/ops/shape/broadcast.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace broadcast_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"contiguous", {real({3, 4})}, [](const auto& x) { return tn::contiguous(tn::transpose(x[0], 0, 1)); }},
    {"clone", {real({3, 4})}, [](const auto& x) { return tn::clone(x[0]); }},
    {"sum_to", {real({3, 4, 5})}, [](const auto& x) { return tn::sum_to(x[0], {4, 1}); }, {.fixed = true}},
    {"expand_leading",
     {real({3, 1})},
     [](const auto& x) { return tn::expand(x[0], {2, 3, 4}); },
     {.fixed = true}},
};

TEST(Contiguous, IsTheTensorItselfWhenItCanBe) {
  const auto x = tn::zeros<float>({2, 3});
  EXPECT_TRUE(tn::contiguous(x).is(x));
  const auto y = tn::contiguous(tn::transpose(x, 0, 1));
  EXPECT_TRUE(y.is_contiguous());
  EXPECT_NE(y.data(), x.data());
}

TEST(Clone, SharesNothing) {
  auto x = from<float>({1, 2});
  auto y = tn::clone(x);
  y.mutable_data()[0] = 9;
  expect_vector(x, {1, 2});
  expect_vector(tn::clone(tn::flip(x, {0})), {2, 1});
}

TEST(Expand, IsAViewWithStrideZero) {
  const auto x = from<float>({1, 2});
  const auto y = tn::expand(x, {3, 2});
  EXPECT_EQ(y.data(), x.data());
  EXPECT_EQ(y.strides()[0], 0);
  expect_values(y, {3, 2}, {1, 2, 1, 2, 1, 2});
  expect_values(tn::expand(tn::scalar<float>(5), {2, 0}), {2, 0}, {});
}

TEST(SumTo, UndoesBroadcasting) {
  const auto x = from<double>({{1, 2, 3}, {4, 5, 6}});
  expect_values(tn::sum_to(x, {2, 3}), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values(tn::sum_to(x, {3}), {3}, {5, 7, 9});
  expect_values(tn::sum_to(x, {2, 1}), {2, 1}, {6, 15});
  expect_values(tn::sum_to(x, {}), {}, {21});
  expect_values(tn::sum_to(tn::reshape(x, {1, 2, 3}), {2, 3}), {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(Expand, ItsGradientIsTheSumOverWhatWasStretched) {
  auto x = from<double>({{1}, {2}}).requires_grad_();
  const auto g = tn::reshape(tn::arange<double>(12), {2, 2, 3});
  expect_values(tn::grad(tn::expand(x, {2, 2, 3}), {x}, {.output_gradient = g})[0], {2, 1}, {24, 42});
}

}  // namespace broadcast_test
