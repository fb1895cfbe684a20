#include "tenon/data/rand_augment.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/expect.hpp"

namespace rand_augment_test {

using support::expect_error;
using support::expect_values;
using tn::Generator;
using tn::index_t;
using tn::Tensor;
using namespace tn::data;
using Kind = detail::Augmentation;

Tensor<double> changed(const Tensor<double>& x, Kind kind, double strength, double sign = 1) {
  return detail::augment(x, kind, strength, sign, tn::Interpolation::nearest, 0);
}
Tensor<double> levels(const std::vector<double>& bytes, const tn::Shape& shape) {
  std::vector<double> values;
  for (double byte : bytes) values.push_back(byte / 255);
  return tn::from(values, shape);
}

TEST(RandAugment, ChangesColours) {
  const auto x = tn::from<double>({0.2, 0.4, 0.6}, {3, 1, 1});
  const double grey = 0.36298;  // 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6
  expect_values(changed(x, Kind::identity, 1), {3, 1, 1}, x.to_vector());
  expect_values(changed(x, Kind::brightness, 0.5), {3, 1, 1}, {0.29, 0.58, 0.87});
  expect_values(changed(x, Kind::brightness, 1, -1), {3, 1, 1}, {0.02, 0.04, 0.06});
  const auto blended = [&](double v) { return 0.1 * v + 0.9 * grey; };
  expect_values(changed(x, Kind::color, 1, -1), {3, 1, 1}, {blended(0.2), blended(0.4), blended(0.6)});
  expect_values(changed(x, Kind::contrast, 1, -1), {3, 1, 1}, {blended(0.2), blended(0.4), blended(0.6)});
  expect_values(changed(x, Kind::solarize, 0.5), {3, 1, 1}, {0.2, 0.4, 0.4});
  expect_values(changed(levels({255, 200, 3}, {1, 1, 3}), Kind::posterize, 1), {1, 1, 3},
                levels({240, 192, 0}, {3}).to_vector());
  expect_values(changed(tn::from<double>({0.2, 0.3, 0.6, 0.5, 0.5, 0.5}, {2, 1, 3}), Kind::auto_contrast, 0),
                {2, 1, 3}, {0, 0.25, 1, 0.5, 0.5, 0.5});
}

TEST(RandAugment, SharpensWithinTheEdge) {
  auto x = tn::full<double>({1, 3, 3}, 0.5);
  x.mutable_data()[4] = 0.6;
  auto want = x.to_vector();
  const double blurred = (8 * 0.5 + 5 * 0.6) / 13;
  want[4] = 1.9 * 0.6 - 0.9 * blurred;
  expect_values(changed(x, Kind::sharpness, 1), {1, 3, 3}, want);
}

// ImageOps.equalize of the Python Imaging Library: step = (510 - 2) / 255 = 1, levels (sums below + 0) / 1.
TEST(RandAugment, EqualizesByLevels) {
  std::vector<double> bytes(510, 10);
  for (std::size_t i = 100; i < 508; ++i) bytes[i] = i < 200 ? 20 : 30;
  bytes[508] = bytes[509] = 40;
  const auto y = changed(levels(bytes, {1, 2, 255}), Kind::equalize, 0).to_vector();
  EXPECT_NEAR(y[0] * 255, 0, 1e-9);
  EXPECT_NEAR(y[150] * 255, 100, 1e-9);
  EXPECT_NEAR(y[300] * 255, 200, 1e-9);
  EXPECT_NEAR(y[509] * 255, 255, 1e-9);
  const auto few = levels({1, 2, 3}, {1, 1, 3});
  expect_values(changed(few, Kind::equalize, 0), {1, 1, 3}, few.to_vector());
}

TEST(RandAugment, MovesPixels) {
  const auto x = tn::reshape(tn::arange<double>(9), {1, 3, 3});
  expect_values(changed(x, Kind::translate_x, 1), {1, 3, 3}, Affine{.translate_x = 1}(x).to_vector());
  expect_values(changed(x, Kind::translate_y, 1, -1), {1, 3, 3}, Affine{.translate_y = -1}(x).to_vector());
  expect_values(changed(x, Kind::rotate, 1), {1, 3, 3}, Affine{.angle = -30}(x).to_vector());
  const double turn = std::atan(0.15) * 180 / std::numbers::pi;
  expect_values(changed(x, Kind::shear_x, 0.5), {1, 3, 3}, Affine{.shear_x = turn}(x).to_vector());
  expect_values(changed(x, Kind::shear_y, 0.5, -1), {1, 3, 3}, Affine{.shear_y = -turn}(x).to_vector());
}

TEST(RandAugment, DrawsKindAndSignForEachImage) {
  Generator chance(1);
  const auto x = tn::rand<double>({3, 8, 8}, chance);
  auto want = x;
  Generator first(7), second(7);
  for (int k = 0; k < 2; ++k) {
    const auto kind = static_cast<Kind>(first.below(14));
    want = changed(want, kind, 0.3, first.below(2) == 0 ? 1 : -1);
  }
  expect_values(RandAugment{}(x, second), {3, 8, 8}, want.to_vector());
  std::set<std::vector<double>> seen;
  for (int i = 0; i < 100; ++i) seen.insert(RandAugment{.num_ops = 1}(x, chance).to_vector());
  EXPECT_GT(seen.size(), 15u);  // of 2 * 9 + 5
  expect_values(RandAugment{.num_ops = 0}(x), {3, 8, 8}, x.to_vector());
  EXPECT_EQ(RandAugment{}(tn::rand<double>({4, 1, 5, 5}, chance), chance).shape(), (tn::Shape{4, 1, 5, 5}));
}

TEST(RandAugmentErrors, OptionsThatMakeNoSense) {
  expect_error<tn::ValueError>(
      [] { RandAugment{.magnitude = 31}(tn::ones<float>({3, 2, 2})); },
      "[RandAugment] expected num_ops >= 0 and a magnitude below num_magnitude_bins, got 2, 31 and 31");
}

}  // namespace rand_augment_test
