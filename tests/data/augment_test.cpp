#include "tenon/data/augment.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace augment_test {

using support::expect_error;
using support::expect_values;
using tn::Generator;
using tn::index_t;
using tn::Tensor;
using namespace tn::data;

Tensor<double> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<double>(static_cast<double>(tn::element_count(shape))), shape);
}

TEST(Compose, AppliesOneAfterAnother) {
  const auto x = counting({1, 4, 4});
  const Compose both{RandomCrop{2, 2}, Normalize{{1}, {2}}, RandomHorizontalFlip{1}};
  Generator chance(5), same(5);
  const auto want = RandomHorizontalFlip{1}(Normalize{{1}, {2}}(RandomCrop{2, 2}(x, same)), same);
  expect_values(both(x, chance), {1, 2, 2}, want.to_vector());
  expect_values(Compose{[](const Tensor<double>& v) { return v + 1.0; }}(x), {1, 4, 4},
                (x + 1.0).to_vector());
  expect_values(Compose{}(x), {1, 4, 4}, x.to_vector());
}

TEST(RandomApply, TransformsAShareOfTheImages) {
  const auto x = tn::zeros<float>({400, 1, 1, 2});
  const auto ones = [](const Tensor<float>& v) { return v + 1.f; };
  Generator chance(1);
  const auto y = RandomApply{ones, 0.25}(x, chance);
  index_t changed = 0;
  for (index_t n = 0; n < 400; ++n) {
    EXPECT_EQ(y.at({n, 0, 0, 0}), y.at({n, 0, 0, 1})) << "all of an image or nothing";
    changed += y.at({n, 0, 0, 0}) == 1;
  }
  EXPECT_NEAR(static_cast<double>(changed), 100, 30);
  const auto image = counting({1, 1, 2});
  expect_values(RandomApply{RandomHorizontalFlip{1}, 1}(image, chance), {1, 1, 2}, {1, 0});
  expect_values(RandomApply{RandomHorizontalFlip{1}, 0}(image, chance), {1, 1, 2}, {0, 1});
}

TEST(RandomChoice, TakesEachTransformAsOften) {
  const auto x = tn::zeros<float>({600, 1, 1, 1});
  const auto add = [](float step) { return [step](const Tensor<float>& v) { return v + step; }; };
  Generator chance(2);
  const auto y = RandomChoice{add(1), RandomHorizontalFlip{}, add(3)}(x, chance);
  index_t count[4] = {};
  for (const float v : y) ++count[static_cast<int>(v)];
  EXPECT_EQ(count[2], 0);
  for (const int k : {0, 1, 3}) EXPECT_NEAR(static_cast<double>(count[k]), 200, 45) << k;
  const auto image = counting({1, 1, 2});
  expect_values(RandomChoice{RandomHorizontalFlip{1}}(image, chance), {1, 1, 2}, {1, 0});
  expect_error<tn::ShapeError>(
      [&] { RandomChoice{RandomHorizontalFlip{1}}(counting({2}), chance); },
      "[RandomChoice] expected an image (C, H, W) or a batch (N, C, H, W), got shape (2,)");
}

TEST(RandomGrayscale, KeepsThreeChannels) {
  const auto x = tn::from<double>({1, 0, 0, 1, 0, 1}, {3, 1, 2});
  expect_values(RandomGrayscale{1}(x), {3, 1, 2}, {0.2989, 0.701, 0.2989, 0.701, 0.2989, 0.701});
  expect_values(RandomGrayscale{0}(x), {3, 1, 2}, x.to_vector());
}

TEST(Grayscale, WeighsColours) {
  const auto x = tn::from<double>({1, 0, 0, 1, 0, 1}, {3, 1, 2});
  expect_values(Grayscale{}(x), {1, 1, 2}, {0.2989, 0.701});
  expect_values(Grayscale{3}(x), {3, 1, 2}, {0.2989, 0.701, 0.2989, 0.701, 0.2989, 0.701});
  EXPECT_EQ(Grayscale{}(counting({2, 3, 4, 5})).shape(), (tn::Shape{2, 1, 4, 5}));
}

