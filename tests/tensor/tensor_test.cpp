#include "tenon/tensor/tensor.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/ops/shape/shape.hpp"
#include "tenon/tensor/create.hpp"

namespace tensor_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using tn::from;
using tn::Tensor;

TEST(Tensor, HandlesShareTheirElements) {
  auto x = from<float>({1, 2});
  auto y = x;
  EXPECT_TRUE(y.is(x));
  y.mutable_data()[0] = 9;
  expect_vector(x, {9, 2});
  EXPECT_FALSE(x.unshared());
  y = {};
  EXPECT_TRUE(x.unshared());
  EXPECT_FALSE(y.defined());
}

TEST(Tensor, DescribesItself) {
  const auto x = tn::zeros<double>({2, 3, 4});
  EXPECT_EQ(x.rank(), 3);
  EXPECT_EQ(x.size(), 24);
  EXPECT_EQ(x.shape(), (tn::Shape{2, 3, 4}));
  EXPECT_EQ(x.strides(), (tn::Strides{12, 4, 1}));
  EXPECT_EQ(x.extent(-1), 4);
  EXPECT_TRUE(x.is_contiguous());
  EXPECT_FALSE(x.requires_grad());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(x.data()) % 64, 0u);
}

TEST(Tensor, ElementsByIndexAndInOrder) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(x.at({1, 2}), 6);
  EXPECT_EQ(x.at({-1, 0}), 4);
  EXPECT_EQ(tn::scalar<float>(7).item(), 7);
  EXPECT_EQ(tn::scalar<float>(7).at({}), 7);
  const auto turned = tn::transpose(x, 0, 1);
  EXPECT_EQ(turned.to_vector(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
  float sum = 0;
  for (float v : tn::flip(turned, {0})) sum = sum * 10 + v;
  EXPECT_EQ(sum, 362514);
  EXPECT_TRUE(tn::zeros<float>({0, 3}).to_vector().empty());
}

TEST(Tensor, BooleansAreElements) {
  const auto x = from<bool>({true, false});
  EXPECT_EQ(x.to_vector(), (std::vector<bool>{true, false}));
  EXPECT_TRUE(x.at({0}));
}

TEST(Tensor, DetachedTensorsShareElementsButNoHistory) {
  auto x = from<float>({1, 2}).requires_grad_();
  auto y = (x * 2).detach();
  EXPECT_FALSE(y.requires_grad());
  EXPECT_EQ(x.detach().data(), x.data());
}

TEST(Tensor, WritesAreCountedByAllHandlesAndViews) {
  auto x = from<float>({1, 2, 3});
  const auto view = x(tn::range(1, {}));
  const auto before = view.version();
  x.mutable_data()[0] = 5;
  EXPECT_EQ(view.version(), before + 1);
}

TEST(TensorErrors, NameTheMistake) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([&] { x.item(); }, "[item] expected one element, got shape (2, 3)");
  expect_error<tn::ShapeError>([&] { x.at({1}); }, "[at] expected 2 indices, got (1,)");
  expect_error<tn::IndexError>([&] { x.at({2, 0}); }, "[at] index (2, 0) is outside shape (2, 3)");
  expect_error<tn::IndexError>([&] { x.at({0, -4}); }, "[at] index (0, -4) is outside shape (2, 3)");
  expect_error<tn::IndexError>([&] { x.extent(2); }, "[extent] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::IndexError>([] { tn::scalar<float>(1).extent(0); },
                               "[extent] a tensor of rank 0 has no axes");
  expect_error<tn::ValueError>([] { Tensor<float>{}.shape(); },
                               "[tensor] an undefined tensor has no elements");
  expect_error<tn::ShapeError>([] { tn::zeros<float>({-1}); }, "[shape] negative extent in shape (-1,)");
}

TEST(TruthValue, OfAMaskWithOneElement) {
  EXPECT_TRUE(static_cast<bool>(tn::from<bool>({true})));
  EXPECT_FALSE(static_cast<bool>(tn::scalar(false)));
  support::expect_error<tn::ShapeError>(
      [] { static_cast<void>(static_cast<bool>(tn::from<bool>({true, true}))); },
      "[bool] a mask of shape (2,) is not one truth value: reduce it by any or all");
}

}  // namespace tensor_test
