#include "tenon/autograd/grad.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/expect.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/linalg/matmul.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace grad_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::grad;
using tn::Tensor;

template <class T>
class Grad : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Grad, Reals);

TYPED_TEST(Grad, OfAnExpression) {
  auto x = from<TypeParam>({1, 2}).requires_grad_(), y = from<TypeParam>({3, 4}).requires_grad_();
  const auto gradients = grad(tn::sum(x * x * y + y), {x, y});
  expect_vector(gradients[0], {6, 16});
  expect_vector(gradients[1], {2, 5});
}

TYPED_TEST(Grad, OfWhatTheOutputDoesNotDependOnIsUndefinedOrZerosOnRequest) {
  auto x = from<TypeParam>({1, 2}).requires_grad_(), y = tn::ones<TypeParam>({2, 3}).requires_grad_();
  const auto gradients = grad(tn::sum(x), {y, x});
  EXPECT_FALSE(gradients[0].defined());
  expect_vector(gradients[1], {1, 1});
  const auto materialized = grad(tn::sum(x), {y, x}, {.materialize_grads = true});
  expect_values(materialized[0], {2, 3}, {0, 0, 0, 0, 0, 0});
  expect_vector(materialized[1], {1, 1});
}

TYPED_TEST(Grad, OfAProductWithZeroIsZeroAndDefined) {
  auto x = from<TypeParam>({1, 2}).requires_grad_();
  expect_vector(grad(tn::sum(x * 0), {x})[0], {0, 0});
}

TYPED_TEST(Grad, OfARecordThatAnotherThreadMade) {
  auto x = from<TypeParam>({1, 2}).requires_grad_();
  Tensor<TypeParam> h, y;
  std::thread([&] {
    h = x;
    for (int i = 0; i < 100; ++i) h = h + x;  // numbered far above what this test's thread has given
  }).join();
  std::thread([&] { y = tn::sum(h * h + h); }).join();
  const auto gradients = grad(y, {h, x}, {.retain_graph = true});
  expect_vector(gradients[0], {203, 405});
  expect_vector(gradients[1], {101 * 203, 101 * 405});
  std::thread([&] { expect_vector(grad(y, {x})[0], {101 * 203, 101 * 405}); }).join();
}

TYPED_TEST(Grad, OfIntermediateResultsAndTheOutputItself) {
  auto x = from<TypeParam>({1, 2}).requires_grad_();
  const auto h = x * 3, y = tn::sum(h * h);
  const auto gradients = grad(y, {h, y, x});
  expect_vector(gradients[0], {6, 12});
  expect_values(gradients[1], {}, {1});
  expect_vector(gradients[2], {18, 36});
}

TYPED_TEST(Grad, TheSameTensorAskedTwice) {
  auto x = from<TypeParam>({1, 2}).requires_grad_();
  const auto gradients = grad(tn::sum(x * x), {x, x});
  expect_vector(gradients[0], {2, 4});
  expect_vector(gradients[1], {2, 4});
}

TYPED_TEST(Grad, PathsAddUp) {
  auto x = tn::scalar<TypeParam>(1).requires_grad_();
  Tensor<TypeParam> y = x;
  for (int i = 0; i < 60; ++i) y = y + y;  // 2^60 paths: each node is visited once
  EXPECT_EQ(grad(y, {x})[0].item(), TypeParam(0x1p60));
}

TYPED_TEST(Grad, UpstreamGradient) {
  auto x = from<TypeParam>({1, 2}).requires_grad_();
  expect_vector(grad(x * x, {x}, {.output_gradient = from<TypeParam>({10, 100})})[0], {20, 400});
}

