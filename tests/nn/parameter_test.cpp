#include "tenon/nn/parameter.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace parameter_test {

using support::expect_vector;
using tn::from;
using tn::Tensor;
using tn::nn::Buffer;
using tn::nn::Parameter;

TEST(Parameter, WantsGradientsAndABufferDoesNot) {
  const Parameter<float> weight = from<float>({1, 2});
  const Buffer<float> mean = from<float>({1, 2});
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_FALSE(mean.requires_grad());
  EXPECT_FALSE(Parameter<float>().defined());
}

TEST(Parameter, TakesOverWhatNobodyElseSees) {
  Tensor<float> values = from<float>({1, 2});
  const float* const place = values.data();
  const Parameter<float> taken = std::move(values);
  EXPECT_EQ(taken.data(), place);

  const Tensor<float> shared = from<float>({1, 2});
  const Parameter<float> copied = shared;
  EXPECT_NE(copied.data(), shared.data());

  float memory[] = {1, 2};
  const Parameter<float> of_the_caller = tn::borrow(memory, {2});
  EXPECT_NE(of_the_caller.data(), memory);
  expect_vector(of_the_caller.detach(), {1, 2});

  const Parameter<float> whole = tn::expand(from<float>({3}), {2});  // elements that share memory
  EXPECT_TRUE(whole.is_contiguous());
  expect_vector(whole.detach(), {3, 3});
}

TEST(Parameter, CopiesElementsAndKeepsHandlesOnAssignment) {
  Parameter<float> weight = from<float>({1, 2});
  const Tensor<float> handle = weight;
  const Parameter<float> copy = weight;
  EXPECT_NE(copy.data(), weight.data());

  const Parameter<float> other = from<float>({3, 4});
  weight = other;
  EXPECT_TRUE(handle.is(weight));
  expect_vector(handle.detach(), {3, 4});
  weight = from<float>({5, 6});
  expect_vector(handle.detach(), {5, 6});
  EXPECT_TRUE(weight.requires_grad());
  expect_vector(copy.detach(), {1, 2});
}

TEST(Parameter, AnotherShapeReplacesTheTensor) {
  Parameter<float> weight = from<float>({1, 2});
  const Tensor<float> handle = weight;
  const Parameter<float> longer = from<float>({1, 2, 3});
  weight = longer;
  EXPECT_FALSE(handle.is(weight));
  EXPECT_NE(weight.data(), longer.data());
  expect_vector(weight.detach(), {1, 2, 3});
  weight = Parameter<float>(from<float>({7}));
  expect_vector(weight.detach(), {7});
  weight = Parameter<float>();
  EXPECT_FALSE(weight.defined());
}

TEST(Parameter, ACopyOfAFrozenOneIsFrozen) {
  Parameter<float> weight = from<float>({1, 2});
  weight.requires_grad_(false);
  const Parameter<float> copy = weight;
  EXPECT_FALSE(copy.requires_grad());
}

TEST(Parameter, MovingHandsOverTheTensor) {
  Parameter<float> weight = from<float>({1, 2});
  const Tensor<float> handle = weight;
  const Parameter<float> moved = std::move(weight);
  EXPECT_TRUE(handle.is(moved));
}

}  // namespace parameter_test
