#include "tenon/optim/optimizer.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/shape.hpp"
#include "tenon/optim/sgd.hpp"

namespace {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::optim::Sgd;

TEST(Optimizer, GroupsHaveTheirOptions) {
  auto p = from<float>({1}), q = from<float>({1});
  Sgd<float> sgd({p}, {.lr = 0.1});
  sgd.add_group({q}, {.lr = 0.5});
  sgd.step({from<float>({1}), from<float>({1})});
  expect_vector(p, {0.9f});
  expect_vector(q, {0.5f});
  sgd.groups()[0].options.lr = 0;
  sgd.step({from<float>({1}), from<float>({1})});
  expect_vector(p, {0.9f});
  expect_vector(q, {0});
}

TEST(Optimizer, StepsWithWhatBackwardAccumulated) {
  auto p = from<double>({1, 2}).requires_grad_(), unused = from<double>({3}).requires_grad_();
  Sgd<double> sgd({p, unused}, {.lr = 0.5});
  tn::backward(tn::sum(p * p));
  sgd.step();
  expect_vector(p, {0, 0});
  expect_vector(unused, {3});
  sgd.zero_grad();
  EXPECT_FALSE(p.grad().defined());
}

TEST(Optimizer, AcceptsStridedGradientsAndSkipsUndefinedOnes) {
  auto p = tn::zeros<float>({2, 2}), q = tn::zeros<float>({1});
  Sgd<float> sgd({p, q}, {.lr = 1});
  sgd.step({tn::transpose(from<float>({{1, 2}, {3, 4}}), 0, 1), {}});
  expect_values(p, {2, 2}, {-1, -3, -2, -4});
  expect_vector(q, {0});
}

TEST(Optimizer, MemoryStaysWhatItIs) {
  auto p = from<float>({1, 2});
  Sgd<float> sgd({p}, {.momentum = 0.9});
  const auto g = from<float>({1, 1});
  sgd.step({g});
  const auto before = tn::backend::memory::statistics().in_use;
  for (int i = 0; i < 10; ++i) sgd.step({g});
  EXPECT_EQ(tn::backend::memory::statistics().in_use, before);
}

TEST(OptimizerErrors, CountsAndShapes) {
  auto p = tn::zeros<float>({2}), q = tn::zeros<float>({3});
  Sgd<float> sgd({p, q});
  const auto two = tn::zeros<float>({2}), three = tn::zeros<float>({3});
  expect_error<tn::ValueError>([&] { sgd.step({two}); }, "[sgd] 1 gradients for 2 parameters");
  expect_error<tn::ValueError>([&] { sgd.step({two, three, two}); }, "[sgd] 3 gradients for 2 parameters");
  expect_error<tn::ShapeError>(
      [&] {
        sgd.step({three, three});
      },
      "[sgd] parameter 0 has shape (2,), its gradient (3,)");
  expect_error<tn::ValueError>(
      [] {
        Sgd<float>({tn::transpose(tn::zeros<float>({2, 3}), 0, 1)});
      },
      "[sgd] parameters must be dense tensors, shape (3, 2) is not");
}

TEST(OptimizerErrors, ResultsAreNotParameters) {
  auto leaf = tn::zeros<float>({2}).requires_grad_();
  auto result = leaf * 2;
  Sgd<float> sgd({result});
  expect_error<tn::GraphError>([&] { sgd.step({tn::zeros<float>({2})}); },
                               "[sgd] the result of a recorded operation cannot be written in place");
}

}  // namespace