TEST(GradOrders, ThirdDerivativeOfACubicFormByMatrixProducts) {
  // f = u' X X X v: the derivatives by a step in direction X are exact.
  auto x = from<double>({{1, 2}, {3, 4}}).requires_grad_();
  auto f = tn::sum(tn::matmul(tn::matmul(x, x), x));
  std::vector<double> values{f.item()};
  for (int order = 1; order <= 3; ++order) {
    f = tn::sum(grad(f, {x}, {.create_graph = true})[0]);
    values.push_back(f.item());
  }
  // f(X + tE) with E of ones: f, f', f'', f''' at t = 0.
  EXPECT_DOUBLE_EQ(values[0], 37 + 54 + 81 + 118);
  const auto at = [](double t) {
    const auto m = from<double>({{1 + t, 2 + t}, {3 + t, 4 + t}});
    return tn::sum(tn::matmul(tn::matmul(m, m), m)).item();
  };
  const double h = 0.5;  // differences of a cubic polynomial are exact
  EXPECT_NEAR(values[3], (at(1.5 * h) - 3 * at(0.5 * h) + 3 * at(-0.5 * h) - at(-1.5 * h)) / (h * h * h),
              1e-9);
  EXPECT_NEAR(values[2], (at(h) - 2 * at(0) + at(-h)) / (h * h), 1e-9);
}

TEST(GradOrders, HessianTimesVector) {
  auto x = from<double>({0.3, -0.7}).requires_grad_();
  const auto v = from<double>({1, 2});
  const auto first = grad(tn::sum(tn::sin(x) * tn::exp(tn::flip(x, {0}))), {x}, {.create_graph = true})[0];
  const auto hv = grad(tn::sum(first * v), {x})[0];
  // f = sin a e^b + sin b e^a
  const double a = 0.3, b = -0.7;
  const double aa = -std::sin(a) * std::exp(b) + std::sin(b) * std::exp(a),
               ab = std::cos(a) * std::exp(b) + std::cos(b) * std::exp(a),
               bb = std::sin(a) * std::exp(b) - std::sin(b) * std::exp(a);
  expect_vector(hv, {aa + 2 * ab, ab + 2 * bb});
}

TEST(GradOrders, TheGradientOfAGradientOfWhatIsLinearIsAsked) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto first = grad(tn::sum(3 * x), {x}, {.create_graph = true})[0];
  EXPECT_FALSE(first.requires_grad());
  expect_error<tn::GraphError>(
      [&] { grad(tn::sum(first), {x}); },
      "[grad] the output was not recorded: no input requires a gradient, or recording was off");
}

TEST(Backward, AccumulatesInLeaves) {
  auto x = from<double>({1, 2}).requires_grad_(), unused = from<double>({1}).requires_grad_();
  EXPECT_FALSE(x.grad().defined());
  tn::backward(tn::sum(x * x));
  expect_vector(x.grad(), {2, 4});
  tn::backward(tn::sum(3 * x));
  expect_vector(x.grad(), {5, 7});
  EXPECT_FALSE(unused.grad().defined());
  x.set_grad({});
  EXPECT_FALSE(x.grad().defined());
}

TEST(Backward, GradientsOfLeavesShareNoMemory) {
  auto x = from<double>({1, 2}).requires_grad_(), y = from<double>({1, 2}).requires_grad_();
  const auto seed = from<double>({1, 1});
  tn::backward(x + y, {.output_gradient = seed});
  auto dx = x.grad();
  tn::fill_(dx, 9);
  expect_vector(y.grad(), {1, 1});
  expect_vector(seed, {1, 1});
  auto z = from<double>({1, 2}).requires_grad_();
  tn::backward(tn::sum(z));  // whose rule stretches one number
  auto dz = z.grad();
  tn::add_(dz, from<double>({10, 20}));
  expect_vector(z.grad(), {11, 21});
}

TEST(Graph, IsFreedByAPassUnlessRetained) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto y = tn::sum(x * x);
  expect_vector(grad(y, {x}, {.retain_graph = true})[0], {2, 4});
  expect_vector(grad(y, {x})[0], {2, 4});
  expect_error<tn::GraphError>(
      [&] { grad(y, {x}); },
      "[sum] the graph was freed by an earlier pass; pass retain_graph to differentiate it again");
  const auto h = x * x, z = tn::sum(h);
  grad(tn::sum(h * 2), {x});
  expect_error<tn::GraphError>(
      [&] { grad(z, {x}); },
      "[mul] the graph was freed by an earlier pass; pass retain_graph to differentiate it again");
}

