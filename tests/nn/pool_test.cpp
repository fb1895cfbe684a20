#include "tenon/nn/pool.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/nn/linear.hpp"

namespace pool_test {

namespace nn = tn::nn;
using support::expect_values;
using tn::Shape;

template <class Layer>
Shape shape_of(const Layer& layer, const Shape& x) {
  return layer(tn::ones<float>(x)).shape();
}

TEST(Pool, TakesOneNumberOrOneForEachAxis) {
  const auto x = tn::reshape(tn::arange<double>(12), {1, 1, 3, 4});
  expect_values(nn::MaxPool2d(2)(x), {1, 1, 1, 2}, {5, 7});
  expect_values(nn::MaxPool2d({3, 2}, {.stride = {1, 2}})(x), {1, 1, 1, 2}, {9, 11});
  expect_values(nn::AvgPool2d(2)(x), {1, 1, 1, 2}, {2.5, 4.5});
  expect_values(nn::AvgPool2d(2, {.padding = {1, 0}, .count_include_pad = false})(x), {1, 1, 2, 2},
                {0.5, 2.5, 6.5, 8.5});
  expect_values(nn::AdaptiveAvgPool2d(1)(x), {1, 1, 1, 1}, {5.5});
  expect_values(nn::AdaptiveMaxPool2d({-1, 2})(x), {1, 1, 3, 2}, {1, 3, 5, 7, 9, 11});
  expect_values(nn::LpPool2d(1, {3, 4})(x), {1, 1, 1, 1}, {66});
}

TEST(Pool, ThereIsOneForEachNumberOfAxes) {
  EXPECT_EQ(shape_of(nn::MaxPool1d(2), {1, 2, 6}), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(nn::MaxPool3d(2), {1, 2, 6, 4, 2}), (Shape{1, 2, 3, 2, 1}));
  EXPECT_EQ(shape_of(nn::AvgPool1d(2), {1, 2, 6}), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(nn::AvgPool3d(2), {1, 2, 6, 4, 2}), (Shape{1, 2, 3, 2, 1}));
  EXPECT_EQ(shape_of(nn::LpPool1d(2, 2), {1, 2, 6}), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(nn::LpPool3d(2, 2), {1, 2, 6, 4, 2}), (Shape{1, 2, 3, 2, 1}));
  EXPECT_EQ(shape_of(nn::AdaptiveAvgPool1d(3), {1, 2, 7}), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(nn::AdaptiveAvgPool3d({3, 2, -1}), {1, 2, 7, 4, 2}), (Shape{1, 2, 3, 2, 2}));
  EXPECT_EQ(shape_of(nn::AdaptiveMaxPool1d(3), {1, 2, 7}), (Shape{1, 2, 3}));
  EXPECT_EQ(shape_of(nn::AdaptiveMaxPool3d({3, 2, -1}), {1, 2, 7, 4, 2}), (Shape{1, 2, 3, 2, 2}));
}

TEST(Pool, IsAMemberLikeAnyOther) {
  struct Net {
    nn::MaxPool2d pool{2};
    nn::AdaptiveAvgPool2d global{1};
    nn::Linear<float> out{3, 1, false};
  };
  ASSERT_EQ(nn::state(Net{}).size(), 1u);
  EXPECT_EQ(nn::state(Net{})[0].name, "out.weight");
}

TEST(Pool, EveryOptionHasItsEffect) {
  const auto x = tn::from<double>({5, 1, 2, 3, 4}, {1, 1, 5});
  expect_values(nn::MaxPool1d(2, {.stride = {1}})(x), {1, 1, 4}, {5, 2, 3, 4});
  expect_values(nn::MaxPool1d(2, {.padding = {1}})(x), {1, 1, 3}, {5, 2, 4});
  expect_values(nn::MaxPool1d(2, {.dilation = {3}})(x), {1, 1, 1}, {5});
  expect_values(nn::MaxPool1d(2, {.ceil_mode = true})(x), {1, 1, 3}, {5, 3, 4});
  expect_values(nn::AvgPool1d(2, {.stride = {3}})(x), {1, 1, 2}, {3, 3.5});
  expect_values(nn::AvgPool1d(2, {.padding = {1}})(x), {1, 1, 3}, {2.5, 1.5, 3.5});
  expect_values(nn::AvgPool1d(2, {.padding = {1}, .count_include_pad = false})(x), {1, 1, 3}, {5, 1.5, 3.5});
  expect_values(nn::AvgPool1d(2, {.ceil_mode = true})(x), {1, 1, 3}, {3, 2.5, 4});
  expect_values(nn::AvgPool1d(2, {.divisor_override = 4})(x), {1, 1, 2}, {1.5, 1.25});
  expect_values(nn::LpPool1d(1, 2)(x), {1, 1, 2}, {6, 5});
  expect_values(nn::LpPool1d(2, 2, {.stride = {3}})(x), {1, 1, 2}, {std::sqrt(26.0), 5});
  EXPECT_EQ(nn::LpPool1d(1, 2, {.ceil_mode = true})(x).shape(), (Shape{1, 1, 3}));
}

}  // namespace pool_test
