#include "tenon/data/transform.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/expect.hpp"

namespace transform_test {

using support::expect_error;
using support::expect_values;
using tn::Generator;
using tn::index_t;
using tn::Tensor;
using namespace tn::data;

Tensor<float> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<float>(static_cast<float>(tn::element_count(shape))), shape);
}

TEST(Transform, CenterCropTakesTheMiddle) {
  const auto x = counting({1, 4, 5});
  expect_values(CenterCrop{2, 3}(x), {1, 2, 3}, {6, 7, 8, 11, 12, 13});
  expect_values(CenterCrop{4, 5}(x), {1, 4, 5}, x.to_vector());
  expect_values(CenterCrop{1, 1}(counting({2, 2, 3, 3})), {2, 2, 1, 1}, {4, 13, 22, 31});
  expect_error<tn::ShapeError>([&] { CenterCrop{5, 5}(x); },
                               "[CenterCrop] no window of 5 by 5 in images of 4 by 5");
}

TEST(Transform, RandomCropReachesEveryPlaceAndFillsOutside) {
  const auto x = tn::from<std::uint8_t>({1, 2, 3, 4}, {1, 2, 2});
  std::set<std::vector<std::uint8_t>> seen;
  Generator chance(1);
  for (int i = 0; i < 200; ++i) seen.insert(RandomCrop{2, 2, 1, 9}(x, chance).to_vector());
  const std::set<std::vector<std::uint8_t>> expected{{9, 9, 9, 1}, {9, 9, 1, 2}, {9, 9, 2, 9},
                                                     {9, 1, 9, 3}, {1, 2, 3, 4}, {2, 9, 4, 9},
                                                     {9, 3, 9, 9}, {3, 4, 9, 9}, {4, 9, 9, 9}};
  EXPECT_EQ(seen, expected);
  expect_values(RandomCrop{2, 2}(x, chance), {1, 2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(RandomCrop({1, 1, 5, 9})(x, chance).size(), 1);  // may lie in the padding altogether
  expect_error<tn::ShapeError>([&] { RandomCrop{5, 4, 1}(x, chance); },
                               "[RandomCrop] no window of 5 by 4 in images of 2 by 2 with padding 1");
}

TEST(Transform, RandomCropChoosesForEachImageOfABatch) {
  Generator chance(1);
  const auto y = RandomCrop{1, 1}(counting({1, 1, 4, 4}).view(0, {64, 1, 4, 4}, {0, 16, 4, 1}), chance);
  ASSERT_EQ(y.shape(), (tn::Shape{64, 1, 1, 1}));
  EXPECT_GT(std::set<float>(y.begin(), y.end()).size(), 12u);  // of 16 places, 64 times
}

TEST(Transform, RandomHorizontalFlipIsByProbability) {
  const auto x = counting({2, 1, 3});
  Generator chance(1);
  expect_values(RandomHorizontalFlip{1}(x, chance), {2, 1, 3}, {2, 1, 0, 5, 4, 3});
  expect_values(RandomHorizontalFlip{0}(x, chance), {2, 1, 3}, x.to_vector());
  const auto many =
      RandomHorizontalFlip{}(counting({1, 1, 2}).view(0, {1000, 1, 1, 2}, {0, 2, 2, 1}), chance);
  index_t flipped = 0;
  for (index_t i = 0; i < 1000; ++i) flipped += many.data()[2 * i] == 1;
  EXPECT_LT(std::abs(flipped - 500), 80);  // five standard deviations
}

TEST(Transform, ResizeIsInterpolation) {
  const auto x = counting({2, 3, 4, 5});
  const auto y = Resize{8, 3}(x);
  const auto expected = tn::interpolate(x, {.size = {8, 3}, .mode = tn::Interpolation::linear});
  expect_values(y, {2, 3, 8, 3}, expected.to_vector());
  expect_values(Resize{2, 2, tn::Interpolation::area}(counting({1, 4, 4})), {1, 2, 2},
                {2.5f, 4.5f, 10.5f, 12.5f});
}

TEST(Transform, NormalizeIsByChannel) {
  const auto x = tn::from<double>({1, 2, 3, 4}, {2, 1, 2});
  expect_values(Normalize{{1, 2}, {0.5, 2}}(x), {2, 1, 2}, {0, 2, 0.5, 1});
  expect_error<tn::ValueError>([&] { Normalize{{1}, {1}}(x); },
                               "[Normalize] 1 means and 1 deviations for 2 channels");
  expect_error<tn::ValueError>([&] { Normalize{{1, 2}, {1, 0}}(x); }, "[Normalize] a deviation of 0");
}

TEST(Transform, ColorJitterDrawsFactors) {
  const auto x = tn::from<double>({0.2, 0.4, 0.6}, {3, 1, 1});
  Generator chance(1), same(1);
  expect_values(ColorJitter{}(x, chance), {3, 1, 1}, x.to_vector());
  const double f = 0.5 + same.uniform<double>();
  expect_values(ColorJitter{.brightness = 0.5}(x, chance), {3, 1, 1},
                {0.2 * f, 0.4 * f, std::min(0.6 * f, 1.0)});
  // grey = 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6
  const double grey = 0.36298, g = 0.5 + same.uniform<double>(), h = 0.5 + same.uniform<double>();
  const auto blend = [&](double v, double factor) { return factor * v + (1 - factor) * grey; };
  expect_values(ColorJitter{.contrast = 0.5}(x, chance), {3, 1, 1},
                {blend(0.2, g), blend(0.4, g), blend(0.6, g)});
  expect_values(ColorJitter{.saturation = 0.5}(x, chance), {3, 1, 1},
                {blend(0.2, h), blend(0.4, h), blend(0.6, h)});
}

TEST(Transform, ContrastIsAroundTheMeanAndSaturationNeedsColours) {
  const auto x = tn::from<double>({0.25, 0.75}, {1, 1, 2});
  Generator chance(1), same(1);
  const double f = 6 * same.uniform<double>();  // between 0 and 1 + 5
  const auto clipped = [](double v) { return std::clamp(v, 0.0, 1.0); };
  expect_values(ColorJitter{.contrast = 5}(x, chance), {1, 1, 2},
                {clipped(0.5 - 0.25 * f), clipped(0.5 + 0.25 * f)});
  expect_values(ColorJitter{.saturation = 1}(x, chance), {1, 1, 2}, {0.25, 0.75});
}

TEST(Transform, RandomErasingSetsOneRectangle) {
  Generator chance(1);
  const auto x = tn::ones<float>({2, 40, 50});
  for (int i = 0; i < 20; ++i) {
    const auto y = RandomErasing{.p = 1, .value = 7}(x, chance);
    index_t top = 40, bottom = -1, left = 50, right = -1, count = 0;
    for (index_t h = 0; h < 40; ++h)
      for (index_t w = 0; w < 50; ++w) {
        EXPECT_EQ(y.at({0, h, w}), y.at({1, h, w}));
        if (y.at({0, h, w}) == 1) continue;
        EXPECT_EQ(y.at({0, h, w}), 7);
        top = std::min(top, h), bottom = std::max(bottom, h), left = std::min(left, w),
        right = std::max(right, w);
        ++count;
      }
    EXPECT_EQ(count, (bottom - top + 1) * (right - left + 1));
    EXPECT_GE(count, 20);   // 2 % of 2000, were a side rounded to half
    EXPECT_LE(count, 760);  // 33 % and roundings of both sides
  }
  expect_values(RandomErasing{.p = 0}(x, chance), x.shape(), x.to_vector());
}

TEST(Transform, InputsStayAsTheyWere) {
  const auto x = counting({1, 3, 8, 8});
  const auto before = x.to_vector();
  Generator chance(1);
  RandomErasing{.p = 1}(x, chance);
  ColorJitter{.brightness = 0.5, .contrast = 0.5, .saturation = 0.5}(x, chance);
  EXPECT_EQ(x.to_vector(), before);
}

}  // namespace transform_test