TEST(Graph, WhatIsNotOnTheWayIsNotFreed) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto h = x * x, y = tn::sum(h * 3);
  expect_vector(grad(y, {h})[0], {3, 3});
  expect_vector(grad(tn::sum(h), {x})[0], {2, 4});
}

TEST(Graph, AChainOfAMillionOperationsBuildsDifferentiatesAndDies) {
  const auto before = tn::backend::memory::statistics();
  {
    auto x = tn::scalar<double>(1).requires_grad_();
    Tensor<double> y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * 1.000001;
    EXPECT_NEAR(grad(y, {x})[0].item(), std::exp(1.0), 1e-5);
  }
  {
    auto x = tn::scalar<double>(1).requires_grad_();
    Tensor<double> y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + x;  // dies without having been differentiated
  }
  EXPECT_EQ(tn::backend::memory::statistics().in_use, before.in_use);
}

TEST(Graph, AChainOfSecondDerivativesDiesWithoutRecursion) {
  auto x = tn::scalar<double>(0.9).requires_grad_();
  Tensor<double> y = x;
  for (int i = 0; i < 100'000; ++i) y = tn::sin(y);
  const auto first = grad(y, {x}, {.create_graph = true})[0];
  EXPECT_TRUE(first.requires_grad());
  EXPECT_TRUE(std::isfinite(grad(first, {x})[0].item()));
}

TEST(Graph, MemoryComesBackWhenAnErrorInterrupts) {
  auto x = from<double>({1, 2}).requires_grad_();
  const auto work = [&] {
    auto factor = from<double>({3, 4});
    const auto y = tn::sum(tn::exp(x * factor));
    tn::fill_(factor, 1);
    EXPECT_THROW(grad(y, {x}), tn::GraphError);
  };
  work();
  const auto before = tn::backend::memory::statistics();
  work();
  EXPECT_EQ(tn::backend::memory::statistics().in_use, before.in_use);
  EXPECT_TRUE(tn::grad_enabled()) << "the mode is restored as well";
}

TEST(GradThreads, ThreadsShareLeavesAndEachHasItsGraph) {
  tn::Generator generator(1);
  const auto w = tn::randn<double>({20, 20}, generator).requires_grad_(),
             x = tn::randn<double>({5, 20}, generator);
  const auto work = [&] {
    Tensor<double> h = x;
    for (int i = 0; i < 5; ++i) h = tn::tanh(tn::matmul(h, w));
    return grad(tn::sum(h), {w})[0];
  };
  const auto want = work().to_vector();
  std::vector<std::vector<double>> got(4);
  std::vector<std::thread> threads;
  for (auto& result : got)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) result = work().to_vector();
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : got) EXPECT_EQ(result, want);
}

TEST(GradErrors, SayWhatIsMissing) {
  auto x = from<float>({1, 2}).requires_grad_();
  const auto constant = from<float>({1, 2});
  expect_error<tn::GraphError>(
      [&] { grad(tn::sum(constant), {x}); },
      "[grad] the output was not recorded: no input requires a gradient, or recording was off");
  expect_error<tn::GraphError>([&] { grad(tn::sum(x), {constant}); },
                               "[grad] a tensor of shape (2,) does not require a gradient");
  expect_error<tn::ShapeError>([&] { grad(x * x, {x}); },
                               "[grad] an output of shape (2,) needs an explicit output_gradient");
  expect_error<tn::ShapeError>([&] { grad(x * x, {x}, {.output_gradient = tn::ones<float>({3})}); },
                               "[grad] output_gradient has shape (3,), the output (2,)");
  expect_error<tn::GraphError>(
      [&] { tn::backward(tn::sum(constant)); },
      "[grad] the output was not recorded: no input requires a gradient, or recording was off");
}

}  // namespace grad_test
