#include "tenon/data/geometry_transform.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/expect.hpp"

namespace geometry_transform_test {

using support::expect_error;
using support::expect_values;
using tn::Generator;
using tn::index_t;
using tn::Interpolation;
using tn::Tensor;
using namespace tn::data;

Tensor<double> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<double>(static_cast<double>(tn::element_count(shape))), shape);
}

TEST(Affine, MovesPixels) {
  const auto x = counting({1, 3, 3});
  expect_values(Affine{}(x), {1, 3, 3}, x.to_vector());
  expect_values(Affine{.angle = 90}(x), {1, 3, 3}, {6, 3, 0, 7, 4, 1, 8, 5, 2});  // clockwise
  expect_values(Affine{.translate_x = 1, .translate_y = -1, .fill = 9}(x), {1, 3, 3},
                {9, 3, 4, 9, 6, 7, 9, 9, 9});
  expect_values(Affine{.scale = 3}(x), {1, 3, 3}, {4, 4, 4, 4, 4, 4, 4, 4, 4});
}

TEST(Affine, SamplesBetweenPixels) {
  const auto x = counting({1, 1, 4});
  const auto linear = Interpolation::linear;
  expect_values(Affine{.translate_x = 0.25, .mode = linear}(x), {1, 1, 4}, {0, 0.75, 1.75, 2.75});
  expect_values(Affine{.translate_x = -0.25, .mode = linear, .fill = 7}(x), {1, 1, 4}, {0.25, 1.25, 2.25, 4});
  expect_values(Affine{.scale = 0.5, .mode = linear, .fill = -1}(x), {1, 1, 4}, {-1, 0.5, 2.5, -1});
}

// Every number of torchvision's inverse matrix, on a ramp that linear sampling reproduces.
TEST(Affine, TakesAllItsNumbers) {
  const index_t n = 21;
  auto ramp = Tensor<double>::empty({2, n, n});
  for (index_t y = 0; y < n; ++y)
    for (index_t x = 0; x < n; ++x) {
      ramp.mutable_data()[y * n + x] = static_cast<double>(x);
      ramp.mutable_data()[(n + y) * n + x] = static_cast<double>(y);
    }
  const Affine affine{.angle = 20,
                      .translate_x = 1,
                      .translate_y = -2,
                      .scale = 1.5,
                      .shear_x = 10,
                      .shear_y = 5,
                      .mode = Interpolation::linear};
  const auto y = affine(ramp);
  const double pi = std::numbers::pi, rot = 20 * pi / 180, sx = 10 * pi / 180, sy = 5 * pi / 180;
  const double a = std::cos(rot - sy) / std::cos(sy),
               b = -std::cos(rot - sy) * std::tan(sx) / std::cos(sy) - std::sin(rot),
               c = std::sin(rot - sy) / std::cos(sy),
               d = -std::sin(rot - sy) * std::tan(sx) / std::cos(sy) + std::cos(rot);
  for (index_t row = 8; row < 12; ++row)
    for (index_t column = 8; column < 12; ++column) {
      const double u = static_cast<double>(column) - 11, v = static_cast<double>(row) - 8;
      EXPECT_NEAR(y.at({0, row, column}), (d * u - b * v) / 1.5 + 10, 1e-12);
      EXPECT_NEAR(y.at({1, row, column}), (-c * u + a * v) / 1.5 + 10, 1e-12);
    }
}

TEST(RandomRotation, DrawsAnAngleForEachImage) {
  const auto x = counting({1, 5, 5});
  Generator chance(1), same(1);
  const double angle = -30 + 60 * same.uniform<double>();
  expect_values(RandomRotation{30, Interpolation::linear, -1}(x, chance), {1, 5, 5},
                Affine{.angle = angle, .mode = Interpolation::linear, .fill = -1}(x).to_vector());
  const auto many = RandomRotation{180}(x.view(0, {50, 1, 5, 5}, {0, 25, 5, 1}), chance);
  std::set<double> corners;
  for (index_t n = 0; n < 50; ++n) corners.insert(many.at({n, 0, 1, 1}));
  EXPECT_GT(corners.size(), 4u);
}

