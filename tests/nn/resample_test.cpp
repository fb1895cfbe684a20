#include "tenon/nn/resample.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "tenon/nn/linear.hpp"
#include "tenon/nn/sequential.hpp"
#include "tenon/nn/summary.hpp"

namespace resample_test {

namespace nn = tn::nn;
using support::expect_error;
using support::expect_values;
using tn::Shape;

const tn::Tensor<double> row = tn::from<double>({1, 2, 3}, {1, 1, 3});
const tn::Tensor<double> square = tn::from<double>({1, 2, 3, 4}, {1, 1, 2, 2});

TEST(Resample, AxesAreJoinedAndCut) {
  const auto x = tn::ones<double>({2, 3, 4});
  EXPECT_EQ(nn::Flatten{}(x).shape(), (Shape{2, 12}));
  EXPECT_EQ((nn::Flatten{0, 1}(x)).shape(), (Shape{6, 4}));
  EXPECT_EQ((nn::Unflatten{2, {2, -1}}(x)).shape(), (Shape{2, 3, 2, 2}));
  EXPECT_TRUE(nn::Identity{}(x).is(x));
}

TEST(Resample, WindowsBecomeColumnsAndBack) {
  const auto columns = nn::Unfold{{2, 1}}(square);
  expect_values(columns, {1, 2, 2}, {1, 2, 3, 4});
  expect_values(nn::Fold{{2, 2}, {2, 1}}(columns), {1, 1, 2, 2}, {1, 2, 3, 4});
}

TEST(Resample, ChannelsBecomePixelsAndBack) {
  const auto x = tn::reshape(tn::arange<double>(4), {1, 4, 1, 1});
  expect_values(nn::PixelShuffle{2}(x), {1, 1, 2, 2}, {0, 1, 2, 3});
  expect_values(nn::PixelUnshuffle{2}(square), {1, 4, 1, 1}, {1, 2, 3, 4});
}

TEST(Resample, ImagesAreResized) {
  expect_values(nn::Upsample{.scale_factor = {2}}(row), {1, 1, 6}, {1, 1, 2, 2, 3, 3});
  expect_values(nn::Upsample{.size = {5}, .mode = tn::Interpolation::linear, .align_corners = true}(row),
                {1, 1, 5}, {1, 1.5, 2, 2.5, 3});
}

TEST(Pad, EdgesAreFilled) {
  expect_values(nn::ZeroPad1d(1)(row), {1, 1, 5}, {0, 1, 2, 3, 0});
  expect_values(nn::ReflectionPad1d({2, 0})(row), {1, 1, 5}, {3, 2, 1, 2, 3});
  expect_values(nn::ReplicationPad1d({0, 2})(row), {1, 1, 5}, {1, 2, 3, 3, 3});
  expect_values(nn::CircularPad1d(1)(row), {1, 1, 5}, {3, 1, 2, 3, 1});
  expect_values(nn::ConstantPad1d({1, 0}, 7)(row), {1, 1, 4}, {7, 1, 2, 3});
  // left, right, top, bottom
  expect_values(nn::ZeroPad2d({1, 0, 0, 1})(square), {1, 1, 3, 3}, {0, 1, 2, 0, 3, 4, 0, 0, 0});
  expect_values(nn::ReflectionPad2d({0, 1, 0, 0})(square), {1, 1, 2, 3}, {1, 2, 1, 3, 4, 3});
  expect_values(nn::ReplicationPad2d({0, 0, 1, 0})(square), {1, 1, 3, 2}, {1, 2, 1, 2, 3, 4});
  expect_values(nn::CircularPad2d({1, 0, 0, 0})(square), {1, 1, 2, 3}, {2, 1, 2, 4, 3, 4});
  expect_values(nn::ConstantPad2d(-1, 0)(tn::reshape(tn::arange<double>(9), {1, 1, 3, 3})), {1, 1, 1, 1},
                {4});
  expect_error<tn::ValueError>([] { nn::ZeroPad2d({1, 2}); }, "[pad] expected 4 amounts, got (1, 2)");
}

TEST(Pad, OfCubes) {
  const auto cube = tn::ones<double>({1, 1, 2, 2, 2});
  EXPECT_EQ(nn::ZeroPad3d(1)(cube).shape(), (Shape{1, 1, 4, 4, 4}));
  EXPECT_EQ(nn::ReflectionPad3d(1)(cube).shape(), (Shape{1, 1, 4, 4, 4}));
  EXPECT_EQ(nn::ReplicationPad3d({1, 0, 0, 2, 0, 0})(cube).shape(), (Shape{1, 1, 2, 4, 3}));
  EXPECT_EQ(nn::CircularPad3d(1)(cube).shape(), (Shape{1, 1, 4, 4, 4}));
  EXPECT_EQ(nn::ConstantPad3d(2, 1)(cube).shape(), (Shape{1, 1, 6, 6, 6}));
}

TEST(Resample, ASummaryShowsLayersWithoutParameters) {
  const nn::Sequential net{nn::ZeroPad1d(1), nn::Upsample{.scale_factor = {2}}, nn::Flatten{},
                           nn::Linear<double>(10, 1)};
  const auto rows = nn::summary_rows(net, row);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[1].type, "ZeroPad1d");
  EXPECT_EQ(rows[2].type, "Upsample");
  EXPECT_EQ(rows[2].output, (Shape{1, 1, 10}));
  EXPECT_EQ(rows[3].output, (Shape{1, 10}));
}

TEST(Resample, EveryOptionHasItsEffect) {
  const auto line = tn::reshape(tn::arange<double>(1, 5), {1, 1, 1, 4});
  expect_values((nn::Unfold{{1, 2}, {.dilation = {1, 2}}}(line)), {1, 2, 2}, {1, 2, 3, 4});
  expect_values((nn::Unfold{{1, 2}, {.padding = {0, 1}}}(line)), {1, 2, 5}, {0, 1, 2, 3, 4, 1, 2, 3, 4, 0});
  expect_values((nn::Unfold{{1, 2}, {.stride = {1, 2}}}(line)), {1, 2, 2}, {1, 3, 2, 4});
  const auto columns = tn::from<double>({1, 2, 3, 4}, {1, 2, 2});
  expect_values((nn::Fold{{1, 4}, {1, 2}, {.dilation = {1, 2}}}(columns)), {1, 1, 1, 4}, {1, 2, 3, 4});
  expect_values((nn::Fold{{1, 4}, {1, 2}, {.stride = {1, 2}}}(columns)), {1, 1, 1, 4}, {1, 3, 2, 4});
  expect_values((nn::Fold{{1, 1}, {1, 2}, {.padding = {0, 1}}}(columns)), {1, 1, 1, 1}, {3 + 2});
  expect_values((nn::Upsample{.scale_factor = {1, 2}}(square)), {1, 1, 2, 4}, {1, 1, 2, 2, 3, 3, 4, 4});
  EXPECT_EQ((nn::Flatten{.start = 0}(square)).shape(), (Shape{4}));
}

TEST(ChannelShuffle, InterleavesTheGroups) {
  const auto x = tn::reshape(tn::arange<double>(12), {1, 6, 2});
  expect_values(nn::ChannelShuffle{2}(x), {1, 6, 2}, {0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11});
  expect_values(nn::ChannelShuffle{3}(nn::ChannelShuffle{2}(x)), {1, 6, 2}, x.to_vector());
  EXPECT_THROW((void)nn::ChannelShuffle{4}(x), tn::ShapeError);
}

}  // namespace resample_test
