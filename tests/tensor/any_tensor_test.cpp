#include "tenon/tensor/any_tensor.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/graph/record.hpp"
#include "tenon/tensor/create.hpp"
#include "tenon/tensor/print.hpp"

namespace any_tensor_test {

using support::expect_error;
using tn::AnyTensor;
using tn::DType;
using tn::Tensor;

TEST(AnyTensor, IsTheSameHandle) {
  Tensor<float> x = tn::from<float>({{1, 2, 3}, {4, 5, 6}});
  x.requires_grad_();
  const AnyTensor any = x;
  EXPECT_EQ(any.dtype(), DType::float32);
  EXPECT_EQ(any.shape(), (tn::Shape{2, 3}));
  EXPECT_EQ(any.bytes(), 24u);
  EXPECT_TRUE(any.requires_grad());
  EXPECT_TRUE(any.is(x));
  EXPECT_TRUE(any.as<float>().is(x));
  EXPECT_FALSE(any.is(x.detach()));
  EXPECT_FALSE(any.detach().requires_grad());
  EXPECT_EQ(any.data(), x.data());
}

TEST(AnyTensor, AnotherTypeIsRefused) {
  const AnyTensor any = tn::zeros<std::int32_t>({2});
  EXPECT_TRUE(any.holds<std::int32_t>());
  EXPECT_FALSE(any.holds<float>());
  expect_error<tn::ValueError>(
      [&] { static_cast<void>(any.as<float>()); },
      "[as] a tensor of int32 and shape (2,) was asked for as one of float32; `to` converts");
  expect_error<tn::ValueError>([&] { static_cast<void>(AnyTensor().shape()); },
                               "[tensor] an undefined tensor has no elements");
}

TEST(AnyTensor, VisitsItsType) {
  const AnyTensor bytes = tn::from<std::uint8_t>({1, 2});
  EXPECT_EQ(bytes.visit([](const auto& x) { return static_cast<int>(x.at({1})); }), 2);
  EXPECT_EQ(tn::to_string(bytes), "[1, 2]");
  EXPECT_EQ(tn::to_string(AnyTensor()), "undefined");
  const AnyTensor halves = AnyTensor::empty(DType::float16, {3});
  EXPECT_EQ(halves.bytes(), 6u);
  expect_error<tn::ValueError>([&] { halves.visit([](const auto&) {}); },
                               "[visit] there are no tensors of float16: convert the elements first");
}

TEST(AnyTensor, AViewSharesTheElements) {
  AnyTensor x = tn::from<double>({1, 2, 3, 4});
  const Tensor<double> tail = x.view(2, {2}, {1}).as<double>();
  static_cast<double*>(x.mutable_data())[3] = 7;
  EXPECT_EQ(tail.to_vector(), (std::vector<double>{3, 7}));
}

}  // namespace any_tensor_test
