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

TEST(MaxUnpool, PutsMaximaBack) {
  const auto x = tn::reshape(tn::arange<double>(16), {1, 4, 4});
  const auto [y, indices] = tn::max_pool2d_with_indices(x, {2});
  expect_values(nn::MaxUnpool2d(2)(y, indices), {1, 4, 4},
                {0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0, 13, 0, 15});
  EXPECT_EQ(nn::MaxUnpool2d(2)(y, indices, {4, 5}).shape(), (Shape{1, 4, 5}));
  const auto line = tn::from<double>({3, 1, 2, 5, 4}, {1, 1, 5});
  const auto pooled = tn::max_pool1d_with_indices(line, {3}, {.stride = {2}, .padding = {1}});
  expect_values(nn::MaxUnpool1d(3, {.stride = {2}, .padding = {1}})(pooled.values, pooled.indices), {1, 1, 5},
                {3, 0, 0, 5, 0});  // of windows that share a position the last stays
  EXPECT_EQ(
      nn::MaxUnpool3d({1, 2, 3})(tn::zeros<float>({1, 2, 2, 2, 2}), tn::zeros<tn::index_t>({1, 2, 2, 2, 2}))
          .shape(),
      (Shape{1, 2, 2, 4, 6}));
  support::expect_error<tn::ShapeError>(
      [&] { (void)nn::MaxUnpool2d(2)(tn::zeros<float>({2, 2}), indices); },
      "[max_unpool2d] expected x of 4 axes, or 3 without a batch, got shape (2, 2)");
}

TEST(FractionalMaxPool, TakesExtentsOrRatios) {
  tn::manual_seed(5);
  const auto x = tn::randn<float>({2, 3, 9, 8});
  const nn::FractionalMaxPool2d pool{.kernel = {2}, .output_ratio = {0.5}};
  const auto y = pool(x);
  EXPECT_EQ(y.shape(), (Shape{2, 3, 4, 4}));
  tn::manual_seed(5);
  (void)tn::randn<float>({2, 3, 9, 8});
  EXPECT_EQ(pool(x).to_vector(), y.to_vector());
  EXPECT_EQ((nn::FractionalMaxPool2d{.kernel = {2, 1}, .output_size = {5, 7}}(x)).shape(),
            (Shape{2, 3, 5, 7}));
  EXPECT_EQ((nn::FractionalMaxPool3d{.kernel = {2}, .output_ratio = {0.6, 0.5, 0.7}}(x)).shape(),
            (Shape{2, 1, 4, 5}));
  support::expect_error<tn::ValueError>(
      [&] { (void)nn::FractionalMaxPool2d{.kernel = {2}}(x); },
      "[fractional_max_pool2d] expected either output_size or output_ratio");
  support::expect_error<tn::ValueError>(
      [&] { (void)nn::FractionalMaxPool2d{.kernel = {2}, .output_ratio = {1.0}}(x); },
      "[fractional_max_pool2d] ratio 1 is not between 0 and 1");
  support::expect_error<tn::ValueError>(
      [&] { (void)nn::FractionalMaxPool3d{.kernel = {2}, .output_ratio = {0.5, 0.5}}(x); },
      "[fractional_max_pool3d] 2 ratios are not one number or 3");
}

}  // namespace pool_test