TEST(RandomAffine, DrawsItsNumbersInRange) {
  const auto x = counting({1, 4, 10});
  expect_values(RandomAffine{}(x), {1, 4, 10}, x.to_vector());
  Generator chance(2);
  std::set<double> first;
  for (int i = 0; i < 100; ++i) {
    const auto y = RandomAffine{.translate_x = 0.2, .fill = -1}(x, chance);
    first.insert(y.at({0, 0, 5}));
    EXPECT_EQ(y.at({0, 3, 5}), y.at({0, 0, 5}) + 30);  // no move down
  }
  EXPECT_EQ(first, (std::set<double>{3, 4, 5, 6, 7}));
}

TEST(Perspective, PermutesCorners) {
  const auto x = counting({1, 3, 3});
  const std::vector<double> same = x.to_vector();
  expect_values(Perspective{{{0, 0}, {3, 0}, {3, 3}, {0, 3}}}(x), {1, 3, 3}, same);
  const auto nearest = Interpolation::nearest;
  expect_values(Perspective{{{3, 0}, {3, 3}, {0, 3}, {0, 0}}, nearest}(x), {1, 3, 3},
                {6, 3, 0, 7, 4, 1, 8, 5, 2});
  expect_values(Perspective{{{3, 0}, {0, 0}, {0, 3}, {3, 3}}, nearest}(x), {1, 3, 3},
                {2, 1, 0, 5, 4, 3, 8, 7, 6});
  expect_values(Perspective{{{1, 0}, {4, 0}, {4, 3}, {1, 3}}, nearest, 9}(x), {1, 3, 3},
                {9, 0, 1, 9, 3, 4, 9, 6, 7});
  expect_values(Perspective{{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, nearest, 9}(x), {1, 3, 3},
                std::vector<double>(9, 9));
}

// Straight lines stay straight: the corners come from the corners, and the crossing of the diagonals from the
// middle.
TEST(Perspective, KeepsLinesStraight) {
  const double to[4][2] = {{1, 2}, {9, 1}, {7, 6}, {2, 7}};
  const tn::data::detail::InversePerspective inverse(to, 10, 8);
  const auto expect_source = [&](double x, double y, double u, double v) {
    const auto [got_u, got_v] = inverse(x / 10, y / 8);
    EXPECT_NEAR(got_u, u, 1e-13);
    EXPECT_NEAR(got_v, v, 1e-13);
  };
  expect_source(1, 2, 0, 0);
  expect_source(9, 1, 1, 0);
  expect_source(7, 6, 1, 1);
  expect_source(2, 7, 0, 1);
  // (1, 2) + s (6, 4) = (9, 1) + t (-7, 6)
  const double s = (8 * 6 - 1 * 7) / (6.0 * 6 + 4 * 7);
  expect_source(1 + 6 * s, 2 + 4 * s, 0.5, 0.5);
}

TEST(RandomPerspective, ChangesAShareOfTheImages) {
  const auto x = tn::ones<float>({200, 1, 8, 6});
  Generator chance(1), same(1);
  const RandomPerspective view{.p = 0.3, .fill = -1};
  const auto y = view(x, chance);
  expect_values(view(x, same), x.shape(), y.to_vector());
  std::set<float> totals;
  index_t changed = 0;
  for (index_t n = 0; n < 200; ++n) {
    const float total = tn::sum(tn::select(y, 0, n)).item();
    changed += total != 48;
    totals.insert(total);
  }
  EXPECT_NEAR(static_cast<double>(changed), 60, 20);
  EXPECT_GT(totals.size(), 30u) << "each image has its own side";
  for (const double distortion : {0.0, 1.0}) {
    const auto z = RandomPerspective{distortion, 1}(x, chance);
    for (const float v : z) EXPECT_TRUE(v >= 0 && v <= 1.00001f);
    if (distortion == 0) expect_values(z, x.shape(), x.to_vector(), 1e-5);
  }
  expect_error<tn::ValueError>([&] { RandomPerspective{2}(x); },
                               "[RandomPerspective] expected a distortion in [0, 1], got 2");
}

TEST(RandomResizedCrop, ResizesAWindow) {
  const auto x = counting({1, 6, 8});
  Generator chance(1);
  for (int i = 0; i < 50; ++i) {  // of a ramp, so windows show their place
    const auto y = RandomResizedCrop{.height = 2, .width = 2, .area_low = 0.2}(x, chance);
    ASSERT_EQ(y.shape(), (tn::Shape{1, 2, 2}));
    EXPECT_GE(y.at({0, 0, 0}), 0);
    EXPECT_LE(y.at({0, 1, 1}), 47);
    EXPECT_GT(y.at({0, 1, 0}), y.at({0, 0, 0}));
    EXPECT_GT(y.at({0, 0, 1}), y.at({0, 0, 0}));
  }
  // The whole image, and, since no ratio of 1 has this area, the largest square in the middle.
  expect_values(
      RandomResizedCrop{.height = 6, .width = 8, .area_low = 1, .ratio_low = 8.0 / 6, .ratio_high = 8.0 / 6}(
          x, chance),
      {1, 6, 8}, x.to_vector());
  expect_values(
      RandomResizedCrop{.height = 6, .width = 6, .area_low = 1, .ratio_low = 1, .ratio_high = 1}(x, chance),
      {1, 6, 6}, CenterCrop{6, 6}(x).to_vector());
  EXPECT_EQ((RandomResizedCrop{3, 5}(counting({2, 1, 7, 7}), chance).shape()), (tn::Shape{2, 1, 3, 5}));
}

TEST(RandomVerticalFlip, IsByProbability) {
  const auto x = counting({2, 2, 2});
  Generator chance(1);
  expect_values(RandomVerticalFlip{1}(x, chance), {2, 2, 2}, {2, 3, 0, 1, 6, 7, 4, 5});
  expect_values(RandomVerticalFlip{0}(x, chance), {2, 2, 2}, x.to_vector());
  const auto many = RandomVerticalFlip{}(counting({1, 2, 1}).view(0, {1000, 1, 2, 1}, {0, 2, 1, 1}), chance);
  index_t flipped = 0;
  for (index_t i = 0; i < 1000; ++i) flipped += many.data()[2 * i] == 1;
  EXPECT_LT(std::abs(flipped - 500), 80);  // five standard deviations
}

TEST(PadImage, TakesOneTwoOrFourAmounts) {
  const auto x = tn::from<std::uint8_t>({1, 2}, {1, 1, 2});
  expect_values(PadImage{{1}, 9}(x), {1, 3, 4}, {9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 9});
  expect_values(PadImage{{1, 0}}(x), {1, 1, 4}, {0, 1, 2, 0});
  expect_values(PadImage{{0, 1, 2, 0}}(x), {1, 2, 4}, {0, 0, 0, 0, 1, 2, 0, 0});
  expect_values(PadImage{{1, 0}, 0, tn::PadMode::reflect}(x), {1, 1, 4}, {2, 1, 2, 1});
}

TEST(GeometryErrors, SayWhatWasExpected) {
  const auto x = counting({1, 2, 2});
  expect_error<tn::ValueError>([&] { Affine{.scale = 0}(x); }, "[Affine] expected a positive scale, got 0");
  expect_error<tn::ValueError>([&] { Affine{.mode = Interpolation::area}(x); },
                               "[Affine] expected the mode nearest or linear");
  expect_error<tn::ValueError>([&] { RandomRotation{-1}(x); },
                               "[RandomRotation] expected degrees >= 0, got -1");
  expect_error<tn::ValueError>([&] { RandomAffine{.scale_low = 2}(x); },
                               "[RandomAffine] the range of scales from 2 to 1 is reversed");
  expect_error<tn::ValueError>([&] { PadImage{{1, 2, 3}}(x); },
                               "[PadImage] expected 1, 2 or 4 amounts, got (1, 2, 3)");
  expect_error<tn::ShapeError>(
      [&] { RandomVerticalFlip{}(tn::zeros<float>({2, 2})); },
      "[RandomVerticalFlip] expected an image (C, H, W) or a batch (N, C, H, W), got shape (2, 2)");
}

}  // namespace geometry_transform_test
