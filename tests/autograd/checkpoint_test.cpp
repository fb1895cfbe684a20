#include "tenon/autograd/checkpoint.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/autograd/gradcheck.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/nn/dropout.hpp"
#include "tenon/ops/random/random.hpp"

namespace checkpoint_test {

using support::expect_vector;
using tn::checkpoint;
using tn::from;
using tn::Tensor;
using Tensors = std::vector<Tensor<double>>;

Tensor<double> deep(const Tensors& x) {
  Tensor<double> h = x[0];
  for (int i = 0; i < 10; ++i) h = tn::tanh(tn::matmul(h, x[1]));
  return h;
}

TEST(Checkpoint, HasTheValuesAndGradientsOfTheFunction) {
  tn::Generator generator(2);
  auto x = tn::randn<double>({3, 4}, generator).requires_grad_(),
       w = tn::randn<double>({4, 4}, generator).requires_grad_();
  const auto plain = deep({x, w}), cheap = checkpoint(deep, Tensors{x, w});
  EXPECT_EQ(cheap.to_vector(), plain.to_vector());
  const auto want = tn::grad(tn::sum(plain * plain), {x, w}), got = tn::grad(tn::sum(cheap * cheap), {x, w});
  for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(got[k].to_vector(), want[k].to_vector());
}

TEST(Checkpoint, DrawsTheSameRandomNumbersAgain) {
  const auto f = [](const Tensors& x) { return tn::dropout(x[0], 0.5, true); };
  auto x = tn::ones<double>({1000}).requires_grad_();
  tn::manual_seed(4);
  const auto y = checkpoint(f, Tensors{x});
  const auto next = tn::default_generator().state().block;
  EXPECT_EQ(tn::grad(tn::sum(y), {x})[0].to_vector(), y.to_vector());
  EXPECT_EQ(tn::default_generator().state().block, next);
}

TEST(Checkpoint, ToSecondOrderAndWithConstants) {
  tn::Generator generator(3);
  const auto x = tn::randn<double>({2, 3}, generator), w = tn::randn<double>({3, 3}, generator);
  EXPECT_NO_THROW(tn::gradcheck<2>([](const Tensors& in) { return checkpoint(deep, in); }, {x, w}));
  EXPECT_NO_THROW(
      tn::gradcheck<2>([&](const Tensors& in) { return checkpoint(deep, Tensors{in[0], w}); }, {x}));
}

TEST(Checkpoint, KeepsOnlyItsInputs) {
  tn::Generator generator(4);
  auto x = tn::randn<double>({1000, 16}, generator).requires_grad_();
  const auto w = tn::randn<double>({16, 16}, generator);
  const auto memory_of = [&](auto run) {
    const auto before = tn::backend::memory::statistics().in_use;
    const auto y = run();
    return tn::backend::memory::statistics().in_use - before;
  };
  const auto plain = memory_of([&] { return deep({x, w}); });
  const auto cheap = memory_of([&] { return checkpoint(deep, Tensors{x, w}); });
  EXPECT_GT(plain, 10 * 1000 * 16 * 8);
  EXPECT_LT(cheap, 2 * 1000 * 16 * 8);
}

TEST(Checkpoint, NestsAndRepeats) {
  auto x = from<double>({0.3}).requires_grad_();
  const auto once = [](const Tensors& in) { return tn::sin(in[0]); };
  const auto twice = [once](const Tensors& in) { return checkpoint(once, Tensors{checkpoint(once, in)}); };
  const auto y = checkpoint(twice, Tensors{x});
  const double slope = std::cos(std::sin(0.3)) * std::cos(0.3);
  expect_vector(tn::grad(y, {x}, {.retain_graph = true})[0], {slope});
  expect_vector(tn::grad(y, {x})[0], {slope});
}

TEST(Checkpoint, BothRunsAreInTheSameTrainingMode) {
  static std::vector<bool> seen;
  const auto look = [](const Tensors& in) {
    seen.push_back(tn::training());
    return tn::exp(in[0]);
  };
  auto x = from<double>({1}).requires_grad_();
  tn::grad(checkpoint(look, Tensors{x}), {x});
  {
    const tn::TrainingMode evaluate(false);
    const auto y = checkpoint(look, Tensors{x});
    const tn::TrainingMode train(true);
    tn::grad(y, {x});
  }
  EXPECT_EQ(seen, (std::vector<bool>{true, true, false, false}));
}

TEST(Checkpoint, RecordsNothingForConstantsOrUnderNoGrad) {
  const auto x = from<double>({1});
  const auto f = [](const Tensors& in) { return tn::exp(in[0]); };
  EXPECT_FALSE(checkpoint(f, Tensors{x}).requires_grad());
  auto leaf = from<double>({1}).requires_grad_();
  const tn::NoGrad no_grad;
  EXPECT_FALSE(checkpoint(f, Tensors{leaf}).requires_grad());
}

}  // namespace checkpoint_test
