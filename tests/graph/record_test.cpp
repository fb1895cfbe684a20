#include "tenon/graph/record.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/autograd/gradcheck.hpp"
#include "tenon/ops/elementwise/unary.hpp"
#include "tenon/ops/linalg/matmul.hpp"

namespace record_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::Backward;
using tn::from;
using tn::Gradients;
using tn::Tensor;

/// Two custom operations as a user would write them: one whose rule reads its inputs, one that reads its
/// result.
template <class T>
Tensor<T> product(const Tensor<T>& x, const Tensor<T>& w) {
  const tn::NoGrad no_grad;
  const Tensor<T> y = tn::matmul(x, w);
  const tn::GradMode recording(true);
  return tn::record("product", y, {x, w}, [](const Backward<T>& p) -> Gradients<T> {
    return {p.needs(0) ? tn::matmul(p.gradient(), tn::transpose(p.input(1), 0, 1)) : Tensor<T>{},
            p.needs(1) ? tn::matmul(tn::transpose(p.input(0), 0, 1), p.gradient()) : Tensor<T>{}};
  });
}
template <class T>
Tensor<T> exponential(const Tensor<T>& x) {
  return tn::record(
      "exponential", tn::exp(x.detach()), {tn::without_values(x)},
      [](const Backward<T>& p) -> Gradients<T> { return {tn::mul(p.gradient(), p.output())}; },
      tn::Keep::output);
}

TEST(Record, CustomOperationsHaveEveryOrderOfDerivative) {
  tn::Generator generator(1);
  const auto x = tn::randn<double>({3, 4}, generator), w = tn::randn<double>({4, 2}, generator);
  EXPECT_NO_THROW(tn::gradcheck<2>([](const auto& in) { return product(in[0], in[1]); }, {x, w}));
  EXPECT_NO_THROW(tn::gradcheck<2>([](const auto& in) { return exponential(in[0]); }, {x}));
  EXPECT_NO_THROW(
      tn::gradcheck<2>([](const auto& in) { return product(exponential(in[0]), in[1]); }, {x, w}));
}

TEST(Record, RulesInPublicOperationsGiveThirdDerivatives) {
  auto x = tn::scalar<double>(0.5).requires_grad_();
  Tensor<double> y = exponential(x);
  for (int order = 1; order <= 2; ++order) y = tn::grad(y, {x}, {.create_graph = true})[0];
  EXPECT_NEAR(tn::grad(y, {x})[0].item(), std::exp(0.5), 1e-14);
}

TEST(Record, NothingWhereNobodyAsks) {
  const auto constant = from<double>({1, 2});
  EXPECT_FALSE(exponential(constant).requires_grad());
  auto leaf = from<double>({1, 2}).requires_grad_();
  EXPECT_TRUE(exponential(leaf).requires_grad());
  const tn::NoGrad no_grad;
  EXPECT_FALSE(exponential(leaf).requires_grad());
}

TEST(Record, OnlyWhatIsWantedIsComputed) {
  static int asked = 0;
  const auto op = [](const Tensor<double>& a, const Tensor<double>& b) {
    return tn::record("op", tn::add(a.detach(), b.detach()), {tn::without_values(a), tn::without_values(b)},
                      [](const Backward<double>& p) -> Gradients<double> {
                        asked = 10 * p.needs(0) + p.needs(1);
                        EXPECT_EQ(p.inputs(), 2);
                        return {p.gradient(), p.gradient()};
                      });
  };
  auto a = from<double>({1}).requires_grad_();
  const auto b = from<double>({2});
  tn::grad(op(a, b), {a});
  EXPECT_EQ(asked, 10);
  tn::grad(op(b, a), {a});
  EXPECT_EQ(asked, 1);
}

TEST(Record, WhatIsRecordedByItsPlaceAloneMayDie) {
  auto leaf = from<double>({1, 2}).requires_grad_();
  auto big = tn::mul(tn::expand(tn::unsqueeze(leaf, 0), {100000, 2}), 1.0);
  const auto y = tn::sum(big);  // its rule does not look at the elements
  const auto before = tn::backend::memory::statistics().in_use;
  big = {};
  EXPECT_LE(tn::backend::memory::statistics().in_use, before - 100000 * 2 * 8);
  expect_vector(tn::grad(y, {leaf})[0], {100000, 100000});
}

TEST(Leaf, GradientsAreWantedOfRealConstantsAndLeavesOnly) {
  auto x = from<float>({1, 2});
  EXPECT_FALSE(x.requires_grad());
  x.requires_grad_();
  EXPECT_TRUE(x.requires_grad());
  auto y = x * 2;
  expect_error<tn::ValueError>(
      [&] { y.requires_grad_(); },
      "[requires_grad_] the tensor is the result of a recorded operation; detach() it first");
  x.requires_grad_(false);
  EXPECT_FALSE(x.requires_grad());
  expect_error<tn::ValueError>([&] { x.set_grad(from<float>({1, 2})); },
                               "[set_grad] only a leaf that requires a gradient holds one");
  EXPECT_FALSE(y.grad().defined());
}

TEST(CheckWritable, WhatMayBeWrittenInPlace) {
  const auto refusal = [](const auto& x) {
    return support::message_of<tn::Error>([&] { tn::check_writable(x, "op"); });
  };
  auto x = from<float>({1, 2});
  EXPECT_EQ(refusal(x), "");
  EXPECT_EQ(refusal(tn::expand(from<float>({1}), {1})), "");
  EXPECT_EQ(refusal(tn::expand(from<float>({1}), {2})),
            "[op] a stretched tensor, whose elements share memory, cannot be written in place: shape (2,)");
  x.requires_grad_();
  EXPECT_EQ(refusal(x), "[op] a leaf that requires a gradient is written in place only under NoGrad");
  const auto y = x * 2;
  EXPECT_EQ(refusal(y), "[op] the result of a recorded operation cannot be written in place");
  const tn::NoGrad no_grad;
  EXPECT_EQ(refusal(x), "");
  EXPECT_EQ(refusal(y), "[op] the result of a recorded operation cannot be written in place");
}

TEST(RecordErrors, ARuleThatReturnsTheWrongThings) {
  auto a = from<double>({1}).requires_grad_();
  const auto few = tn::record("few", a.detach(), {tn::without_values(a), tn::without_values(a)},
                              [](const Backward<double>& p) -> Gradients<double> { return {p.gradient()}; });
  expect_error<tn::GraphError>([&] { tn::grad(few, {a}); },
                               "[few] the rule returned 1 gradients for 2 inputs");
  const auto wrong =
      tn::record("wrong", a.detach(), {tn::without_values(a)},
                 [](const Backward<double>&) -> Gradients<double> { return {tn::zeros<double>({2, 1})}; });
  expect_error<tn::GraphError>(
      [&] { tn::grad(wrong, {a}); },
      "[wrong] the rule returned a gradient of shape (2, 1) for input 0 of shape (1,)");
}

}  // namespace record_test