TEST(GaussianBlur, IsASeparableMeanOfTheReflectedImage) {
  const auto x = counting({1, 3, 4});
  Generator chance(1);
  const auto y = GaussianBlur{3, 0.8, 0.8}(x, chance);
  const double side = std::exp(-0.5 / 0.64),
               w[] = {side / (1 + 2 * side), 1 / (1 + 2 * side), side / (1 + 2 * side)};
  const auto reflected = [](index_t i, index_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
  for (index_t row = 0; row < 3; ++row)
    for (index_t column = 0; column < 4; ++column) {
      double sum = 0;
      for (index_t i = -1; i <= 1; ++i)
        for (index_t j = -1; j <= 1; ++j)
          sum += w[i + 1] * w[j + 1] * x.at({0, reflected(row + i, 3), reflected(column + j, 4)});
      EXPECT_NEAR(y.at({0, row, column}), sum, 1e-13);
    }
  expect_values(GaussianBlur{1}(x, chance), {1, 3, 4}, x.to_vector());
}

TEST(MixUp, MixesWithTheSampleBefore) {
  const auto x = tn::from<double>({{0, 0}, {1, 2}, {10, 20}});
  const auto labels = tn::from<index_t>({0, 2, 2});
  Generator chance(3), same(3);
  const double lam = detail::symmetric_beta(0.4, same);
  const auto [mixed, targets] = MixUp{.classes = 3, .alpha = 0.4}(x, labels, chance);
  const double o = 1 - lam;
  expect_values(mixed, {3, 2}, {o * 10, o * 20, lam, 2 * lam, 10 * lam + o, 20 * lam + 2 * o});
  expect_values(targets, {3, 3}, {lam, 0, o, o, 0, lam, 0, 0, 1});
}

// Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)).
TEST(MixUp, DrawsFromBeta) {
  Generator chance(1);
  for (const double alpha : {0.1, 1.0, 3.0}) {
    double sum = 0, squares = 0;
    for (int i = 0; i < 4000; ++i) {
      const double lam = detail::symmetric_beta(alpha, chance);
      EXPECT_TRUE(lam >= 0 && lam <= 1);
      sum += lam;
      squares += (lam - 0.5) * (lam - 0.5);
    }
    EXPECT_NEAR(sum / 4000, 0.5, 0.04);
    EXPECT_NEAR(squares / 4000, 0.25 / (2 * alpha + 1), 0.01);
  }
  EXPECT_NO_THROW(detail::symmetric_beta(1e-5, chance));
}

TEST(CutMix, PastesAWindowAndCountsItsPixels) {
  auto x = tn::zeros<float>({3, 2, 8, 10});
  for (index_t i = 0; i < x.size(); ++i)
    x.mutable_data()[i] = static_cast<float>(i / 160);  // the sample's number
  Generator chance(1);
  bool some = false;
  for (int round = 0; round < 20; ++round) {
    const auto [mixed, targets] = CutMix{.classes = 3}(x, tn::from<index_t>({0, 1, 2}), chance);
    for (index_t n = 0; n < 3; ++n) {
      index_t pasted = 0;
      for (index_t i = 0; i < 160; ++i) {
        const float v = mixed.data()[n * 160 + i];
        EXPECT_TRUE(v == static_cast<float>(n) || v == static_cast<float>((n + 2) % 3));
        pasted += v != static_cast<float>(n);
      }
      const double share = static_cast<double>(pasted) / 160;
      EXPECT_NEAR(targets.at({n, n}), 1 - share, 1e-6);
      EXPECT_NEAR(targets.at({n, (n + 2) % 3}), share, 1e-6);
      some = some || (pasted > 0 && pasted < 160);
    }
  }
  EXPECT_TRUE(some);
}

TEST(DrawBoundingBoxes, DrawsOutlines) {
  const auto image = tn::zeros<std::uint8_t>({1, 4, 5});
  const auto one = draw_bounding_boxes(image, tn::from<float>({{1, 0, 3, 2}}), {{7}});
  expect_values(one, {1, 4, 5}, {0, 7, 7, 7, 0, 0, 7, 0, 7, 0, 0, 7, 7, 7, 0, 0, 0, 0, 0, 0});
  const auto two = draw_bounding_boxes(image, tn::from<float>({{-5, 1, 1, 9}, {4, 3, 4, 3}}), {{7}, {8}});
  expect_values(two, {1, 4, 5}, {0, 0, 0, 0, 0, 7, 7, 0, 0, 0, 0, 7, 0, 0, 0, 0, 7, 0, 0, 8});
  const auto thick =
      draw_bounding_boxes(tn::zeros<float>({2, 3, 3}), tn::from<double>({{0, 0, 2, 2}}), {{1, 0.5}}, 2);
  expect_values(thick, {2, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1, .5, .5, .5, .5, .5, .5, .5, .5, .5});
  expect_values(image, {1, 4, 5}, std::vector<std::uint8_t>(20, 0));
}

TEST(AugmentErrors, SayWhatWasExpected) {
  const auto x = counting({2, 2, 2});
  const auto batch = counting({2, 1, 2, 2});
  expect_error<tn::ShapeError>([&] { Grayscale{}(x); }, "[Grayscale] expected 3 channels, got 2");
  expect_error<tn::ValueError>([&] { GaussianBlur{2}(x); },
                               "[GaussianBlur] expected an odd kernel_size, got 2");
  expect_error<tn::ValueError>([&] { GaussianBlur{1, 2, 1}(x); },
                               "[GaussianBlur] the range of sigma from 2 to 1 is reversed");
  expect_error<tn::ShapeError>([&] { MixUp{2}(batch, tn::from<index_t>({1})); },
                               "[MixUp] expected a label for each of 2 samples, got shape (1,)");
  expect_error<tn::IndexError>([&] { CutMix{2}(batch, tn::from<index_t>({1, 2})); },
                               "[CutMix] label 2 is not one of 2 classes");
  expect_error<tn::ValueError>([&] { draw_bounding_boxes(x, tn::zeros<float>({3, 4}), {{1, 1}, {1, 1}}); },
                               "[draw_bounding_boxes] 2 colours for 3 boxes");
  expect_error<tn::ValueError>([&] { draw_bounding_boxes(x, tn::zeros<float>({1, 4}), {{1}}); },
                               "[draw_bounding_boxes] a colour of 1 numbers for 2 channels");
}

TEST(DrawBoundingBoxes, EdgesFarOutsideAndNone) {
  const auto image = tn::zeros<float>({1, 2, 3});
  const auto far = draw_bounding_boxes(image, tn::from<double>({{-1e300, -1e300, 1e300, 1e300}}), {{1}}, 1);
  EXPECT_EQ(far.to_vector(), image.to_vector()) << "its lines are not in the image";
  support::expect_error<tn::ValueError>(
      [&] { static_cast<void>(draw_bounding_boxes(image, tn::from<double>({{0, 0, NAN, 1}}), {{1}}, 1)); },
      "[draw_bounding_boxes] box 0 has an edge at nan");
}

}  // namespace augment_test
