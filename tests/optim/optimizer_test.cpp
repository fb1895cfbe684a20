#include "tenon/optim/optimizer.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/shape/shape.hpp"
#include "tenon/optim/adam.hpp"
#include "tenon/optim/sgd.hpp"

namespace optimizer_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::optim::Adam;
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

TEST(Optimizer, AGradientMayBeAViewOfItsParameter) {
  auto p = tn::reshape(tn::arange<float>(64 * 64), {64, 64});
  const auto want = tn::sub(p, tn::transpose(p, 0, 1));
  Sgd<float> sgd(std::vector{p}, {.lr = 1});
  sgd.step({tn::transpose(p, 0, 1)});
  expect_values(p, {64, 64}, want.to_vector());
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

const auto is_vector = [](const auto& p) { return p.tensor.rank() < 2; };

TEST(Optimizer, OptionsByPredicateKeepTheOrderOfGradients) {
  auto bias = from<double>({1}), weight = from<double>({{1}}), scale = from<double>({1});
  Sgd<double> sgd({{"bias", bias}, {"weight", weight}, {"scale", scale}}, {.lr = 1, .weight_decay = 0.5});
  sgd.set_options(is_vector, {.lr = 1});
  sgd.set_options([](const auto& p) { return p.name == "scale"; }, {.lr = 2});
  EXPECT_EQ(sgd.groups().size(), 3u);
  EXPECT_TRUE(sgd.parameters()[1].is(weight));
  sgd.step({from<double>({1}), from<double>({{2}}), from<double>({3})});
  EXPECT_EQ(bias.item(), 0);
  EXPECT_EQ(weight.item(), -1.5);
  EXPECT_EQ(scale.item(), -5);
  expect_error<tn::ValueError>([&] { sgd.set_options([](const auto& p) { return p.name == "bais"; }, {}); },
                               "[sgd] options for none of the 3 parameters");
}

TEST(Optimizer, EmptyParametersAndNoParameters) {
  auto p = tn::zeros<float>({0, 3});
  Adam<float> adam({p});
  adam.step({tn::zeros<float>({0, 3})});
  EXPECT_EQ(adam.state().tensors.size(), 2u);
  Sgd<float> none(std::vector<tn::Tensor<float>>{});
  none.step(std::vector<tn::Tensor<float>>{});
}

TEST(OptimizerErrors, AParameterIsGivenOnce) {
  auto p = from<float>({1}), q = from<float>({1});
  expect_error<tn::ValueError>([&] { Sgd<float>({p, q, p}); },
                               "[sgd] parameter \"2\" is here already, as \"0\"");
  Sgd<float> sgd({{"p", p}});
  expect_error<tn::ValueError>([&] { sgd.add_group({{"p", q}}, {}); },
                               "[sgd] parameter \"p\" is here already, as \"p\"");
  EXPECT_EQ(sgd.groups().size(), 1u);
}

// State
// ------------------------------------------------------------------------------------------------------------

/// Two parameters, one of them without a gradient so far, in two groups.
struct Training {
  tn::Tensor<float> p = from<float>({1, 2}), q = from<float>({{3}});
  Adam<float> adam{{{"p", p}, {"q", q}}, {.lr = 0.1}};

  Training() { adam.set_options(is_vector, {.lr = 0.2, .amsgrad = true}); }
  void step() { adam.step({p * p, {}}); }
};

TEST(OptimizerState, NamesWhatIsRemembered) {
  Training run;
  run.step();
  std::string names;
  for (const auto& tensor : run.adam.state().tensors) names += tensor.name + " ";
  for (const auto& [name, value] : run.adam.state().numbers) names += tn::join(name, "=", value, " ");
  EXPECT_EQ(names,
            "p.exp_avg p.exp_avg_sq p.max_exp_avg_sq p.steps=1 q.steps=0 group0.lr=0.1 group0.beta1=0.9 "
            "group1.lr=0.2 group1.beta1=0.9 ");
}

TEST(OptimizerState, AFreshOptimizerContinuesWithTheSameBits) {
  Training first;
  for (int i = 0; i < 3; ++i) first.step();
  first.adam.groups()[1].options.lr = 0.05;
  const auto saved = first.adam.state();

  Training second;
  copy_(second.p, first.p);
  second.adam.load_state(saved);
  EXPECT_EQ(second.adam.groups()[1].options.lr, 0.05);
  EXPECT_EQ(second.adam.groups()[1].initial_lr, 0.2);
  for (int i = 0; i < 3; ++i) {
    first.step();
    second.step();
  }
  EXPECT_EQ(first.p.to_vector(), second.p.to_vector());
}

TEST(OptimizerState, LoadingCopies) {
  Training first, second;
  first.step();
  const auto saved = first.adam.state();
  second.adam.load_state(saved);
  const auto before = saved.tensors[0].tensor.to_vector();
  second.step();
  EXPECT_EQ(saved.tensors[0].tensor.to_vector(), before);
}

TEST(OptimizerState, WhatDoesNotFitIsNamedAndChangesNothing) {
  Training run;
  run.step();
  const auto good = run.adam.state();
  const auto refused = [&]<class E>(E*, auto spoil, const std::string& message) {
    auto state = good;
    spoil(state);
    Training fresh;
    expect_error<E>([&] { fresh.adam.load_state(state); }, message);
    EXPECT_TRUE(fresh.adam.state().tensors.empty());
  };
  tn::ValueError* const value = nullptr;
  refused(value, [](auto& s) { s.numbers[0].second = 0.5; }, "[adam] \"p.steps\" is 0.5, not a count");
  refused(value, [](auto& s) { s.numbers[0].second = NAN; }, "[adam] \"p.steps\" is nan, not a count");
  refused(value, [](auto& s) { s.numbers.pop_back(); }, "[adam] the state lacks the number \"group1.beta1\"");
  refused(
      value, [](auto& s) { s.numbers.push_back({"r.steps", 1}); },
      "[adam] nothing here is called \"r.steps\", as a number of the state is");
  refused(
      value, [](auto& s) { s.tensors[1].name = "p.momentum"; },
      "[adam] nothing here is called \"p.momentum\", as a tensor of the state is");
  refused(
      value, [](auto& s) { s.numbers[2].second = -1; },
      "[adam] lr, eps and weight_decay must not be negative");
  refused(
      static_cast<tn::ShapeError*>(nullptr), [](auto& s) { s.tensors[1].tensor = tn::zeros<float>({3}); },
      "[adam] \"p.exp_avg_sq\" of the state has shape (3,), expected (2,)");
}

// Errors
// -----------------------------------------------------------------------------------------------------------

TEST(OptimizerErrors, CountsAndShapes) {
  auto p = tn::zeros<float>({2}), q = tn::zeros<float>({3});
  Sgd<float> sgd({p, q});
  const auto two = tn::zeros<float>({2}), three = tn::zeros<float>({3});
  expect_error<tn::ValueError>([&] { sgd.step({two}); }, "[sgd] 1 gradients for 2 parameters");
  expect_error<tn::ValueError>([&] { sgd.step({two, three, two}); }, "[sgd] 3 gradients for 2 parameters");
  expect_error<tn::ShapeError>([&] { sgd.step({three, three}); },
                               "[sgd] parameter 0 has shape (2,), its gradient (3,)");
  expect_error<tn::ValueError>([] { Sgd<float>({tn::transpose(tn::zeros<float>({2, 3}), 0, 1)}); },
                               "[sgd] parameters must be dense tensors, shape (3, 2) is not");
  expect_error<tn::ValueError>([] { Sgd<float>({tn::Tensor<float>{}}, {}); },
                               "[sgd] parameter \"0\" is an undefined tensor");
}

TEST(OptimizerErrors, ResultsAreNotParameters) {
  auto leaf = tn::zeros<float>({2}).requires_grad_();
  auto result = leaf * 2;
  Sgd<float> sgd({result});
  expect_error<tn::GraphError>([&] { sgd.step({tn::zeros<float>({2})}); },
                               "[sgd] the result of a recorded operation cannot be written in place");
}

}  // namespace optimizer_test
